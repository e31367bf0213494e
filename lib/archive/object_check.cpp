#include "archive/object_check.hpp"

#include "archive/store_statuses.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/instance_uids.hpp"
#include "dicom/part10.hpp"
#include "index/attributes.hpp"
#include "storage/layout.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace pacs::archive {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = std::size_t{256} * 1024;

static_assert(dicom::ScanLimits{}.depth == 64, "store_statuses::too_deep says so");

std::optional<Objection> objection_to_uids(const dicom::DataSet& header)
{
    const auto defect = dicom::defect_of_uids(header);
    if (!defect) {
        return std::nullopt;
    }
    const std::string words = defect->missing ? fmt::format("the data set has no {}", defect->name)
                                              : fmt::format("the {} is not valid", defect->name);
    const auto& status =
        defect->missing ? store_statuses::missing_uid : store_statuses::invalid_uid;
    return Objection{status.status, words, words};
}

std::optional<Objection> objection_to_announcement(const dicom::DataSet& header,
                                                   const Announcement& announced)
{
    const std::string class_uid = header.text(dicom::tags::sop_class_uid);
    const std::string instance_uid = header.text(dicom::tags::sop_instance_uid);
    if (class_uid != announced.sop_class_uid) {
        return Objection{store_statuses::class_mismatch.status,
                         "SOP Class UID other than announced",
                         fmt::format("the data set has SOP Class UID {}, announced was {}",
                                     class_uid, announced.sop_class_uid)};
    }
    if (instance_uid != announced.sop_instance_uid) {
        return Objection{store_statuses::instance_mismatch.status,
                         "SOP Instance UID other than announced",
                         fmt::format("the data set has SOP Instance UID {}, announced was {}",
                                     instance_uid, announced.sop_instance_uid)};
    }
    return std::nullopt;
}

Objection broken(const std::string& detail)
{
    return {store_statuses::broken.status, "the data set is broken or cut off", detail};
}

/// 0 when it cannot be told.
std::int64_t modified_ms(const fs::path& path)
{
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) {
        return 0;
    }
    return std::int64_t{facts.st_mtim.tv_sec} * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
}

/// The scan and the digest of a file whose head was read.
CheckedFile check_object(const fs::path& path, const dicom::FileHead& head)
{
    dicom::HeaderScanner scanner{head.syntax, index::wanted_tags()};
    CheckedFile checked;
    Sha256 digest;
    read_pieces(path, 0, [&](std::span<const std::byte> piece) {
        digest.update(piece);
        const std::uint64_t before = std::min<std::uint64_t>(
            head.data_offset > checked.size ? head.data_offset - checked.size : 0, piece.size());
        scanner.feed(piece.subspan(static_cast<std::size_t>(before)));
        checked.size += piece.size();
        return true;
    });
    scanner.finish();
    checked.sha256 = to_hex(digest.finish());
    checked.objection = objection_to(scanner, nullptr);
    if (!checked.objection) {
        checked.record = index::record_of(scanner.header());
        checked.record.transfer_syntax_uid = head.syntax.uid();
        checked.record.shard = storage::shard_of(checked.record.study_uid);
        checked.record.sha256 = checked.sha256;
        checked.record.size = checked.size;
        checked.record.received_ms = modified_ms(path);
    }
    return checked;
}

CheckedFile not_dicom(const fs::path& path, const std::string& reason)
{
    CheckedFile checked;
    Sha256 digest;
    read_pieces(path, 0, [&](std::span<const std::byte> piece) {
        digest.update(piece);
        checked.size += piece.size();
        return true;
    });
    checked.sha256 = to_hex(digest.finish());
    checked.objection = broken(reason);
    return checked;
}

std::vector<std::byte> first_bytes(const fs::path& path)
{
    std::vector<std::byte> bytes(dicom::file_head_bytes);
    const Descriptor file = open_for_reading(path);
    bytes.resize(read_some(file.get(), bytes, path));
    return bytes;
}

/// Reads two files side by side.
bool same_from(const fs::path& a, std::uint64_t a_offset, const fs::path& b, std::uint64_t b_offset)
{
    const Descriptor other = open_for_reading(b);
    if (::lseek(other.get(), static_cast<off_t>(b_offset), SEEK_SET) < 0) {
        throw Error(ErrorKind::storage,
                    fmt::format("reading {}: {}", b.string(), std::strerror(errno)));
    }
    std::vector<std::byte> theirs(piece_bytes);
    bool same = true;
    read_pieces(a, a_offset, [&](std::span<const std::byte> ours) {
        const std::span place = std::span{theirs}.first(ours.size());
        same = read_some(other.get(), place, b) == ours.size() && std::ranges::equal(place, ours);
        return same;
    });
    return same && read_some(other.get(), std::span{theirs}.first(1), b) == 0;
}

}  // namespace

std::optional<Objection> objection_to(const dicom::HeaderScanner& scanner,
                                      const Announcement* announcement)
{
    if (scanner.too_deep()) {
        return Objection{store_statuses::too_deep.status, "sequences are nested too deep",
                         scanner.defect()};
    }
    if (!scanner.defect().empty()) {
        return broken(scanner.defect());
    }
    if (auto objection = objection_to_uids(scanner.header())) {
        return objection;
    }
    return announcement == nullptr ? std::nullopt
                                   : objection_to_announcement(scanner.header(), *announcement);
}

CheckedFile check_file(const fs::path& path)
{
    try {
        return check_object(path, dicom::read_file_head(first_bytes(path)));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) {
            throw;
        }
        return not_dicom(path, error.what());
    }
}

void read_pieces(const fs::path& path, std::uint64_t offset,
                 const std::function<bool(std::span<const std::byte>)>& take)
{
    const Descriptor file = open_for_reading(path);
    if (offset > 0 && ::lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
        throw Error(ErrorKind::storage,
                    fmt::format("reading {}: {}", path.string(), std::strerror(errno)));
    }
    std::vector<std::byte> piece(piece_bytes);
    for (;;) {
        const std::size_t count = read_some(file.get(), piece, path);
        if (count == 0 || !take(std::span{piece}.first(count)) || count < piece.size()) {
            return;
        }
    }
}

bool same_bytes(const fs::path& a, const fs::path& b)
{
    return same_from(a, 0, b, 0);
}

bool same_data_set(const fs::path& a, const fs::path& b)
{
    try {
        const dicom::FileHead one = dicom::read_file_head(first_bytes(a));
        const dicom::FileHead other = dicom::read_file_head(first_bytes(b));
        return one.syntax == other.syntax && same_from(a, one.data_offset, b, other.data_offset);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) {
            throw;
        }
        return false;
    }
}

}  // namespace pacs::archive
