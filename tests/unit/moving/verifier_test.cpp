#include "moving/verifier.hpp"

#include "base/error.hpp"

#include "catch.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

using namespace pacs;
using namespace pacs::moving;

namespace {

/// Series with their instances, and how they are told.
struct Holdings {
    std::map<std::string, std::set<std::string>> series;
    bool tells_numbers = true;
    query::Truncated truncated = query::Truncated::no;
    net::Status status = net::statuses::success;
    int asked = 0;
    int closed = 0;
    std::function<void(Holdings&)> before = [](Holdings&) {};
};

class FakeSource : public query::Source {
public:
    explicit FakeSource(Holdings& holdings) : holdings_(holdings) {}

    query::Ending ask(const query::Question& question, std::uint64_t,
                      const query::AnswerSink& sink) override
    {
        ++holdings_.asked;
        holdings_.before(holdings_);
        const auto wanted = question.identifier.text(dicom::tags::series_instance_uid);
        for (const auto& [uid, instances] : holdings_.series) {
            if (!wanted.empty() && uid != wanted) {
                continue;
            }
            if (question.level == dicom::QueryLevel::series) {
                sink({series(uid, instances.size())}, false);
                continue;
            }
            for (const std::string& each : instances) {
                dicom::DataSet answer;
                answer.set_text(dicom::tags::sop_instance_uid, each);
                sink({answer}, false);
            }
        }
        query::Ending ending;
        ending.status = holdings_.status;
        ending.truncated = holdings_.truncated;
        return ending;
    }
    bool tells_when_cut() const override { return true; }
    std::vector<std::string> not_granted() const override { return {}; }
    void close() override { ++holdings_.closed; }

private:
    dicom::DataSet series(const std::string& uid, std::size_t instances) const
    {
        dicom::DataSet answer;
        answer.set_text(dicom::tags::series_instance_uid, uid);
        if (holdings_.tells_numbers) {
            answer.set_text({0x0020, 0x1209}, std::to_string(instances));
        }
        return answer;
    }
    Holdings& holdings_;
};

Unit a_study()
{
    Unit unit;
    unit.study = "1.2";
    return unit;
}

Verification verified(Holdings& from, Holdings& to, const Unit& unit,
                      std::chrono::milliseconds wait = std::chrono::milliseconds{0})
{
    Verifier verifier{
        std::make_unique<FakeSource>(from), std::make_unique<FakeSource>(to), {wait, false}};
    return verifier.verify(unit);
}

}  // namespace

TEST_CASE("every instance of every series is looked for at the destination")
{
    Holdings from{{{"1.2.1", {"1.1", "1.3"}}, {"1.2.2", {"2.1"}}}};
    Holdings to{{{"1.2.1", {"1.1", "1.9"}}, {"1.2.2", {"2.1"}}}};
    const auto found = verified(from, to, a_study());
    CHECK(found.instances == 3);
    CHECK(found.found == 2);
    REQUIRE(found.missing.size() == 1);
    CHECK(found.missing[0].series == "1.2.1");
    CHECK(found.missing[0].uid == "1.3");
    CHECK(from.closed == 1);
    CHECK(to.closed == 1);
}

TEST_CASE("a destination that is late is asked again, for what is missing only")
{
    Holdings from{{{"1.2.1", {"1.1"}}, {"1.2.2", {"2.1"}}}};
    Holdings to{{{"1.2.1", {"1.1"}}}};
    to.before = [](Holdings& holdings) {
        if (holdings.asked == 3) {
            holdings.series["1.2.2"] = {"2.1"};
        }
    };
    const auto found = verified(from, to, a_study(), std::chrono::seconds{60});
    CHECK(found.missing.empty());
    CHECK(found.found == 2);
    CHECK(to.asked == 3);
}

TEST_CASE("instances that were named are not asked of the source")
{
    Holdings from;
    Holdings to{{{"1.2.1", {"1.1"}}}};
    Unit unit = a_study();
    unit.level = dicom::QueryLevel::instance;
    unit.series = "1.2.1";
    unit.instances = {"1.1", "1.2"};
    const auto found = verified(from, to, unit);
    CHECK(from.asked == 0);
    CHECK(found.found == 1);
    CHECK(found.missing.size() == 1);
}

TEST_CASE("answers that may have been cut are told, and failures of a peer are errors")
{
    Holdings from{{{"1.2.1", {"1.1"}}}};
    Holdings to{{{"1.2.1", {"1.1"}}}};
    from.truncated = query::Truncated::unknown;
    CHECK(verified(from, to, a_study()).doubtful);
    to.status = net::Status{0xA700};
    CHECK_THROWS_AS(verified(from, to, a_study()), Error);
}

TEST_CASE("a study is counted by its series, or by its instances where these are not counted")
{
    Holdings holdings{{{"1.2.1", {"1.1", "1.3"}}, {"1.2.2", {"2.1"}}}};
    FakeSource source{holdings};
    Census census{source, false};
    CHECK(census.count(a_study()) == 3);
    CHECK(holdings.asked == 1);
    holdings.tells_numbers = false;
    CHECK(census.count(a_study()) == 3);
    CHECK(holdings.asked == 4);
    holdings.truncated = query::Truncated::yes;
    CHECK_FALSE(census.count(a_study()));
}
