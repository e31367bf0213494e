#include "daemon/service_rules.hpp"

#include "base/error.hpp"
#include "catch.hpp"
#include "dicom/uid.hpp"

using namespace pacs;

namespace {

ArchivedSettings sound()
{
    ArchivedSettings settings;
    settings.archive = "/srv/archive";
    settings.listen = {"11112"};
    settings.aet = {"ARCHIVE"};
    return settings;
}

net::ContextAnswer answer(const net::AcceptRules& rules, const std::string& abstract_syntax,
                          const std::string& transfer_syntax)
{
    const net::AnsweredContext answered =
        rules.answer({1, abstract_syntax, {transfer_syntax}}, {}, {});
    CHECK((answered.answer != net::ContextAnswer::accepted ||
           answered.transfer_syntax == transfer_syntax));
    return answered.answer;
}

}  // namespace

TEST_CASE("every storage class, known or not, is accepted in every transfer syntax")
{
    const auto rules = daemon::accept_rules(sound());
    for (const std::string uid : {"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.104.1",
                                  "1.3.12.2.1107.5.9.1", "1.2.840.10008.5.1.4.1.1.999.77"}) {
        for (const std::string syntax : {"1.2.840.10008.1.2", "1.2.840.10008.1.2.4.90",
                                         "1.2.840.10008.1.2.1.99", "1.2.826.0.1.3680043.99"}) {
            CHECK(answer(*rules, uid, syntax) == net::ContextAnswer::accepted);
        }
    }
}

TEST_CASE("the sender's order of transfer syntaxes is kept")
{
    const auto rules = daemon::accept_rules(sound());
    const auto answered =
        rules->answer({1,
                       "1.2.840.10008.5.1.4.1.1.2",
                       {"1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"}},
                      {}, {});
    CHECK(answered.transfer_syntax == "1.2.840.10008.1.2.4.70");
}

TEST_CASE("services that are not ours are refused by their abstract syntax")
{
    const auto rules = daemon::accept_rules(sound());
    // a worklist, a composite instance root retrieval, a printer
    for (const std::string_view uid :
         {"1.2.840.10008.5.1.4.31", "1.2.840.10008.5.1.4.1.2.4.2", "1.2.840.10008.5.1.1.9"}) {
        CHECK(answer(*rules, std::string{uid}, "1.2.840.10008.1.2") ==
              net::ContextAnswer::abstract_syntax_not_supported);
    }
}

TEST_CASE("a requestor may be SCP of what it wants to get, and of nothing else")
{
    const auto rules = daemon::accept_rules(sound());
    const auto granted = [&](std::string_view uid) {
        return rules->role({std::string{uid}, true, true}, {}).value_or(net::RoleSelection{}).scp;
    };
    CHECK(granted("1.2.840.10008.5.1.4.1.1.2"));
    CHECK(granted("1.3.12.2.1107.5.9.1"));
    CHECK_FALSE(granted(dicom::uids::study_root_get));
    CHECK_FALSE(granted(dicom::uids::verification));
    CHECK(rules->window({0, 0}).performed == rules->window({0, 0}).invoked);
}

TEST_CASE("queries are accepted in native transfer syntaxes only")
{
    const auto rules = daemon::accept_rules(sound());
    const std::string find{dicom::uids::study_root_find};
    CHECK(answer(*rules, find, "1.2.840.10008.1.2") == net::ContextAnswer::accepted);
    CHECK(answer(*rules, find, "1.2.840.10008.1.2.1") == net::ContextAnswer::accepted);
    CHECK(answer(*rules, find, "1.2.840.10008.1.2.4.90") ==
          net::ContextAnswer::transfer_syntaxes_not_supported);
}

TEST_CASE("only our titles are answered, unless any is")
{
    ArchivedSettings settings = sound();
    net::AssociateRq request;
    request.called_ae = "OTHER";
    const auto admission = daemon::accept_rules(settings)->admit(request, {"127.0.0.1"});
    REQUIRE(admission.rejection);
    CHECK(admission.rejection->reason == net::AssociateRj::called_ae_not_recognised);
    settings.any_aet = true;
    CHECK_FALSE(daemon::accept_rules(settings)->admit(request, {"127.0.0.1"}).rejection);
}

TEST_CASE("a sender that negotiates storage hears that objects are kept bit by bit")
{
    const auto rules = daemon::accept_rules(sound());
    CHECK(rules->extended({"1.2.840.10008.5.1.4.1.1.2", std::string(6, '\0')}) ==
          std::string("\2\0\3\0\0\0", 6));
    CHECK_FALSE(rules->extended({"1.2.840.10008.1.1", std::string(6, '\0')}));
}

TEST_CASE("settings that cannot serve are usage errors that name what is missing")
{
    CHECK_NOTHROW(daemon::check(sound()));
    auto settings = sound();
    settings.archive.clear();
    CHECK_THROWS_WITH(daemon::check(settings), Catch::Contains("no archive"));
    settings = sound();
    settings.aet.clear();
    CHECK_THROWS_WITH(daemon::check(settings), Catch::Contains("no AE title"));
    settings.any_aet = true;
    CHECK_NOTHROW(daemon::check(settings));
    settings = sound();
    settings.aet = {"SEVENTEEN_LETTERS"};
    CHECK_THROWS_WITH(daemon::check(settings), Catch::Contains("is no AE title"));
    settings = sound();
    settings.listen.clear();
    CHECK_THROWS_WITH(daemon::check(settings), Catch::Contains("no address to listen on"));
    settings.listen = {"nonsense:port"};
    CHECK_THROWS_AS(daemon::check(settings), Error);
}
