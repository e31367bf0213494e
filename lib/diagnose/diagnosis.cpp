#include "diagnose/diagnosis.hpp"

#include "base/error.hpp"
#include "diagnose/makers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::diagnose {

std::string_view to_string(Protocol protocol) noexcept
{
    switch (protocol) {
    case Protocol::unknown: return "unknown";
    case Protocol::dicom: return "DICOM";
    case Protocol::tls: return "TLS";
    case Protocol::http: return "HTTP";
    case Protocol::ssh: return "SSH";
    case Protocol::text: return "text";
    case Protocol::silent: return "silent";
    case Protocol::closes: return "closes";
    }
    return "unknown";
}

Peer peer_of(const net::Negotiated& agreed)
{
    Peer peer;
    peer.implementation_uid = agreed.peer_implementation_uid;
    peer.implementation_version = agreed.peer_implementation_version;
    peer.maker = maker_of(peer.implementation_uid, peer.implementation_version);
    peer.max_pdu_bytes = agreed.peer_max_pdu_bytes;
    peer.window = agreed.window.invoked;
    return peer;
}

bool Diagnosis::has_step(std::string_view name) const noexcept
{
    return std::any_of(steps.begin(), steps.end(),
                       [&](const Step& each) { return each.name == name; });
}

const Step& Diagnosis::step(std::string_view name) const
{
    const auto found = std::find_if(steps.begin(), steps.end(),
                                    [&](const Step& each) { return each.name == name; });
    if (found == steps.end()) {
        throw Error(ErrorKind::bug, fmt::format("diagnosing: no step '{}'", name));
    }
    return *found;
}

Step& Diagnosis::step(std::string_view name)
{
    return const_cast<Step&>(std::as_const(*this).step(name));  // NOLINT: it is ours
}

const net::Certificate* Diagnosis::certificate() const noexcept
{
    return tls_report && !tls_report->chain.empty() ? &tls_report->chain.front() : nullptr;
}

std::optional<std::int64_t> Diagnosis::chain_ends() const noexcept
{
    if (certificate() == nullptr) {
        return std::nullopt;
    }
    const auto& chain = tls_report->chain;
    return std::min_element(chain.begin(), chain.end(),
                            [](const auto& a, const auto& b) { return a.not_after < b.not_after; })
        ->not_after;
}

std::optional<std::int64_t> Diagnosis::days_left() const noexcept
{
    const auto end = chain_ends();
    if (!end) {
        return std::nullopt;
    }
    constexpr std::int64_t day = 86'400;
    const auto left = *end - taken_at;
    return left >= 0 ? left / day : -((-left + day - 1) / day);
}

}  // namespace pacs::diagnose
