#include "query/answer_check.hpp"
#include "query/answer_record.hpp"

#include "catch.hpp"

#include "dicom/dictionary.hpp"

using namespace pacs;
using namespace pacs::query;

namespace {

constexpr Day now{std::chrono::year{2024}, std::chrono::month{3}, std::chrono::day{31}};

Question question(const Wishes& wishes)
{
    return make_question(wishes, {}, now);
}

using Pairs = std::vector<std::pair<const char*, const char*>>;

Answer answer(const Pairs& pairs)
{
    Answer result;
    result.identifier.set_text(dicom::tags::study_instance_uid, "1.2");
    for (const auto& [keyword, value] : pairs) {
        result.identifier.set_text(dicom::find_keyword(keyword)->tag, value);
    }
    return result;
}

Verdict verdict(const Wishes& wishes, const Answer& given)
{
    return AnswerCheck{question(wishes), {}}.check(given).verdict;
}

}  // namespace

TEST_CASE("an answer that matches is good")
{
    CHECK(verdict({}, answer({})) == Verdict::good);
    CHECK(verdict({.patient_id = {"1"}}, answer({{"PatientID", "1"}})) == Verdict::good);
    CHECK(verdict({.modality = {"CT", "MR"}}, answer({{"ModalitiesInStudy", "SR\\MR"}})) ==
          Verdict::good);
    CHECK(verdict({.date = "20240101-20240131"}, answer({{"StudyDate", "20240115"}})) ==
          Verdict::good);
}

TEST_CASE("an answer that ignores a key is a mismatch that names the attribute, not its value")
{
    const AnswerCheck check{question({.patient_id = {"1"}}), {}};
    const auto finding = check.check(answer({{"PatientID", "SECRET"}}));
    CHECK(finding.verdict == Verdict::mismatch);
    CHECK(finding.message.find("PatientID") != std::string::npos);
    CHECK(finding.message.find("SECRET") == std::string::npos);
    CHECK(verdict({.date = "20240101-20240131"}, answer({{"StudyDate", "20240201"}})) ==
          Verdict::mismatch);
    CHECK(verdict({.study = {"1.3"}}, answer({})) == Verdict::mismatch);
    CHECK(verdict({.name = "doe"}, answer({{"PatientName", "ROE^JOHN"}})) == Verdict::mismatch);
}

TEST_CASE("a server may be lenient with case, accents, and what it leaves out")
{
    CHECK(verdict({.name = "doe"}, answer({{"PatientName", "DOE^JOHN"}})) == Verdict::good);
    CHECK(verdict({.keys = {"StudyDescription=head*"}},
                  answer({{"StudyDescription", "HEAD CT"}})) == Verdict::good);
    CHECK(verdict({.patient_id = {"1"}}, answer({})) == Verdict::good);
    CHECK(verdict({.patient_id = {"1"}}, answer({{"PatientID", ""}})) == Verdict::good);
    CHECK(verdict({.keys = {"StudyTime=10-11"}}, answer({{"StudyTime", "0900"}})) == Verdict::good);
}

TEST_CASE("an answer without a valid unique key cannot be used")
{
    Answer nameless;
    CHECK(verdict({}, nameless) == Verdict::no_unique_key);
    CHECK(verdict({}, answer({{"StudyInstanceUID", "../etc"}})) == Verdict::no_unique_key);
    CHECK(verdict({.level = dicom::QueryLevel::patient}, answer({{"PatientID", ""}})) ==
          Verdict::no_unique_key);
    CHECK(verdict({.level = dicom::QueryLevel::patient}, answer({{"PatientID", "any"}})) ==
          Verdict::good);
}

TEST_CASE("an answer of another level is not one")
{
    CHECK(verdict({}, answer({{"QueryRetrieveLevel", "SERIES"}})) == Verdict::wrong_level);
    CHECK(verdict({}, answer({{"QueryRetrieveLevel", "STUDY"}})) == Verdict::good);
}

TEST_CASE("text that its character set cannot say is told, when it is not plain ASCII")
{
    const Answer bytes = answer({{"PatientName", "M\xFCller"}});
    CHECK(verdict({}, bytes) == Verdict::character_set);
    CHECK(AnswerCheck(question({}), dicom::CharacterSet{"ISO_IR 100"}).check(bytes).verdict ==
          Verdict::good);
    const Answer wrong =
        answer({{"SpecificCharacterSet", "ISO_IR 192"}, {"PatientName", "M\xFCller"}});
    const auto finding = AnswerCheck{question({}), {}}.check(wrong);
    CHECK(finding.verdict == Verdict::character_set);
    CHECK(finding.message.find("PatientName") != std::string::npos);
    CHECK(verdict({}, answer({{"PatientName", "DOE"}})) == Verdict::good);
}

