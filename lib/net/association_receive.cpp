#include "base/error.hpp"
#include "base/units.hpp"
#include "net/association_core.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::net {

namespace {

/// PS3.7 sets no limit to a command set; the longest sensible one is under 2 KiB.
constexpr std::size_t max_command_bytes = std::size_t{64} * 1024;
/// Empty fragments are legal and do nothing: more in a row than this is an attack.
constexpr std::size_t max_empty_fragments = 100;

}  // namespace

std::span<const std::byte> Association::Core::need(std::size_t count)
{
    const auto bytes = guarded([&] { return reader.need(count, message_deadline); });
    if (bytes.size() < count) {
        broken(PeerError(PeerFault::connection_lost, stage, "the peer closed the connection"));
    }
    return bytes;
}

std::string Association::Core::read_body(std::uint32_t length, std::size_t limit)
{
    if (length > limit) {
        violation(Event::invalid_pdu, Abort::invalid_parameter,
                  fmt::format("a PDU of {} bytes where {} are the limit", length, limit));
    }
    std::string body;
    while (body.size() < length) {
        (void)need(1);
        const auto piece = reader.peek().first(
            std::min(reader.buffered(), static_cast<std::size_t>(length) - body.size()));
        body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        reader.consume(piece.size());
        bytes_in += piece.size();
    }
    return body;
}

PduHeader Association::Core::first_header()
{
    const auto bytes = need(pdu_header_bytes);
    const auto type = std::to_integer<std::uint8_t>(bytes[0]);
    if (type < static_cast<std::uint8_t>(PduType::associate_rq) ||
        type > static_cast<std::uint8_t>(PduType::abort)) {
        not_dicom(reader.peek());
    }
    return read_header();
}

PduHeader Association::Core::read_header()
{
    const auto header = decode_header(need(pdu_header_bytes).first<pdu_header_bytes>());
    reader.consume(pdu_header_bytes);
    bytes_in += pdu_header_bytes;
    ++pdus_in;
    return header;
}

void Association::Core::take_abort(std::uint32_t length)
{
    Abort abort;
    try {
        const auto body = read_body(length, max_control_bytes);
        abort = decode_abort(std::as_bytes(std::span{body}));
    } catch (const PduError&) {
        abort = {Abort::service_user, Abort::not_specified};  // a cut-off A-ABORT is one, too
    }
    (void)step(Event::abort_pdu);
    close();
    throw PeerError(
        PeerFault::aborted, stage,
        fmt::format("{} {}: aborted: {}", to_string(stage), peer_name(), to_string(abort)), 0,
        abort.source, abort.reason);
}

void Association::Core::take_p_data(std::uint32_t length)
{
    // a few peers count their own header into the maximum length
    const auto most = std::uint64_t{limits.max_pdu_bytes} + pdu_header_bytes;
    if (limits.max_pdu_bytes != 0 && length > most) {
        violation(Event::invalid_pdu, Abort::invalid_parameter,
                  fmt::format("a P-DATA-TF of {} bytes where {} were agreed", length,
                              limits.max_pdu_bytes));
    }
    if (length < pdv_header_bytes) {
        violation(Event::invalid_pdu, Abort::invalid_parameter,
                  fmt::format("a P-DATA-TF of {} bytes", length));
    }
    pdu_left = length;
}

Action Association::Core::take_event(Event event, std::string_view name)
{
    const auto next = transition(state(), event, {requestor, true});
    if (next && (next->action == Action::aa8 || next->action == Action::aa1)) {
        violation(event, Abort::unexpected_pdu, fmt::format("unexpected {}", name));
    }
    return step(event);
}

Action Association::Core::take_pdu()
{
    const auto header = read_header();
    switch (static_cast<PduType>(header.type)) {
    case PduType::p_data:
        take_p_data(header.length);
        return take_event(Event::p_data_pdu, "P-DATA-TF");
    case PduType::release_rq:
        (void)read_body(header.length, max_control_bytes);
        return take_event(Event::release_rq_pdu, "A-RELEASE-RQ");
    case PduType::release_rp:
        (void)read_body(header.length, max_control_bytes);
        return take_event(Event::release_rp_pdu, "A-RELEASE-RP");
    case PduType::abort: take_abort(header.length);
    case PduType::associate_rq: return take_event(Event::associate_rq_pdu, "A-ASSOCIATE-RQ");
    case PduType::associate_ac: return take_event(Event::associate_ac_pdu, "A-ASSOCIATE-AC");
    case PduType::associate_rj: return take_event(Event::associate_rj_pdu, "A-ASSOCIATE-RJ");
    }
    violation(Event::invalid_pdu, Abort::unrecognised_pdu,
              fmt::format("a PDU of type {:02X}", header.type));
}

