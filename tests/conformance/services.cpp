#include "base/settings.hpp"
#include "conformance/tables.hpp"
#include "daemon/service_rules.hpp"
#include "dicom/transcode.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/uid.hpp"
#include "moving/job.hpp"
#include "net/echo.hpp"
#include "net/get.hpp"
#include "query/source.hpp"
#include "send/context_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace pacs::conformance {

namespace {

using dicom::QueryRoot;
const std::string explicit_le{dicom::uids::explicit_le};
const std::string ct_image = "1.2.840.10008.5.1.4.1.1.2";

std::shared_ptr<const net::AcceptRules> rules()
{
    return daemon::accept_rules(ArchivedSettings{});
}

/// Whether pacs-archived accepts a context with just this.
bool accepts(std::string_view sop_class, std::string_view syntax)
{
    const net::ProposedContext context{.id = 1,
                                       .abstract_syntax = std::string{sop_class},
                                       .transfer_syntaxes = {std::string{syntax}}};
    return rules()->answer(context, {}, {}).answer == net::ContextAnswer::accepted;
}

bool proposed(const std::vector<net::Proposal>& proposals, std::string_view uid)
{
    return std::ranges::any_of(
        proposals, [&](const net::Proposal& each) { return each.abstract_syntax == uid; });
}

/// Which of our programs asks for this class as SCU, but for storage classes.
/// What C-GET proposes beside the storage classes that are to come.
std::vector<net::Proposal> get_proposals(QueryRoot root)
{
    return net::get_proposals(dicom::get_class(root), {});
}

std::string requestors(std::string_view uid)
{
    if (proposed(net::verification_proposals(), uid)) {
        return "pacs-echo";
    }
    if (proposed(moving::move_proposals(false), uid) ||
        proposed(moving::move_proposals(true), uid)) {
        return "pacs-move, pacs-get";
    }
    if (proposed(get_proposals(QueryRoot::study), uid) ||
        proposed(get_proposals(QueryRoot::patient), uid)) {
        return "pacs-get";
    }
    const bool found = proposed(query::find_proposals(QueryRoot::study), uid) ||
                       proposed(query::find_proposals(QueryRoot::patient), uid);
    return found ? "pacs-find, others" : "no";
}

/// All SOP classes that we serve or ask for; storage classes are a table of their own.
Table services()
{
    Table table{"services", {"SCU", "SCP", "SOP class"}, {}};
    for (const std::string_view uid : dicom::registered_uids()) {
        if (dicom::is_storage_class(uid)) {
            continue;
        }
        const std::string scu = requestors(uid);
        const bool scp = accepts(uid, explicit_le);
        if (scp || scu != "no") {
            table.rows.push_back({scu, scp ? "pacs-archived" : "no",
                                  fmt::format("{} ({})", dicom::uid_name(uid), uid)});
        }
    }
    return table;
}

Table storage_classes()
{
    Table table{"storage-classes", {"UID", "Storage SOP class"}, {}};
    for (const std::string_view uid : dicom::registered_uids()) {
        if (dicom::is_storage_class(uid) && accepts(uid, explicit_le)) {
            table.rows.push_back({std::string{uid}, std::string{dicom::uid_name(uid)}});
        }
    }
    return table;
}

bool converts_to(std::string_view uid)
{
    for (const std::string_view from : dicom::transfer_syntax_uids()) {
        const std::vector<send::Need> needs{{ct_image, std::string{from}}};
        for (const net::Proposal& proposal : send::plan_contexts(needs, true).proposals) {
            if (proposal.transfer_syntaxes.front() != from &&
                std::ranges::find(proposal.transfer_syntaxes, uid) !=
                    proposal.transfer_syntaxes.end()) {
                return true;
            }
        }
    }
    return false;
}

bool converts_from(std::string_view uid)
{
    const std::vector<send::Need> needs{{ct_image, std::string{uid}}};
    return send::plan_contexts(needs, true).proposals.size() > 1;
}

/// S Q F T: accepted for storage, accepted for queries and verification, converted from, to.
std::string uses(std::string_view uid)
{
    const bool query = accepts(dicom::uids::verification, uid) &&
                       accepts(dicom::uids::study_root_find, uid) &&
                       accepts(dicom::uids::patient_root_find, uid);
    std::string letters;
    letters += accepts(ct_image, uid) ? "S" : "";
    letters += query ? "Q" : "";
    letters += converts_from(uid) ? "F" : "";
    letters += converts_to(uid) ? "T" : "";
    return letters;
}

Table transfer_syntaxes()
{
    Table table{"transfer-syntaxes", {"UID", "Use", "Transfer syntax"}, {}};
    for (const std::string_view uid : dicom::transfer_syntax_uids()) {
        table.rows.push_back({std::string{uid}, uses(uid), std::string{dicom::uid_name(uid)}});
    }
    return table;
}

/// "CTImageStorage in Explicit VR Little Endian; Implicit VR Little Endian"
std::string words_of(const net::Proposal& proposal)
{
    std::string words;
    for (const std::string& syntax : proposal.transfer_syntaxes) {
        words += (words.empty() ? "" : "; ") + std::string{dicom::uid_name(syntax)};
    }
    return fmt::format("{} in {}", dicom::uid_keyword(proposal.abstract_syntax), words);
}

/// What is proposed, in the order in which it is.
Table contexts()
{
    Table table{"contexts", {"Program", "Role", "Abstract syntax, transfer syntaxes"}, {}};
    const auto add = [&](const std::string& program, const std::vector<net::Proposal>& proposals) {
        for (const net::Proposal& proposal : proposals) {
            table.rows.push_back(
                {program, proposal.role ? "negotiated" : "SCU", words_of(proposal)});
        }
    };
    add("pacs-echo", net::verification_proposals());
    add("pacs-find", query::find_proposals(QueryRoot::study));
    add("--patient-root", query::find_proposals(QueryRoot::patient));
    add("pacs-move", moving::move_proposals(false));
    add("--patient-root", moving::move_proposals(true));
    add("pacs-get", get_proposals(QueryRoot::study));
    add("--patient-root", get_proposals(QueryRoot::patient));
    return table;
}

/// The contexts that pacs-store proposes for an object of a compressed transfer syntax.
Table store_contexts()
{
    const std::vector<send::Need> needs{{ct_image, "1.2.840.10008.1.2.4.90"}};
    Table table{"store-contexts", {"Context", "Abstract syntax, transfer syntaxes"}, {}};
    unsigned id = 1;
    for (const net::Proposal& proposal : send::plan_contexts(needs, true).proposals) {
        table.rows.push_back({std::to_string(id), words_of(proposal)});
        id += 2;
    }
    return table;
}

Table identity()
{
    return {"identity",
            {"Value", "Item"},
            {{std::string{dicom::implementation_class_uid}, "Implementation Class UID"},
             {std::string{dicom::implementation_version_name}, "Implementation Version Name"},
             {std::string{dicom::uids::application_context}, "Application Context Name"},
             {PeerSettings{}.calling, "Calling AE title"}}};
}

}  // namespace

std::vector<Table> service_tables()
{
    return {services(), storage_classes(), transfer_syntaxes(),
            contexts(), store_contexts(),  identity()};
}

}  // namespace pacs::conformance
