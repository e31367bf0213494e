#include "daemon/commitment_service.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "daemon/commitment_check.hpp"
#include "daemon/commitment_statuses.hpp"
#include "dicom/uid.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace pacs::daemon {

namespace {

/// Disks are read by one, peers may be slow to answer the other.
constexpr unsigned workers = 2;
/// How long a read-back that could not be reported is believed, and the most that is remembered.
constexpr std::chrono::minutes result_age{10};
constexpr std::uint64_t result_instances = 1'000;

std::int64_t now_ms()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

net::Response respond(const net::ActionRequest& request, const net::StatusRule& rule,
                      std::string comment = {})
{
    return net::Response::to(request, rule.status, std::move(comment));
}

}  // namespace

CommitmentService::CommitmentService(const archive::Archive& archive,
                                     const CommitmentOptions& options, FindPeer find_peer)
    : archive_(archive),
      folder_(archive.layout().commitments()),
      options_(options),
      find_peer_(std::move(find_peer)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!stop_) {
        throw Error(ErrorKind::storage, "preparing storage commitment: no descriptor left");
    }
    for (auto& kept : folder_.list()) {
        const std::string name = kept.name;
        entries_.emplace(name, Entry{std::move(kept), Clock::now()});
    }
    if (!entries_.empty()) {
        log::info("{} requests for storage commitment are to be reported on", entries_.size());
    }
    for (unsigned i = 0; i < workers; ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

CommitmentService::~CommitmentService()
{
    stop();
}

void CommitmentService::stop() noexcept
{
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    ::eventfd_write(stop_.get(), 1);
    changed_.notify_all();
    threads_.clear();  // joins
}

bool CommitmentService::stopping() const
{
    const std::lock_guard lock{mutex_};
    return stopping_;
}

std::uint64_t CommitmentService::pending() const
{
    const std::lock_guard lock{mutex_};
    return entries_.size();
}

void CommitmentService::reconfigure(const CommitmentOptions& options, FindPeer find_peer)
{
    const std::lock_guard lock{mutex_};
    options_ = options;
    find_peer_ = std::move(find_peer);
    for (auto& [name, entry] : entries_) {
        entry.due = Clock::now();
    }
    changed_.notify_all();
}

net::Response CommitmentService::answer(const net::ActionRequest& request,
                                        const net::Context& context,
                                        const net::Negotiated& negotiated, const std::string& data)
{
    if (request.sop_instance != dicom::uids::storage_commitment_instance) {
        return respond(request, commitment_statuses::other_instance);
    }
    if (request.action_type != net::request_commitment_action) {
        return respond(request, commitment_statuses::other_action);
    }
    net::CommitmentRequest asked;
    try {
        asked = net::parse_commitment_request(data, context.transfer_syntax);
    } catch (const Error& error) {
        return respond(request, commitment_statuses::bad_request, error.what());
    }
    auto response = respond(request, take(asked, negotiated));
    if (response.status.success()) {
        response.action_type = request.action_type;
    }
    return response;
}

const net::StatusRule& CommitmentService::take(const net::CommitmentRequest& asked,
                                               const net::Negotiated& negotiated)
{
    PendingCommitment kept;
    kept.transaction_uid = asked.transaction_uid;
    kept.requestor = negotiated.calling_ae;
    kept.called = negotiated.called_ae;
    kept.peer = negotiated.peer_host;
    kept.requested_ms = now_ms();
    kept.name = CommitmentFolder::name_of(kept);
    const std::lock_guard lock{mutex_};
    if (const auto known = entries_.find(kept.name); known != entries_.end()) {
        return folder_.references(known->second.request) == asked.references
                   ? commitment_statuses::taken
                   : commitment_statuses::bad_request;
    }
    const auto same =
        static_cast<std::uint64_t>(std::ranges::count_if(entries_, [&](const auto& each) {
            return each.second.request.requestor == kept.requestor;
        }));
    if (entries_.size() >= options_.max_pending || same >= options_.max_pending_per_requestor) {
        return commitment_statuses::too_many;
    }
    folder_.keep(kept, asked);
    const std::string name = kept.name;
    entries_.emplace(name, Entry{std::move(kept), Clock::now()});
    changed_.notify_one();
    return commitment_statuses::taken;
}

void CommitmentService::opened(const net::Negotiated& negotiated,
                               const std::shared_ptr<net::EventOutbox>& events)
{
    const auto* context = negotiated.find(dicom::uids::storage_commitment);
    if (context == nullptr || !context->requestor_scu) {
        return;
    }
    const std::lock_guard lock{mutex_};
    lines_.emplace(negotiated.calling_ae,
                   CommitmentLine{events, context->id, context->transfer_syntax});
    for (auto& [name, entry] : entries_) {
        if (entry.request.requestor == negotiated.calling_ae) {
            entry.due = Clock::now();
            entry.recalled = entry.busy;
        }
    }
    changed_.notify_all();
}

void CommitmentService::closed(const std::shared_ptr<net::EventOutbox>& events) noexcept
{
    const std::lock_guard lock{mutex_};
    std::erase_if(lines_, [&](const auto& each) { return each.second.events == events; });
}

CommitmentService::Entry* CommitmentService::next_due(std::unique_lock<std::mutex>& lock)
{
    while (!stopping_) {
        Entry* next = nullptr;
        for (auto& [name, entry] : entries_) {
            if (!entry.busy && (next == nullptr || entry.due < next->due)) {
                next = &entry;
            }
        }
        if (next == nullptr) {
            changed_.wait(lock);
        } else if (next->due <= Clock::now()) {
            next->busy = true;
            return next;
        } else {
            const auto due = next->due;  // the entry may go while we wait
            changed_.wait_until(lock, due);
        }
    }
    return nullptr;
}

void CommitmentService::run()
{
    std::unique_lock lock{mutex_};
    while (Entry* entry = next_due(lock)) {
        const PendingCommitment request = entry->request;
        auto result = entry->result;
        lock.unlock();
        CommitmentDelivery delivery;
        try {
            if (!result) {
                result = read_back(request);
            }
            if (result) {
                delivery = deliver(request, *result);
            }
        } catch (const std::exception& error) {
            delivery.message = error.what();
        }
        lock.lock();
        settle(*entry, result, delivery);
    }
}

/// nullptr: stopped before the end.
std::shared_ptr<const net::CommitmentResult> CommitmentService::read_back(
    const PendingCommitment& request) const
{
    auto result = check_commitment(archive_, request.transaction_uid, folder_.references(request),
                                   [this] { return stopping(); });
    return result ? std::make_shared<const net::CommitmentResult>(std::move(*result)) : nullptr;
}

CommitmentDelivery CommitmentService::deliver(const PendingCommitment& request,
                                              const net::CommitmentResult& result)
{
    std::optional<CommitmentLine> line;
    std::optional<CommitmentPeer> peer;
    CommitmentOptions options;
    {
        const std::lock_guard lock{mutex_};
        options = options_;
        const auto [first, last] = lines_.equal_range(request.requestor);
        if (first != last) {
            line = std::prev(last)->second;  // the latest
        }
        peer = find_peer_ ? find_peer_(request.requestor) : std::nullopt;
    }
    if (line) {
        auto delivery =
            deliver_on_line(*line, result, options.answer_timeout, [this] { return stopping(); });
        if (delivery.heard || !peer) {
            return delivery;
        }
    }
    if (!peer) {
        CommitmentDelivery delivery;
        delivery.message = "nothing says where it listens, and it is not associated";
        return delivery;
    }
    peer->request.stop = {stop_.get(), std::chrono::milliseconds{0}};
    return deliver_by_call(*peer, request.called, result);
}

/// With the mutex.
void CommitmentService::settle(Entry& entry,
                               const std::shared_ptr<const net::CommitmentResult>& result,
                               const CommitmentDelivery& delivery)
{
    entry.busy = false;
    if (stopping_ && !delivery.heard) {
        return;  // the next run of the daemon reports
    }
    ++entry.attempts;
    const auto age = std::chrono::milliseconds{now_ms() - entry.request.requested_ms};
    if (delivery.heard || age > options_.retry) {
        finish(entry, result, delivery);
        return;
    }
    remember(entry, result);
    entry.due = std::exchange(entry.recalled, false) ? Clock::now()
                                                     : Clock::now() + delay_after(entry.attempts);
    log::write(entry.attempts == 1 ? log::Level::warning : log::Level::info,
               "reporting on storage commitment to " + log::printable(entry.request.requestor) +
                   ": " + log::printable(delivery.message) + "; it is tried again");
}

/// Reading all again before every attempt would keep disks busy for a peer that is down.
void CommitmentService::remember(Entry& entry,
                                 const std::shared_ptr<const net::CommitmentResult>& result) const
{
    if (result != entry.result) {
        entry.read_back = Clock::now();
    }
    const bool fresh = Clock::now() - entry.read_back < result_age;
    entry.result = fresh && entry.request.instances <= result_instances ? result : nullptr;
}

std::chrono::milliseconds CommitmentService::delay_after(unsigned attempts) const
{
    auto delay = options_.first_delay;
    for (unsigned i = 1; i < attempts && delay < options_.longest_delay; ++i) {
        delay *= 2;
    }
    return std::min(delay, options_.longest_delay);
}

/// With the mutex; the entry is gone afterwards.
void CommitmentService::finish(const Entry& entry,
                               const std::shared_ptr<const net::CommitmentResult>& result,
                               const CommitmentDelivery& delivery)
{
    log::write_record(commitment_record(entry.request, result.get(), delivery, entry.attempts));
    try {
        folder_.forget(entry.request);
    } catch (const Error& error) {
        log::error("{}; it is reported on again after a restart", error.what());
    }
    const std::string name = entry.request.name;
    entries_.erase(name);
}

}  // namespace pacs::daemon