bool Association::Core::next_pdv(bool between_messages)
{
    if (pdu_left == 0) {
        const auto action = take_pdu();
        if (action == Action::ar2) {
            if (!between_messages) {
                // table 9-10 allows it, PS3.7 does not: the message can never be completed
                fail(PeerFault::protocol_violation, "A-RELEASE-RQ in the middle of a message");
            }
            return false;
        }
    }
    const auto header = need(std::min<std::size_t>(pdv_header_bytes, pdu_left));
    if (header.size() < pdv_header_bytes) {
        violation(Event::invalid_pdu, Abort::invalid_parameter,
                  fmt::format("{} stray bytes at the end of a P-DATA-TF", header.size()));
    }
    try {
        pdv = decode_pdv_header(header.first<pdv_header_bytes>(), pdu_left);
    } catch (const PduError& error) {
        violation(Event::invalid_pdu, error.abort_reason(), error.what());
    }
    reader.consume(pdv_header_bytes);
    bytes_in += pdv_header_bytes;
    pdu_left -= pdv_header_bytes;
    fragment_left = pdv.length;
    empty_fragments = pdv.length == 0 ? empty_fragments + 1 : 0;
    if (empty_fragments > max_empty_fragments) {
        violation(Event::invalid_pdu, Abort::invalid_parameter, "nothing but empty fragments");
    }
    return true;
}

void Association::Core::check_pdv(bool command_expected)
{
    if (agreed.find(pdv.context_id) == nullptr || pdv.context_id != message_context) {
        violation(Event::invalid_pdu, Abort::invalid_parameter,
                  fmt::format("data on presentation context {}", pdv.context_id));
    }
    if (pdv.command != command_expected) {
        violation(Event::invalid_pdu, Abort::invalid_parameter,
                  command_expected ? "data set where a command was expected"
                                   : "command inside of a data set");
    }
}

std::span<const std::byte> Association::Core::fragment_bytes()
{
    (void)need(1);
    const auto bytes = reader.peek().first(std::min(reader.buffered(), fragment_left));
    fragment_left -= bytes.size();
    pdu_left -= bytes.size();
    bytes_in += bytes.size();
    progress(bytes.size());
    return bytes;
}

void Association::Core::drop_pdu()
{
    while (pdu_left > 0) {
        fragment_left = pdu_left;
        reader.consume(fragment_bytes().size());
    }
}

bool Association::Core::await_message(int wake_fd)
{
    while (reader.buffered() == 0) {
        const auto since = last_activity.load(std::memory_order_relaxed);
        const Deadline idle{Deadline::Clock::time_point{Deadline::Clock::duration{since}} +
                            limits.idle_timeout};
        const auto result =
            guarded([&] { return transport->wait(earliest(limits.deadline, idle), wake_fd); });
        if (result != Transport::Wait::timed_out) {
            return result == Transport::Wait::readable;
        }
        if (limits.deadline.expired()) {
            fail(PeerFault::timed_out, timeout_words());
        }
        if (operations > 0) {
            touch();  // the peer is waiting for us
        } else if (last_activity.load(std::memory_order_relaxed) == since) {
            fail(PeerFault::timed_out, timeout_words());
        }
    }
    return true;
}

bool Association::pending()
{
    return pending(Deadline{Deadline::Clock::now()});
}

bool Association::pending(Deadline until)
{
    auto& core = *core_;
    if (core.over || core.reader.buffered() > 0) {
        return true;
    }
    return core.guarded([&] { return core.transport->wait(until) == Transport::Wait::readable; });
}

bool Association::await(int wake_fd)
{
    auto& core = *core_;
    const ReadingScope scope{core};
    core.require_open();
    core.stage = PeerStage::answer;
    return core.pdu_left > 0 || core.await_message(wake_fd);
}

