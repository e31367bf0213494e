#include "net/association.hpp"

#include "base/log.hpp"
#include "base/units.hpp"
#include "net/association_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::net {

namespace {

/// The ARTIM timer, PS3.8 9.1.5: how long a peer may take to close after our last PDU.
constexpr std::chrono::seconds artim{1};
/// How long a full send buffer may keep an A-ABORT from being written.
constexpr std::chrono::milliseconds abort_patience{200};

using Rep = Deadline::Clock::rep;

Rep now_ticks() noexcept
{
    return Deadline::Clock::now().time_since_epoch().count();
}

/// The words after "doing X: ".
std::string_view reason_of(std::string_view message) noexcept
{
    const auto colon = message.find(": ");
    return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

}  // namespace

Association::Core::Core(std::unique_ptr<Transport> connection,
                        const AssociationLimits& association_limits, bool is_requestor)
    : transport(std::move(connection)),
      limits(association_limits),
      requestor(is_requestor),
      reader(*transport)
{
    agreed.peer_host = transport->peer_host();
    agreed.peer_port = transport->peer_port();
    if (const auto* const tls = transport->tls()) {
        agreed.tls = *tls;
    }
    touch();
}

Action Association::Core::step(Event event, bool acceptable)
{
    const std::lock_guard lock{state_mutex};
    const auto next = transition(current, event, {requestor, acceptable});
    if (!next) {
        require_open();
        throw Error(ErrorKind::bug,
                    fmt::format("association with {}: event {} in state {}", peer_name(),
                                static_cast<int>(event), static_cast<int>(current)));
    }
    current = next->next;
    return next->action;
}

bool Association::Core::possible(Event event) const
{
    return transition(state(), event, {requestor, true}).has_value();
}

State Association::Core::state() const
{
    const std::lock_guard lock{state_mutex};
    return current;
}

void Association::Core::send_abort(const Abort& abort) noexcept
{
    if (over.exchange(true)) {
        return;
    }
    if (cannot_send) {
        transport->shutdown();
        return;
    }
    // a writer that is stuck in the middle of a message holds the mutex; cutting in would only
    // garble its PDU, so then the connection is just ended
    if (const std::unique_lock lock{write_mutex, std::try_to_lock}; lock) {
        try {
            const auto pdu = encode(abort);
            const Piece piece{std::as_bytes(std::span{pdu})};
            transport->write({&piece, 1}, Deadline::after(abort_patience));
        } catch (const std::exception&) {
            // the peer learns of it from the closed connection
            transport->shutdown();
        }
    } else {
        transport->shutdown();
    }
}

void Association::Core::close() noexcept
{
    over = true;
    transport->shutdown();
}

void Association::Core::close_gently() noexcept
{
    over = true;
    transport->close_gently(Deadline::after(artim));
}

std::string Association::Core::peer_name() const
{
    const auto& ae = requestor ? agreed.called_ae : agreed.calling_ae;
    const ListenAddress address{agreed.peer_host, agreed.peer_port};
    auto where = agreed.peer_host.empty() ? std::string{"peer"} : address.str();
    return ae.empty() ? where : fmt::format("{} at {}", log::printable(ae), where);
}

void Association::Core::fail(PeerFault fault, std::string_view reason, std::string hint)
{
    const bool connected = fault != PeerFault::aborted && fault != PeerFault::connection_lost;
    if (connected && !over && possible(Event::abort_request)) {
        (void)step(Event::abort_request);
        send_abort({Abort::service_user, Abort::not_specified});
        close_gently();
    } else {
        close();  // before the A-ASSOCIATE-RQ (Sta2) there is nothing to abort: AA-2
    }
    throw PeerError(fault, stage, fmt::format("{} {}: {}", to_string(stage), peer_name(), reason),
                    std::move(hint));
}

void Association::Core::violation(Event event, std::uint8_t abort_reason, std::string_view what)
{
    const auto action = step(event);
    if (action == Action::aa1) {
        send_abort({Abort::service_user, Abort::not_specified});
    } else {
        send_abort({Abort::service_provider, abort_reason});
    }
    close_gently();
    throw PeerError(PeerFault::protocol_violation, stage,
                    fmt::format("{} {}: protocol violation: {}", to_string(stage), peer_name(),
                                log::printable(what)));
}

void Association::Core::not_dicom(std::span<const std::byte> first_bytes)
{
    const auto protocol = guess_protocol(first_bytes);
    const auto action = step(Event::invalid_pdu);
    send_abort(action == Action::aa1 ? Abort{Abort::service_user, Abort::not_specified}
                                     : Abort{Abort::service_provider, Abort::unrecognised_pdu});
    close_gently();
    const auto what = protocol.empty() ? std::string{"the peer does not speak DICOM"}
                                       : fmt::format("the peer speaks {}, not DICOM", protocol);
    throw PeerError(PeerFault::not_dicom, stage,
                    fmt::format("{} {}: {}", to_string(stage), peer_name(), what),
                    "check the port");
}

std::string Association::Core::timeout_words() const
{
    if (limits.deadline.expired()) {
        return "timed out, the time for all of it is over";
    }
    return stage == PeerStage::negotiate || stage == PeerStage::release
               ? fmt::format("timed out, the negotiation limit of {} is over",
                             duration_value(limits.negotiation_timeout))
               : fmt::format("timed out, the idle limit of {} is over",
                             duration_value(limits.idle_timeout));
}

void Association::Core::broken(const PeerError& error)
{
    if (aborted_by_us) {
        throw PeerError(PeerFault::stopped, stage,
                        fmt::format("{} {}: we aborted", to_string(stage), peer_name()));
    }
    if (error.fault() == PeerFault::connection_lost && possible(Event::transport_closed)) {
        (void)step(Event::transport_closed);
    }
    fail(error.fault(), error.fault() == PeerFault::timed_out
                            ? timeout_words()
                            : std::string{reason_of(error.what())});
}

void Association::Core::write_broken(const PeerError& error)
{
    cannot_send = true;
    if (error.fault() == PeerFault::connection_lost && !aborted_by_us) {
        seek_abort();
    }
    broken(error);
}

void Association::Core::seek_abort()
{
    const ReadingScope scope{*this};
    if (!scope.mine()) {
        return;  // the thread that reads will find it
    }
    constexpr int most_pdus = 64;
    message_deadline = Deadline::after(abort_patience);
    try {
        for (int i = 0; i < most_pdus; ++i) {
            drop_pdu();
            (void)take_pdu();
        }
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::aborted) {
            throw;
        }
    }
}

