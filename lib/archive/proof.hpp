#pragma once

#include "archive/archive.hpp"
#include "archive/worker_pool.hpp"
#include "base/buffer_pool.hpp"
#include "dicom/part10.hpp"
#include "index/index.hpp"
#include "stream/content.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace pacs::archive {

/// Why something stored cannot be given out.
enum class StoredFault : std::uint8_t {
    none,
    missing,     ///< its file is not there
    unreadable,  ///< it cannot be opened or read
    changed,     ///< its size or digest is not that of the index, or it is no object any more
};
/// The reason of pacs-records(5): "unreadable"; empty for none.
std::string_view to_string(StoredFault fault) noexcept;

/// A stored object whose bytes were read to the end and have the size and SHA-256 that the index
/// has of them.
struct ProvenObject {
    index::StoredInstance stored;
    StoredFault fault = StoredFault::none;
    std::string message;      ///< of a fault; it may name local paths
    stream::Content content;  ///< the bytes that were proven, without a fault
    dicom::FileHead head;
};

/// Reads stored objects and proves them, several at once, each in pieces, so that a large one does
/// not hold up the others. One of at most 1 MiB is then in memory, as far as 64 MiB for all of them
/// reach: what was proven is what is sent. Of any other the file stays open, and what is read from
/// it next comes from the same file, whatever is put into its place meanwhile.
/// Memory: 256 KiB a thread, and what was proven and is still held. Thread-safe.
class Prover {
public:
    /// Called once, from a thread of the prover's; must not throw.
    using Done = std::function<void(ProvenObject&&)>;

    /// The archive must outlive it. 0 threads: as many as there are cores.
    explicit Prover(const Archive& archive, unsigned threads = 0);

    void prove(index::StoredInstance stored, Done done);

private:
    class Task;
    using TaskPtr = std::shared_ptr<Task>;
    void post(TaskPtr task);
    std::pair<TaskPtr, TaskPtr> take();
    void work();

    const Archive& archive_;
    BufferPool buffers_;
    const unsigned threads_;
    std::mutex mutex_;
    std::deque<TaskPtr> waiting_;
    unsigned busy_ = 0;  ///< threads
    WorkerPool pool_;    ///< last: it runs what was posted before it goes
};

}  // namespace pacs::archive
