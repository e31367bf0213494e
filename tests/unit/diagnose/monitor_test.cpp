#include "diagnose/monitor.hpp"
#include "diagnose/facts.hpp"

#include <algorithm>
#include <regex>

using namespace pacs;
using namespace pacs::diagnose;
using namespace pacs::diagnose::test;
using net::PeerFault;

namespace {

Diagnosis named(Diagnosis facts, const std::string& node)
{
    facts.node = node;
    facts.verdict = judge(facts, {});
    return facts;
}

PluginOutput plugin(std::vector<Diagnosis> all, const TimeLimits& limits = {},
                    const CertificateDays& days = {})
{
    return plugin_output(all, limits, days);
}

}  // namespace

TEST_CASE("a plugin's line has the state, the reason and the times")
{
    const auto good = plugin({named(well(), "@a")});
    CHECK(good.state == PluginState::ok);
    CHECK(good.line ==
          "DICOM OK - @a: answers in 5.0 ms | time=0.005000s;5;10;0 echo=0.002000s;;;0");
    const auto bad = plugin({named(failed_at("name", PeerFault::name_not_found), "@a")});
    CHECK(bad.state == PluginState::critical);
    CHECK(bad.line == "DICOM CRITICAL - @a: the name 'pacs.example' does not resolve");
}

TEST_CASE("the worst of several decides, and only the bad are told")
{
    const auto output = plugin({named(well(), "@a"), named(well(), "@b"),
                                named(failed_at("echo", PeerFault::timed_out, "late"), "@c")});
    CHECK(output.state == PluginState::critical);
    CHECK(output.line.find("DICOM CRITICAL - 2 of 3 peers well: @c: ") == 0);
    CHECK(output.line.find("'@a time'=") != std::string::npos);
    CHECK(plugin({named(well(), "@a"), named(well(), "@b")}).line.find("2 of 2 peers well |") !=
          std::string::npos);
}

TEST_CASE("limits make warnings and failures of slow answers and of ending certificates")
{
    using std::chrono::milliseconds;
    const auto facts = named(well(), "@a");  // five milliseconds
    CHECK(plugin({facts}, {milliseconds{4}, milliseconds{100}}).state == PluginState::warning);
    CHECK(plugin({facts}, {milliseconds{1}, milliseconds{4}}).state == PluginState::critical);
    CHECK(plugin({facts}, {milliseconds{6}, milliseconds{6}}).state == PluginState::ok);
    auto ending = well();
    ending.tls_report = spoken(7);
    CHECK(plugin({named(ending, "@a")}).state == PluginState::critical);
    ending.tls_report = spoken(8);
    CHECK(plugin({named(ending, "@a")}).state == PluginState::warning);
    ending.tls_report = spoken(31);
    CHECK(plugin({named(ending, "@a")}).state == PluginState::ok);
    CHECK(plugin({named(ending, "@a")}).line.find("days=31;30:;7:") != std::string::npos);
}

TEST_CASE("foreign text cannot forge a plugin's line")
{
    auto facts =
        failed_at("association", PeerFault::protocol_violation, "bad | 'time'=0s\nDICOM OK - fine");
    const auto output = plugin({named(facts, "@a|b='c'"), named(well(), "@a|b='c'")});
    CHECK(std::count(output.line.begin(), output.line.end(), '|') == 1);
    CHECK(output.line.find('\n') == std::string::npos);
    CHECK(output.line.find("'@a/b__c_ time'=") != std::string::npos);
}

TEST_CASE("a thousand bad peers fit into one line, cut between two values")
{
    std::vector<Diagnosis> all;
    for (int i = 0; i < 1000; ++i) {
        auto facts = well();
        facts.tls_report = spoken(1);
        all.push_back(named(facts, "@node" + std::to_string(i)));
    }
    const auto output = plugin(all);
    CHECK(output.line.size() < 4096);
    const auto data = output.line.substr(output.line.find(" |") + 2);
    CHECK(std::regex_match(data, std::regex{"( '@node[0-9]+ (time|echo|days)'=[-0-9.s;:]+)+"}));
}

TEST_CASE("metrics stand together, each with its help, type and well-formed samples")
{
    auto secure = well();
    secure.tls_report = spoken(90);
    secure.peer->implementation_version = "quote\" back\\slash\n\x1b";
    const std::vector<Diagnosis> all{named(secure, "@a"),
                                     named(failed_at("association", PeerFault::timed_out), "@b")};
    const auto text = prometheus_text(all);
    REQUIRE(!text.empty());
    CHECK(text.back() == '\n');
    const std::regex sample{
        R"re(pacs_echo_[a-z_0-9]+\{([a-z_]+="([^"\\\n]|\\\\|\\"|\\n)*",?)+\} [-+0-9.e]+)re"};
    std::string metric;
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        const auto line = text.substr(at, end - at);
        at = end + 1;
        if (line.starts_with("# HELP ")) {
            metric = line.substr(7, line.find(' ', 7) - 7);
            CHECK(std::find(seen.begin(), seen.end(), metric) == seen.end());
            seen.push_back(metric);
        } else if (line.starts_with("# TYPE ")) {
            CHECK(line == "# TYPE " + metric + " gauge");
        } else {
            CHECK(std::regex_match(line, sample));
            CHECK(line.starts_with(metric + "{"));
        }
    }
    CHECK(text.find("pacs_echo_success{node=\"@a\"} 1\n") != std::string::npos);
    CHECK(text.find("pacs_echo_success{node=\"@b\"} 0\n") != std::string::npos);
    CHECK(text.find("pacs_echo_failure_info{node=\"@b\",reason=\"timed_out\"} 1\n") !=
          std::string::npos);
    CHECK(text.find("version=\"quote\\\" back\\\\slash\\\\x0a\\\\x1b\"") != std::string::npos);
}
