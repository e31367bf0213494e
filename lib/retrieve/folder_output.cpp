#include "archive/object_check.hpp"
#include "archive/worker_pool.hpp"
#include "base/digest.hpp"
#include "base/digest_pair.hpp"
#include "base/error.hpp"
#include "retrieve/chunk_store.hpp"
#include "retrieve/new_file.hpp"
#include "retrieve/output.hpp"
#include "storage/folders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace pacs::retrieve {

namespace {

namespace fs = std::filesystem;

/// What is handed on at once. An object no longer than this goes to its file in one write.
constexpr std::size_t chunk_bytes = std::size_t{1} << 20U;
/// Chunks that wait to be written hold no more than this; who brings more waits.
constexpr std::size_t budget_bytes = std::size_t{24} << 20U;

class FolderOutput;

/// One object: its chunks are digested and written in their order by the threads of the pool, one
/// at a time, while further ones come. One that is no longer than a chunk may be done beside
/// another.
class ObjectFile : public std::enable_shared_from_this<ObjectFile> {
public:
    explicit ObjectFile(FolderOutput& output) : output_(output) {}

    void add(Chunk chunk);
    void finish(Chunk rest, const dicom::DataSet& header, std::function<void(Kept&&)> done);
    void abandon();
    bool failed() const noexcept { return failed_; }
    std::string why() const
    {
        const std::scoped_lock lock{mutex_};
        return kept_.message;
    }

    // of an object in one chunk
    std::span<const std::byte> whole() const noexcept { return chunks_.front(); }
    void place_whole(const Sha256Value& digest);

private:
    friend class FolderOutput;
    void post(Chunk chunk, bool last);
    void run();
    void write(const Chunk& chunk);
    void place(const Sha256Value& digest);
    void settle_name(const fs::path& path);
    void fail(const std::string& why, bool all);

    FolderOutput& output_;
    mutable std::mutex mutex_;
    std::deque<Chunk> chunks_;  ///< the first is being taken
    bool begun_ = false;
    bool last_ = false;  ///< no more will come
    bool abandoned_ = false;
    std::atomic<bool> failed_{false};

    // touched by whoever runs
    std::unique_ptr<NewFile> file_;
    Sha256 digest_;
    fs::path name_;  ///< relative
    std::function<void(Kept&&)> done_;
    Kept kept_;
};

class FolderOutput : public Output {
public:
    explicit FolderOutput(FolderOptions options);

    std::unique_ptr<Keeper> begin() override;
    std::optional<Kept> existing(const storage::InstanceUids& uids) override;
    void settle() override;
    void finish() override {}
    std::string failure() const override;

private:
    friend class ObjectFile;
    friend class FolderKeeper;
    void post_whole(std::shared_ptr<ObjectFile> object);
    std::shared_ptr<ObjectFile> next_whole();
    void take_whole();
    void fail(const std::string& why);
    bool is_full() const;
    void flush_names(const std::shared_ptr<ObjectFile>& object);
    void flush_group(std::vector<std::shared_ptr<ObjectFile>>& group);
    void tell(ObjectFile& object);

    FolderOptions options_;
    bool nameless_ = false;
    std::unique_ptr<storage::Folders> folders_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t open_ = 0;  ///< objects that finish() was called for and that are not told
    std::string failure_;
    ChunkStore chunks_{budget_bytes};
    std::deque<std::shared_ptr<ObjectFile>> whole_;   ///< objects in one chunk that wait
    std::vector<std::shared_ptr<ObjectFile>> named_;  ///< wait for a flush of their folders
    bool flushing_ = false;
    SpaceGuard space_;
    archive::WorkerPool pool_;  ///< the last: its threads use all the others
};

class FolderKeeper : public Keeper {
public:
    explicit FolderKeeper(FolderOutput& output)
        : output_(output),
          object_(std::make_shared<ObjectFile>(output)),
          chunk_(output.chunks_.take())
    {
    }
    ~FolderKeeper() override
    {
        if (object_) {
            object_->abandon();
        }
    }
    FolderKeeper(const FolderKeeper&) = delete;
    FolderKeeper& operator=(const FolderKeeper&) = delete;

