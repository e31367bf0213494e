#include "base/error.hpp"
#include "net/pdu.hpp"
#include "net/pdu_items.hpp"

#include <fmt/format.h>

#include <bitset>

namespace pacs::net {

namespace {

constexpr std::size_t ae_title_bytes = 16;
constexpr std::size_t longest_uid = 64;
constexpr std::size_t longest_version_name = 16;
constexpr std::size_t reserved_bytes = 32;

[[noreturn]] void fail(const std::string& reason)
{
    throw Error(ErrorKind::usage, "encoding an association PDU: " + reason);
}

void put8(std::string& out, unsigned value)
{
    out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
}

void put16(std::string& out, std::size_t value)
{
    put8(out, static_cast<unsigned>(value >> 8U) & 0xFFU);
    put8(out, static_cast<unsigned>(value) & 0xFFU);
}

void put32(std::string& out, std::size_t value)
{
    put16(out, (value >> 16U) & 0xFFFFU);
    put16(out, value & 0xFFFFU);
}

/// Text with its length in two bytes in front.
void put_counted(std::string& out, const std::string& text)
{
    if (text.size() > 0xFFFFU) {
        fail(fmt::format("{} bytes in a field that holds 65535", text.size()));
    }
    put16(out, text.size());
    out += text;
}

std::string item(ItemType type, const std::string& content)
{
    std::string out;
    put8(out, static_cast<unsigned>(type));
    put8(out, 0);
    put_counted(out, content);
    return out;
}

const std::string& checked_uid(const std::string& uid)
{
    if (uid.empty() || uid.size() > longest_uid) {
        fail(fmt::format("a UID of {} characters (1 to 64 are allowed)", uid.size()));
    }
    return uid;
}

void put_title(std::string& out, const std::string& title)
{
    if (title.empty() || title.size() > ae_title_bytes) {
        fail(fmt::format("an AE title of {} characters (1 to 16 are allowed)", title.size()));
    }
    out += title;
    out.append(ae_title_bytes - title.size(), ' ');
}

std::string pdu(PduType type, const std::string& body)
{
    std::string out;
    put8(out, static_cast<unsigned>(type));
    put8(out, 0);
    put32(out, body.size());
    return out + body;
}

void check_ids(std::span<const ProposedContext> contexts)
{
    if (contexts.empty() || contexts.size() > max_contexts) {
        fail(fmt::format("{} presentation contexts (1 to 128 are allowed)", contexts.size()));
    }
    std::bitset<256> seen;
    for (const auto& context : contexts) {
        if (context.id % 2 == 0 || seen.test(context.id)) {
            fail(fmt::format("presentation context id {} is even or used twice", context.id));
        }
        seen.set(context.id);
        if (context.transfer_syntaxes.empty()) {
            fail("a presentation context without transfer syntaxes");
        }
    }
}

std::string context_item(const ProposedContext& context)
{
    std::string content;
    put32(content, std::size_t{context.id} << 24U);
    content += item(ItemType::abstract_syntax, checked_uid(context.abstract_syntax));
    for (const auto& syntax : context.transfer_syntaxes) {
        content += item(ItemType::transfer_syntax, checked_uid(syntax));
    }
    return item(ItemType::proposed_context, content);
}

std::string context_item(const AnsweredContext& context)
{
    std::string content;
    put8(content, context.id);
    put8(content, 0);
    put8(content, static_cast<unsigned>(context.answer));
    put8(content, 0);
    content += item(ItemType::transfer_syntax, context.transfer_syntax);
    return item(ItemType::answered_context, content);
}

std::string role_item(const RoleSelection& role)
{
    std::string content;
    put_counted(content, checked_uid(role.sop_class));
    put8(content, role.scu ? 1 : 0);
    put8(content, role.scp ? 1 : 0);
    return item(ItemType::role_selection, content);
}

std::string extended_item(const ExtendedNegotiation& negotiation)
{
    std::string content;
    put_counted(content, checked_uid(negotiation.sop_class));
    content += negotiation.info;
    return item(ItemType::extended, content);
}

std::string common_extended_item(const CommonExtendedNegotiation& negotiation)
{
    std::string content;
    put_counted(content, checked_uid(negotiation.sop_class));
    put_counted(content, checked_uid(negotiation.service_class));
    std::string related;
    for (const auto& uid : negotiation.related_classes) {
        put_counted(related, checked_uid(uid));
    }
    put_counted(content, related);
    return item(ItemType::common_extended, content);
}

std::string identity_item(const UserIdentity& identity)
{
    std::string content;
    put8(content, static_cast<unsigned>(identity.type));
    put8(content, identity.response_requested ? 1 : 0);
    put_counted(content, identity.primary);
    put_counted(content, identity.secondary);
    return item(ItemType::identity_rq, content);
}

/// The sub-items both directions have, in ascending order of their types.
std::string common_sub_items(const UserInformation& user)
{
    std::string out;
    std::string length;
    put32(length, user.max_pdu_bytes);
    out += item(ItemType::max_length, length);
    out += item(ItemType::implementation_class, checked_uid(user.implementation_class_uid));
    if (user.window) {
        std::string window;
        put16(window, user.window->invoked);
        put16(window, user.window->performed);
        out += item(ItemType::async_window, window);
    }
    for (const auto& role : user.roles) {
        out += role_item(role);
    }
    if (!user.implementation_version.empty()) {
        if (user.implementation_version.size() > longest_version_name) {
            fail("an implementation version name of more than 16 characters");
        }
        out += item(ItemType::implementation_version, user.implementation_version);
    }
    for (const auto& negotiation : user.extended) {
        out += extended_item(negotiation);
    }
    return out;
}

/// Everything up to the items, the same for request and acceptance.
std::string fixed_part(std::uint16_t version, const std::string& called, const std::string& calling)
{
    std::string out;
    put16(out, version);
    put16(out, 0);
    put_title(out, called);
    put_title(out, calling);
    out.append(reserved_bytes, '\0');
    return out;
}

}  // namespace

std::string encode(const AssociateRq& request)
{
    check_ids(request.contexts);
    auto body = fixed_part(request.protocol_version, request.called_ae, request.calling_ae);
    body += item(ItemType::application_context, checked_uid(request.application_context));
    for (const auto& context : request.contexts) {
        body += context_item(context);
    }
    auto user = common_sub_items(request.user);
    for (const auto& negotiation : request.common_extended) {
        user += common_extended_item(negotiation);
    }
    if (request.identity) {
        user += identity_item(*request.identity);
    }
    body += item(ItemType::user_information, user);
    return pdu(PduType::associate_rq, body);
}

std::string encode(const AssociateAc& acceptance)
{
    auto body =
        fixed_part(acceptance.protocol_version, acceptance.called_ae, acceptance.calling_ae);
    body += item(ItemType::application_context, checked_uid(acceptance.application_context));
    for (const auto& context : acceptance.contexts) {
        body += context_item(context);
    }
    auto user = common_sub_items(acceptance.user);
    if (acceptance.identity_response) {
        std::string response;
        put_counted(response, *acceptance.identity_response);
        user += item(ItemType::identity_ac, response);
    }
    body += item(ItemType::user_information, user);
    return pdu(PduType::associate_ac, body);
}

std::string encode(const AssociateRj& rejection)
{
    std::string body;
    put8(body, 0);
    put8(body, rejection.result);
    put8(body, rejection.source);
    put8(body, rejection.reason);
    return pdu(PduType::associate_rj, body);
}

std::string encode(const Abort& abort)
{
    std::string body;
    put16(body, 0);
    put8(body, abort.source);
    put8(body, abort.reason);
    return pdu(PduType::abort, body);
}

std::string encode_release_rq()
{
    return pdu(PduType::release_rq, std::string(4, '\0'));
}

std::string encode_release_rp()
{
    return pdu(PduType::release_rp, std::string(4, '\0'));
}

}  // namespace pacs::net
