#include "base/settings.hpp"
#include "base/retry.hpp"
#include "conformance/tables.hpp"
#include "daemon/find_service.hpp"
#include "daemon/retrieve_service.hpp"
#include "dicom/repertoire.hpp"
#include "dicom/transcode.hpp"
#include "net/association.hpp"
#include "net/find.hpp"
#include "net/server.hpp"
#include "query/source.hpp"

#include <fmt/format.h>

namespace pacs::conformance {

namespace {

template <typename Settings>
Table settings(const std::string& name, const std::vector<SettingKey<Settings>>& keys)
{
    Table table{name, {"Key", "Default", "Meaning"}, {}};
    const Settings defaults;
    for (const SettingKey<Settings>& key : keys) {
        table.rows.push_back({std::string{key.name}, key.get(defaults), std::string{key.help}});
    }
    return table;
}

std::string seconds(std::chrono::milliseconds span)
{
    return fmt::format("{} s", std::chrono::duration<double>(span).count());
}

/// Who speaks TLS is told by whether there is a setting for it.
template <typename Settings>
std::string transport(const std::vector<SettingKey<Settings>>& keys)
{
    return find_key(keys, "listen_tls") != nullptr
               ? "plain TCP where listen, TLS where listen_tls says"
           : find_key(keys, "tls") == nullptr ? "plain TCP only"
                                              : "plain TCP, or TLS where tls is set";
}

Table security()
{
    return {"security",
            {"Role", "Transport of associations"},
            {{"acceptor", transport(archived_keys())}, {"requestors", transport(peer_keys())}}};
}

/// What no setting changes.
Table limits()
{
    const net::RequestOptions requestor;
    const query::PeerSourceOptions asking;
    const daemon::FindService::Options finding;
    const net::ServerLimits server;
    const RetryPolicy retry;
    return {"limits",
            {"Value", "Limit"},
            {{std::to_string(net::max_contexts), "presentation contexts proposed at most"},
             {std::to_string(net::max_associate_bytes), "bytes of an A-ASSOCIATE PDU taken"},
             {std::to_string(requestor.max_sent_pdu_bytes), "bytes of a P-DATA-TF PDU sent"},
             {std::to_string(server.max_identifier_bytes), "bytes of an identifier taken as SCP"},
             {seconds(finding.timeout), "for one C-FIND as SCP"},
             {seconds(asking.max_duration), "for one C-FIND as SCU (--question-duration)"},
             {seconds(asking.cancel_timeout),
              "from C-CANCEL to the final response, as SCU; --timeout when that is less"},
             {std::to_string(daemon::longest_explicit_list),
              "bytes of a Failed SOP Instance UID List sent with explicit VR"},
             {std::to_string(retry.retries), "attempts of one object after the first (--retries)"},
             {seconds(retry.delay), "before the first of them, doubled each time (--retry-delay)"},
             {seconds(longest_delay), "before any of them at most"},
             {std::to_string(dicom::ConvertOptions{}.decoded_bytes),
              "native bytes an object may unfold to when converted"}}};
}

std::string words_of(dicom::Coding coding)
{
    switch (coding) {
    case dicom::Coding::ascii: return "default repertoire";
    case dicom::Coding::high_half: return "single byte, G1";
    case dicom::Coding::katakana: return "single byte, katakana in G1, romaji in G0";
    case dicom::Coding::pairs_in_g0: return "two bytes, G0";
    case dicom::Coding::pairs_in_g1: return "two bytes, G1";
    case dicom::Coding::whole: return "several bytes, no code extensions";
    }
    return {};
}

Table character_sets()
{
    Table table{"character-sets", {"Alone", "With code extensions", "Coding"}, {}};
    for (const dicom::Repertoire& each : dicom::all_repertoires()) {
        const bool alone =
            each.coding != dicom::Coding::pairs_in_g0 && each.coding != dicom::Coding::pairs_in_g1;
        const bool extended = each.coding != dicom::Coding::whole;
        table.rows.push_back({alone ? dicom::defined_term(each, false) : "",
                              extended ? dicom::defined_term(each, true) : "",
                              words_of(each.coding)});
    }
    return table;
}

}  // namespace

std::vector<Table> setting_tables()
{
    return {settings("settings-archived", archived_keys()), settings("settings-peer", peer_keys()),
            limits(), character_sets(), security()};
}

}  // namespace pacs::conformance
