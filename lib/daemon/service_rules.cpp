#include "daemon/service_rules.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "daemon/find_service.hpp"
#include "daemon/retrieve_service.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace pacs::daemon {

namespace {

bool is_find_class(const std::string& sop_class)
{
    return sop_class == dicom::uids::patient_root_find || sop_class == dicom::uids::study_root_find;
}

/// PS3.4 B.3.1, for any storage class: level 2 (full), signatures are preserved bit by bit
/// (level 3), nothing is coerced.
std::string storage_answer()
{
    return {'\2', '\0', '\3', '\0', '\0', '\0'};
}

std::optional<std::string> extended_answer(const net::ExtendedNegotiation& asked)
{
    if (is_find_class(asked.sop_class)) {
        return grant_find_options(asked.info);
    }
    if (is_move_class(asked.sop_class) || is_get_class(asked.sop_class)) {
        return grant_retrieve_options(asked.info);
    }
    if (dicom::is_storage_class(asked.sop_class)) {
        return storage_answer();
    }
    return std::nullopt;
}

std::vector<std::string> native_syntaxes()
{
    return {std::string{dicom::uids::explicit_le}, std::string{dicom::uids::implicit_le},
            std::string{dicom::uids::explicit_be}};
}

}  // namespace

std::shared_ptr<const net::AcceptRules> accept_rules(const ArchivedSettings& settings,
                                                     std::shared_ptr<const Gatekeeper> gatekeeper)
{
    auto rules = std::make_shared<net::AcceptRules>();
    rules->needs = needs_of;
    if (gatekeeper) {
        rules->access = [keeper = std::move(gatekeeper)](const net::AssociateRq& request,
                                                         const net::Caller& caller) {
            return keeper->admit(request, caller);
        };
    }
    if (!settings.any_aet) {
        rules->called_aes = settings.aet;
    }
    namespace uids = dicom::uids;
    for (const std::string_view served :
         {uids::verification, uids::patient_root_find, uids::study_root_find,
          uids::patient_root_move, uids::study_root_move, uids::patient_root_get,
          uids::study_root_get, uids::storage_commitment}) {
        rules->classes.push_back(
            {.abstract_syntax = std::string{served}, .transfer_syntaxes = native_syntaxes()});
    }
    rules->any_storage = true;
    rules->storage_requestor_scp = true;
    const auto window = static_cast<std::uint16_t>(settings.async_window);
    rules->max_window = {window, window};
    rules->extended_answer = extended_answer;
    return rules;
}

net::ServerLimits server_limits(const ArchivedSettings& settings)
{
    net::ServerLimits limits;
    limits.max_associations = settings.max_associations;
    limits.max_associations_per_peer = settings.max_associations_per_peer;
    limits.negotiation_timeout = settings.negotiation_timeout;
    limits.idle_timeout = settings.idle_timeout;
    limits.association_timeout = settings.association_timeout;
    limits.max_pdu_bytes = settings.max_pdu;
    return limits;
}

CommitmentOptions commitment_options(const ArchivedSettings& settings)
{
    CommitmentOptions options;
    options.retry = settings.commitment_retry;
    return options;
}

CommitmentService::FindPeer commitment_peers(const Destinations& requestors)
{
    return [requestors](const std::string& title) -> std::optional<CommitmentPeer> {
        const Destination* found = requestors.find(title);
        return found == nullptr ? std::nullopt
                                : std::optional{CommitmentPeer{found->address, found->request}};
    };
}

archive::IngestOptions ingest_options(const ArchivedSettings& settings)
{
    archive::IngestOptions options;
    options.min_free = settings.min_free;
    options.on_conflict = settings.on_conflict == "replace"  ? archive::OnConflict::replace
                          : settings.on_conflict == "reject" ? archive::OnConflict::reject
                                                             : archive::OnConflict::keep;
    return options;
}

archive::Durability durability(const ArchivedSettings& settings)
{
    return settings.durability == "os" ? archive::Durability::os : archive::Durability::flushed;
}

std::vector<net::ListenAddress> listen_addresses(const ArchivedSettings& settings)
{
    std::vector<net::ListenAddress> addresses;
    for (const std::string& text : settings.listen) {
        addresses.push_back(net::parse_listen_address(text));
    }
    for (const std::string& text : settings.listen_tls) {
        addresses.push_back(net::parse_listen_address(text));
        addresses.back().tls = true;
    }
    if (addresses.empty()) {
        throw Error(ErrorKind::usage, "starting the daemon: no address to listen on",
                    "give --listen or --listen-tls [ADDRESS:]PORT, or the same in [archived] of "
                    "pacs.toml");
    }
    return addresses;
}

std::shared_ptr<const net::TlsContext> tls_context(const ArchivedSettings& settings)
{
    if (settings.listen_tls.empty()) {
        return nullptr;
    }
    const auto client = settings.tls_client == "none"        ? net::ClientCertificate::none
                        : settings.tls_client == "requested" ? net::ClientCertificate::requested
                                                             : net::ClientCertificate::required;
    return std::make_shared<const net::TlsContext>(
        net::TlsServerSettings{settings.tls_cert, settings.tls_key, settings.tls_ca, client});
}

void check(const ArchivedSettings& settings)
{
    if (settings.archive.empty()) {
        throw Error(ErrorKind::usage, "starting the daemon: no archive given",
                    "give --archive DIR, or archive in [archived] of pacs.toml");
    }
    if (settings.aet.empty() && !settings.any_aet) {
        throw Error(ErrorKind::usage, "starting the daemon: no AE title given",
                    "give --aet TITLE, or --any-aet to answer to every title");
    }
    for (const std::string& title : settings.aet) {
        if (!net::is_valid_ae_title(title)) {
            throw Error(
                ErrorKind::usage,
                fmt::format("starting the daemon: '{}' is no AE title", log::printable(title)),
                "1 to 16 characters of ASCII without backslash");
        }
    }
    listen_addresses(settings);
    for (const std::string& destination : settings.destination) {
        (void)net::parse_address(destination);
    }
}

}  // namespace pacs::daemon
