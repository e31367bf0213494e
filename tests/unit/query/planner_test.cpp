#include "query/planner.hpp"

#include "catch.hpp"

#include <algorithm>
#include <functional>
#include <set>

using namespace pacs::query;
using std::chrono::days;
using std::chrono::sys_days;

namespace {

constexpr sys_days this_day{std::chrono::year{2024} / 6 / 30};
const std::set<Dimension> all_dimensions{Dimension::date, Dimension::time, Dimension::patient};

/// Studies in memory, and how they are answered.
struct Server {
    std::vector<Traits> studies = {};
    std::size_t cap = 0;  // 0: none
    std::set<Dimension> deaf = {};
    PartEnd end = PartEnd::success;  // when something is left out
    std::function<bool(const Part&, const Traits&)> hides = {};
};

bool matches(const Server& server, const Part& part, const Traits& study)
{
    const auto matched = [&](Dimension dimension, bool asked) {
        return !asked || server.deaf.contains(dimension) ||
               (study.has(dimension) && place_of(part, dimension, study) == Place::inside);
    };
    return matched(Dimension::date, part.days && (part.days->from || part.days->to)) &&
           matched(Dimension::time, part.seconds.has_value()) &&
           matched(Dimension::patient, part.patient.has_value());
}

struct Result {
    std::multiset<std::string> told = {};
    bool proven = false;
    std::vector<Planner::Gap> gaps = {};
    std::uint64_t questions = 0;
    std::vector<std::string> asked = {};
};

Result run(const Server& server, Evidence& evidence, Planner::Setup setup)
{
    Planner planner{std::move(setup), evidence};
    Result result;
    while (const auto part = planner.next()) {
        result.asked.push_back(part->name());
        std::vector<Traits> found;
        std::ranges::copy_if(server.studies, std::back_inserter(found), [&](const Traits& study) {
            return matches(server, *part, study) && !(server.hides && server.hides(*part, study));
        });
        const bool cut = server.cap != 0 && found.size() > server.cap;
        found.resize(cut ? server.cap : found.size());
        for (const Traits& study : found) {
            if (planner.take(study)) {
                result.told.insert(study.key);
            }
        }
        planner.ended(cut ? server.end : PartEnd::success);
    }
    result.proven = planner.proven();
    result.gaps = planner.gaps();
    result.questions = planner.questions();
    return result;
}

Result run(const Server& server)
{
    Evidence evidence;
    return run(server, evidence, {{}, all_dimensions, std::nullopt, false, this_day});
}

Traits study(int index, sys_days day, unsigned second, std::string patient)
{
    return {"2.25." + std::to_string(index), day, second, std::move(patient)};
}

/// `count` studies on `spread` days, one every 7 minutes, 90 patients.
std::vector<Traits> studies(int count, int spread)
{
    std::vector<Traits> made;
    for (int i = 0; i < count; ++i) {
        made.push_back(study(i, this_day - days{i % spread}, static_cast<unsigned>(i * 421 % 86400),
                             "P" + std::to_string(i % 90)));
    }
    return made;
}

bool each_once(const Result& result, std::size_t count)
{
    return result.told.size() == count &&
           std::set<std::string>{result.told.begin(), result.told.end()}.size() == count;
}

}  // namespace

TEST_CASE("no answer and success is proven at once")
{
    const Result result = run(Server{});
    CHECK(result.proven);
    CHECK(result.questions == 1);
}

TEST_CASE("a peer without a cap is proven by two halves that are smaller than the whole")
{
    CHECK(run(Server{studies(9, 9)}).questions == 1);
    const Result result = run(Server{studies(37, 30)});
    CHECK(result.proven);
    CHECK(result.questions == 3);
    CHECK(each_once(result, 37));
}

TEST_CASE("a cap of any number is found out and passed by")
{
    for (const std::size_t cap : {15U, 50U, 99U, 137U, 500U}) {
        INFO(cap);
        Evidence evidence;
        const Result result = run(Server{studies(900, 40), cap}, evidence,
                                  {{}, all_dimensions, std::nullopt, false, this_day});
        CHECK(result.proven);
        CHECK(each_once(result, 900));
        CHECK(evidence.cap == cap);
    }
}

TEST_CASE("one day is split by time, and open ends take what lies beyond all that was seen")
{
    Server server{studies(700, 1), 50};
    server.studies.push_back(study(9000, sys_days{std::chrono::year{1905} / 2 / 3}, 1, "P1"));
    server.studies.push_back(study(9001, sys_days{std::chrono::year{2099} / 2 / 3}, 1, "P1"));
    const Result result = run(server);
    CHECK(result.proven);
    CHECK(each_once(result, 702));
}

TEST_CASE("studies without date or time are found by their Patient ID")
{
    Server server{studies(600, 20), 100};
    for (std::size_t i = 0; i < 600; i += 9) {
        server.studies[i].day.reset();
        server.studies[i + 1].second.reset();
    }
    std::ranges::stable_sort(server.studies, {}, [](const Traits& t) { return !t.day; });
    const Result result = run(server);
    CHECK(result.proven);
    CHECK(each_once(result, 600));
}

TEST_CASE("studies with neither date nor Patient ID leave the proof open, and are named")
{
    Server server{studies(300, 20), 100};
    server.studies[3].day.reset();
    server.studies[3].patient_id.clear();
    const Result result = run(server);
    CHECK_FALSE(result.proven);
    REQUIRE(result.gaps.size() == 1);
    CHECK(result.gaps[0].part == "everything without StudyDate");
}

