#include "dicom/uid.hpp"
#include "net/association_core.hpp"
#include "net/rejections.hpp"
#include "net/tls_transport.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::net {

namespace {

constexpr std::size_t max_control_bytes = 64;
/// A peer whose maximum length leaves no room for two bytes of data cannot be sent anything.
constexpr std::uint32_t least_max_pdu = pdv_header_bytes + 2;

std::span<const std::byte> bytes_of(const std::string& text) noexcept
{
    return std::as_bytes(std::span{text});
}

UserInformation our_information(const AssociationLimits& limits)
{
    UserInformation user;
    user.max_pdu_bytes = limits.max_pdu_bytes;
    user.implementation_class_uid = dicom::implementation_class_uid;
    user.implementation_version = dicom::implementation_version_name;
    return user;
}

AssociateRq make_request(std::string_view called_ae, const RequestOptions& options,
                         std::span<const Proposal> proposals)
{
    AssociateRq request;
    request.called_ae = called_ae;
    request.calling_ae = options.calling_ae;
    request.application_context = dicom::uids::application_context;
    request.user = our_information(options);
    request.user.extended = options.extended;
    request.common_extended = options.common_extended;
    request.identity = options.identity;
    if (options.window != AsyncWindow{}) {
        request.user.window = options.window;
    }
    unsigned id = 1;
    for (const auto& proposal : proposals) {
        request.contexts.push_back(
            {static_cast<std::uint8_t>(id), proposal.abstract_syntax, proposal.transfer_syntaxes});
        id += 2;
        const auto same_class = [&](const RoleSelection& role) {
            return role.sop_class == proposal.abstract_syntax;
        };
        auto& roles = request.user.roles;
        if (proposal.role && std::none_of(roles.begin(), roles.end(), same_class)) {
            roles.push_back(*proposal.role);
        }
    }
    return request;
}

Context proposed(const ProposedContext& context)
{
    Context result;
    result.id = context.id;
    result.abstract_syntax = context.abstract_syntax;
    result.proposed_syntaxes = context.transfer_syntaxes;
    return result;
}

bool offered(const Context& context, const std::string& transfer_syntax)
{
    const auto& list = context.proposed_syntaxes;
    return std::find(list.begin(), list.end(), transfer_syntax) != list.end();
}

const RoleSelection* find_role(const std::vector<RoleSelection>& roles, const std::string& uid)
{
    const auto found = std::find_if(roles.begin(), roles.end(), [&](const RoleSelection& role) {
        return role.sop_class == uid;
    });
    return found == roles.end() ? nullptr : &*found;
}

/// Roles hold only when asked for and granted, PS3.7 D.3.3.4; without an answer the default does.
void settle_roles(std::vector<Context>& contexts, const std::vector<RoleSelection>& asked,
                  const std::vector<RoleSelection>& granted)
{
    for (auto& context : contexts) {
        const auto* wish = find_role(asked, context.abstract_syntax);
        const auto* answer = find_role(granted, context.abstract_syntax);
        if (wish != nullptr && answer != nullptr) {
            context.requestor_scu = wish->scu && answer->scu;
            context.requestor_scp = wish->scp && answer->scp;
        }
    }
}

std::uint16_t no_more_than(std::uint16_t granted, std::uint16_t asked) noexcept
{
    if (asked == 0) {
        return granted;
    }
    return granted == 0 ? asked : std::min(granted, asked);
}

AsyncWindow settle_window(const std::optional<AsyncWindow>& asked,
                          const std::optional<AsyncWindow>& granted)
{
    if (!asked || !granted) {
        return {};
    }
    return {no_more_than(granted->invoked, asked->invoked),
            no_more_than(granted->performed, asked->performed)};
}

std::string rejection_hint(const AssociateRj& rejection)
{
    if (rejection.result == AssociateRj::transient) {
        return "try again later";
    }
    if (rejection.source == AssociateRj::service_user) {
        if (rejection.reason == AssociateRj::called_ae_not_recognised) {
            return "check the called AE title, the part in front of the @";
        }
        if (rejection.reason == AssociateRj::calling_ae_not_recognised) {
            return "the peer must be told about our calling AE title";
        }
    }
    return {};
}

}  // namespace

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

void Association::Core::request(std::string_view called_ae, const RequestOptions& options,
                                std::span<const Proposal> proposals)
{
    const auto wanted = make_request(called_ae, options, proposals);
    agreed.called_ae = wanted.called_ae;
    agreed.calling_ae = wanted.calling_ae;
    agreed.extended_requested = wanted.user.extended;
    agreed.identity = wanted.identity;
    const auto pdu = encode(wanted);
    (void)step(Event::transport_confirmed);
    message_deadline = earliest(limits.deadline, Deadline::after(limits.negotiation_timeout));
    write_control(pdu);
    const auto header = first_header();
    switch (static_cast<PduType>(header.type)) {
    case PduType::associate_ac: take_acceptance(header.length, wanted); return;
    case PduType::associate_rj: take_rejection(header.length);
    case PduType::abort: take_abort(header.length);
    default: break;
    }
    violation(header.type == static_cast<std::uint8_t>(PduType::p_data) ? Event::p_data_pdu
                                                                        : Event::invalid_pdu,
              Abort::unexpected_pdu, fmt::format("unexpected PDU of type {:02X}", header.type));
}

