#include "net/probe_record.hpp"

#include "catch.hpp"

using pacs::net::PeerFault;
using pacs::net::Probe;

TEST_CASE("an answered echo has its times, an unanswered one its reason and no time")
{
    Probe probe;
    probe.status = pacs::net::statuses::success;
    probe.connect_seconds = 0.0123456;
    probe.echo_seconds = 0.001;
    probe.implementation = "PEER\x1b";
    CHECK(pacs::net::echo_record("@a", 1, probe).str() ==
          "{\"type\":\"echo\",\"outcome\":\"ok\",\"node\":\"@a\",\"sequence\":1,"
          "\"status\":\"0000\",\"ms\":1,\"connect_ms\":12.346,"
          "\"implementation\":\"PEER\\\\x1b\"}\n");

    Probe refused;
    refused.fault = PeerFault::connection_refused;
    refused.message = "connecting to A@h:1: refused";
    refused.hint = "is it running?";
    CHECK(pacs::net::echo_record("@a", 2, refused).str() ==
          "{\"type\":\"echo\",\"outcome\":\"failed\",\"reason\":\"connection_refused\",\"message\":"
          "\"connecting to A@h:1: refused\",\"hint\":\"is it running?\",\"node\":\"@a\","
          "\"sequence\":2}\n");
}

TEST_CASE("a failure status is a failed echo, trouble after a good answer only a warning")
{
    Probe probe;
    probe.status = pacs::net::statuses::class_not_supported;
    CHECK(pacs::net::echo_record("@a", 1, probe).outcome() == pacs::Outcome::failed);
    probe.status = pacs::net::statuses::success;
    probe.fault = PeerFault::timed_out;
    CHECK(pacs::net::echo_record("@a", 1, probe).outcome() == pacs::Outcome::warning);
}

TEST_CASE("statistics without an answer have no times")
{
    pacs::LatencyStatistics times;
    CHECK(pacs::net::statistics_record("@a", 3, times).str() ==
          "{\"type\":\"statistics\",\"node\":\"@a\",\"sent\":3,\"answered\":0}\n");
    times.add(0.002);
    CHECK(pacs::net::statistics_record("@a", 3, times).str() ==
          "{\"type\":\"statistics\",\"node\":\"@a\",\"sent\":3,\"answered\":1,\"min_ms\":2,"
          "\"avg_ms\":2,\"p95_ms\":2,\"max_ms\":2}\n");
}
