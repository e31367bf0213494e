#include "scan/examiner.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/instance_uids.hpp"
#include "dicom/record_json.hpp"
#include "index/attributes.hpp"
#include "scan/dicomdir.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pacs::scan {

namespace {

constexpr std::string_view directory_class = "1.2.840.10008.1.3.10";

void set(Finding& finding, Outcome outcome, const char* reason, std::string message)
{
    finding.outcome = outcome;
    finding.reason = reason;
    finding.message = std::move(message);
}

std::string error_text(int error)
{
    return std::strerror(error);
}

/// pread(2) until the bytes are there or the file ends.
std::size_t read_file_at(int fd, std::uint64_t offset, std::span<std::byte> bytes)
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::pread(fd, bytes.data() + done, bytes.size() - done,
                                      static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            throw Error(ErrorKind::storage, "reading: " + error_text(errno));
        }
        if (count == 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    return done;
}

/// "reading a file's head: not a DICOM file" without what was done.
std::string reason_of(const std::string& message)
{
    const auto colon = message.find(": ");
    return colon == std::string::npos ? message : message.substr(colon + 2);
}

std::string extra_text(const dicom::DataSet& header, const dicom::Element& element)
{
    const dicom::CharacterSet charset = dicom::character_set_of(header);
    if (!dicom::is_text(element.vr)) {
        std::string json;
        dicom::append_record_value(json, element, charset);
        return json;
    }
    std::string text;
    for (const std::string& value : dicom::utf8_values(element, charset)) {
        text += (text.empty() ? "" : "\\") + value;
    }
    return text;
}

}  // namespace

std::vector<dicom::Tag> scan_tags(const std::vector<dicom::Tag>& add)
{
    std::vector<dicom::Tag> tags = index::wanted_tags();
    tags.insert(tags.end(), add.begin(), add.end());
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

index::FileFacts facts_of(const struct stat& status) noexcept
{
    constexpr std::int64_t ns = 1'000'000'000;
    return {status.st_size, std::int64_t{status.st_mtim.tv_sec} * ns + status.st_mtim.tv_nsec,
            static_cast<std::int64_t>(status.st_ino)};
}

Examiner::Examiner(const ExamineOptions& options)
    : options_(options), reader_(scan_tags(options.add)), text_(reader_.wanted())
{
}

// Those that are not known yet.
dicom::Digests Examiner::digests_of(const ReadAt& read_at, std::uint64_t size, const Head& head,
                                    const dicom::Digests& known) const
{
    dicom::WantedDigests wanted = options_.digests;
    wanted.file = wanted.file && known.sha256.empty();
    wanted.content = wanted.content && !known.has_content();
    dicom::Digests digests =
        dicom::compute_digests(read_at, size, head.data_offset, head.syntax, wanted);
    if (!wanted.file) {
        digests.sha256 = known.sha256;
    }
    if (!wanted.content) {
        digests.content_sha256 = known.content_sha256;
        digests.content_note = known.content_note;
    }
    return digests;
}

// What is worth having of an object, in the forms that were asked for.
void Examiner::complete(Finding& finding, const Head& head)
{
    if (options_.index) {
        finding.record = index::record_of(head.header);
        finding.record.transfer_syntax_uid = head.syntax.uid();
    }
    if (options_.members) {
        text_.append(finding.members, head.header);
    }
    if (options_.dicom_json) {
        dicom::append_dicom_json(finding.dicom_json, head.header);
    }
    for (const dicom::Tag tag : options_.add) {
        if (const dicom::Element* element = head.header.find(tag)) {
            finding.extras.emplace_back(tag, extra_text(head.header, *element));
        }
    }
}

void Examiner::judge(Finding& finding, Head& head, bool named)
{
    if (head.header.text(dicom::tags::sop_class_uid).empty() && !head.media_class.empty()) {
        head.header.set_text(dicom::tags::sop_class_uid, head.media_class, dicom::Vr::UI);
    }
    if (head.header.text(dicom::tags::sop_instance_uid).empty() && !head.media_instance.empty()) {
        head.header.set_text(dicom::tags::sop_instance_uid, head.media_instance, dicom::Vr::UI);
    }
    if (head.header.text(dicom::tags::sop_class_uid) == directory_class) {
        set(finding, named ? Outcome::failed : Outcome::skipped, "dicomdir",
            "a directory of other files");
        return;
    }
    const auto uids = dicom::defect_of_uids(head.header);
    if (uids && uids->missing) {
        head.defect.empty()
            ? set(finding, Outcome::failed, "missing_uid", fmt::format("no {}", uids->name))
            : set(finding, Outcome::failed, "damaged", head.defect);
        return;
    }
    finding.object = true;
    finding.fallback = head.fallback;
    finding.repaired = head.repaired;
    finding.syntax = head.syntax.uid();
    if (!head.defect.empty()) {
        set(finding, Outcome::warning, "damaged", head.defect);
    } else if (uids) {
        set(finding, Outcome::warning, "invalid_uid",
            fmt::format("the {} is not valid", uids->name));
    }
    complete(finding, head);
}

Finding Examiner::examine(const ReadAt& read_at, std::uint64_t size, bool named,
                          const dicom::Digests& digests_known)
{
    Finding finding;
    finding.size = size;
    bool marked = false;
    try {
        Head head = reader_.read(read_at, size, marked);
        judge(finding, head, named);
        if (finding.object) {
            finding.digests = digests_of(read_at, size, head, digests_known);
        }
        finding.record.sha256 = finding.digests.sha256;
        finding.record.size = size;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::storage) {
            finding = {};
            finding.size = size;
            set(finding, Outcome::failed, "unreadable", error.what());
        } else if (error.kind() == ErrorKind::data) {
            set(finding, marked || named ? Outcome::failed : Outcome::skipped,
                marked ? "damaged" : "not_dicom", reason_of(error.what()));
        } else {
            throw;
        }
    }
    return finding;
}