void Association::Core::take_rejection(std::uint32_t length)
{
    const auto body = read_body(length, max_control_bytes);
    AssociateRj rejection;
    try {
        rejection = decode_associate_rj(bytes_of(body));
    } catch (const PduError& error) {
        violation(Event::invalid_pdu, error.abort_reason(), error.what());
    }
    (void)step(Event::associate_rj_pdu);
    close();
    throw PeerError(
        PeerFault::rejected, stage,
        fmt::format("{} {}: rejected: {}", to_string(stage), peer_name(), to_string(rejection)),
        rejection.result, rejection.source, rejection.reason, rejection_hint(rejection));
}

void Association::Core::take_acceptance(std::uint32_t length, const AssociateRq& request)
{
    const auto body = read_body(length, max_associate_bytes);
    AssociateAc acceptance;
    try {
        acceptance = decode_associate_ac(bytes_of(body));
    } catch (const PduError& error) {
        violation(Event::invalid_pdu, error.abort_reason(), error.what());
    }
    for (const auto& context : request.contexts) {
        agreed.contexts.push_back(proposed(context));
    }
    for (const auto& answer : acceptance.contexts) {
        const auto found =
            std::find_if(agreed.contexts.begin(), agreed.contexts.end(),
                         [&](const Context& context) { return context.id == answer.id; });
        const bool accepted = answer.answer == ContextAnswer::accepted;
        if (found == agreed.contexts.end() ||
            (accepted && !offered(*found, answer.transfer_syntax))) {
            violation(Event::invalid_pdu, Abort::invalid_parameter,
                      fmt::format("answer to presentation context {} that was not proposed so",
                                  answer.id));
        }
        found->answer = answer.answer;
        found->transfer_syntax = accepted ? answer.transfer_syntax : std::string{};
    }
    agreed.peer_implementation_uid = acceptance.user.implementation_class_uid;
    agreed.peer_implementation_version = acceptance.user.implementation_version;
    agreed.peer_max_pdu_bytes = acceptance.user.max_pdu_bytes;
    agreed.extended_granted = acceptance.user.extended;
    agreed.identity_response = acceptance.identity_response;
    agreed.window = settle_window(request.user.window, acceptance.user.window);
    settle_roles(agreed.contexts, request.user.roles, acceptance.user.roles);
    if (agreed.peer_max_pdu_bytes != 0 && agreed.peer_max_pdu_bytes < least_max_pdu) {
        violation(Event::invalid_pdu, Abort::invalid_parameter,
                  fmt::format("a maximum PDU length of {}", agreed.peer_max_pdu_bytes));
    }
    (void)step(Event::associate_ac_pdu);
}

void Association::Core::reject(const AssociateRj& rejection, bool acceptable_request)
{
    if (acceptable_request) {
        (void)step(Event::reject_response);
    }
    write_control(encode(rejection));
    close_gently();
    throw PeerError(
        PeerFault::rejected, stage,
        fmt::format("{} {}: we rejected: {}", to_string(stage), peer_name(), to_string(rejection)),
        rejection.result, rejection.source, rejection.reason);
}

