#pragma once

#include "base/spool.hpp"
#include "query/enquiry.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace pacs::query {

using RecordSink = decltype(EnquiryOptions::on_record);

/// Walks down the tree of an archive, level by level: the answers at one level are told as they
/// come and kept in a file (Spool), then each is asked for what is beneath it, over the same
/// conversation. Memory does not grow with their number.
class Tree {
public:
    /// Down to `lowest`; without it, `wishes` are all there is. Keys with attributes of a lower
    /// level than the one asked first are taken out of top() and asked there. Throws Error(usage)
    /// when `lowest` is not beneath the level that `wishes` name.
    Tree(Wishes wishes, std::optional<dicom::QueryLevel> lowest);

    /// What is to be asked first, by Enquiry::ask() or ask_each().
    const Wishes& top() const noexcept { return levels_.front(); }
    /// Keeps the answers that go to `sink`; for EnquiryOptions.
    RecordSink watched(RecordSink sink);
    /// Asks for all beneath what came until now. Throws as Enquiry::ask_each().
    void descend(Enquiry& enquiry, const dicom::CharacterSet& charset, Day now);

private:
    std::vector<Wishes> levels_;  // from the first one down
    std::size_t at_ = 0;          // whose answers come now
    std::unique_ptr<Spool> kept_;
};

}  // namespace pacs::query
