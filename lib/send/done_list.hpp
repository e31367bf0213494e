#pragma once

#include "stream/record.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace pacs::send {

/// True when `record` says that its object is stored at `node`: a record of type `stored` with that
/// `node` and outcome ok or warning, or skipped because it was there already.
bool is_stored_record(const stream::Record& record, std::string_view node);

/// The objects that the records of an earlier run say are stored at a node. It keeps 128
/// bits of a digest of each SOP Instance UID: about 40 bytes an object.
class DoneList {
public:
    explicit DoneList(std::string node) : node_(std::move(node)) {}
    /// read() for each file.
    DoneList(std::string node, const std::vector<std::string>& files);

    /// Reads a file of records. What is no such record is passed over, and so is a last line that
    /// was cut when the run was killed. Throws Error(storage) when it cannot be read and
    /// Error(data) for a line before the last that is no record.
    void read(const std::filesystem::path& file);
    bool holds(std::string_view sop_instance_uid) const;
    std::size_t size() const noexcept { return done_.size(); }

private:
    struct Key {
        std::uint64_t first;
        std::uint64_t second;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept { return key.first; }
    };
    static Key key_of(std::string_view uid);

    std::string node_;
    std::unordered_set<Key, Hash> done_;
};

}  // namespace pacs::send
