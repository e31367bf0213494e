#pragma once

#include "diagnose/judge.hpp"

#include "catch.hpp"

#include <string>

/// Diagnoses made up for tests: a peer that is well, and the ways to harm it.
namespace pacs::diagnose::test {

inline constexpr std::int64_t now = 1'800'000'000;
inline constexpr std::int64_t day = 86'400;

inline Diagnosis well()
{
    Diagnosis facts;
    facts.node = "@pacs";
    facts.address = {"PACS", "pacs.example", 104};
    facts.calling = "US";
    facts.taken_at = now;
    facts.protocol = Protocol::dicom;
    for (const auto* name : {"name", "tcp", "tls", "association", "echo"}) {
        facts.steps.push_back({name, Outcome::ok, 0.001, {}, {}});
    }
    facts.step("tls").outcome = Outcome::skipped;
    facts.step("tls").seconds = 0;
    facts.attempts = {{"10.0.0.1", 0.001, {}, {}}};
    facts.peer = Peer{"1.2.3", "VERSION", "Maker", 16'384, 1, {}};
    facts.status = net::statuses::success;
    facts.echoes_sent = 1;
    facts.round_trips.add(0.002);
    return facts;
}

/// Fails at a step, and has not reached those after it.
inline Diagnosis failed_at(std::string_view name, net::PeerFault fault, std::string words = {})
{
    auto facts = well();
    bool reached = true;
    for (auto& step : facts.steps) {
        if (step.name == name) {
            step.outcome = Outcome::failed;
            step.fault = fault;
            step.words = std::move(words);
            reached = false;
        } else if (!reached) {
            step.outcome = Outcome::skipped;
        }
    }
    if (name != "echo") {
        facts.peer.reset();
        facts.status.reset();
        facts.round_trips = {};
        facts.protocol = Protocol::unknown;
    }
    return facts;
}

inline net::TlsReport spoken(std::int64_t days_left = 90)
{
    net::TlsReport report;
    report.completed = true;
    report.version = "TLSv1.3";
    report.cipher = "TLS_AES_256_GCM_SHA384";
    net::Certificate leaf;
    leaf.subject = "CN=peer";
    leaf.issuer = "CN=ca";
    leaf.names = {"DNS:pacs.example"};
    leaf.sha256 = "abcd";
    leaf.not_before = now - day;
    leaf.not_after = now + days_left * day + 60;
    report.chain = {leaf};
    return report;
}

}  // namespace pacs::diagnose::test