    void write(std::span<const std::byte> bytes) override
    {
        while (!bytes.empty()) {
            const auto part = bytes.first(std::min(bytes.size(), chunk_bytes - chunk_.size()));
            chunk_.insert(chunk_.end(), part.begin(), part.end());
            bytes = bytes.subspan(part.size());
            if (chunk_.size() == chunk_bytes) {
                object_->add(std::exchange(chunk_, output_.chunks_.take()));
            }
        }
    }
    bool failed() const noexcept override { return object_ == nullptr || object_->failed(); }
    std::string why() const override { return object_ == nullptr ? "" : object_->why(); }
    void keep(const dicom::DataSet& header, std::function<void(Kept&&)> done) override
    {
        std::exchange(object_, nullptr)->finish(std::move(chunk_), header, std::move(done));
    }

private:
    FolderOutput& output_;
    std::shared_ptr<ObjectFile> object_;
    Chunk chunk_;
};

void ObjectFile::add(Chunk chunk)
{
    post(std::move(chunk), false);
}

void ObjectFile::finish(Chunk rest, const dicom::DataSet& header, std::function<void(Kept&&)> done)
{
    {
        const std::scoped_lock lock{output_.mutex_};
        ++output_.open_;
    }
    {
        const std::scoped_lock lock{mutex_};
        name_ = output_.options_.naming.name_of(header);
        done_ = std::move(done);
    }
    post(std::move(rest), true);
}

void ObjectFile::abandon()
{
    const std::scoped_lock lock{mutex_};
    abandoned_ = true;
}

void ObjectFile::post(Chunk chunk, bool last)
{
    output_.chunks_.reserve(chunk.size());
    const std::scoped_lock lock{mutex_};
    chunks_.push_back(std::move(chunk));
    last_ = last;
    if (last && !begun_) {
        output_.post_whole(shared_from_this());
    } else if (chunks_.size() == 1) {
        output_.pool_.post([self = shared_from_this()] { self->run(); });
    }
    begun_ = true;
}

void ObjectFile::run()
{
    std::unique_lock lock{mutex_};
    while (!chunks_.empty()) {
        const bool wanted = !abandoned_ && !failed_;
        Chunk& chunk = chunks_.front();  // a deque leaves it where it is
        lock.unlock();
        if (wanted) {
            write(chunk);
            digest_.update(chunk);
        }
        output_.chunks_.release(std::move(chunk));
        lock.lock();
        chunks_.pop_front();
    }
    if (last_) {
        lock.unlock();
        place(digest_.finish());
    }
}

void ObjectFile::place_whole(const Sha256Value& digest)
{
    write(chunks_.front());
    output_.chunks_.release(std::move(chunks_.front()));
    place(digest);
}

void ObjectFile::write(const Chunk& chunk)
{
    bool room = false;
    try {
        output_.space_.announce(chunk.size());
        room = true;
        if (file_ == nullptr) {
            file_ = std::make_unique<NewFile>(output_.options_.folder, output_.nameless_);
        }
        file_->write(chunk);
        kept_.size += chunk.size();
    } catch (const Error& error) {
        file_.reset();  // gives back the room that it took; others may find enough then
        fail(error.what(), room || output_.is_full());
    }
}

/// `all`: nothing more can be written, of whatever object.
void ObjectFile::fail(const std::string& why, bool all)
{
    {
        const std::scoped_lock lock{mutex_};
        kept_.message = why;
    }
    failed_ = true;
    if (all) {
        output_.fail(why);
    }
}

/// All of it is in the file: gives it its name, then its folders their flush.
void ObjectFile::place(const Sha256Value& digest)
{
    kept_.sha256 = to_hex(digest);
    const fs::path path = output_.options_.folder / name_;
    try {
        if (!failed_ && output_.options_.flush) {
            file_->flush();
        }
    } catch (const Error& error) {
        fail(error.what(), true);
    }
    try {
        if (!failed_) {
            settle_name(path);
        }
    } catch (const Error& error) {
        kept_.message = error.what();
    }
    file_.reset();
    if (kept_.kind == KeptKind::kept && output_.options_.flush) {
        output_.flush_names(shared_from_this());
    } else {
        output_.tell(*this);
    }
}

void ObjectFile::settle_name(const fs::path& path)
{
    output_.folders_->make(path.parent_path());
    kept_.path = path.string();
    if (file_->publish(path)) {
        kept_.kind = KeptKind::kept;
        return;
    }
    const fs::path ours = file_->readable();
    if (archive::same_bytes(path, ours) || archive::same_data_set(path, ours)) {
        kept_.kind = KeptKind::exists;
    } else if (output_.options_.replace) {
        file_->replace(path);
        kept_.kind = KeptKind::kept;
    } else {
        kept_.kind = KeptKind::conflict;
        kept_.message = "another object is there: " + path.string();
    }
}

/// Those who flush wait for the disk most of their time.
unsigned threads_for(const FolderOptions& options)
{
    constexpr unsigned most = 8;
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const unsigned usual = std::min(most, options.flush ? 2 * cores : cores);
    return options.threads > 0 ? options.threads : usual;
}

FolderOutput::FolderOutput(FolderOptions options)
    : options_(std::move(options)),
      space_(options_.folder, options_.min_free),
      pool_(threads_for(options_))
{
    std::error_code error;
    const bool made = fs::create_directories(options_.folder, error);
    if (error) {
        throw Error(ErrorKind::storage,
                    fmt::format("making folder {}: {}", options_.folder.string(), error.message()));
    }
    if (made && options_.flush) {
        flush_folder(fs::absolute(options_.folder).lexically_normal().parent_path());
    }
    nameless_ = NewFile::can_be_nameless(options_.folder);
    folders_ = std::make_unique<storage::Folders>(options_.folder);
}

std::unique_ptr<Keeper> FolderOutput::begin()
{
    return std::make_unique<FolderKeeper>(*this);
}

std::optional<Kept> FolderOutput::existing(const storage::InstanceUids& uids)
{
    if (!options_.naming.by_uids_only()) {
        return std::nullopt;
    }
    const fs::path path = options_.folder / options_.naming.name_of(uids);
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(path, error))) {
        return std::nullopt;
    }
    const archive::CheckedFile found = archive::check_file(path);
    if (found.objection || found.record.instance_uid != uids.instance ||
        found.record.study_uid != uids.study || found.record.series_uid != uids.series) {
        return std::nullopt;
    }
    Kept kept;
    kept.kind = KeptKind::exists;
    kept.path = path.string();
    kept.size = found.size;
    kept.sha256 = found.sha256;
    return kept;
}

