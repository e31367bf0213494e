#include "diagnose/capabilities.hpp"

#include "diagnose/capability_plan.hpp"
#include "net/test_server.hpp"

#include <algorithm>
#include <set>

using namespace pacs;
using namespace pacs::diagnose;
using net::ContextAnswer;

namespace {

const ClassCapability& of(const Capabilities& all, std::string_view uid)
{
    const auto found = std::find_if(all.classes.begin(), all.classes.end(),
                                    [&](const auto& each) { return each.sop_class == uid; });
    REQUIRE(found != all.classes.end());
    return *found;
}

std::set<std::string_view> accepted(const ClassCapability& about,
                                    std::optional<ContextAnswer> SyntaxAnswer::*role)
{
    std::set<std::string_view> uids;
    for (const auto& each : about.answers) {
        if (each.*role == ContextAnswer::accepted) {
            uids.insert(each.transfer_syntax);
        }
    }
    return uids;
}

std::string records_of(const Capabilities& all)
{
    std::string text;
    write_records(all, [&](const JsonLine& record) { text += record.str(); });
    return text;
}

}  // namespace

TEST_CASE("storage is asked with every encoding, queries only with data sets without pixels")
{
    const auto classes = sop_classes_asked();
    const std::set<std::string_view> all{classes.begin(), classes.end()};
    CHECK(all.size() == classes.size());
    CHECK(std::is_sorted(classes.begin(), classes.end()));
    for (const auto* uid :
         {"1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.31",
          "1.2.840.10008.1.20.1", "1.2.840.10008.3.1.2.3.3", "1.2.840.10008.5.1.4.1.2.2.3"}) {
        CHECK(all.count(uid) == 1);
    }
    CHECK(all.count("1.2.840.10008.1.3.10") == 0);  // nobody can store a DICOMDIR
    const auto for_ct = transfer_syntaxes_asked("1.2.840.10008.5.1.4.1.1.2");
    const auto for_find = transfer_syntaxes_asked("1.2.840.10008.5.1.4.1.2.2.1");
    const std::set<std::string_view> few{for_find.begin(), for_find.end()};
    CHECK(few == std::set<std::string_view>{"1.2.840.10008.1.2", "1.2.840.10008.1.2.1",
                                            "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"});
    CHECK(std::count(for_ct.begin(), for_ct.end(), "1.2.840.10008.1.2.4.70") == 1);
    CHECK(std::count(for_ct.begin(), for_ct.end(), "1.2.840.10008.1.2.4.202") == 1);
}

TEST_CASE("each class and transfer syntax is one context, and the SCP role is asked for us")
{
    const std::vector<ClassCapability> classes{{"1.2.1", {{"1.3.1", {}, {}}, {"1.3.2", {}, {}}}},
                                               {"1.2.2", {{"1.3.1", {}, {}}}}};
    const auto all = [](std::size_t) { return true; };
    const auto single = single_questions(classes, all);
    REQUIRE(single.size() == 3);
    const auto proposals = proposals_of(single, classes, false);
    CHECK(proposals[1].abstract_syntax == "1.2.1");
    CHECK(proposals[1].transfer_syntaxes == std::vector<std::string>{"1.3.2"});
    CHECK(!proposals[1].role);
    const auto joint = joint_questions(classes, [](std::size_t i) { return i == 0; });
    REQUIRE(joint.size() == 1);
    const auto asked = proposals_of(joint, classes, true);
    CHECK(asked[0].transfer_syntaxes.size() == 2);
    REQUIRE(asked[0].role);
    CHECK(*asked[0].role == net::RoleSelection{"1.2.1", false, true});
}

TEST_CASE("what a peer takes comes out as its rules are, by class, transfer syntax and role")
{
    net::test::Serving serving;
    const std::string ct = net::test::ct_storage;
    auto& rules = serving.application.accept();
    rules.any_storage = false;
    rules.classes = {{net::test::verification, {}, false},
                     {ct, {net::test::implicit_le, "1.2.840.10008.1.2.4.70"}, true},
                     {"1.2.840.10008.5.1.4.1.1.4", {net::test::explicit_le}, false}};
    const net::KnownPeer peer{"@peer", serving.address(), {}, {}};
    const auto found = ask_capabilities(peer, {});
    CHECK(found.complete);
    CHECK(accepted(of(found, ct), &SyntaxAnswer::as_scp) ==
          std::set<std::string_view>{"1.2.840.10008.1.2", "1.2.840.10008.1.2.4.70"});
    CHECK(accepted(of(found, ct), &SyntaxAnswer::as_scu) ==
          std::set<std::string_view>{"1.2.840.10008.1.2", "1.2.840.10008.1.2.4.70"});
    const auto& mr = of(found, "1.2.840.10008.5.1.4.1.1.4");
    CHECK(accepted(mr, &SyntaxAnswer::as_scp) == std::set<std::string_view>{"1.2.840.10008.1.2.1"});
    CHECK(accepted(mr, &SyntaxAnswer::as_scu).empty());
    CHECK(std::count_if(found.classes.begin(), found.classes.end(),
                        [](const auto& each) { return each.accepted(); }) == 3);
    const auto text = records_of(found);
    CHECK(text == records_of(ask_capabilities(peer, {})));
    CHECK(text.find("\"rejected\":{\"transfer_syntaxes_not_supported\":[") != std::string::npos);
    CHECK(text.find("\"type\":\"capabilities\",\"outcome\":\"ok\"") != std::string::npos);
}

TEST_CASE("few contexts at a time give the same answers")
{
    const net::test::Serving serving;
    const net::KnownPeer peer{"@peer", serving.address(), {}, {}};
    CapabilityOptions few;
    few.contexts = 100;
    CHECK(records_of(ask_capabilities(peer, few)) == records_of(ask_capabilities(peer, {})));
}

TEST_CASE("a limit ends the asking, and what is not known is not said")
{
    const net::test::Serving serving;
    CapabilityOptions brief;
    brief.limit = std::chrono::milliseconds{0};
    const auto found = ask_capabilities({"@peer", serving.address(), {}, {}}, brief);
    CHECK(!found.complete);
    CHECK(found.fault.has_value());
    CHECK(found.known() == 0);
    const auto text = records_of(found);
    CHECK(text.find("\"type\":\"capability\"") == std::string::npos);
    CHECK(text.find("\"type\":\"capabilities\",\"outcome\":\"failed\"") != std::string::npos);
}