namespace {

/// What is wrong with a request whoever asks, before any policy.
std::optional<AssociateRj> formal_refusal(const AssociateRq& request)
{
    if (request.application_context != dicom::uids::application_context) {
        return rejections::application_context.rejection;
    }
    if (!is_valid_ae_title(request.called_ae)) {
        return rejections::called_title.rejection;
    }
    if (!is_valid_ae_title(request.calling_ae)) {
        return rejections::calling_title.rejection;
    }
    if (request.user.max_pdu_bytes != 0 && request.user.max_pdu_bytes < least_max_pdu) {
        return rejections::no_room.rejection;
    }
    return std::nullopt;
}

AssociateAc make_acceptance(const AssociateRq& request, const AcceptPolicy& policy,
                            const AssociationLimits& limits)
{
    AssociateAc acceptance;
    acceptance.called_ae = request.called_ae;
    acceptance.calling_ae = request.calling_ae;
    acceptance.application_context = request.application_context;
    acceptance.user = our_information(limits);
    for (const auto& context : request.contexts) {
        acceptance.contexts.push_back(policy.answer(context, request));
        if (acceptance.contexts.back().answer != ContextAnswer::accepted) {
            // not significant, PS3.8 9.3.3.2, but some requestors insist on reading one
            acceptance.contexts.back().transfer_syntax = context.transfer_syntaxes.front();
        }
    }
    for (const auto& asked : request.user.roles) {
        if (const auto role = policy.role(asked)) {
            acceptance.user.roles.push_back(*role);
        }
    }
    for (const auto& asked : request.user.extended) {
        if (auto info = policy.extended(asked)) {
            acceptance.user.extended.push_back({asked.sop_class, std::move(*info)});
        }
    }
    if (request.user.window) {
        acceptance.user.window = policy.window(*request.user.window);
    }
    if (request.identity && request.identity->response_requested) {
        acceptance.identity_response = policy.identity_response(*request.identity);
    }
    return acceptance;
}

void settle(Negotiated& agreed, const AssociateRq& request, const AssociateAc& acceptance)
{
    for (std::size_t i = 0; i < request.contexts.size(); ++i) {
        auto context = proposed(request.contexts[i]);
        context.answer = acceptance.contexts[i].answer;
        if (context.accepted()) {
            context.transfer_syntax = acceptance.contexts[i].transfer_syntax;
            if (!offered(context, context.transfer_syntax)) {
                throw Error(ErrorKind::bug,
                            "accepting an association: a transfer syntax that was "
                            "not offered");
            }
        }
        agreed.contexts.push_back(std::move(context));
    }
    agreed.extended_granted = acceptance.user.extended;
    agreed.identity_response = acceptance.identity_response;
    agreed.window = settle_window(request.user.window, acceptance.user.window);
    settle_roles(agreed.contexts, request.user.roles, acceptance.user.roles);
}

void note_requestor(Negotiated& agreed, const AssociateRq& request)
{
    agreed.called_ae = request.called_ae;
    agreed.calling_ae = request.calling_ae;
    agreed.peer_implementation_uid = request.user.implementation_class_uid;
    agreed.peer_implementation_version = request.user.implementation_version;
    agreed.peer_max_pdu_bytes = request.user.max_pdu_bytes;
    agreed.extended_requested = request.user.extended;
    agreed.identity = request.identity;
}

}  // namespace

void Association::Core::accept(const AcceptPolicy& policy)
{
    (void)step(Event::transport_indication);
    message_deadline = earliest(limits.deadline, Deadline::after(limits.negotiation_timeout));
    const auto header = first_header();
    if (header.type == static_cast<std::uint8_t>(PduType::abort)) {
        take_abort(header.length);
    }
    if (header.type != static_cast<std::uint8_t>(PduType::associate_rq)) {
        violation(Event::invalid_pdu, Abort::unexpected_pdu,
                  fmt::format("a PDU of type {:02X} before A-ASSOCIATE-RQ", header.type));
    }
    const auto body = read_body(header.length, max_associate_bytes);
    AssociateRq request;
    try {
        request = decode_associate_rq(bytes_of(body));
    } catch (const PduError& error) {
        violation(Event::invalid_pdu, error.abort_reason(), error.what());
    }
    note_requestor(agreed, request);
    const bool acceptable = (request.protocol_version & 1U) != 0;
    (void)step(Event::associate_rq_pdu, acceptable);
    if (!acceptable) {
        reject(rejections::protocol_version.rejection, false);
    }
    if (const auto refusal = formal_refusal(request)) {
        reject(*refusal, true);
    }
    if (const auto refusal = policy.refuse(request, agreed.peer_host)) {
        reject(*refusal, true);
    }
    const auto acceptance = make_acceptance(request, policy, limits);
    settle(agreed, request, acceptance);
    (void)step(Event::accept_response);
    write_control(encode(acceptance));
    stage = PeerStage::answer;
}

std::unique_ptr<Association> Association::request(std::unique_ptr<Transport> transport,
                                                  std::string_view called_ae,
                                                  const RequestOptions& options,
                                                  std::span<const Proposal> proposals)
{
    auto core = std::make_unique<Core>(std::move(transport), options, true);
    (void)core->step(Event::associate_request);
    core->request(called_ae, options, proposals);
    core->stage = PeerStage::send;
    return std::unique_ptr<Association>(new Association(std::move(core)));
}

std::unique_ptr<Association> Association::request(const Address& peer,
                                                  const RequestOptions& options,
                                                  std::span<const Proposal> proposals)
{
    (void)encode(make_request(peer.ae, options, proposals));  // a mistake is told before connecting
    const auto deadline = earliest(options.deadline, Deadline::after(options.connect_timeout));
    return request(connect(peer, options.tls, deadline, options.stop), peer.ae, options, proposals);
}

std::unique_ptr<Association> Association::accept(std::unique_ptr<Transport> transport,
                                                 const AcceptPolicy& policy,
                                                 const AssociationLimits& limits, Negotiated* seen)
{
    auto core = std::make_unique<Core>(std::move(transport), limits, false);
    try {
        core->accept(policy);
    } catch (...) {
        if (seen != nullptr) {
            *seen = core->agreed;
        }
        core->close();
        throw;
    }
    if (seen != nullptr) {
        *seen = core->agreed;
    }
    return std::unique_ptr<Association>(new Association(std::move(core)));
}

}  // namespace pacs::net
