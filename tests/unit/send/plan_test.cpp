#include "send/context_plan.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace pacs::send;
using pacs::net::Context;
using pacs::net::ContextAnswer;
using pacs::net::Negotiated;

namespace {

const std::string ct = "1.2.840.10008.5.1.4.1.1.2";
const std::string mr = "1.2.840.10008.5.1.4.1.1.4";
const std::string explicit_le = "1.2.840.10008.1.2.1";
const std::string implicit_le = "1.2.840.10008.1.2";
const std::string jpeg = "1.2.840.10008.1.2.4.50";
const std::string jpeg_ls = "1.2.840.10008.1.2.4.80";
const std::string mpeg = "1.2.840.10008.1.2.4.102";

Negotiated answered(const std::vector<Context>& contexts)
{
    Negotiated negotiated;
    negotiated.contexts = contexts;
    return negotiated;
}

Context accepted(std::uint8_t id, const std::string& sop_class, const std::string& syntax)
{
    return {id, sop_class, syntax, {syntax}, ContextAnswer::accepted};
}

}  // namespace

TEST_CASE("each class in each transfer syntax has its own context, each class one to convert to")
{
    const std::vector<Need> needs{
        {ct, explicit_le}, {ct, jpeg}, {mr, implicit_le}, {ct, explicit_le}};
    const ContextPlan plan = plan_contexts(needs, true);
    REQUIRE(plan.proposals.size() == 5);
    CHECK(plan.proposals[0].transfer_syntaxes == std::vector<std::string>{explicit_le});
    CHECK(plan.proposals[1].abstract_syntax == ct);
    CHECK(plan.proposals[1].transfer_syntaxes.front() == implicit_le);
    CHECK(plan.proposals[2].transfer_syntaxes == std::vector<std::string>{jpeg});
    CHECK(plan.proposals[3].abstract_syntax == mr);
    CHECK(plan.proposals[4].transfer_syntaxes.front() == explicit_le);
    CHECK(plan.covered.size() == 3);
    CHECK(plan.covers({ct, jpeg}));
    CHECK_FALSE(plan.covers({mr, jpeg}));
}

TEST_CASE("nothing to convert to is proposed when converting is off or impossible")
{
    const std::vector<Need> needs{{ct, mpeg}, {mr, "1.2.3.4"}};
    CHECK(plan_contexts(needs, true).proposals.size() == 2);
    const std::vector<Need> plain{{ct, jpeg}};
    CHECK(plan_contexts(plain, false).proposals.size() == 1);
}

TEST_CASE("a plan never exceeds the limit and covers the first needs")
{
    std::vector<Need> needs;
    needs.reserve(200);
    for (int i = 0; i < 200; ++i) {
        needs.push_back({"1.2.3." + std::to_string(i), explicit_le});
    }
    const ContextPlan with = plan_contexts(needs, true);
    CHECK(with.proposals.size() == 128);
    CHECK(with.covered.size() == 64);
    CHECK(with.covers(needs[63]));
    CHECK_FALSE(with.covers(needs[64]));
    CHECK(plan_contexts(needs, false).covered.size() == 128);
}

TEST_CASE("an accepted transfer syntax is taken as it is")
{
    Report refusal;
    const auto negotiated = answered({accepted(1, ct, jpeg), accepted(3, ct, explicit_le)});
    const auto route = find_route(negotiated, {ct, jpeg}, true, refusal);
    REQUIRE(route);
    CHECK(route->context_id == 1);
    CHECK_FALSE(route->convert);
}

TEST_CASE("what was not accepted as it is goes converted, native before encoded")
{
    Report refusal;
    const auto negotiated =
        answered({{1, ct, "", {jpeg}, ContextAnswer::transfer_syntaxes_not_supported},
                  accepted(3, ct, jpeg_ls),
                  accepted(5, ct, implicit_le),
                  accepted(7, mr, explicit_le)});
    const auto route = find_route(negotiated, {ct, jpeg}, true, refusal);
    REQUIRE(route);
    CHECK(route->context_id == 5);
    CHECK(route->transfer_syntax == implicit_le);
    CHECK(route->convert);
    CHECK_FALSE(find_route(negotiated, {ct, jpeg}, false, refusal));
    CHECK(refusal.reason == "transfer_syntax_refused");
}

TEST_CASE("a refusal says whether the class or the transfer syntax is not taken")
{
    Report refusal;
    const auto no_class =
        answered({{1, ct, "", {explicit_le}, ContextAnswer::abstract_syntax_not_supported}});
    CHECK_FALSE(find_route(no_class, {ct, explicit_le}, true, refusal));
    CHECK(refusal.reason == "sop_class_refused");
    CHECK(refusal.message == "the peer does not take CT Image Storage");
    CHECK_FALSE(refusal.may_pass);
    const auto only_implicit = answered({accepted(1, ct, implicit_le)});
    CHECK_FALSE(find_route(only_implicit, {ct, mpeg}, true, refusal));
    CHECK(refusal.reason == "transfer_syntax_refused");
}
