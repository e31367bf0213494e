#include "diagnose/identify.hpp"

#include "net/pdu.hpp"
#include "net/tls_transport.hpp"

#include <algorithm>
#include <array>

namespace pacs::diagnose {

namespace {

using net::PeerError;
using net::PeerFault;

constexpr std::string_view http_line = "HEAD / HTTP/1.0\r\n\r\n";
constexpr std::size_t greeting_bytes = 64;

/// A PDU header of PS3.8 9.3.1: a known type, a zero byte, a length that is no nonsense.
bool looks_like_pdu(std::string_view bytes) noexcept
{
    return bytes.size() >= 4 && bytes[0] >= 1 && bytes[0] <= 7 && bytes[1] == 0 && bytes[2] == 0;
}

bool looks_like_words(std::string_view bytes) noexcept
{
    const auto plain = [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; };
    const auto line = bytes.substr(0, bytes.find_first_of("\r\n"));
    return line.size() >= 3 && std::all_of(line.begin(), line.end(), plain);
}

/// Tries TLS; what came back is in the report, and what ended it in the return.
std::optional<PeerFault> say_hello(const net::Address& peer, const net::TlsSettings& settings,
                                   Deadline deadline, const net::StopPolicy& stop,
                                   net::TlsReport& report)
{
    const auto context = std::make_shared<net::TlsContext>(settings, net::TlsUse::examine);
    try {
        net::TlsTransport tls{net::connect(peer, deadline, stop), context, peer.host};
        try {
            tls.handshake(deadline);
        } catch (...) {
            report = tls.report();
            throw;
        }
        report = tls.report();
        tls.close_gently(deadline);
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::stopped) {
            throw;
        }
        return error.fault();
    }
    return std::nullopt;
}

std::string ask_for_page(const net::Address& peer, Deadline deadline, const net::StopPolicy& stop)
{
    std::array<std::byte, greeting_bytes> buffer{};
    try {
        const auto transport = net::connect(peer, deadline, stop);
        const net::Piece line{std::as_bytes(std::span{http_line})};
        transport->write({&line, 1}, deadline);
        const auto count = transport->read(buffer, deadline);
        transport->shutdown();
        return {reinterpret_cast<const char*>(buffer.data()), count};
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::stopped) {
            throw;
        }
        return {};  // silence is an answer, too
    }
}

}  // namespace

Protocol protocol_of(std::string_view first_bytes) noexcept
{
    const auto guessed = net::guess_protocol(std::as_bytes(std::span{first_bytes}));
    if (guessed == "TLS") {
        return Protocol::tls;
    }
    if (guessed == "HTTP") {
        return Protocol::http;
    }
    if (guessed == "SSH") {
        return Protocol::ssh;
    }
    if (looks_like_pdu(first_bytes)) {
        return Protocol::dicom;
    }
    return looks_like_words(first_bytes) ? Protocol::text : Protocol::unknown;
}

Identified identify(const net::Address& peer, const net::TlsSettings& tls,
                    const net::RequestOptions& options, std::chrono::milliseconds patience)
{
    const auto until = [&] { return earliest(options.deadline, Deadline::after(patience)); };
    Identified found;
    net::TlsReport report;
    const auto fault = say_hello(peer, tls, until(), options.stop, report);
    found.greeting = report.first_bytes;
    found.protocol = report.answered_tls() ? Protocol::tls : protocol_of(report.first_bytes);
    if (found.protocol == Protocol::tls) {
        found.greeting.clear();
        found.report = std::move(report);
        return found;
    }
    if (!found.greeting.empty() || fault == PeerFault::connection_refused ||
        fault == PeerFault::unreachable) {
        return found;
    }
    found.greeting = ask_for_page(peer, until(), options.stop);
    found.protocol = protocol_of(found.greeting);
    if (found.greeting.empty()) {
        found.protocol = fault == PeerFault::timed_out ? Protocol::silent : Protocol::closes;
    }
    return found;
}

}  // namespace pacs::diagnose
