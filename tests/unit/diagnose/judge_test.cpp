#include "diagnose/facts.hpp"

using namespace pacs;
using namespace pacs::diagnose;
using namespace pacs::diagnose::test;
using net::PeerFault;

namespace {

Verdict judged(const Diagnosis& facts)
{
    return judge(facts, {});
}

bool says(const Verdict& verdict, const std::string& words)
{
    return verdict.words.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a peer that answers is well, and there is nothing to hint at")
{
    const auto verdict = judged(well());
    CHECK(verdict.outcome == Outcome::ok);
    CHECK(verdict.reason.empty());
    CHECK(verdict.hint.empty());
}

TEST_CASE("the first step that failed decides")
{
    CHECK(judged(failed_at("name", PeerFault::name_not_found)).reason == "name_not_found");
    CHECK(judged(failed_at("name", PeerFault::timed_out)).reason == "timed_out");
    auto facts = failed_at("tcp", PeerFault::unreachable);
    facts.attempts = {{"10.0.0.1", 0, PeerFault::unreachable, "no route"}};
    CHECK(judged(facts).reason == "unreachable");
    facts.attempts.push_back({"10.0.0.2", 0, PeerFault::timed_out, "timed out"});
    CHECK(judged(facts).reason == "timed_out");
    facts.attempts.push_back({"10.0.0.3", 0, PeerFault::connection_refused, "refused"});
    CHECK(judged(facts).reason == "connection_refused");
    facts.address.host = "::1";
    CHECK(says(judged(facts), "nobody listens at [::1]:104"));
}

TEST_CASE("every rejection has a cause and a hint, also those that nobody defined")
{
    for (unsigned source = 0; source < 5; ++source) {
        for (unsigned reason = 0; reason < 12; ++reason) {
            const net::AssociateRj rejection{net::AssociateRj::permanent,
                                             static_cast<std::uint8_t>(source),
                                             static_cast<std::uint8_t>(reason)};
            const auto words = explain(rejection, "PACS", "US");
            CHECK(!words.cause.empty());
            CHECK(!words.hint.empty());
        }
    }
    using net::AssociateRj;
    const auto cause = [](std::uint8_t source, std::uint8_t reason) {
        return explain({AssociateRj::permanent, source, reason}, "PACS", "US").cause;
    };
    CHECK(cause(1, 3) == "it does not know our title 'US'");
    CHECK(cause(1, 7) == "it does not go by the title 'PACS'");
    CHECK(cause(2, 2) == "it does not know our version of the protocol");
    CHECK(cause(3, 1) == "it is busy at the moment");
    CHECK(cause(3, 2) == "it has as many associations as it takes");
}

TEST_CASE("a rejection that may pass is told as such")
{
    auto facts = failed_at("association", PeerFault::rejected);
    facts.rejection = {net::AssociateRj::transient, net::AssociateRj::presentation, 2};
    CHECK(says(judged(facts), "for now"));
    facts.rejection->result = net::AssociateRj::permanent;
    CHECK(!says(judged(facts), "for now"));
    CHECK(judged(facts).reason == "rejected");
}

TEST_CASE("who speaks TLS where we do not, and the reverse, is told so")
{
    auto facts = failed_at("association", PeerFault::connection_lost);
    facts.protocol = Protocol::tls;
    facts.tls_report = spoken();
    CHECK(judged(facts).reason == "tls_expected");

    facts = failed_at("tls", PeerFault::tls_failed);
    facts.tls = true;
    facts.protocol = Protocol::dicom;
    CHECK(judged(facts).reason == "tls_not_spoken");
}

TEST_CASE("a stranger is named, whichever side of TLS it was met on")
{
    for (const auto* step : {"tls", "association"}) {
        auto facts = failed_at(step, PeerFault::not_dicom);
        facts.protocol = Protocol::http;
        CHECK(says(judged(facts), "web server"));
        facts.protocol = Protocol::ssh;
        CHECK(says(judged(facts), "SSH"));
        facts.protocol = Protocol::text;
        facts.greeting = "220 mail\x1b[2J ready\r\n";
        CHECK(says(judged(facts), "220 mail\\x1b[2J ready"));
        facts.protocol = Protocol::unknown;
        CHECK(says(judged(facts), "it begins with"));
        CHECK(judged(facts).reason == "not_dicom");
    }
}

TEST_CASE("each thing that can be wrong with a certificate has its word")
{
    using net::CertificateFault;
    const std::pair<CertificateFault, std::string_view> words[] = {
        {CertificateFault::expired, "certificate_expired"},
        {CertificateFault::not_yet_valid, "certificate_not_yet_valid"},
        {CertificateFault::self_signed, "certificate_self_signed"},
        {CertificateFault::unknown_issuer, "certificate_unknown_issuer"},
        {CertificateFault::wrong_name, "certificate_wrong_name"},
        {CertificateFault::weak, "certificate_untrusted"},
        {CertificateFault::other, "certificate_untrusted"}};
    auto facts = failed_at("tls", PeerFault::tls_failed);
    facts.tls = true;
    facts.protocol = Protocol::tls;
    for (const auto& [kind, word] : words) {
        facts.tls_report = spoken();
        facts.tls_report->faults = {{kind, 0, "openssl's words"}};
        CHECK(judged(facts).reason == word);
        facts.tls_report->chain.clear();  // nothing to hint with must not matter
        CHECK(judged(facts).reason == word);
    }
}

TEST_CASE("the wrong name is graver than the wrong date")
{
    auto facts = failed_at("tls", PeerFault::tls_failed);
    facts.tls_report = spoken();
    facts.tls_report->faults = {{net::CertificateFault::expired, 0, ""},
                                {net::CertificateFault::wrong_name, 0, ""}};
    CHECK(judged(facts).reason == "certificate_wrong_name");
    CHECK(judged(facts).hint.find("DNS:pacs.example") != std::string::npos);
}

TEST_CASE("a peer that wants our certificate is told from one that does not take it")
{
    for (const auto* step : {"tls", "association"}) {
        auto facts = failed_at(step, PeerFault::tls_failed);
        facts.tls = true;
        facts.protocol = Protocol::tls;
        facts.tls_report = spoken();
        facts.tls_report->client_certificate_requested = true;
        CHECK(judged(facts).reason == "client_certificate_required");
        facts.own_certificate = true;
        CHECK(judged(facts).reason == "client_certificate_refused");
    }
    // the alert was lost in a reset
    auto facts = failed_at("association", PeerFault::connection_lost);
    facts.tls = true;
    facts.tls_report = spoken();
    facts.tls_report->client_certificate_requested = true;
    CHECK(judged(facts).reason == "client_certificate_required");
}

TEST_CASE("TLS of yesterday is told as that, also when it wants a certificate")
{
    auto facts = failed_at("tls", PeerFault::tls_failed);
    facts.tls_report = spoken();
    facts.tls_report->version = "TLSv1";
    facts.tls_report->client_certificate_requested = true;
    facts.protocol = Protocol::tls;
    CHECK(judged(facts).reason == "tls_too_old");
}

TEST_CASE("a certificate that is wrong and passed over all the same is a warning that says so")
{
    auto facts = well();
    facts.tls = true;
    facts.tls_report = spoken();
    facts.tls_report->faults.push_back({net::CertificateFault::expired, 0, "expired"});
    const auto verdict = judged(facts);
    CHECK(verdict.outcome == Outcome::warning);
    CHECK(verdict.reason == "certificate_expired");
    CHECK(says(verdict, "all is sent nevertheless"));
}

TEST_CASE("TLS that stands still or breaks has the reason of its step")
{
    auto facts = failed_at("tls", PeerFault::timed_out, "timed out");
    facts.protocol = Protocol::silent;
    CHECK(judged(facts).reason == "timed_out");
    facts = failed_at("tls", PeerFault::connection_lost, "reset");
    facts.protocol = Protocol::closes;
    CHECK(judged(facts).reason == "connection_lost");
}

TEST_CASE("what happens to the request or the echo has the reason of the fault")
{
    for (const auto fault :
         {PeerFault::aborted, PeerFault::connection_lost, PeerFault::timed_out,
          PeerFault::nothing_accepted, PeerFault::protocol_violation, PeerFault::not_dicom}) {
        CHECK(judged(failed_at("association", fault, "words")).reason == net::reason_word(fault));
        CHECK(judged(failed_at("echo", fault, "words")).reason == net::reason_word(fault));
    }
    auto facts = failed_at("echo", PeerFault::timed_out);
    facts.step("echo").fault.reset();
    facts.step("echo").words = "answered 0122";
    CHECK(judged(facts).reason == "status");
    CHECK(says(judged(facts), "answered 0122"));
}

TEST_CASE("what is not perfect is a warning: an address that is dead, a certificate that ends")
{
    auto facts = well();
    facts.step("tcp").outcome = Outcome::warning;
    facts.step("tcp").fault = PeerFault::connection_refused;
    CHECK(judged(facts).outcome == Outcome::warning);
    CHECK(judged(facts).reason == "connection_refused");

    facts = well();
    facts.step("echo").outcome = Outcome::warning;
    facts.step("echo").fault = PeerFault::timed_out;
    CHECK(judged(facts).outcome == Outcome::warning);

    facts = well();
    facts.tls_report = spoken(30);
    CHECK(judged(facts).reason == "certificate_expires");
    facts.tls_report = spoken(31);
    CHECK(judged(facts).outcome == Outcome::ok);
    CHECK(judge(facts, {40, 7}).outcome == Outcome::warning);
}

TEST_CASE("days left count to the first certificate of the chain that ends, and round down")
{
    auto facts = well();
    CHECK(!facts.days_left());
    facts.tls_report = spoken(90);
    CHECK(facts.days_left() == 90);
    facts.tls_report->chain.push_back(facts.tls_report->chain.front());
    facts.tls_report->chain.back().not_after = now + 5 * day - 1;
    CHECK(facts.days_left() == 4);
    facts.tls_report->chain.back().not_after = now - 1;
    CHECK(facts.days_left() == -1);
}

TEST_CASE("no foreign text reaches a verdict raw")
{
    auto facts = failed_at("association", PeerFault::protocol_violation, "\x1b[2J");
    facts.address.host = "h\x1b[2J";
    facts.calling = "\x07";
    for (const auto& verdict :
         {judged(facts), judged(failed_at("tls", PeerFault::timed_out, "\x1b[2J"))}) {
        CHECK(verdict.words.find('\x1b') == std::string::npos);
        CHECK(verdict.hint.find('\x1b') == std::string::npos);
    }
}