void Association::Core::require_open()
{
    if (over) {
        throw PeerError(
            aborted_by_us ? PeerFault::stopped : PeerFault::connection_lost, stage,
            fmt::format("{} {}: the association is over", to_string(stage), peer_name()));
    }
}

Deadline Association::Core::idle_deadline() const
{
    return earliest(limits.deadline, Deadline::after(limits.idle_timeout));
}

void Association::Core::touch() noexcept
{
    last_activity.store(now_ticks(), std::memory_order_relaxed);
}

void Association::Core::progress(std::size_t bytes)
{
    constexpr std::size_t enough = std::size_t{64} * 1024;
    progress_bytes += bytes;
    if (progress_bytes >= enough) {
        progress_bytes = 0;
        message_deadline = idle_deadline();
    }
}

Association::Association(std::unique_ptr<Core> core) : core_(std::move(core)) {}

Association::~Association()
{
    if (!core_->over) {
        core_->abort({Abort::service_user, Abort::not_specified});
        core_->close_gently();
    }
}

void Association::set_deadline(Deadline deadline) noexcept
{
    core_->limits.deadline = deadline;
}

Deadline Association::deadline() const noexcept
{
    return core_->limits.deadline;
}

void Association::set_idle_timeout(std::chrono::milliseconds timeout) noexcept
{
    core_->limits.idle_timeout = timeout;
}

std::chrono::milliseconds Association::idle_timeout() const noexcept
{
    return core_->limits.idle_timeout;
}

