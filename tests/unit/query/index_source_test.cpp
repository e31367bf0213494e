#include "query/source.hpp"

#include "catch.hpp"

#include "base/error.hpp"
#include "index/fixture.hpp"

using namespace pacs;
using namespace pacs::query;

namespace {

constexpr Day now{std::chrono::year{2024}, std::chrono::month{3}, std::chrono::day{31}};
constexpr std::chrono::milliseconds patience{60'000};

/// An index of `studies` studies of two instances each.
class Filled : public test::ScratchIndex {
public:
    explicit Filled(int studies)
    {
        std::vector<index::InstanceRecord> records;
        for (int study = 1; study <= studies; ++study) {
            const std::string patient = "P" + std::to_string(study);
            for (int number = 1; number <= 2; ++number) {
                records.push_back(
                    test::record(study, 1, number, {{"PatientID", patient}, {"Modality", "CT"}}));
            }
        }
        add(records);
    }
};

struct Asked {
    Ending ending;
    std::vector<dicom::DataSet> answers;
};

Asked ask(Source& source, const Wishes& wishes, std::uint64_t limit = 0)
{
    Asked asked;
    asked.ending = source.ask(make_question(wishes, {}, now), limit, [&](Answer&& answer, bool) {
        asked.answers.push_back(answer.identifier);
    });
    return asked;
}

}  // namespace

TEST_CASE("an index answers like a peer, without a status")
{
    const Filled filled{3};
    const auto source = index_source(filled.path(), patience);
    const Asked asked = ask(*source, {.patient_id = {"P2"}});
    REQUIRE(asked.answers.size() == 1);
    CHECK(asked.answers[0].text(dicom::tags::study_instance_uid) == "1.2.2");
    CHECK(asked.answers[0].text(dicom::tags::query_retrieve_level) == "STUDY");
    CHECK_FALSE(asked.ending.status);
    CHECK(asked.ending.truncated == Truncated::no);
    CHECK(source->not_granted().empty());
}

TEST_CASE("an index knows exactly whether a limit truncated")
{
    const Filled filled{3};
    const auto source = index_source(filled.path(), patience);
    CHECK(ask(*source, {}, 2).ending.truncated == Truncated::yes);
    CHECK(ask(*source, {}, 2).answers.size() == 2);
    CHECK(ask(*source, {}, 3).ending.truncated == Truncated::no);
    CHECK(ask(*source, {}, 4).answers.size() == 3);
}

TEST_CASE("an index answers what was asked for and nothing else")
{
    const Filled filled{1};
    const auto source = index_source(filled.path(), patience);
    const Asked asked = ask(
        *source, {.level = dicom::QueryLevel::instance, .relational = true, .named_only = true});
    REQUIRE(asked.answers.size() == 2);
    CHECK(asked.answers[0].has(dicom::tags::sop_instance_uid));
    CHECK_FALSE(asked.answers[0].has(dicom::tags::study_instance_uid));
}

TEST_CASE("keys that an index does not know are told")
{
    const Filled filled{1};
    const auto source = index_source(filled.path(), patience);
    CHECK(ask(*source, {.keys = {"00091001=x"}}).ending.keys_unsupported);
    CHECK_FALSE(ask(*source, {}).ending.keys_unsupported);
}

TEST_CASE("what is no index is an error of storage")
{
    for (const char* path : {"/nonexistent/index.db", "/dev/null", "/"}) {
        CAPTURE(path);
        try {
            index_source(path, patience);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::storage);
        }
    }
}
