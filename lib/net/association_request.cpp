#include "base/units.hpp"
#include "dicom/uid.hpp"
#include "net/association_core.hpp"
#include "net/negotiation.hpp"
#include "net/tls_transport.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::net {

namespace {

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

/// A peer that asks for a user identity (PS3.7 D.3.3.7) has no reason of its own to reject for it.
std::string rejection_hint(const AssociateRj& rejection, bool identified)
{
    if (rejection.result == AssociateRj::transient) {
        return "try again later";
    }
    if (rejection.source == AssociateRj::service_user) {
        if (rejection.reason == AssociateRj::called_ae_not_recognised) {
            return "check the called AE title, the part in front of the @";
        }
        if (rejection.reason == AssociateRj::calling_ae_not_recognised) {
            return identified ? "the peer must be told about our calling AE title; or our user or "
                                "passcode is not right"
                              : "the peer must be told about our calling AE title";
        }
        if (rejection.reason == AssociateRj::no_reason) {
            return identified ? "our user or passcode may not be right"
                              : "it may want to know a user: see --user and --passcode-file";
        }
    }
    return {};
}

}  // namespace

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
        rejection.result, rejection.source, rejection.reason,
        rejection_hint(rejection, agreed.identity.has_value()));
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

namespace {

/// Connects within the limits, of which a failure says which was the shorter one.
std::unique_ptr<Transport> connect_within(const Address& peer, const RequestOptions& options)
{
    const auto deadline = earliest(options.deadline, Deadline::after(options.connect_timeout));
    try {
        return connect(peer, options.tls, deadline, options.stop);
    } catch (const PeerError& error) {
        if (error.fault() != PeerFault::timed_out || !deadline.expired()) {
            throw;
        }
        const auto limit = options.deadline.expired()
                               ? std::string{"the time for all of it is over"}
                               : fmt::format("the connect limit of {} is over",
                                             duration_value(options.connect_timeout));
        throw PeerError(error.fault(), error.stage(), fmt::format("{}; {}", error.what(), limit),
                        error.hint());
    }
}

}  // namespace

std::unique_ptr<Association> Association::request(const Address& peer,
                                                  const RequestOptions& options,
                                                  std::span<const Proposal> proposals)
{
    (void)encode(make_request(peer.ae, options, proposals));  // a mistake is told before connecting
    return request(connect_within(peer, options), peer.ae, options, proposals);
}

}  // namespace pacs::net
