#pragma once

#include "archive/archive.hpp"
#include "archive/ingest.hpp"
#include "archive/ingest_job.hpp"
#include "archive/worker_pool.hpp"

#include <functional>
#include <optional>
#include <span>

namespace pacs::archive {

/// A Reception whose bytes go to a file in incoming/, to the scanner and the digest as they come. A
/// small object stays in memory: the thread that flushes it writes it in one go.
class FileReception final : public Reception {
public:
    using Submit = std::function<void(IngestJobPtr)>;
    using Space = std::function<std::optional<StoreResult>()>;

    /// `submit` takes the finished job; `space` says from time to time whether there is still room.
    FileReception(const Archive& archive, WorkerPool& digest_pool, Submit submit, Space space,
                  Announcement announcement);

    /// Makes ready for the data set.
    void open();
    /// Drops what came and is to come; `result` will be the answer.
    void refuse(StoreResult result);

    const StoreResult* refusal() const noexcept override;
    void write(std::span<const std::byte> bytes) override;
    void finish(std::function<void(const StoreResult&)> done) override;

private:
    void spill();

    const Archive& archive_;
    WorkerPool& digest_pool_;
    Submit submit_;
    Space space_;
    IngestJobPtr job_;
    std::optional<StoreResult> refusal_;
};

}  // namespace pacs::archive
