#pragma once

#include "scan/finding.hpp"
#include "scan/head.hpp"
#include "scan/member_text.hpp"
#include "stream/content.hpp"

#include <sys/stat.h>

#include <string>
#include <vector>

namespace pacs::scan {

/// What is wanted of each file.
struct ExamineOptions {
    std::vector<dicom::Tag> add;  ///< attributes beside those of the index, ascending
    dicom::WantedDigests digests;
    bool dicom_json = false;
    bool members = true;  ///< the text of records
    bool index = false;   ///< the record of the index
};

/// Finds out what files hold. One for each thread.
class Examiner {
public:
    explicit Examiner(const ExamineOptions& options);

    /// Opens, reads and judges a file; what stands against it is in the finding. With `known`, when
    /// the file still has these facts it is not read: nullopt. `digests_known`: those of a file
    /// with the same facts, which are not computed again.
    std::optional<Finding> file(const std::string& path, bool named,
                                const index::FileFacts* known = nullptr,
                                const index::FileFacts* digest_of = nullptr,
                                const dicom::Digests& digests_known = {});
    /// The same of bytes without a path: a member of a tar stream, or standard input.
    Finding content(const stream::Content& content, bool named);

private:
    Finding examine(const ReadAt& read_at, std::uint64_t size, bool named,
                    const dicom::Digests& digests_known);
    void judge(Finding& finding, Head& head, bool named);
    void complete(Finding& finding, const Head& head);
    dicom::Digests digests_of(const ReadAt& read_at, std::uint64_t size, const Head& head,
                              const dicom::Digests& known) const;

    ExamineOptions options_;
    HeadReader reader_;
    MemberText text_;
};

/// The tags that a scan looks for: those of the index and `add`, ascending, each once.
std::vector<dicom::Tag> scan_tags(const std::vector<dicom::Tag>& add);

/// Facts of a file as the index keeps them.
index::FileFacts facts_of(const struct stat& status) noexcept;

}  // namespace pacs::scan
