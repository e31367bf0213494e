#include "stream/tar_reader.hpp"

#include "base/error.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace pacs::stream {

namespace {

struct ArchiveDeleter {
    void operator()(archive* handle) const noexcept { archive_read_free(handle); }
};

const char* refusal(archive_entry* entry)
{
    if (archive_entry_hardlink(entry) != nullptr) {
        return "hard link";
    }
    if (archive_entry_sparse_count(entry) > 0) {
        return "sparse file";
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return nullptr;
    case AE_IFLNK: return "symbolic link";
    default: return "not a regular file";
    }
}

}  // namespace

struct TarReader::State {
    Input& input;
    std::size_t shown = 0;  ///< bytes handed to libarchive, taken when it asks for more
    std::uint64_t fed = 0;  ///< the same, in all
    std::string failure;    ///< of the input, to be thrown when libarchive has returned
    std::unique_ptr<archive, ArchiveDeleter> handle;

    static la_ssize_t read(archive* handle, void* user, const void** buffer)
    {
        auto& self = *static_cast<State*>(user);
        self.input.take(std::exchange(self.shown, 0));
        try {
            const auto bytes = self.input.chunk();
            *buffer = bytes.data();
            self.shown = bytes.size();
            self.fed += bytes.size();
            return static_cast<la_ssize_t>(bytes.size());
        } catch (const std::exception& error) {
            self.failure = error.what();
            archive_set_error(handle, EIO, "%s", error.what());
            return -1;
        }
    }

    /// libarchive lets the end mark, two blocks of zeros, be missing, for the sake of writers that
    /// omit it. But so ends a stream whose writer died between two members.
    void check_end_mark() const
    {
        constexpr std::int64_t block_bytes = 512;
        const std::int64_t end = archive_read_header_position(handle.get());
        if (static_cast<std::int64_t>(fed) - end < block_bytes) {
            throw Error(
                ErrorKind::data,
                fmt::format("reading tar from {}: cut off, it has no end mark", input.name()));
        }
    }

    [[noreturn]] void fail() const
    {
        if (!failure.empty()) {
            throw Error(ErrorKind::storage, failure);
        }
        const char* reason = archive_error_string(handle.get());
        throw Error(ErrorKind::data, fmt::format("reading tar from {}: {}", input.name(),
                                                 reason == nullptr ? "damaged" : reason));
    }
};

TarReader::TarReader(Input& input) : state_(new State{input, 0, 0, {}, {}})
{
    state_->handle.reset(archive_read_new());
    archive* handle = state_->handle.get();
    archive_read_support_format_tar(handle);
    archive_read_set_options(handle, "tar:read_concatenated_archives=1");
    if (archive_read_open(handle, state_.get(), nullptr, State::read, nullptr) != ARCHIVE_OK) {
        state_->fail();
    }
}
TarReader::~TarReader() = default;

bool TarReader::recognise(std::span<const std::byte> start) noexcept
{
    constexpr std::size_t magic_offset = 257;  // IEEE 1003.1 pax, ustar header block
    return start.size() >= 512 && std::memcmp(start.data() + magic_offset, "ustar", 5) == 0;
}

std::optional<TarMember> TarReader::next()
{
    archive* handle = state_->handle.get();
    archive_entry* entry = nullptr;
    int got = ARCHIVE_OK;
    do {
        got = archive_read_next_header(handle, &entry);
        if (got == ARCHIVE_EOF) {
            state_->check_end_mark();
            return std::nullopt;
        }
        if (got < ARCHIVE_WARN) {
            state_->fail();
        }
    } while (archive_entry_filetype(entry) == AE_IFDIR);
    TarMember member;
    const char* name = archive_entry_pathname(entry);
    member.name = name == nullptr ? "" : name;
    if (const char* reason = refusal(entry)) {
        member.refused = reason;
        return member;
    }
    Spool spool;
    const void* bytes = nullptr;
    std::size_t count = 0;
    la_int64_t offset = 0;
    while ((got = archive_read_data_block(handle, &bytes, &count, &offset)) == ARCHIVE_OK) {
        if (std::cmp_not_equal(offset, spool.size())) {
            throw Error(ErrorKind::data, fmt::format("reading tar from {}: a hole in a member",
                                                     state_->input.name()));
        }
        spool.append({static_cast<const std::byte*>(bytes), count});
    }
    if (got != ARCHIVE_EOF) {
        state_->fail();
    }
    member.content = spool.finish(member.name);
    return member;
}

}  // namespace pacs::stream
