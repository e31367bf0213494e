#include "net/pdu.hpp"
#include "net/pdu_items.hpp"

#include <fmt/format.h>

#include <bitset>

namespace pacs::net {

namespace {

constexpr std::size_t ae_title_bytes = 16;
constexpr std::size_t reserved_bytes = 32;
/// More than any real request has; each entry costs its sender at least as many bytes as us.
constexpr std::size_t max_sub_items = 1024;

using Bytes = std::span<const std::byte>;

[[noreturn]] void invalid(const std::string& what)
{
    throw PduError(Abort::invalid_parameter, what);
}

std::string text_of(Bytes bytes)
{
    std::string text(bytes.size(), '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text[i] = static_cast<char>(std::to_integer<unsigned char>(bytes[i]));
    }
    return text;
}

/// Takes fields off the front of bytes that may end anywhere.
class Fields {
public:
    Fields(Bytes bytes, std::string_view of) : bytes_(bytes), of_(of) {}

    bool empty() const noexcept { return bytes_.empty(); }

    Bytes take(std::size_t count)
    {
        if (count > bytes_.size()) {
            invalid(fmt::format("{} ends {} bytes early", of_, count - bytes_.size()));
        }
        const auto taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }
    std::uint8_t u8() { return std::to_integer<std::uint8_t>(take(1)[0]); }
    std::uint16_t u16() { return read_be16(take(2).first<2>()); }
    std::uint32_t u32() { return read_be32(take(4).first<4>()); }
    std::string counted() { return text_of(take(u16())); }
    std::string rest() { return text_of(take(bytes_.size())); }

    struct Item {
        std::uint8_t type = 0;
        Bytes content;

