#include "net/accept_rules.hpp"

#include "catch.hpp"

using namespace pacs::net;

namespace {

const std::string implicit_le = "1.2.840.10008.1.2";
const std::string explicit_le = "1.2.840.10008.1.2.1";
const std::string jpeg = "1.2.840.10008.1.2.4.50";
const std::string ct = "1.2.840.10008.5.1.4.1.1.2";
const std::string mpps = "1.2.840.10008.3.1.2.3.3";

AnsweredContext answer(const AcceptRules& rules, const std::string& abstract_syntax,
                       const std::vector<std::string>& syntaxes)
{
    return rules.answer({5, abstract_syntax, syntaxes}, {}, {});
}

}  // namespace

TEST_CASE("without rules nothing is accepted")
{
    CHECK(answer({}, ct, {implicit_le}).answer == ContextAnswer::abstract_syntax_not_supported);
}

TEST_CASE("any storage means known and unknown classes in any transfer syntax")
{
    AcceptRules rules;
    rules.any_storage = true;
    CHECK(answer(rules, ct, {jpeg}).transfer_syntax == jpeg);
    CHECK(answer(rules, "1.3.6.1.4.1.9999.7", {"1.2.840.113619.5.2"}).transfer_syntax ==
          "1.2.840.113619.5.2");
    CHECK(answer(rules, mpps, {implicit_le}).answer ==
          ContextAnswer::abstract_syntax_not_supported);
    CHECK(answer(rules, "../x", {implicit_le}).answer ==
          ContextAnswer::abstract_syntax_not_supported);
    CHECK(answer(rules, ct, {"no uid"}).answer == ContextAnswer::transfer_syntaxes_not_supported);
    CHECK(answer(rules, ct, {"no uid", jpeg}).transfer_syntax == jpeg);
}

TEST_CASE("the requestor's order counts unless we have one of our own")
{
    AcceptRules rules;
    rules.any_storage = true;
    CHECK(answer(rules, ct, {jpeg, explicit_le, implicit_le}).transfer_syntax == jpeg);
    rules.preferred_syntaxes = {explicit_le};
    CHECK(answer(rules, ct, {jpeg, implicit_le, explicit_le}).transfer_syntax == explicit_le);
    CHECK(answer(rules, ct, {jpeg, implicit_le}).transfer_syntax == jpeg);
}

TEST_CASE("a class may be limited to some transfer syntaxes")
{
    AcceptRules rules;
    rules.classes = {{mpps, {implicit_le, explicit_le}, false}};
    rules.preferred_syntaxes = {jpeg, explicit_le};
    CHECK(answer(rules, mpps, {jpeg, implicit_le, explicit_le}).transfer_syntax == explicit_le);
    CHECK(answer(rules, mpps, {jpeg}).answer == ContextAnswer::transfer_syntaxes_not_supported);
}

TEST_CASE("roles are granted by class and only as far as asked")
{
    AcceptRules rules;
    rules.any_storage = true;
    rules.classes = {{mpps, {}, true}};
    CHECK(rules.role({mpps, false, true}, {}) == RoleSelection{mpps, false, true});
    CHECK(rules.role({ct, true, true}, {}) == RoleSelection{ct, true, false});
    CHECK_FALSE(rules.role({"1.2.840.10008.3.1.2.3.4", true, true}, {}));
}

TEST_CASE("a window is granted up to ours, and unlimited means ours")
{
    AcceptRules rules;
    rules.max_window = {64, 1};
    CHECK(rules.window({8, 8}) == AsyncWindow{8, 1});
    CHECK(rules.window({0, 0}) == AsyncWindow{64, 1});
    CHECK(rules.window({1000, 1}) == AsyncWindow{64, 1});
}

TEST_CASE("extended negotiation is answered by the service or not at all")
{
    AcceptRules rules;
    CHECK_FALSE(rules.extended({ct, "\1"}));
    rules.extended_answer = [](const ExtendedNegotiation& asked) {
        return std::optional{asked.info + "!"};
    };
    CHECK(rules.extended({ct, "x"}) == "x!");
}