TEST_CASE("one moment of one patient with more studies than the cap cannot be split, and is named")
{
    Server server;
    for (int i = 0; i < 60; ++i) {
        server.studies.push_back(study(i, this_day, 29700, "ONE"));
    }
    server.cap = 50;
    const Result result = run(server);
    CHECK_FALSE(result.proven);
    REQUIRE_FALSE(result.gaps.empty());
    CHECK(result.gaps[0].part ==
          "StudyDate=20240630, StudyTime=081459.999999-081500.999999, PatientID=ONE");
}

TEST_CASE("a key that is not matched is noticed, and another one is used")
{
    const std::set<Dimension> no_date{Dimension::date};
    Result result = run(Server{studies(400, 20), 100, no_date});
    CHECK(result.proven);
    CHECK(each_once(result, 400));
    result = run(Server{studies(400, 20), 100, all_dimensions});
    CHECK_FALSE(result.proven);
    CHECK(result.questions < 5);
}

TEST_CASE("answers that their part does not repeat are a contradiction, never a proof")
{
    Server server{studies(400, 20), 100};
    server.hides = [](const Part& part, const Traits& each) {
        return part.days && each.key.ends_with('7');
    };
    const Result result = run(server);
    CHECK_FALSE(result.proven);
    CHECK(result.gaps[0].why.find("not among those of its parts") != std::string::npos);
}

TEST_CASE("a peer that says itself when it cuts is believed where it does not")
{
    const Result silent = run(Server{studies(400, 20), 90});
    const Result honest = run(Server{studies(400, 20), 90, {}, PartEnd::cut});
    CHECK(honest.proven);
    CHECK(each_once(honest, 400));
    CHECK(honest.questions <= silent.questions);
}

TEST_CASE("what one question showed holds for the next: fewer answers need no parts")
{
    Evidence evidence;
    const Planner::Setup setup{{}, all_dimensions, std::nullopt, false, this_day};
    run(Server{studies(400, 20), 90}, evidence, setup);
    const Result next = run(Server{studies(80, 20), 90}, evidence, setup);
    CHECK(next.proven);
    CHECK(next.questions == 1);
}

TEST_CASE("a number that is stated is the proof where nothing can be split")
{
    Evidence evidence;
    CHECK(run(Server{studies(30, 5)}, evidence, {{}, {}, 30, true, this_day}).proven);
    Evidence other;
    const Result fewer = run(Server{studies(30, 5), 20}, other, {{}, {}, 30, true, this_day});
    CHECK_FALSE(fewer.proven);
    CHECK(other.cap == 20U);
    CHECK(fewer.gaps[0].why == "20 answers, where up to 30 are stated");
    Evidence none;
    CHECK(run(Server{studies(9, 5)}, none, {{}, {}, std::nullopt, false, this_day}).proven);
    CHECK_FALSE(run(Server{studies(10, 5)}, none, {{}, {}, std::nullopt, false, this_day}).proven);
}

TEST_CASE("a gap is moot when the peer later gives more answers to another question")
{
    Evidence evidence;
    Planner planner{{{}, {}, std::nullopt, false, this_day}, evidence};
    REQUIRE(planner.next());
    for (int i = 0; i < 12; ++i) {
        planner.take(study(i, this_day, 1, "P"));
    }
    planner.ended(PartEnd::success);
    CHECK_FALSE(planner.proven());
    evidence.most = 13;
    CHECK(planner.proven());
}

TEST_CASE("the number of questions is bounded, and what that left out is no proof")
{
    Evidence evidence;
    const Result result = run(Server{studies(900, 40), 13}, evidence,
                              {{}, all_dimensions, std::nullopt, false, this_day, 50});
    CHECK(result.questions == 50);
    CHECK_FALSE(result.proven);
}

TEST_CASE("a peer that fails whatever it is asked is not asked for long")
{
    Evidence evidence;
    Planner planner{{{}, all_dimensions, std::nullopt, false, this_day}, evidence};
    while (planner.next()) {
        planner.ended(PartEnd::cut);
    }
    CHECK(planner.questions() <= 100);
    CHECK_FALSE(planner.proven());
}

TEST_CASE("more answers than can be remembered are told, but not proven")
{
    Evidence evidence;
    Planner::Setup setup{{}, all_dimensions, std::nullopt, false, this_day};
    setup.most_remembered = 10;
    const Result result = run(Server{studies(30, 5)}, evidence, setup);
    CHECK(result.told.size() == 30);
    CHECK_FALSE(result.proven);
}

TEST_CASE("what is remembered counts the parts with the whole they are part of")
{
    for (const std::uint64_t most : {40U, 50U}) {
        Evidence evidence;
        Planner::Setup setup{{}, all_dimensions, std::nullopt, false, this_day};
        setup.most_remembered = most;
        const Result result = run(Server{studies(30, 5)}, evidence, setup);
        CHECK(result.told.size() == 30);
        CHECK(result.proven == (most == 50));  // the whole and a half
    }
}

TEST_CASE("fingerprints are a set that can be marked")
{
    Fingerprints set;
    CHECK_FALSE(set.contains("a"));
    for (int i = 0; i < 1000; ++i) {
        CHECK(set.insert("2.25." + std::to_string(i)));
    }
    CHECK_FALSE(set.insert("2.25.999"));
    CHECK(set.size() == 1000);
    CHECK(set.mark("2.25.5"));
    CHECK(set.mark("2.25.5"));
    CHECK_FALSE(set.mark("2.25.1000"));
    CHECK(set.marked() == 1);
    CHECK(set.insert("2.25.1000"));
    CHECK(set.contains("2.25.5"));
    set.unmark();
    CHECK(set.marked() == 0);
    CHECK(set.contains("2.25.5"));
}