        bool is(ItemType wanted) const noexcept
        {
            return type == static_cast<std::uint8_t>(wanted);
        }
    };
    Item item()
    {
        const auto type = u8();
        (void)u8();  // reserved, PS3.8 9.3.1: not to be tested
        return {type, take(u16())};
    }

private:
    Bytes bytes_;
    std::string_view of_;
};

/// UIDs in sub-items: some peers pad them with NUL or spaces as if they were data elements.
std::string uid_of(std::string text)
{
    const auto end = text.find_last_not_of(std::string_view{"\0 ", 2});
    text.resize(end == std::string::npos ? 0 : end + 1);
    constexpr std::size_t longest_uid = 64;
    if (text.size() > longest_uid) {
        invalid(fmt::format("a UID of {} characters", text.size()));
    }
    return text;
}

/// Leading and trailing spaces are not significant, PS3.8 table 9-11; NUL padding is a vendor sin.
std::string title_of(Bytes bytes)
{
    auto text = text_of(bytes);
    const auto end = text.find_last_not_of(std::string_view{"\0 ", 2});
    text.resize(end == std::string::npos ? 0 : end + 1);
    text.erase(0, text.find_first_not_of(' '));
    return text;
}

void once(bool& seen, std::string_view what)
{
    if (seen) {
        invalid(fmt::format("{} occurs twice", what));
    }
    seen = true;
}

ProposedContext read_proposed(Bytes content)
{
    Fields fields{content, "presentation context item"};
    ProposedContext context;
    context.id = fields.u8();
    (void)fields.take(3);
    bool abstract_seen = false;
    while (!fields.empty()) {
        const auto item = fields.item();
        if (item.is(ItemType::abstract_syntax)) {
            once(abstract_seen, "abstract syntax");
            context.abstract_syntax = uid_of(text_of(item.content));
        } else if (item.is(ItemType::transfer_syntax)) {
            context.transfer_syntaxes.push_back(uid_of(text_of(item.content)));
        }
    }
    if (context.id % 2 == 0) {
        invalid(fmt::format("even presentation context id {}", context.id));
    }
    if (context.abstract_syntax.empty()) {
        invalid("presentation context without abstract syntax");
    }
    if (context.transfer_syntaxes.empty()) {
        invalid("presentation context without transfer syntaxes");
    }
    return context;
}

AnsweredContext read_answered(Bytes content)
{
    Fields fields{content, "presentation context item"};
    AnsweredContext context;
    context.id = fields.u8();
    (void)fields.u8();
    const auto answer = fields.u8();
    constexpr std::uint8_t last_defined = 4;
    // values nobody defined are refusals, so that nothing is sent on such a context
    context.answer =
        answer <= last_defined ? static_cast<ContextAnswer>(answer) : ContextAnswer::no_reason;
    (void)fields.u8();
    while (!fields.empty()) {
        const auto item = fields.item();
        if (item.is(ItemType::transfer_syntax)) {
            context.transfer_syntax = uid_of(text_of(item.content));
        }
    }
    if (context.answer == ContextAnswer::accepted && context.transfer_syntax.empty()) {
        invalid("accepted presentation context without transfer syntax");
    }
    return context;
}

RoleSelection read_role(Bytes content)
{
    Fields fields{content, "role selection"};
    RoleSelection role;
    role.sop_class = uid_of(fields.counted());
    role.scu = fields.u8() != 0;
    role.scp = fields.u8() != 0;
    return role;
}

ExtendedNegotiation read_extended(Bytes content)
{
    Fields fields{content, "extended negotiation"};
    ExtendedNegotiation negotiation;
    negotiation.sop_class = uid_of(fields.counted());
    negotiation.info = fields.rest();
    return negotiation;
}

CommonExtendedNegotiation read_common_extended(Bytes content)
{
    Fields fields{content, "common extended negotiation"};
    CommonExtendedNegotiation negotiation;
    negotiation.sop_class = uid_of(fields.counted());
    negotiation.service_class = uid_of(fields.counted());
    Fields related{fields.take(fields.u16()), "related general SOP classes"};
    while (!related.empty()) {
        negotiation.related_classes.push_back(uid_of(related.counted()));
    }
    return negotiation;
}

UserIdentity read_identity(Bytes content)
{
    Fields fields{content, "user identity"};
    UserIdentity identity;
    const auto type = fields.u8();
    if (type < static_cast<std::uint8_t>(UserIdentity::Type::username) ||
        type > static_cast<std::uint8_t>(UserIdentity::Type::jwt)) {
        invalid(fmt::format("user identity type {}", type));
    }
    identity.type = static_cast<UserIdentity::Type>(type);
    identity.response_requested = fields.u8() != 0;
    identity.primary = fields.counted();
    identity.secondary = fields.counted();
    return identity;
}

/// Reads the sub-items of user information; what only one direction has is offered to `other`.
template <typename Other>
UserInformation read_user(Bytes content, const Other& other)
{
    Fields fields{content, "user information"};
    UserInformation user;
    bool max_length = false;
    bool window = false;
    std::size_t items = 0;
    while (!fields.empty()) {
        const auto item = fields.item();
        Fields inner{item.content, "user information sub-item"};
        if (++items > max_sub_items) {
            invalid(fmt::format("more than {} user information sub-items", max_sub_items));
        }
        if (item.is(ItemType::max_length)) {
            once(max_length, "maximum length");
            user.max_pdu_bytes = inner.u32();
        } else if (item.is(ItemType::implementation_class)) {
            user.implementation_class_uid = uid_of(inner.rest());
        } else if (item.is(ItemType::implementation_version)) {
            user.implementation_version = title_of(item.content);
        } else if (item.is(ItemType::async_window)) {
            once(window, "asynchronous operations window");
            const auto invoked = inner.u16();
            user.window = AsyncWindow{invoked, inner.u16()};
        } else if (item.is(ItemType::role_selection)) {
            user.roles.push_back(read_role(item.content));
        } else if (item.is(ItemType::extended)) {
            user.extended.push_back(read_extended(item.content));
        } else {
            other(item);
        }
    }
    return user;
}

struct FixedPart {
    std::uint16_t version = 0;
    std::string called;
    std::string calling;
};

FixedPart read_fixed(Fields& fields)
{
    FixedPart fixed;
    fixed.version = fields.u16();
    (void)fields.u16();
    fixed.called = title_of(fields.take(ae_title_bytes));
    fixed.calling = title_of(fields.take(ae_title_bytes));
    (void)fields.take(reserved_bytes);
    return fixed;
}

/// A context id may be proposed, and answered, once.
void claim_id(std::bitset<256>& ids, std::uint8_t id)
{
    if (ids.test(id)) {
        invalid(fmt::format("presentation context id {} occurs twice", id));
    }
    ids.set(id);
    if (ids.count() > max_contexts) {
        invalid("more than 128 presentation contexts");
    }
}

}  // namespace

AssociateRq decode_associate_rq(Bytes body)
{
    Fields fields{body, "A-ASSOCIATE-RQ"};
    AssociateRq request;
    auto fixed = read_fixed(fields);
    request.protocol_version = fixed.version;
    request.called_ae = std::move(fixed.called);
    request.calling_ae = std::move(fixed.calling);
    bool application_context = false;
    bool user_information = false;
    bool identity = false;
    std::bitset<256> ids;
    while (!fields.empty()) {
        const auto item = fields.item();
        if (item.is(ItemType::application_context)) {
            once(application_context, "application context");
            request.application_context = uid_of(text_of(item.content));
        } else if (item.is(ItemType::proposed_context)) {
            request.contexts.push_back(read_proposed(item.content));
            claim_id(ids, request.contexts.back().id);
        } else if (item.is(ItemType::user_information)) {
            once(user_information, "user information");
            request.user = read_user(item.content, [&](const Fields::Item& sub) {
                if (sub.is(ItemType::common_extended)) {
                    request.common_extended.push_back(read_common_extended(sub.content));
                } else if (sub.is(ItemType::identity_rq)) {
                    once(identity, "user identity");
                    request.identity = read_identity(sub.content);
                }
            });
        }
    }
    if (!application_context || request.contexts.empty() || !user_information) {
        invalid(
            "A-ASSOCIATE-RQ without application context, presentation context or user "
            "information");
    }
    return request;
}

AssociateAc decode_associate_ac(Bytes body)
{
    Fields fields{body, "A-ASSOCIATE-AC"};
    AssociateAc acceptance;
    auto fixed = read_fixed(fields);
    acceptance.protocol_version = fixed.version;
    acceptance.called_ae = std::move(fixed.called);
    acceptance.calling_ae = std::move(fixed.calling);
    bool application_context = false;
    bool user_information = false;
    std::bitset<256> ids;
    while (!fields.empty()) {
        const auto item = fields.item();
        if (item.is(ItemType::application_context)) {
            once(application_context, "application context");
            acceptance.application_context = uid_of(text_of(item.content));
        } else if (item.is(ItemType::answered_context)) {
            acceptance.contexts.push_back(read_answered(item.content));
            claim_id(ids, acceptance.contexts.back().id);
        } else if (item.is(ItemType::user_information)) {
            once(user_information, "user information");
            acceptance.user = read_user(item.content, [&](const Fields::Item& sub) {
                if (sub.is(ItemType::identity_ac)) {
                    acceptance.identity_response =
                        Fields{sub.content, "user identity response"}.counted();
                }
            });
        }
    }
    return acceptance;
}

AssociateRj decode_associate_rj(Bytes body)
{
    Fields fields{body, "A-ASSOCIATE-RJ"};
    (void)fields.u8();
    AssociateRj rejection;
    rejection.result = fields.u8();
    rejection.source = fields.u8();
    rejection.reason = fields.u8();
    return rejection;
}

Abort decode_abort(Bytes body)
{
    Fields fields{body, "A-ABORT"};
    (void)fields.u16();
    Abort abort;
    abort.source = fields.u8();
    abort.reason = fields.u8();
    return abort;
}

}  // namespace pacs::net
