#include "query/enquiry.hpp"

#include "catch.hpp"

#include "base/error.hpp"
#include "dicom/dictionary.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <map>

using namespace pacs;
using namespace pacs::query;

namespace {

constexpr Day now{std::chrono::year{2024}, std::chrono::month{3}, std::chrono::day{31}};

/// Knows studies by UID, each with one series "<study>.9"; notes what it was asked.
class KnownStudies : public Source {
public:
    explicit KnownStudies(std::vector<std::string> studies) : studies_(std::move(studies)) {}

    Ending ask(const Question& question, std::uint64_t, const AnswerSink& sink) override
    {
        const std::string wanted = question.identifier.text(dicom::tags::study_instance_uid);
        asked.push_back(std::string{dicom::level_name(question.level)} + " " + wanted);
        if (wanted == fails_at) {
            throw net::PeerError(net::PeerFault::aborted, net::PeerStage::answer, "aborted");
        }
        Ending ending;
        ending.status =
            wanted == refuses ? net::statuses::out_of_resources : net::statuses::success;
        for (const std::string& study : studies_) {
            if (wanted.empty() || wanted == study) {
                ++ending.answers;
                sink({identifier(question.level, study), {}}, false);
            }
        }
        return ending;
    }
    bool tells_when_cut() const override { return true; }
    std::vector<std::string> not_granted() const override { return {}; }
    void close() override { closed = true; }

    std::vector<std::string> asked;
    std::string fails_at = "never";
    std::string refuses = "never";
    bool closed = false;

private:
    static dicom::DataSet identifier(dicom::QueryLevel level, const std::string& study)
    {
        dicom::DataSet answer;
        answer.set_text(dicom::tags::study_instance_uid, study);
        if (level == dicom::QueryLevel::series) {
            answer.set_text(dicom::tags::series_instance_uid, study + ".9");
        }
        return answer;
    }

    std::vector<std::string> studies_;
};

/// An enquiry of KnownStudies 1.1 and 1.2 with what it says.
struct Fixture {
    KnownStudies* source = nullptr;
    std::vector<std::string> lines;
    std::vector<std::string> dicom_json;
    std::unique_ptr<Enquiry> enquiry;

    explicit Fixture(bool json = false)
    {
        auto owned = std::make_unique<KnownStudies>(std::vector<std::string>{"1.1", "1.2"});
        source = owned.get();
        EnquiryOptions options{"@old", {}, 0, json};
        options.on_record = [this](const JsonLine& record, std::string_view text, bool) {
            lines.push_back(record.str());
            lines.back().pop_back();
            dicom_json.emplace_back(text);
        };
        enquiry = std::make_unique<Enquiry>(std::move(owned), options);
    }

