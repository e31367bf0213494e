#include "base/log.hpp"
#include "net/server_core.hpp"
#include "net/tls_transport.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>

namespace pacs::net {

namespace {

/// Enough for the library's own frames many times over; deep work is the scanner's, which is
/// iterative. Only touched pages cost memory.
constexpr std::size_t stack_bytes = std::size_t{1} << 20U;
/// How long the answers of an application may take after the association is gone.
constexpr std::chrono::seconds reply_patience{60};

/// How long a client that fails in its handshake may take to read why.
constexpr std::chrono::milliseconds farewell_patience{500};

AssociationOutcome outcome_of(PeerFault fault) noexcept
{
    switch (fault) {
    case PeerFault::rejected: return AssociationOutcome::rejected;
    case PeerFault::aborted: return AssociationOutcome::aborted_by_peer;
    case PeerFault::timed_out: return AssociationOutcome::timed_out;
    case PeerFault::protocol_violation:
    case PeerFault::stopped: return AssociationOutcome::aborted_by_us;
    case PeerFault::tls_failed: return AssociationOutcome::tls_failed;
    case PeerFault::released: return AssociationOutcome::released;
    default: return AssociationOutcome::connection_lost;
    }
}

AssociationLimits limits_of(const Server::Core::Job& job)
{
    const auto& limits = job.limits;
    AssociationLimits result;
    result.negotiation_timeout = limits.negotiation_timeout;
    result.negotiation_deadline = Deadline{job.start + limits.negotiation_timeout};
    result.idle_timeout = limits.idle_timeout;
    result.max_pdu_bytes = limits.max_pdu_bytes;
    if (limits.association_timeout.count() > 0) {
        result.deadline = Deadline::after(limits.association_timeout);
    }
    return result;
}

void describe(AssociationReport& report, const Negotiated& seen)
{
    report.calling_ae = seen.calling_ae;
    report.called_ae = seen.called_ae;
    report.peer_implementation_uid = seen.peer_implementation_uid;
    report.peer_implementation_version = seen.peer_implementation_version;
    report.peer_max_pdu_bytes = seen.peer_max_pdu_bytes;
    report.tls = seen.tls;
    report.node = seen.admission.node;
    report.user = seen.admission.user;
    report.window = seen.window;
    report.contexts_proposed = seen.contexts.size();
    report.contexts_accepted = static_cast<std::size_t>(
        std::count_if(seen.contexts.begin(), seen.contexts.end(),
                      [](const Context& context) { return context.accepted(); }));
}

void* thread_main(void* argument)
{
    const std::unique_ptr<Server::Core::Job> job{static_cast<Server::Core::Job*>(argument)};
    job->core->serve(*job);
    return nullptr;
}

}  // namespace

bool start_thread(std::unique_ptr<Server::Core::Job>& job)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    pthread_t thread{};
    const int error = pthread_create(&thread, &attributes, &thread_main, job.get());
    pthread_attr_destroy(&attributes);
    if (error != 0) {
        return false;
    }
    (void)job.release();  // NOLINT(bugprone-unused-return-value): the thread owns it now
    return true;
}

void Server::Core::enter(const std::shared_ptr<ReplyQueue>& replies)
{
    const std::lock_guard lock{mutex};
    serving.insert(replies);
}

void Server::Core::leave(const std::shared_ptr<ReplyQueue>& replies)
{
    const std::lock_guard lock{mutex};
    serving.erase(replies);
    changed.notify_all();
}

void Server::Core::finish_replies(ReplyQueue& replies)
{
    const auto until = Deadline::after(reply_patience);
    while (replies.outstanding() > 0 && !until.expired()) {
        replies.wait(until);
        for (const auto& reply : replies.take()) {
            replies.settle(reply.response, false);
        }
    }
}

std::unique_ptr<Transport> Server::Core::open_transport(Job& job) const
{
    auto plain = std::make_unique<TcpTransport>(
        std::move(job.connection), StopPolicy{hard_stop.get(), std::chrono::milliseconds{0}});
    if (!job.secure) {
        return plain;
    }
    if (!job.tls) {
        throw PeerError(PeerFault::tls_failed, PeerStage::secure,
                        "securing a connection: there is no certificate to show");
    }
    auto secured = std::make_unique<TlsTransport>(std::move(plain), job.tls);
    try {
        secured->handshake(Deadline{job.start + job.limits.negotiation_timeout});
    } catch (const PeerError&) {
        secured->close_gently(Deadline::after(farewell_patience));
        throw;
    }
    return secured;
}

void Server::Core::serve(Job& job)
{
    auto& report = job.report;
    const auto host = report.peer_host;
    Negotiated seen;
    std::unique_ptr<Association> association;
    std::shared_ptr<ReplyQueue> replies;
    std::unique_ptr<Session> session;
    const auto end = [&](AssociationOutcome outcome, std::string detail) {
        report.outcome = outcome;
        report.detail = std::move(detail);
    };
    try {
        replies = std::make_shared<ReplyQueue>();
        auto transport = open_transport(job);
        association =
            Association::accept(std::move(transport), *application.policy(), limits_of(job), &seen);
        enter(replies);
        session = application.open(seen);
        const bool released = Worker{*association, *session, replies, job.limits, stop}.run();
        end(released ? AssociationOutcome::released : AssociationOutcome::aborted_by_us,
            released ? "" : "the server stops");
    } catch (const PeerError& error) {
        end(outcome_of(error.fault()), error.what());
    } catch (const std::exception& error) {
        log::error("serving an association: {}", error.what());
        end(AssociationOutcome::aborted_by_us, error.what());
    }
    if (association) {
        report.traffic = association->traffic();
        association.reset();  // aborts what was not released; the answers below have no use for it
    }
    if (replies) {
        replies->end_events();
        finish_replies(*replies);
        report.operations = replies->counts();
        session.reset();
        leave(replies);
    }
    describe(report, seen);
    report.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(Deadline::Clock::now() - job.start);
    application.on_closed(report);
    dismiss(host);
}

}  // namespace pacs::net