void FolderOutput::settle()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return open_ == 0; });
}

std::string FolderOutput::failure() const
{
    const std::scoped_lock lock{mutex_};
    return failure_;
}

void FolderOutput::fail(const std::string& why)
{
    const std::scoped_lock lock{mutex_};
    failure_ = failure_.empty() ? why : failure_;
}

bool FolderOutput::is_full() const
{
    try {
        return space_.lacking();
    } catch (const Error&) {
        return true;
    }
}

void FolderOutput::post_whole(std::shared_ptr<ObjectFile> object)
{
    {
        const std::scoped_lock lock{mutex_};
        whole_.push_back(std::move(object));
    }
    pool_.post([this] { take_whole(); });
}

std::shared_ptr<ObjectFile> FolderOutput::next_whole()
{
    const std::scoped_lock lock{mutex_};
    if (whole_.empty()) {
        return nullptr;
    }
    auto object = std::move(whole_.front());
    whole_.pop_front();
    return object;
}

/// The next object in one chunk, and where it comes to two that wait, both: their digests take less
/// time in step than one after the other.
void FolderOutput::take_whole()
{
    const auto first = next_whole();
    if (first == nullptr) {  // somebody took two
        return;
    }
    const auto second = next_whole();
    if (second == nullptr) {
        first->place_whole(Sha256::of(first->whole()));
        return;
    }
    const auto digests = sha256_of_both(first->whole(), second->whole());
    pool_.post([second, digest = digests[1]] { second->place_whole(digest); });
    first->place_whole(digests[0]);
}

/// Flushing a folder costs as much as flushing a file: whoever finds nobody at it flushes for all
/// that have come meanwhile.
void FolderOutput::flush_names(const std::shared_ptr<ObjectFile>& object)
{
    std::unique_lock lock{mutex_};
    named_.push_back(object);
    if (flushing_) {
        return;
    }
    flushing_ = true;
    while (!named_.empty()) {
        auto group = std::exchange(named_, {});
        lock.unlock();
        flush_group(group);
        lock.lock();
    }
    flushing_ = false;
}

void FolderOutput::flush_group(std::vector<std::shared_ptr<ObjectFile>>& group)
{
    std::set<fs::path> folders;
    for (const auto& object : group) {
        folders.insert(fs::path{object->kept_.path}.parent_path());
    }
    std::string why;
    for (const fs::path& folder : folders) {
        try {
            folders_->flush(folder);
        } catch (const Error& error) {
            why = error.what();
            fail(why);
        }
    }
    for (const auto& object : group) {
        if (!why.empty()) {
            object->kept_.kind = KeptKind::failed;
            object->kept_.message = why;
        }
        tell(*object);
    }
}

void FolderOutput::tell(ObjectFile& object)
{
    object.done_(std::move(object.kept_));
    object.done_ = nullptr;
    {
        const std::scoped_lock lock{mutex_};
        --open_;
    }
    changed_.notify_all();
}

}  // namespace

std::unique_ptr<Output> folder_output(FolderOptions options)
{
    return std::make_unique<FolderOutput>(std::move(options));
}

}  // namespace pacs::retrieve