    void each(const std::string& input, const Wishes& wishes = {.named_only = true})
    {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        REQUIRE(::write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
        ::close(ends[1]);
        stream::Input lines_in{ends[0], "input"};
        try {
            enquiry->ask_each(wishes, {}, now, lines_in);
        } catch (...) {
            ::close(ends[0]);
            throw;
        }
        ::close(ends[0]);
    }

    std::string summary() const
    {
        JsonLine line{"summary"};
        enquiry->summarize(line);
        return line.str();
    }
};

}  // namespace

TEST_CASE("one question is asked and its answers become records")
{
    Fixture fixture;
    fixture.enquiry->ask(make_question({}, {}, now));
    CHECK(fixture.lines ==
          std::vector<std::string>{
              R"({"type":"study","outcome":"ok","StudyInstanceUID":"1.1","node":"@old"})",
              R"({"type":"study","outcome":"ok","StudyInstanceUID":"1.2","node":"@old"})"});
    CHECK(fixture.dicom_json[0].empty());
    CHECK(fixture.summary() ==
          "{\"type\":\"summary\",\"node\":\"@old\",\"answers\":2,"
          "\"truncated\":false,\"status\":\"0000\"}\n");
    CHECK_FALSE(fixture.enquiry->failed());
    fixture.enquiry->close();
    CHECK(fixture.source->closed);
}

TEST_CASE("the DICOM JSON of an answer comes beside its record when it is wanted")
{
    Fixture fixture{true};
    fixture.enquiry->ask(make_question({.study = {"1.1"}}, {}, now));
    CHECK(fixture.dicom_json ==
          std::vector<std::string>{R"({"0020000D":{"vr":"UI","Value":["1.1"]}})"});
}

TEST_CASE("each record of a stream is a question, and its members stay with the answer")
{
    Fixture fixture;
    fixture.each(
        "{\"type\":\"study\",\"StudyInstanceUID\":\"1.2\",\"outcome\":\"ok\","
        "\"node\":\"@new\",\"mine\":[1,{\"a\":2}]}\n"
        "1.1\n\n{\"type\":\"summary\",\"answers\":2}\n");
    CHECK(fixture.source->asked == std::vector<std::string>{"study 1.2", "study 1.1"});
    CHECK(
        fixture.lines ==
        std::vector<std::string>{
            R"({"type":"study","outcome":"ok","StudyInstanceUID":"1.2","node":"@old","mine":[1,{"a":2}]})",
            R"({"type":"study","outcome":"ok","StudyInstanceUID":"1.1","node":"@old"})"});
    CHECK_FALSE(fixture.enquiry->failed());
}

TEST_CASE("a DICOM JSON record is a question too, but does not mix with the flat answer")
{
    Fixture fixture;
    fixture.each("{\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}}\n");
    CHECK(fixture.lines ==
          std::vector<std::string>{
              R"({"type":"study","outcome":"ok","StudyInstanceUID":"1.2","node":"@old"})"});
}

TEST_CASE("a record without an answer is not found, and that is a failure")
{
    Fixture fixture;
    fixture.each("1.7\n");
    REQUIRE(fixture.lines.size() == 1);
    CHECK(fixture.lines[0].find("\"outcome\":\"failed\",\"reason\":\"not_found\"") !=
          std::string::npos);
    CHECK(fixture.lines[0].find("\"StudyInstanceUID\":\"1.7\"") != std::string::npos);
    CHECK(fixture.enquiry->failed());
}

TEST_CASE("a record without a key, or with one that is none, fails alone")
{
    Fixture fixture;
    fixture.each("{\"x\":1}\n{\"StudyInstanceUID\":\"no uid\"}\n1.1\n");
    REQUIRE(fixture.lines.size() == 3);
    CHECK(fixture.lines[0].find("no_unique_key") != std::string::npos);
    CHECK(fixture.lines[1].find("no_unique_key") != std::string::npos);
    CHECK(fixture.lines[2].find("\"outcome\":\"ok\"") != std::string::npos);
    CHECK(fixture.enquiry->failed());
}

TEST_CASE("a question that the peer refuses fails its record, and the next is asked")
{
    Fixture fixture;
    fixture.source->refuses = "1.7";
    fixture.each("1.7\n1.1\n");
    REQUIRE(fixture.lines.size() == 2);
    CHECK(fixture.lines[0].find("\"reason\":\"status\"") != std::string::npos);
    CHECK(fixture.lines[1].find("\"outcome\":\"ok\"") != std::string::npos);
    CHECK(fixture.enquiry->failed());
    CHECK(fixture.summary().find("\"status\":\"A700\"") != std::string::npos);
}

TEST_CASE("the same question twice in a row is asked once")
{
    Fixture fixture;
    fixture.each("1.1\n1.1\n1.2\n1.1\n");
    CHECK(fixture.source->asked == std::vector<std::string>{"study 1.1", "study 1.2", "study 1.1"});
}

TEST_CASE("what is no record ends the run, and the summary does not claim to be complete")
{
    for (const char* input : {"1.1\n{\"a\":\n", "1.1\nsome/path\n"}) {
        Fixture fixture;
        try {
            fixture.each(input);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::data);
            CHECK(std::string{error.what()}.find("line 2") != std::string::npos);
        }
        CHECK(fixture.lines.size() == 1);
        CHECK(fixture.summary().find("\"truncated\":\"unknown\"") != std::string::npos);
    }
}

TEST_CASE("a peer that fails in the middle ends the run, and the summary says why")
{
    Fixture fixture;
    fixture.source->fails_at = "1.2";
    CHECK_THROWS_AS(fixture.each("1.1\n1.2\n1.1\n"), net::PeerError);
    CHECK(fixture.lines.size() == 1);
    CHECK(fixture.summary().find("\"truncated\":\"unknown\"") != std::string::npos);
    CHECK(fixture.summary().find("\"reason\":\"aborted\"") != std::string::npos);
}

TEST_CASE("a record is asked at the level of its lowest UID, or at the one that is wished")
{
    Fixture fixture;
    const std::string series = "{\"StudyInstanceUID\":\"1.1\",\"SeriesInstanceUID\":\"1.1.9\"}\n";
    fixture.each(series);
    fixture.each(series, {.level = dicom::QueryLevel::study});
    fixture.each("1.1\n", {.level = dicom::QueryLevel::series});
    CHECK(fixture.source->asked ==
          std::vector<std::string>{"series 1.1", "study 1.1", "series 1.1"});
}

TEST_CASE("the patient of a record counts when there is no study, or under Patient Root")
{
    stream::RecordReader reader;
    const auto both = reader.parse(R"({"PatientID":"P","StudyInstanceUID":"1.1"})");
    const auto patient = reader.parse(R"({"PatientID":"P"})");
    CHECK(wishes_for({}, both)->patient_id.empty());
    CHECK(wishes_for({.patient_root = true}, both)->patient_id == std::vector<std::string>{"P"});
    CHECK(wishes_for({}, patient)->patient_id == std::vector<std::string>{"P"});
    const auto of_patient = wishes_for({.level = dicom::QueryLevel::patient}, both);
    CHECK(of_patient->patient_id == std::vector<std::string>{"P"});
    CHECK(of_patient->study.empty());
    CHECK_FALSE(wishes_for({}, reader.parse(R"({"SeriesNumber":1})")));
}
