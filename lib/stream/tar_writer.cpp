#include "stream/tar_writer.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "dicom/uid.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace pacs::stream {

namespace {

struct ArchiveDeleter {
    void operator()(archive* handle) const noexcept { archive_write_free(handle); }
};
struct EntryDeleter {
    void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};

constexpr std::size_t block_bytes = std::size_t{128} << 10U;

bool is_printable_ascii(const std::string& text) noexcept
{
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace

struct TarWriter::State {
    int fd;
    std::string name;
    std::string failure;
    bool discard = false;
    std::vector<std::byte> waiting;  ///< for a write of some size, or the end of a member
    std::unique_ptr<archive, ArchiveDeleter> handle;

    /// Never tells libarchive of a failure: it leaks its buffers in a writer that failed. What is
    /// written after one, or when the writer goes away without finish(), is dropped.
    static la_ssize_t write(archive*, void* user, const void* bytes, std::size_t count)
    {
        auto& self = *static_cast<State*>(user);
        const auto* const begin = static_cast<const std::byte*>(bytes);
        self.waiting.insert(self.waiting.end(), begin, begin + count);
        if (self.waiting.size() >= block_bytes) {
            self.drain();
        }
        return static_cast<la_ssize_t>(count);
    }

    void drain()
    {
        try {
            if (!discard && failure.empty()) {
                write_all(fd, waiting, name);
            }
        } catch (const std::exception& error) {
            failure = error.what();
        }
        waiting.clear();
    }

    void require(bool done) const
    {
        if (!done || !failure.empty()) {
            fail();
        }
    }

    [[noreturn]] void fail() const
    {
        throw Error(ErrorKind::storage, failure.empty()
                                            ? fmt::format("writing tar to {}: {}", name,
                                                          archive_error_string(handle.get()))
                                            : failure);
    }

    void write_data(std::span<const std::byte> bytes) const
    {
        // An entry that gets fewer bytes than its size is silently filled with zeros.
        require(std::cmp_equal(archive_write_data(handle.get(), bytes.data(), bytes.size()),
                               bytes.size()));
    }
};

TarWriter::TarWriter(int fd, std::string name)
    : state_(new State{fd, std::move(name), {}, {}, {}, {}})
{
    state_->handle.reset(archive_write_new());
    archive* handle = state_->handle.get();
    archive_write_set_format_pax_restricted(handle);
    archive_write_set_bytes_per_block(handle, 0);  // it would keep the end of a member back
    state_->require(archive_write_open(handle, state_.get(), nullptr, State::write, nullptr) ==
                    ARCHIVE_OK);
}
TarWriter::~TarWriter()
{
    state_->discard = true;  // no end mark unless finish() wrote it
}

std::string TarWriter::member_name(const std::string& study, const std::string& series,
                                   const std::string& instance)
{
    for (const std::string& uid : {study, series, instance}) {
        if (!dicom::is_valid_uid(uid)) {
            throw Error(ErrorKind::data, "naming a tar member: the object has no valid UIDs");
        }
    }
    return fmt::format("{}/{}/{}.dcm", study, series, instance);
}

void TarWriter::add(const std::string& member, std::span<const std::byte> head, const Content& body,
                    std::uint64_t offset)
{
    if (!is_printable_ascii(member)) {
        throw Error(ErrorKind::data, "naming a tar member: not printable ASCII");
    }
    const std::unique_ptr<archive_entry, EntryDeleter> entry{archive_entry_new()};
    archive_entry_set_pathname(entry.get(), member.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(),
                           static_cast<la_int64_t>(head.size() + body.size() - offset));
    state_->require(archive_write_header(state_->handle.get(), entry.get()) == ARCHIVE_OK);
    if (!head.empty()) {
        state_->write_data(head);
    }
    std::vector<std::byte> buffer(block_bytes);
    for (std::uint64_t at = offset; at < body.size();) {
        const std::size_t want =
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), body.size() - at));
        const std::size_t count = body.read_at(at, std::span{buffer}.first(want));
        if (count != want) {
            throw Error(ErrorKind::storage,
                        fmt::format("writing tar to {}: {} became shorter", state_->name, member));
        }
        state_->write_data(std::span{buffer}.first(count));
        at += count;
    }
    const bool done = archive_write_finish_entry(state_->handle.get()) == ARCHIVE_OK;
    state_->drain();
    state_->require(done);
}

void TarWriter::finish()
{
    const bool done = archive_write_close(state_->handle.get()) == ARCHIVE_OK;
    state_->drain();
    state_->require(done);
}

}  // namespace pacs::stream
