#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "retrieve/output.hpp"
#include "stream/tar_writer.hpp"

#include <poll.h>

#include <csignal>
#include <mutex>
#include <optional>
#include <utility>

namespace pacs::retrieve {

namespace {

class TarOutput : public Output {
public:
    TarOutput(int fd, Naming naming, const DiskShare& min_free)
        : fd_(fd), naming_(std::move(naming)), min_free_(min_free), tar_(fd, "standard output")
    {
    }

    std::unique_ptr<Keeper> begin() override;
    std::optional<Kept> existing(const storage::InstanceUids&) override { return std::nullopt; }
    void settle() override {}
    void finish() override
    {
        const std::scoped_lock lock{mutex_};
        if (failure_.empty()) {  // else the end mark would say that it is whole
            tar_.finish();
        }
    }
    std::string failure() const override
    {
        const std::scoped_lock lock{mutex_};
        return failure_;
    }

    void add(Kept& kept, const stream::Content& content)
    {
        const std::scoped_lock lock{mutex_};
        try {
            if (!failure_.empty()) {
                throw Error(ErrorKind::storage, failure_);
            }
            tar_.add(kept.member, {}, content);
            kept.kind = KeptKind::kept;
        } catch (const Error& error) {
            if (failure_.empty()) {
                failure_ = error.what();
                stop_if_closed();
            }
            kept.message = error.what();
        }
    }
    const Naming& naming() const noexcept { return naming_; }
    const DiskShare& min_free() const noexcept { return min_free_; }

private:
    /// A pipe that nobody reads any more ends the run as SIGPIPE would: quietly.
    void stop_if_closed() const
    {
        pollfd output{fd_, POLLOUT, 0};
        if (::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0) {
            StopFlag::instance().raise(SIGPIPE);
        }
    }

    int fd_;
    Naming naming_;
    DiskShare min_free_;
    mutable std::mutex mutex_;
    stream::TarWriter tar_;
    std::string failure_;
};

/// An object that is no longer than this is not spooled to a file.
constexpr std::size_t memory_bytes = std::size_t{1} << 20U;

class TarKeeper : public Keeper {
public:
    explicit TarKeeper(TarOutput& output)
        : output_(output), spool_(std::in_place, memory_bytes, output.min_free())
    {
    }

    void write(std::span<const std::byte> bytes) override
    {
        if (!kept_.message.empty()) {
            return;
        }
        try {
            spool_->append(bytes);
            digest_.update(bytes);
        } catch (const Error& error) {
            kept_.message = error.what();
            spool_.reset();  // gives back the room that it took
        }
    }
    bool failed() const noexcept override { return !kept_.message.empty(); }
    std::string why() const override { return kept_.message; }
    void keep(const dicom::DataSet& header, std::function<void(Kept&&)> done) override
    {
        if (kept_.message.empty()) {
            kept_.member = output_.naming().name_of(header);
            kept_.size = spool_->size();
            kept_.sha256 = to_hex(digest_.finish());
            output_.add(kept_, spool_->finish(kept_.member));
        }
        done(std::move(kept_));
    }

private:
    TarOutput& output_;
    std::optional<stream::Spool> spool_;
    Sha256 digest_;
    Kept kept_;
};

std::unique_ptr<Keeper> TarOutput::begin()
{
    return std::make_unique<TarKeeper>(*this);
}

}  // namespace

std::unique_ptr<Output> tar_output(int fd, Naming naming, const DiskShare& min_free)
{
    return std::make_unique<TarOutput>(fd, std::move(naming), min_free);
}

}  // namespace pacs::retrieve
