#include "net/pdu.hpp"

#include "net/pdu_items.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::net {

namespace {

std::string_view user_reason(std::uint8_t reason) noexcept
{
    switch (reason) {
    case AssociateRj::no_reason: return "no reason given";
    case AssociateRj::application_context_not_supported:
        return "application context name not supported";
    case AssociateRj::calling_ae_not_recognised: return "calling AE title not recognised";
    case AssociateRj::called_ae_not_recognised: return "called AE title not recognised";
    default: return "reserved reason";
    }
}

std::string_view acse_reason(std::uint8_t reason) noexcept
{
    switch (reason) {
    case AssociateRj::acse_no_reason: return "no reason given";
    case AssociateRj::protocol_version_not_supported: return "protocol version not supported";
    default: return "reserved reason";
    }
}

std::string_view presentation_reason(std::uint8_t reason) noexcept
{
    switch (reason) {
    case AssociateRj::temporary_congestion: return "temporary congestion";
    case AssociateRj::local_limit_exceeded: return "local limit exceeded";
    default: return "reserved reason";
    }
}

std::string_view reason_words(const AssociateRj& rejection) noexcept
{
    switch (rejection.source) {
    case AssociateRj::service_user: return user_reason(rejection.reason);
    case AssociateRj::acse: return acse_reason(rejection.reason);
    case AssociateRj::presentation: return presentation_reason(rejection.reason);
    default: return "reserved reason";
    }
}

std::string_view source_words(std::uint8_t source) noexcept
{
    switch (source) {
    case AssociateRj::service_user: return "by the service user";
    case AssociateRj::acse: return "by the service provider, ACSE";
    case AssociateRj::presentation: return "by the service provider, presentation";
    default: return "by a reserved source";
    }
}

std::string_view result_words(std::uint8_t result) noexcept
{
    switch (result) {
    case AssociateRj::permanent: return "permanent";
    case AssociateRj::transient: return "transient";
    default: return "reserved result";
    }
}

std::string_view abort_words(const Abort& abort) noexcept
{
    if (abort.source == Abort::service_user) {
        return "no reason given";
    }
    switch (abort.reason) {
    case Abort::not_specified: return "reason not specified";
    case Abort::unrecognised_pdu: return "unrecognised PDU";
    case Abort::unexpected_pdu: return "unexpected PDU";
    case Abort::unrecognised_parameter: return "unrecognised PDU parameter";
    case Abort::unexpected_parameter: return "unexpected PDU parameter";
    case Abort::invalid_parameter: return "invalid PDU parameter value";
    default: return "reserved reason";
    }
}

bool starts_with(std::span<const std::byte> bytes, std::string_view text) noexcept
{
    return bytes.size() >= text.size() &&
           std::equal(text.begin(), text.end(), bytes.begin(), [](char c, std::byte b) {
               return static_cast<unsigned char>(c) == std::to_integer<unsigned char>(b);
           });
}

}  // namespace

std::string_view to_string(ContextAnswer answer) noexcept
{
    switch (answer) {
    case ContextAnswer::accepted: return "accepted";
    case ContextAnswer::user_rejection: return "user rejection";
    case ContextAnswer::no_reason: return "no reason given";
    case ContextAnswer::abstract_syntax_not_supported: return "abstract syntax not supported";
    case ContextAnswer::transfer_syntaxes_not_supported: return "transfer syntaxes not supported";
    }
    return "reserved answer";
}

std::string to_string(const AssociateRj& rejection)
{
    return fmt::format("{} ({}, {})", reason_words(rejection), result_words(rejection.result),
                       source_words(rejection.source));
}

std::string to_string(const Abort& abort)
{
    const bool user = abort.source == Abort::service_user;
    return fmt::format("{} (by the service {})", abort_words(abort), user ? "user" : "provider");
}

PduHeader decode_header(std::span<const std::byte, pdu_header_bytes> bytes) noexcept
{
    return {std::to_integer<std::uint8_t>(bytes[0]), read_be32(bytes.subspan<2, 4>())};
}

PdvHeader decode_pdv_header(std::span<const std::byte, pdv_header_bytes> bytes, std::size_t left)
{
    constexpr std::uint32_t context_and_control = 2;
    const auto length = read_be32(bytes.first<4>());
    if (length < context_and_control) {
        throw PduError(Abort::invalid_parameter,
                       fmt::format("presentation data value of {} bytes", length));
    }
    if (left < pdv_header_bytes || length - context_and_control > left - pdv_header_bytes) {
        throw PduError(
            Abort::invalid_parameter,
            fmt::format("presentation data value of {} bytes reaches past its PDU", length));
    }
    const auto control = std::to_integer<unsigned>(bytes[5]);
    return {length - context_and_control, std::to_integer<std::uint8_t>(bytes[4]),
            (control & 1U) != 0, (control & 2U) != 0};
}

PdataHeader make_pdata_header(const PdvHeader& pdv) noexcept
{
    PdataHeader header{};
    const auto put32 = [&](std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i) {
            header.at(at + i) = static_cast<std::byte>(value >> (24U - 8U * i));
        }
    };
    header[0] = static_cast<std::byte>(PduType::p_data);
    put32(2, pdv.length + pdv_header_bytes);
    put32(pdu_header_bytes, pdv.length + 2);
    header[10] = static_cast<std::byte>(pdv.context_id);
    header[11] = static_cast<std::byte>((pdv.command ? 1U : 0U) | (pdv.last ? 2U : 0U));
    return header;
}

std::string_view guess_protocol(std::span<const std::byte> first_bytes) noexcept
{
    for (const auto* method : {"HTTP/", "GET ", "POST", "PUT ", "HEAD", "OPTI", "<htm", "<!DO"}) {
        if (starts_with(first_bytes, method)) {
            return "HTTP";
        }
    }
    if (starts_with(first_bytes, "SSH-")) {
        return "SSH";
    }
    // a TLS record: handshake (22) or alert (21), version 3.x
    if (starts_with(first_bytes, "\x16\x03") || starts_with(first_bytes, "\x15\x03")) {
        return "TLS";
    }
    return {};
}

}  // namespace pacs::net
