#include "moving/plan.hpp"

#include "moving/moved_record.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::moving;

namespace {

JsonLine study(const std::string& uid, int instances = -1)
{
    JsonLine line{"study", Outcome::ok};
    line.add("StudyInstanceUID", uid);
    if (instances >= 0) {
        line.add("NumberOfStudyRelatedInstances", instances);
    }
    return line;
}

JsonLine instance(const std::string& series, const std::string& uid, int number)
{
    JsonLine line{"instance", Outcome::ok};
    line.add("StudyInstanceUID", "1.2").add("SeriesInstanceUID", series);
    line.add("SOPInstanceUID", uid).add("InstanceNumber", number).add("Modality", "CT");
    return line;
}

std::optional<std::uint64_t> nobody_knows(const Unit&)
{
    return std::nullopt;
}

std::vector<Unit> all(Plan& plan)
{
    std::vector<Unit> units;
    while (auto unit = plan.next()) {
        units.push_back(std::move(*unit));
    }
    return units;
}

stream::Record parsed(const JsonLine& line)
{
    return stream::RecordReader{}.parse(line.str());
}

}  // namespace

TEST_CASE("what is named twice, or is part of what was named, is moved once")
{
    Plan plan;
    plan.add(study("1.2", 7));
    plan.add(study("1.2", 7));
    plan.add(instance("1.2.1", "1.2.1.1", 1));
    plan.add(study("1.3", 2));
    CHECK(plan.settle(nobody_knows) == 9);
    CHECK(plan.units() == 2);
    const auto units = all(plan);
    REQUIRE(units.size() == 2);
    CHECK(units[0].study == "1.2");
    CHECK(units[0].expected == 7);
    CHECK(units[1].study == "1.3");
}

TEST_CASE("instances of one series are moved together, so many at a time, and keep what they share")
{
    Plan plan;
    const auto many = Plan::most_instances + 1;
    for (std::size_t i = 0; i < many; ++i) {
        plan.add(instance("1.2.1", "1.2.1." + std::to_string(i + 1), static_cast<int>(i)));
    }
    plan.add(instance("1.2.2", "1.2.2.1", 1));
    CHECK(plan.settle(nobody_knows) == many + 1);
    const auto units = all(plan);
    REQUIRE(units.size() == 3);
    CHECK(units[0].instances.size() == Plan::most_instances);
    CHECK(units[1].instances == std::vector<std::string>{"1.2.1." + std::to_string(many)});
    CHECK(units[2].series == "1.2.2");
    const auto text = planned_record({"@a", "B", "B"}, units[0]).str();
    CHECK(text.find("\"Modality\":\"CT\"") != std::string::npos);
    CHECK(text.find("InstanceNumber") == std::string::npos);
}

TEST_CASE("what the source does not count is counted by asking, once")
{
    Plan plan;
    plan.add(study("1.2", 7));
    plan.add(study("1.3"));
    plan.add(study("1.4"));
    std::vector<std::string> asked;
    const auto total = plan.settle([&](const Unit& unit) -> std::optional<std::uint64_t> {
        asked.push_back(unit.study);
        return unit.study == "1.3" ? std::optional<std::uint64_t>{5} : std::nullopt;
    });
    CHECK(asked == std::vector<std::string>{"1.3", "1.4"});
    CHECK(total == 12);
    CHECK(plan.uncounted());
    const auto units = all(plan);
    REQUIRE(units.size() == 3);
    CHECK(units[1].expected == 5);
    CHECK_FALSE(units[2].expected);
}

TEST_CASE("answers that name nothing to move are no units")
{
    CHECK_FALSE(read_unit(parsed(study("not a uid"))));
    CHECK_FALSE(read_unit(parsed(study("../../etc"))));
    CHECK_FALSE(read_unit(parsed(JsonLine{"patient", Outcome::ok})));
    CHECK_FALSE(read_unit(parsed(JsonLine{"summary"})));
    CHECK_FALSE(read_unit(parsed(instance("", "1.2.3", 1))));
    CHECK_FALSE(read_unit(parsed(instance("1.2.1", "", 1))));
    for (const char* number : {"-1", "1e3", "\"x\"", "null", "[4]", "9999999999999"}) {
        JsonLine line{"study", Outcome::ok};
        line.add("StudyInstanceUID", "1.2").add_raw("NumberOfStudyRelatedInstances", number);
        const auto unit = read_unit(parsed(line));
        REQUIRE(unit);
        CHECK_FALSE(unit->expected);
    }
}

TEST_CASE("a record tells an earlier run's unit to a later one, between the same parties")
{
    const Parties parties{"@a", "@b", "B"};
    Plan plan;
    plan.add(study("1.2", 7));
    plan.add(instance("1.3.1", "1.3.1.1", 1));
    plan.add(instance("1.3.1", "1.3.1.2", 1));
    plan.settle(nobody_knows);
    for (const Unit& unit : all(plan)) {
        const auto ok = parsed(moved_record(parties, unit, {}, {}, 1, 0.1));
        CHECK(key_of_moved(ok, parties) == key_of(unit));
        CHECK(key_of_moved(ok, {"@a", "@c", "B"}).empty());
        CHECK(key_of_moved(ok, {"@c", "@b", "B"}).empty());
        const auto failed =
            parsed(moved_record(parties, unit, {Outcome::failed, "status", ""}, {}, 1, 0.1));
        CHECK(key_of_moved(failed, parties).empty());
        CHECK(key_of_moved(parsed(planned_record(parties, unit)), parties).empty());
    }
}

TEST_CASE("the identifier of a move has unique keys and nothing else")
{
    Unit unit;
    unit.level = dicom::QueryLevel::instance;
    unit.patient_id = "P 1";
    unit.study = "1.2";
    unit.series = "1.2.1";
    unit.instances = {"1.2.1.1", "1.2.1.2"};
    const auto under_study = question_of(unit, false).identifier;
    CHECK(under_study.elements().size() == 4);
    CHECK(under_study.text(dicom::tags::query_retrieve_level) == "IMAGE");
    CHECK(under_study.texts(dicom::tags::sop_instance_uid) == unit.instances);
    const auto under_patient = question_of(unit, true).identifier;
    CHECK(under_patient.elements().size() == 5);
    CHECK(under_patient.text(dicom::tags::patient_id) == "P 1");
}

TEST_CASE("a destination's record member says all that was asked for")
{
    Unit unit;
    unit.study = "1.2";
    unit.expected = 4;
    unit.members = {{"type", "\"study\""}, {"mine", "[1]"}, {"outcome", "\"ok\""}};
    Evidence evidence;
    evidence.result.counts = {{}, 3, 1, 0};
    evidence.result.failed_uids = {"1.2.9"};
    evidence.result.comment = "disk\x1b full";
    CHECK(moved_record({"@a", "@b", "B"}, unit, {Outcome::failed, "status", "no"}, evidence, 1, 0)
              .str() ==
          R"({"type":"moved","outcome":"failed","reason":"status","message":"no","status":"0000",)"
          R"("comment":"disk\u001b full","level":"study","StudyInstanceUID":"1.2","node":"@a",)"
          R"("destination":"@b","move_destination":"B","instances":4,"completed":3,"failed":1,)"
          R"("warning":0,"failed_uids":["1.2.9"],"seconds":0,"attempts":1,"mine":[1]})"
          "\n");
}