std::optional<Incoming> Association::receive()
{
    auto& core = *core_;
    const ReadingScope scope{core};
    core.require_open();
    if (core.data_due) {
        throw Error(ErrorKind::bug, "receiving a message: the last data set was not taken");
    }
    core.stage = PeerStage::answer;
    if (core.pdu_left == 0) {
        (void)core.await_message(-1);
    }
    core.message_deadline = core.idle_deadline();
    core.progress_bytes = 0;
    core.empty_fragments = 0;
    std::string bytes;
    for (bool last = false; !last;) {
        if (!core.next_pdv(bytes.empty())) {
            return std::nullopt;
        }
        core.message_context = bytes.empty() ? core.pdv.context_id : core.message_context;
        core.check_pdv(true);
        if (bytes.size() + core.pdv.length > max_command_bytes) {
            core.violation(Event::invalid_pdu, Abort::invalid_parameter,
                           "a command set without end");
        }
        while (core.fragment_left > 0) {
            const auto part = core.fragment_bytes();
            bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
            core.reader.consume(part.size());
        }
        last = core.pdv.last;
    }
    core.touch();
    try {
        Incoming message{core.message_context, decode_command(std::as_bytes(std::span{bytes})),
                         false};
        message.has_data = has_data_set(message.command);
        core.data_due = message.has_data;
        return message;
    } catch (const CommandError& error) {
        core.fail(PeerFault::protocol_violation, error.what());
    }
}

std::uint64_t Association::receive_data(const Sink& sink)
{
    auto& core = *core_;
    const ReadingScope scope{core};
    core.require_open();
    if (!core.data_due) {
        throw Error(ErrorKind::bug, "receiving a data set: none is due");
    }
    core.message_deadline = core.idle_deadline();  // our own thinking time is not the peer's
    core.progress_bytes = 0;
    std::uint64_t total = 0;
    for (bool last = false; !last;) {
        (void)core.next_pdv(false);
        core.check_pdv(false);
        last = core.pdv.last;
        while (core.fragment_left > 0) {
            const auto part = core.fragment_bytes();
            try {
                sink(part);
            } catch (...) {
                abort();
                throw;
            }
            core.reader.consume(part.size());
            total += part.size();
        }
    }
    core.data_due = false;
    core.touch();
    return total;
}

std::optional<std::string> Association::receive_data(std::size_t limit_bytes)
{
    std::string data;
    std::uint64_t dropped = 0;
    receive_data([&](std::span<const std::byte> bytes) {
        if (dropped == 0 && data.size() + bytes.size() <= limit_bytes) {
            data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        } else if ((dropped += bytes.size()) > longest_dropped_bytes) {
            throw PeerError(PeerFault::too_large, PeerStage::answer,
                            fmt::format("receiving a data set of at most {}: it goes on and on",
                                        size_text(limit_bytes)));
        }
    });
    return dropped > 0 ? std::nullopt : std::optional{std::move(data)};
}

std::uint64_t Association::skip_data()
{
    return receive_data([](std::span<const std::byte>) {});
}

bool Association::Core::release_step()
{
    switch (take_pdu()) {
    case Action::ar6:  // data that was under way
        drop_pdu();
        return false;
    case Action::ar8:  // collision: the requestor answers first
        if (requestor) {
            (void)step(Event::release_response);
            write_control(encode_release_rp());
        }
        return false;
    case Action::ar10:
        (void)step(Event::release_response);
        write_control(encode_release_rp());
        close_gently();
        return true;
    default:  // AR-3
        close();
        return true;
    }
}

void Association::release()
{
    auto& core = *core_;
    const ReadingScope scope{core};
    core.require_open();
    core.stage = PeerStage::release;
    core.message_deadline =
        earliest(core.limits.deadline, Deadline::after(core.limits.negotiation_timeout));
    if (core.state() == State::awaiting_local_release) {
        (void)core.step(Event::release_response);
        core.write_control(encode_release_rp());
        core.close_gently();
        return;
    }
    core.drop_pdu();
    (void)core.step(Event::release_request);
    core.write_control(encode_release_rq());
    const auto until = core.message_deadline;
    for (bool done = false; !done;) {
        core.message_deadline = until;  // data still coming buys no time
        done = core.release_step();
    }
}

}  // namespace pacs::net
