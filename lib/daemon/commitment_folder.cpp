#include "daemon/commitment_folder.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_line.hpp"
#include "base/log.hpp"
#include "dicom/uid.hpp"
#include "stream/input.hpp"
#include "stream/record.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace pacs::daemon {

namespace {

namespace fs = std::filesystem;

std::optional<std::int64_t> number_in(const stream::Record& record, std::string_view name)
{
    const std::string text = record.get(name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{value}
                                                                    : std::nullopt;
}

/// Calls `take` with each record of a file until it returns false.
template <typename Take>
void read_records(const fs::path& path, const Take& take)
{
    const Descriptor file = open_for_reading(path);
    stream::Input input{file.get(), path.string()};
    stream::RecordReader reader;
    stream::Input::Line line;
    while (input.read_line(line, reader.limits().line_bytes)) {
        if (!take(reader.parse(line.text))) {
            return;
        }
    }
}

/// The request of a file, by its first line and the number of the others; nullopt: it is none.
std::optional<PendingCommitment> read_request(const fs::path& path)
{
    PendingCommitment found;
    std::optional<std::int64_t> requested;
    std::uint64_t lines = 0;
    read_records(path, [&](const stream::Record& record) {
        if (lines++ == 0) {
            found.transaction_uid = record.get("transaction");
            found.requestor = record.get("requestor");
            found.called = record.get("called");
            found.peer = record.get("peer");
            requested = number_in(record, "requested_ms");
        }
        return lines <= net::max_commitment_references + 1;
    });
    if (lines < 2 || !requested || !dicom::is_valid_uid(found.transaction_uid)) {
        return std::nullopt;
    }
    found.requested_ms = *requested;
    found.instances = lines - 1;
    found.name = path.filename().string();
    return CommitmentFolder::name_of(found) == found.name ? std::optional{std::move(found)}
                                                          : std::nullopt;
}

/// What replace_file() writes before the name is final.
bool is_leftover(const fs::path& path)
{
    return path.filename().string().starts_with('.') && path.extension() == ".tmp";
}

}  // namespace

/// Titles are no file names.
std::string CommitmentFolder::name_of(const PendingCommitment& commitment)
{
    constexpr std::size_t digits = 16;
    const auto digest = to_hex(Sha256::of(std::as_bytes(std::span{commitment.requestor})));
    return fmt::format("{}-{}.ndjson", commitment.transaction_uid, digest.substr(0, digits));
}

CommitmentFolder::CommitmentFolder(fs::path folder) : folder_(std::move(folder))
{
    std::error_code error;
    if (fs::create_directory(folder_, error)) {
        flush_folder(folder_.parent_path());
    } else if (error || !fs::is_directory(folder_)) {
        throw Error(ErrorKind::storage, fmt::format("making {}: {}", folder_.string(),
                                                    error ? error.message() : "not a folder"));
    }
}

std::vector<PendingCommitment> CommitmentFolder::list() const
{
    std::vector<PendingCommitment> all;
    for (const auto& entry : fs::directory_iterator{folder_}) {
        if (is_leftover(entry.path())) {  // of a file that was being written in a crash
            std::error_code ignored;
            fs::remove(entry.path(), ignored);
            continue;
        }
        std::optional<PendingCommitment> found;
        if (entry.is_regular_file()) {
            found = read_request(entry.path());
        }
        if (found) {
            all.push_back(std::move(*found));
        } else {
            log::warning("reading {}: no request for storage commitment; left alone",
                         log::printable(entry.path().string()));
        }
    }
    return all;
}

void CommitmentFolder::keep(PendingCommitment& commitment, const net::CommitmentRequest& request)
{
    commitment.name = name_of(commitment);
    commitment.instances = request.references.size();
    std::string text = JsonLine{"commitment"}
                           .add("transaction", commitment.transaction_uid)
                           .add("requestor", commitment.requestor)
                           .add("called", commitment.called)
                           .add("peer", commitment.peer)
                           .add("requested_ms", std::to_string(commitment.requested_ms))
                           .str();
    for (const net::SopReference& reference : request.references) {
        text += JsonLine{"instance"}
                    .add("SOPClassUID", reference.sop_class)
                    .add("SOPInstanceUID", reference.sop_instance)
                    .str();
    }
    replace_file(folder_ / commitment.name, std::as_bytes(std::span{text}));
}

std::vector<net::SopReference> CommitmentFolder::references(
    const PendingCommitment& commitment) const
{
    std::vector<net::SopReference> all;
    bool first = true;
    read_records(folder_ / commitment.name, [&](const stream::Record& record) {
        if (!std::exchange(first, false)) {
            all.push_back({record.get("SOPClassUID"), record.get("SOPInstanceUID")});
        }
        return all.size() < net::max_commitment_references;
    });
    return all;
}

void CommitmentFolder::forget(const PendingCommitment& commitment)
{
    std::error_code error;
    const fs::path path = folder_ / commitment.name;
    if (!fs::remove(path, error) && error) {
        throw Error(ErrorKind::storage,
                    fmt::format("removing {}: {}", path.string(), error.message()));
    }
    flush_folder(folder_);
}

}  // namespace pacs::daemon
