#include "archive/proof.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/ordered_work.hpp"
#include "stream/object_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace pacs::archive {

namespace {

/// What travels faster from memory, beside its command, than from the file.
constexpr std::uint64_t small_bytes = 16ULL << 10U;
/// What one thread reads before the next task has its turn.
constexpr std::uint64_t turn_bytes = 8ULL << 20U;
constexpr std::size_t buffer_bytes = std::size_t{256} << 10U;

std::span<std::byte> thread_buffer()
{
    thread_local std::vector<std::byte> buffer(buffer_bytes);
    return buffer;
}

}  // namespace

std::string_view to_string(StoredFault fault) noexcept
{
    switch (fault) {
    case StoredFault::none: return {};
    case StoredFault::missing: return "not_found";
    case StoredFault::unreadable: return "unreadable";
    case StoredFault::changed: return "altered";
    }
    return "unknown";
}

/// One object, read turn by turn; shared by the tasks that follow each other.
class Prover::Task : public std::enable_shared_from_this<Prover::Task> {
public:
    Task(Prover& prover, index::StoredInstance stored, Done done)
        : prover_(prover), done_(std::move(done))
    {
        object_.stored = std::move(stored);
    }

    void run() noexcept
    {
        try {
            if (opened_ || open()) {
                read();
            }
        } catch (const Error& error) {
            fail(StoredFault::unreadable, error.what());
        } catch (const std::exception& error) {
            fail(StoredFault::unreadable, error.what());
        }
        if (over_) {
            done_(std::move(object_));
        } else {
            prover_.pool_.post([self = shared_from_this()] { self->run(); });
        }
    }

private:
    std::filesystem::path path() const
    {
        const index::StoredInstance& stored = object_.stored;
        return prover_.archive_.layout().object(
            {stored.study_uid, stored.series_uid, stored.instance_uid});
    }

    void fail(StoredFault fault, std::string message)
    {
        over_ = true;
        object_.fault = fault;
        object_.message = std::move(message);
        object_.content = {};
    }

    bool open()
    {
        const std::filesystem::path file = path();
        std::error_code error;
        if (!std::filesystem::exists(file, error) && !error) {
            fail(StoredFault::missing, fmt::format("reading {}: it is not there", file.string()));
            return false;
        }
        object_.content = stream::Content::of_file(file);
        opened_ = true;
        offset_ = 0;
        return true;
    }

    void read()
    {
        stream::Content& content = object_.content;
        if (content.size() != object_.stored.size) {
            differs(
                fmt::format("{} bytes where {} were stored", content.size(), object_.stored.size));
            return;
        }
        if (content.size() <= small_bytes) {
            content = stream::Content::of_memory(content.read_from(0));
            digest_.update(content.memory());
            offset_ = content.size();
        }
        const std::uint64_t end = std::min(content.size(), offset_ + turn_bytes);
        while (offset_ < end) {
            const auto part = thread_buffer().first(
                static_cast<std::size_t>(std::min<std::uint64_t>(buffer_bytes, end - offset_)));
            if (content.read_at(offset_, part) != part.size()) {
                differs("it became shorter");
                return;
            }
            digest_.update(part);
            offset_ += part.size();
        }
        if (offset_ == content.size()) {
            judge();
        }
    }

    void judge()
    {
        if (to_hex(digest_.finish()) != object_.stored.sha256) {
            differs("its digest is not that of the index");
            return;
        }
        try {
            object_.head = stream::read_file_head(object_.content);
            over_ = true;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::storage) {
                throw;
            }
            fail(StoredFault::changed, error.what());
        }
    }

    /// The file is not what the index said when it was asked: another object may have been put into
    /// its place since, and that one is as good.
    void differs(const std::string& how)
    {
        auto now = prover_.archive_.index().find(object_.stored.instance_uid);
        if (now && now->sha256 != object_.stored.sha256 && !asked_again_) {
            asked_again_ = true;
            object_.stored = std::move(*now);
            object_.content = {};
            digest_ = Sha256{};
            opened_ = false;
            return;
        }
        fail(StoredFault::changed, fmt::format("reading {}: {}", path().string(), how));
    }

    Prover& prover_;
    Done done_;
    ProvenObject object_;
    Sha256 digest_;
    std::uint64_t offset_ = 0;
    bool opened_ = false;
    bool asked_again_ = false;
    bool over_ = false;
};

Prover::Prover(const Archive& archive, unsigned threads)
    : archive_(archive), pool_(threads_or_cores(threads))
{
}

void Prover::prove(index::StoredInstance stored, Done done)
{
    pool_.post([task = std::make_shared<Task>(*this, std::move(stored), std::move(done))] {
        task->run();
    });
}

}  // namespace pacs::archive