void Association::touch() noexcept
{
    ++core_->touches;
    core_->touch();
}

std::uint64_t Association::touches() const noexcept
{
    return core_->touches;
}

const Negotiated& Association::negotiated() const noexcept
{
    return core_->agreed;
}

bool Association::requestor() const noexcept
{
    return core_->requestor;
}

std::uint16_t Association::invoke_window(std::uint16_t cap) const noexcept
{
    const auto& window = core_->agreed.window;
    const auto granted = core_->requestor ? window.invoked : window.performed;
    return granted == 0 ? cap : std::min(granted, cap);
}

std::uint16_t Association::next_message_id() noexcept
{
    if (++core_->last_message_id == 0) {
        ++core_->last_message_id;
    }
    return core_->last_message_id;
}

void Association::begin_operation() noexcept
{
    ++core_->operations;
}

void Association::end_operation() noexcept
{
    core_->touch();
    --core_->operations;
}

std::size_t Association::operations() const noexcept
{
    return core_->operations;
}

void Association::Core::abort(const Abort& pdu) noexcept
{
    try {
        (void)step(Event::abort_request);
    } catch (const std::exception&) {
        close();  // PS3.8 table 9-10 has nothing to send in Sta1, Sta2 and Sta13
        return;
    }
    send_abort(pdu);
}

void Association::abort(Abort::Source source, Abort::Reason reason) noexcept
{
    if (core_->over) {
        return;
    }
    core_->aborted_by_us = true;
    core_->abort({source, reason});
    core_->transport->shutdown();
}

bool Association::established() const noexcept
{
    return !core_->over && core_->state() == State::established;
}

Traffic Association::traffic() const noexcept
{
    return {core_->pdus_in, core_->pdus_out, core_->bytes_in, core_->bytes_out};
}

const Context* Negotiated::find(std::uint8_t id) const noexcept
{
    const auto found = std::find_if(contexts.begin(), contexts.end(), [&](const Context& context) {
        return context.id == id && context.accepted();
    });
    return found == contexts.end() ? nullptr : &*found;
}

const Context* Negotiated::find(std::string_view abstract_syntax,
                                std::string_view transfer_syntax) const noexcept
{
    const auto found = std::find_if(contexts.begin(), contexts.end(), [&](const Context& context) {
        return context.accepted() && context.abstract_syntax == abstract_syntax &&
               (transfer_syntax.empty() || context.transfer_syntax == transfer_syntax);
    });
    return found == contexts.end() ? nullptr : &*found;
}

namespace {

std::string answers_of(const Negotiated& agreed, std::string_view abstract_syntax)
{
    std::string words;
    for (const auto& context : agreed.contexts) {
        const auto answer = to_string(context.answer);
        if ((abstract_syntax.empty() || context.abstract_syntax == abstract_syntax) &&
            words.find(answer) == std::string::npos) {
            words += fmt::format("{}{}", words.empty() ? "" : ", ", answer);
        }
    }
    return words.empty() ? std::string{"not proposed"} : words;
}

}  // namespace

void Association::require_accepted() const
{
    const auto& contexts = core_->agreed.contexts;
    if (std::none_of(contexts.begin(), contexts.end(),
                     [](const Context& context) { return context.accepted(); })) {
        throw PeerError(PeerFault::nothing_accepted, PeerStage::negotiate,
                        fmt::format("negotiating {}: no presentation context was accepted: {}",
                                    core_->peer_name(), answers_of(core_->agreed, {})));
    }
}

const Context& Association::require_context(std::string_view abstract_syntax) const
{
    const auto* context = core_->agreed.find(abstract_syntax);
    if (context == nullptr) {
        throw PeerError(PeerFault::nothing_accepted, PeerStage::negotiate,
                        fmt::format("negotiating {}: {} was not accepted: {}", core_->peer_name(),
                                    abstract_syntax, answers_of(core_->agreed, abstract_syntax)));
    }
    return *context;
}

}  // namespace pacs::net
