#include "retrieve/move_receiver.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "dicom/uid.hpp"
#include "net/peer_error.hpp"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <utility>

namespace pacs::retrieve {

namespace {

/// Whom the listener lets in, and in what it takes objects.
class Rules : public net::AcceptRules {
public:
    explicit Rules(const MoveReceiverOptions& options)
        : senders_(options.senders), syntaxes_(options.transfer_syntaxes)
    {
        called_aes = {options.title};
        classes.push_back({std::string{dicom::uids::verification}, {}, false});
        any_storage = true;
        max_window = {64, 64};
        access = [this](const net::AssociateRq& request, const net::Caller& caller) {
            return admission_of(request, caller);
        };
    }

    net::AnsweredContext answer(const net::ProposedContext& context,
                                const net::AssociateRq& request,
                                const net::Admission& admission) const override
    {
        net::ProposedContext taken = context;
        const bool storage = context.abstract_syntax != dicom::uids::verification;
        if (!syntaxes_.empty() && storage) {
            std::erase_if(taken.transfer_syntaxes, [this](const std::string& syntax) {
                return std::ranges::find(syntaxes_, syntax) == syntaxes_.end();
            });
        }
        return AcceptRules::answer(taken, request, admission);
    }

private:
    net::Admission admission_of(const net::AssociateRq& request, const net::Caller& caller) const
    {
        net::Admission admission;
        if (std::ranges::find(senders_, caller.host) == senders_.end()) {
            log::warning("{} called at {}, who is not the source: rejected",
                         log::printable(request.calling_ae), caller.host);
            admission.rejection.emplace();
            admission.rejection->reason = net::AssociateRj::calling_ae_not_recognised;
        }
        return admission;
    }

    std::vector<std::string> senders_;
    std::vector<std::string> syntaxes_;
};

/// An errand that waits for objects.
struct Entry {
    const Errand* errand = nullptr;
    Delivery* delivery = nullptr;
    std::function<void()> progress;
    std::size_t coming = 0;  ///< objects
};

}  // namespace

class MoveReceiver::Core : public net::Application {
public:
    explicit Core(const MoveReceiverOptions& options)
        : title(options.title), rules_(std::make_shared<Rules>(options))
    {
        net::ServerLimits limits;
        limits.idle_timeout = options.idle_timeout;
        limits.max_pdu_bytes = options.max_pdu_bytes;
        server_ = std::make_unique<net::Server>(std::span{&options.listen, 1}, *this, limits);
        server_->set_tls(options.tls);
        server_->start();
    }

    std::shared_ptr<const net::AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<net::Session> open(const net::Negotiated& negotiated) override;
    void on_closed(const net::AssociationReport& report) override
    {
        log::info("association of {} at {}: {} {}", log::printable(report.calling_ae),
                  report.peer_host, net::to_string(report.outcome), log::printable(report.detail));
    }

    Entry* add(Entry entry)
    {
        const std::scoped_lock lock{mutex_};
        return &entries_.emplace_back(std::move(entry));
    }
    void remove(const Entry* entry)
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return entry->coming == 0; });
        entries_.remove_if([&](const Entry& each) { return &each == entry; });
    }
    /// The errand that an instance belongs to: one that names it, else one that takes all there is.
    /// To be let go of again; nullptr: nobody waits for it.
    Entry* hold(const std::string& instance)
    {
        const std::scoped_lock lock{mutex_};
        auto found = std::ranges::find_if(
            entries_, [&](const Entry& each) { return each.delivery->asks_for(instance); });
        if (found == entries_.end()) {
            found = std::ranges::find_if(entries_, [](const Entry& each) {
                return each.errand->level != dicom::QueryLevel::instance;
            });
        }
        if (found == entries_.end()) {
            return nullptr;
        }
        ++found->coming;
        return &*found;
    }
    void let_go(Entry& entry)
    {
        {
            const std::scoped_lock lock{mutex_};
            --entry.coming;
        }
        changed_.notify_all();
    }
    net::ListenAddress address() const { return server_->addresses().front(); }
    void stop() { server_->stop(std::chrono::milliseconds{0}); }

    const std::string title;

private:
    std::shared_ptr<const Rules> rules_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Entry> entries_;
    std::unique_ptr<net::Server> server_;
};

namespace {

class Sink : public net::StoreSink {
public:
    Sink(MoveReceiver::Core& core, Entry& entry, const Arrival& arrival)
        : core_(core), entry_(entry), sink_(entry.delivery->begin(arrival))
    {
    }
    ~Sink() override
    {
        sink_.reset();
        core_.let_go(entry_);
    }
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;

    void write(std::span<const std::byte> bytes) override
    {
        try {
            sink_->write(bytes);
        } catch (const net::PeerError&) {
            throw;
        } catch (const Error& error) {  // else the rest would be read, however much it is
            throw net::PeerError(net::PeerFault::stopped, net::PeerStage::answer, error.what());
        }
        entry_.progress();
    }
    void finish(net::StoreReply reply) override
    {
        const Receipt receipt = sink_->finish();
        entry_.progress();
        reply(receipt.status, receipt.comment);
    }

private:
    MoveReceiver::Core& core_;
    Entry& entry_;
    std::unique_ptr<ObjectSink> sink_;
};

class StoreSession : public net::Session {
public:
    explicit StoreSession(MoveReceiver::Core& core) : core_(core) {}

    net::StoreDecision on_store(const net::StoreRequest& request,
                                const net::Context& context) override
    {
        Entry* entry = core_.hold(request.sop_instance);
        if (entry == nullptr) {
            return net::refuse_store(net::statuses::cannot_understand,
                                     "this instance was not asked for");
        }
        return {std::make_unique<Sink>(
                    core_, *entry,
                    Arrival{request.sop_class, request.sop_instance, context.transfer_syntax}),
                {},
                {}};
    }

private:
    MoveReceiver::Core& core_;
};

}  // namespace

std::unique_ptr<net::Session> MoveReceiver::Core::open(const net::Negotiated&)
{
    return std::make_unique<StoreSession>(*this);
}

MoveReceiver::MoveReceiver(const MoveReceiverOptions& options)
    : core_(std::make_unique<Core>(options))
{
}

MoveReceiver::~MoveReceiver()
{
    core_->stop();
}

net::ListenAddress MoveReceiver::address() const
{
    return core_->address();
}

const std::string& MoveReceiver::title() const noexcept
{
    return core_->title;
}

MoveReceiver::Waiting::Waiting(MoveReceiver& receiver, const Errand& errand, Delivery& delivery,
                               std::function<void()> progress)
    : core_(*receiver.core_), entry_(core_.add({&errand, &delivery, std::move(progress), 0}))
{
}

MoveReceiver::Waiting::~Waiting()
{
    core_.remove(static_cast<const Entry*>(entry_));
}

}  // namespace pacs::retrieve
