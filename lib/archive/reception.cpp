#include "archive/reception.hpp"

#include "archive/placement.hpp"
#include "dicom/part10.hpp"
#include "dicom/transfer_syntax.hpp"
#include "index/attributes.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace pacs::archive {

namespace {

/// Objects up to this size are written by the thread that flushes them; larger ones go to disk and
/// digest in chunks of it while they come.
constexpr std::size_t chunk_bytes = std::size_t{128} * 1024;
/// The space is looked at each time so much came, and the kernel is asked to begin writing it to
/// disk; when the answer waits for that, it is asked after each chunk.
constexpr std::uint64_t stride_bytes = 8ULL << 20U;

/// A multiple of the stride was passed on the way from `before` to `now`.
bool passed_stride(std::uint64_t before, std::uint64_t now)
{
    return now / stride_bytes != before / stride_bytes;
}

}  // namespace

FileReception::FileReception(const Archive& archive, WorkerPool& digest_pool, Submit submit,
                             Space space, Announcement announcement)
    : archive_(archive),
      digest_pool_(digest_pool),
      submit_(std::move(submit)),
      space_(std::move(space)),
      job_(std::make_unique<IngestJob>())
{
    job_->announcement = std::move(announcement);
}

void FileReception::open()
{
    const Announcement& announcement = job_->announcement;
    const std::string head =
        dicom::make_file_head(announcement.sop_class_uid, announcement.sop_instance_uid,
                              announcement.transfer_syntax_uid);
    const auto bytes = std::as_bytes(std::span{head});
    job_->rest.assign(bytes.begin(), bytes.end());
    job_->scanner.emplace(dicom::TransferSyntax{announcement.transfer_syntax_uid},
                          index::wanted_tags());
}

const StoreResult* FileReception::refusal() const noexcept
{
    return refusal_ ? &*refusal_ : nullptr;
}

void FileReception::refuse(StoreResult result)
{
    refusal_ = std::move(result);
    job_->file.reset();
    job_->digest.reset();
    job_->rest = {};
}

void FileReception::write(std::span<const std::byte> bytes)
{
    if (refusal_) {
        return;
    }
    job_->scanner->feed(bytes);
    while (!bytes.empty() && !refusal_) {
        const std::size_t room = chunk_bytes - std::min(chunk_bytes, job_->rest.size());
        const auto part = bytes.first(std::min(room, bytes.size()));
        job_->rest.insert(job_->rest.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
        if (job_->rest.size() >= chunk_bytes) {
            spill();
        }
    }
}

void FileReception::finish(std::function<void(const StoreResult&)> done)
{
    job_->done = std::move(done);
    if (job_->scanner) {
        job_->scanner->finish();
    }
    if (refusal_) {
        job_->result = *refusal_;
        job_->decided = true;
    }
    submit_(std::move(job_));
}

// Writes the chunk that is full, and hands it to the digest.
void FileReception::spill()
{
    try {
        if (!job_->file) {
            job_->file.emplace(archive_.layout());
            job_->digest.emplace(digest_pool_);
        }
        const auto chunk = std::make_shared<const std::vector<std::byte>>(std::move(job_->rest));
        job_->rest = {};
        job_->rest.reserve(chunk_bytes);
        job_->digest->add(chunk);
        job_->file->write(*chunk);
        const bool stride = passed_stride(job_->file->size() - chunk->size(), job_->file->size());
        if (stride || archive_.durability() == Durability::flushed) {
            job_->file->start_flushing();
        }
        if (auto full = stride ? space_() : std::nullopt) {
            refuse(std::move(*full));
        }
    } catch (const std::exception& error) {
        refuse(failure(error.what()));
    }
}

}  // namespace pacs::archive