std::optional<Finding> Examiner::file(const std::string& path, bool named,
                                      const index::FileFacts* known,
                                      const index::FileFacts* digest_of,
                                      const dicom::Digests& digests_known)
{
    struct stat status {};
    Finding finding;
    if (known != nullptr && ::stat(path.c_str(), &status) == 0 && facts_of(status) == *known) {
        return std::nullopt;
    }
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file || ::fstat(file.get(), &status) != 0) {
        set(finding, Outcome::failed, errno == ENOENT ? "not_found" : "unreadable",
            error_text(errno));
        return finding;
    }
    if (!S_ISREG(status.st_mode)) {
        set(finding, named ? Outcome::failed : Outcome::skipped, "not_a_file",
            "neither a file nor a folder");
        return finding;
    }
    index::FileFacts facts = facts_of(status);
    const ReadAt read_at = [&file](std::uint64_t offset, std::span<std::byte> bytes) {
        return read_file_at(file.get(), offset, bytes);
    };
    const bool same = digest_of != nullptr && *digest_of == facts;
    finding = examine(read_at, static_cast<std::uint64_t>(status.st_size), named,
                      same ? digests_known : dicom::Digests{});
    finding.facts = facts;
    if (::fstat(file.get(), &status) == 0 && facts_of(status) != facts && finding.object) {
        set(finding, Outcome::warning, "changing", "the file changed while it was read");
        finding.facts.mtime_ns = 0;  // so that the next scan reads it again
    }
    finding.record.received_ms = facts.mtime_ns / 1'000'000;
    if (finding.reason == "dicomdir") {
        finding.missing = missing_files(path);
    }
    return finding;
}

Finding Examiner::content(const stream::Content& content, bool named)
{
    const ReadAt read_at = [&content](std::uint64_t offset, std::span<std::byte> bytes) {
        return content.read_at(offset, bytes);
    };
    Finding finding = examine(read_at, content.size(), named, {});
    finding.facts.size = static_cast<std::int64_t>(content.size());
    return finding;
}

}  // namespace pacs::scan
