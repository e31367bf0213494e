#include "diagnose/record.hpp"
#include "diagnose/facts.hpp"

using namespace pacs;
using namespace pacs::diagnose;
using namespace pacs::diagnose::test;
using net::PeerFault;

namespace {

Diagnosis judged(Diagnosis facts)
{
    facts.verdict = judge(facts, {});
    return facts;
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a diagnosis is one record with its steps, its addresses and what was learned")
{
    const auto line = diagnosis_record(judged(well())).str();
    CHECK(line ==
          "{\"type\":\"diagnosis\",\"outcome\":\"ok\",\"message\":\"the peer is there and "
          "answers\",\"node\":\"@pacs\",\"address\":\"PACS@pacs.example:104\",\"calling\":\"US\","
          "\"time\":\"2027-01-15T08:00:00Z\",\"steps\":[{\"step\":\"name\",\"outcome\":\"ok\","
          "\"ms\":1},{\"step\":\"tcp\",\"outcome\":\"ok\",\"ms\":1},{\"step\":\"tls\","
          "\"outcome\":\"skipped\"},{\"step\":\"association\",\"outcome\":\"ok\",\"ms\":1},"
          "{\"step\":\"echo\",\"outcome\":\"ok\",\"ms\":1}],\"addresses\":[{\"address\":"
          "\"10.0.0.1\",\"outcome\":\"ok\",\"ms\":1}],\"protocol\":\"DICOM\",\"peer\":{"
          "\"implementation_class_uid\":\"1.2.3\",\"implementation_version\":\"VERSION\","
          "\"maker\":\"Maker\",\"max_pdu\":16384,\"window\":1},\"status\":\"0000\","
          "\"round_trips\":{\"sent\":1,\"answered\":1,\"min_ms\":2,\"avg_ms\":2,\"p95_ms\":2,"
          "\"max_ms\":2}}\n");
}

TEST_CASE("a failure has its reason, the rejection its numbers, a certificate its dates")
{
    auto facts = failed_at("association", PeerFault::rejected, "rejected");
    facts.rejection = {1, 1, 7};
    facts.tls_report = spoken(5);
    facts.tls_report->faults = {{net::CertificateFault::expired, 0, "has expired"}};
    const auto line = diagnosis_record(judged(facts)).str();
    CHECK(has(line, "\"outcome\":\"failed\",\"reason\":\"rejected\""));
    CHECK(has(line, "\"rejection\":{\"result\":1,\"source\":1,\"reason\":7,"));
    CHECK(has(line, "\"faults\":[{\"depth\":0,\"message\":\"has expired\"}],\"days_left\":5,"));
    CHECK(has(line, "\"not_after\":\"2027-01-20T08:01:00Z\""));
}

TEST_CASE("the text ends with one verdict and, where there is one, a hint")
{
    const auto good = diagnosis_text(judged(well()));
    CHECK(good.ends_with("\nverdict: the peer is there and answers\n"));
    CHECK(!has(good, "hint: "));
    const auto bad = diagnosis_text(judged(failed_at("name", PeerFault::name_not_found, "gone")));
    const auto verdict = bad.find("\nverdict: ");
    REQUIRE(verdict != std::string::npos);
    CHECK(bad.find("\nverdict: ", verdict + 1) == std::string::npos);
    CHECK(bad.find("\nhint: ") > verdict);
    CHECK(has(bad, "  tcp         -\n"));
}

TEST_CASE("no control character of a peer reaches text or record")
{
    const std::string bad = "\x1b[2J\x07\r\n\x9b";
    auto facts = failed_at("echo", PeerFault::timed_out, bad);
    facts.node = bad;
    facts.address.ae = bad;
    facts.address.host = bad;
    facts.greeting = bad;
    facts.peer = Peer{bad, bad, {}, 0, 0, true};
    facts.attempts = {{bad, 0, PeerFault::timed_out, bad}};
    facts.tls_report = spoken();
    facts.tls_report->alert = bad;
    facts.tls_report->faults = {{net::CertificateFault::other, 0, bad}};
    auto& leaf = facts.tls_report->chain.front();
    leaf.subject = bad;
    leaf.issuer = bad;
    leaf.names = {bad};
    leaf.key = bad;
    for (auto& step : facts.steps) {
        step.words = bad;
    }
    const auto judgement = judged(facts);
    for (const auto& text : {diagnosis_text(judgement), diagnosis_record(judgement).str()}) {
        for (const char c : text) {
            CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
            CHECK(c != '\x7f');
            CHECK(static_cast<unsigned char>(c) != 0x9b);
        }
    }
}