TEST_CASE("bytes that are no data set are told as such")
{
    Answer garbage;
    garbage.defect = "(0008,0005) at 12: the length does not fit";
    const auto finding = AnswerCheck{question({}), {}}.check(garbage);
    CHECK(finding.verdict == Verdict::unreadable);
    CHECK(finding.message == garbage.defect);
}

TEST_CASE("the record of an answer has type and outcome first, then the attributes")
{
    const Question asked = question({});
    const Answer given = answer({{"QueryRetrieveLevel", "STUDY"}, {"PatientName", "M\xFCller^X "}});
    const JsonLine record =
        answer_record(asked, given, {}, "@old", dicom::CharacterSet{"ISO_IR 100"});
    CHECK(record.str() ==
          "{\"type\":\"study\",\"outcome\":\"ok\",\"PatientName\":\"M\xC3\xBCller^X\","
          "\"StudyInstanceUID\":\"1.2\",\"node\":\"@old\"}\n");
    CHECK(record.outcome() == Outcome::ok);
}

TEST_CASE("the record of a useless answer says why it failed")
{
    const Question asked = question({});
    const Answer given;
    const auto finding = AnswerCheck{asked, {}}.check(given);
    const JsonLine record = answer_record(asked, given, finding, "X@h:1", {});
    CHECK(record.outcome() == Outcome::failed);
    CHECK(record.str().find("\"reason\":\"no_unique_key\"") != std::string::npos);
}

TEST_CASE("the question as a record tells what would be sent")
{
    const std::string line =
        explained(question({.study = {"1.2"}, .named_only = true}), Shape::record);
    CHECK(line ==
          "{\"type\":\"identifier\",\"model\":\"study-root\",\"relational\":false,"
          "\"fuzzy\":false,\"QueryRetrieveLevel\":\"STUDY\",\"StudyInstanceUID\":\"1.2\"}");
}

TEST_CASE("the question for eyes has no control characters")
{
    Question asked = question({});
    asked.identifier.set_text(dicom::tags::patient_name, "a\x1b[31m");
    const std::string text = explained(asked, Shape::text);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("(0008,0052) CS QueryRetrieveLevel \"STUDY\"") != std::string::npos);
}

TEST_CASE("a failure status fails the question, a warning and our own cancel do not")
{
    CHECK_FALSE(failed({.status = net::statuses::success}));
    CHECK_FALSE(failed({.status = net::Status{0xB001}}));
    CHECK(failed({.status = net::Status{0xA700}}));
    CHECK(failed({.status = net::Status{0x1234}}));
    CHECK(failed({.status = net::statuses::cancel}));
    Ending cancelled{.status = net::statuses::cancel};
    cancelled.cancelled = true;
    CHECK_FALSE(failed(cancelled));
    CHECK(ending_message(cancelled).empty());
}

TEST_CASE("an ending without a status is no failure: an index has none, nor has a peer cut off")
{
    CHECK_FALSE(failed({}));
    CHECK(ending_message({}).empty());
}

TEST_CASE("how a question ended is said in words, with nothing a terminal obeys")
{
    Ending ending{.status = net::Status{0xA900}, .comment = "no\x1b[2J"};
    ending.offending_elements = {dicom::tags::patient_id};
    const std::string message = ending_message(ending);
    CHECK(message.find("A900") != std::string::npos);
    CHECK(message.find("PatientID") != std::string::npos);
    CHECK(message.find('\x1b') == std::string::npos);
}

TEST_CASE("the summary says truncated if any question was, unknown if that is not sure")
{
    const auto summary = [](std::initializer_list<Truncated> all) {
        EndingSummary endings;
        for (const Truncated truncated : all) {
            Ending ending;
            ending.truncated = truncated;
            endings.add(ending);
        }
        JsonLine line{"summary"};
        endings.write(line);
        return line.str();
    };
    CHECK(summary({Truncated::no}).find("\"truncated\":false") != std::string::npos);
    CHECK(summary({Truncated::no, Truncated::unknown}).find("\"truncated\":\"unknown\"") !=
          std::string::npos);
    CHECK(summary({Truncated::yes, Truncated::unknown}).find("\"truncated\":true") !=
          std::string::npos);
    CHECK(summary({}).find("status") == std::string::npos);
}

TEST_CASE("the numbers at which servers stop in silence are known")
{
    for (const std::uint64_t answers : {100U, 200U, 250U, 500U, 1000U, 2500U, 5000U, 100'000U}) {
        CAPTURE(answers);
        CHECK(is_usual_cap(answers));
    }
    for (const std::uint64_t answers : {0U, 1U, 10U, 50U, 99U, 101U, 300U, 501U, 2510U}) {
        CAPTURE(answers);
        CHECK_FALSE(is_usual_cap(answers));
    }
}
