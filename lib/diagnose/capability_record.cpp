#include "base/log.hpp"
#include "diagnose/capabilities.hpp"
#include "dicom/uid.hpp"

#include <map>

namespace pacs::diagnose {

namespace {

using net::ContextAnswer;
using Role = std::optional<ContextAnswer> SyntaxAnswer::*;

/// The word for what a presentation context was answered, PS3.8 table 9-18.
std::string_view word_of(ContextAnswer answer) noexcept
{
    switch (answer) {
    case ContextAnswer::accepted: return "accepted";
    case ContextAnswer::user_rejection: return "user_rejection";
    case ContextAnswer::no_reason: return "no_reason";
    case ContextAnswer::abstract_syntax_not_supported: return "abstract_syntax_not_supported";
    case ContextAnswer::transfer_syntaxes_not_supported: return "transfer_syntaxes_not_supported";
    }
    return "unknown";
}

std::vector<std::string> accepted_in(const ClassCapability& about, Role role)
{
    std::vector<std::string> uids;
    for (const auto& each : about.answers) {
        if (each.*role == ContextAnswer::accepted) {
            uids.emplace_back(each.transfer_syntax);
        }
    }
    return uids;
}

std::string list_json(const std::vector<std::string_view>& uids)
{
    std::string json = "[";
    for (const auto uid : uids) {
        if (json.size() > 1) {
            json += ',';
        }
        append_json_string(json, uid);
    }
    return json + "]";
}

/// {"no_reason":["1.2.840..."]}: what was rejected, by the reason given.
std::string rejections_json(const ClassCapability& about)
{
    std::map<std::string_view, std::vector<std::string_view>> by_reason;
    for (const auto& each : about.answers) {
        if (each.as_scp && *each.as_scp != ContextAnswer::accepted) {
            by_reason[word_of(*each.as_scp)].push_back(each.transfer_syntax);
        }
    }
    std::string json = "{";
    for (const auto& [reason, uids] : by_reason) {
        json += (json.size() > 1 ? "," : "");
        append_json_string(json, reason);
        json += ":" + list_json(uids);
    }
    return json + "}";
}

std::vector<std::string> roles_of(const ClassCapability& about)
{
    std::vector<std::string> roles;
    if (!accepted_in(about, &SyntaxAnswer::as_scp).empty()) {
        roles.emplace_back("scp");
    }
    if (!accepted_in(about, &SyntaxAnswer::as_scu).empty()) {
        roles.emplace_back("scu");
    }
    return roles;
}

JsonLine class_record(const Capabilities& capabilities, const ClassCapability& about)
{
    JsonLine record{"capability"};
    record.add("node", capabilities.node)
        .add("sop_class", about.sop_class)
        .add("name", dicom::uid_name(about.sop_class))
        .add("roles", roles_of(about))
        .add("scp", accepted_in(about, &SyntaxAnswer::as_scp))
        .add("scu", accepted_in(about, &SyntaxAnswer::as_scu))
        .add_raw("rejected", rejections_json(about));
    return record;
}

JsonLine outcome_record(const Capabilities& capabilities)
{
    std::size_t accepted = 0;
    std::size_t asked = 0;
    for (const auto& each : capabilities.classes) {
        accepted += each.accepted() ? 1U : 0U;
        asked += each.answers.size();
    }
    JsonLine record{"capabilities", capabilities.complete ? Outcome::ok : Outcome::failed};
    if (capabilities.fault) {
        record.add("reason", net::reason_word(*capabilities.fault))
            .add("message", log::printable(capabilities.words, 500));
    }
    if (!capabilities.hint.empty()) {
        record.add("hint", capabilities.hint);
    }
    record.add("node", capabilities.node);
    if (capabilities.peer) {
        const auto& peer = *capabilities.peer;
        record.add("implementation_class_uid", log::printable(peer.implementation_uid))
            .add("implementation_version", log::printable(peer.implementation_version))
            .add("maker", peer.maker)
            .add("max_pdu", peer.max_pdu_bytes)
            .add("window", peer.window);
    }
    record.add("sop_classes", accepted)
        .add("sop_classes_asked", capabilities.classes.size())
        .add("contexts_answered", capabilities.known())
        .add("contexts_asked", asked);
    return record;
}

std::string keywords(const std::vector<std::string>& uids)
{
    std::string text;
    for (const auto& uid : uids) {
        const auto keyword = dicom::uid_keyword(uid);
        text += (text.empty() ? "" : " ") + (keyword.empty() ? uid : std::string{keyword});
    }
    return text;
}

}  // namespace

void write_records(const Capabilities& capabilities,
                   const std::function<void(const JsonLine&)>& write)
{
    for (const auto& each : capabilities.classes) {
        if (each.known()) {
            write(class_record(capabilities, each));
        }
    }
    write(outcome_record(capabilities));
}

void write_rows(const Capabilities& capabilities, const std::function<void(const JsonLine&)>& write)
{
    for (const auto& each : capabilities.classes) {
        if (!each.accepted()) {
            continue;
        }
        JsonLine row{"capability"};
        row.add("node", capabilities.node)
            .add("name", dicom::uid_name(each.sop_class))
            .add("roles", roles_of(each));
        const auto scp = accepted_in(each, &SyntaxAnswer::as_scp);
        const auto scu = accepted_in(each, &SyntaxAnswer::as_scu);
        row.add("transfer_syntaxes", keywords(scp.empty() ? scu : scp));
        write(row);
    }
    write(outcome_record(capabilities));
}

}  // namespace pacs::diagnose
