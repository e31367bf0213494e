#include "dicom/matching.hpp"

#include "base/error.hpp"
#include "catch.hpp"
#include "dicom/temporal.hpp"

using namespace pacs::dicom;
using Kind = Matcher::Kind;

namespace {

bool match(Vr vr, std::string_view key, const std::vector<std::string>& values,
           const MatchOptions& options = {})
{
    return matches(make_matcher(vr, key, options), values);
}

bool match(Vr vr, std::string_view key, const std::string& value, const MatchOptions& options = {})
{
    return match(vr, key, std::vector<std::string>{value}, options);
}

Kind kind(Vr vr, std::string_view key)
{
    return make_matcher(vr, key).kind;
}

void rejected(Vr vr, std::string_view key)
{
    INFO(to_string(vr) << " " << key);
    try {
        make_matcher(vr, key);
        FAIL("accepted");
    } catch (const pacs::Error& error) {
        CHECK(error.kind() == pacs::ErrorKind::data);
    }
}

}  // namespace

TEST_CASE("C.2.2.2.1: a single value matches what is equal to it, case and all")
{
    CHECK(kind(Vr::LO, "4711") == Kind::single);
    CHECK(match(Vr::LO, "4711", "4711"));
    CHECK(match(Vr::LO, " 4711 ", "4711"));
    CHECK_FALSE(match(Vr::LO, "4711", "47110"));
    CHECK_FALSE(match(Vr::LO, "abc", "ABC"));
    CHECK_FALSE(match(Vr::CS, "CT", "MR"));
    CHECK(match(Vr::LO, "Bäcker", "Bäcker"));
    CHECK_FALSE(match(Vr::LT, "a", "a\\b"));
    CHECK(match(Vr::LT, "a\\b", "a\\b"));
}

TEST_CASE("C.2.2.2.1: an attribute without a value matches no single value")
{
    CHECK_FALSE(match(Vr::LO, "4711", std::vector<std::string>{}));
    CHECK_FALSE(match(Vr::LO, "4711", ""));
    CHECK_FALSE(match(Vr::DA, "20240101-", ""));
    CHECK_FALSE(match(Vr::LO, "?*", ""));
}

TEST_CASE("C.2.2.2.1: names match without regard to case, unless that is asked for")
{
    CHECK(match(Vr::PN, "müller^jörg", "MÜLLER^Jörg"));
    MatchOptions exact;
    exact.ignore_case_names = false;
    CHECK_FALSE(match(Vr::PN, "müller", "Müller", exact));
    CHECK(match(Vr::PN, "Müller", "Müller", exact));
    CHECK_FALSE(match(Vr::PN, "muller", "müller"));
}

TEST_CASE("carets at the end of a name and of a key mean nothing")
{
    CHECK(match(Vr::PN, "Doe^John^^^", "Doe^John"));
    CHECK(match(Vr::PN, "Doe^John", "Doe^John^^^"));
    CHECK_FALSE(match(Vr::PN, "Doe", "Doe^John"));
}

TEST_CASE("a name is found by each of its component groups, or by several together")
{
    const std::string name = "Yamada^Tarou=山田^太郎=やまだ^たろう";
    CHECK(match(Vr::PN, "yamada^tarou", name));
    CHECK(match(Vr::PN, "山田^太郎", name));
    CHECK(match(Vr::PN, "山田*", name));
    CHECK(match(Vr::PN, "=山田^太郎", name));
    CHECK(match(Vr::PN, "Yam*=山田*", name));
    CHECK_FALSE(match(Vr::PN, "山田=Yamada", name));
    CHECK_FALSE(match(Vr::PN, "Smith=山田*", name));
}

TEST_CASE("C.2.2.2.2: a list of UIDs matches each of them, an empty place in it none")
{
    CHECK(kind(Vr::UI, "1.2\\1.3") == Kind::list);
    CHECK(kind(Vr::UI, "1.2") == Kind::single);
    CHECK(match(Vr::UI, "1.2\\1.3", "1.3"));
    CHECK_FALSE(match(Vr::UI, "1.2\\1.3", "1.4"));
    CHECK_FALSE(match(Vr::UI, "1.2", "1.2.3"));
    CHECK(match(Vr::UI, "1.2\\\\1.3", "1.3"));
    CHECK_FALSE(match(Vr::UI, "1.2\\\\1.3", ""));
    CHECK(kind(Vr::UI, "\\") == Kind::universal);
}

TEST_CASE("a key of several values, and an attribute of several values, match if one does")
{
    CHECK(match(Vr::CS, "CT\\MR", "MR"));
    CHECK(match(Vr::CS, "CT", std::vector<std::string>{"SR", "CT"}));
    CHECK(match(Vr::CS, "PT\\C*", std::vector<std::string>{"SR", "CT"}));
    CHECK_FALSE(match(Vr::CS, "PT\\US", std::vector<std::string>{"SR", "CT"}));
}

TEST_CASE("C.2.2.2.3: a key without value, or of stars, matches all and nothing")
{
    for (const Vr vr : {Vr::LO, Vr::PN, Vr::UI, Vr::DA, Vr::IS, Vr::US, Vr::OB}) {
        for (const char* const key : {"", " ", "*", "**"}) {
            CHECK(kind(vr, key) == Kind::universal);
        }
    }
    CHECK(match(Vr::LO, "", "anything"));
    CHECK(match(Vr::LO, "*", std::vector<std::string>{}));
}

TEST_CASE("C.2.2.2.4: a star is any characters, a question mark one of them")
{
    CHECK(kind(Vr::LO, "a*") == Kind::wildcard);
    CHECK(match(Vr::LO, "Thor*", "Thorax"));
    CHECK(match(Vr::LO, "*ora*", "Thorax"));
    CHECK(match(Vr::LO, "Th?rax", "Thorax"));
    CHECK(match(Vr::LO, "??????", "Thorax"));
    CHECK_FALSE(match(Vr::LO, "?????", "Thorax"));
    CHECK_FALSE(match(Vr::LO, "thor*", "Thorax"));
    CHECK(match(Vr::LO, "B?cker", "Bäcker"));
    CHECK(match(Vr::PN, "??^*", "山田^太郎"));
    CHECK(match(Vr::PN, "DOE*", "doe^john"));
    CHECK(match(Vr::LO, "T*x\\y", "y"));
}

TEST_CASE("C.2.2.2.4: dates, times, numbers and UIDs have no wildcards")
{
    for (const Vr vr : {Vr::DA, Vr::TM, Vr::DT, Vr::UI, Vr::IS, Vr::DS, Vr::US}) {
        rejected(vr, "1*");
        rejected(vr, "1?");
    }
}

TEST_CASE("wildcards cost no more than pattern times text")
{
    std::string pattern;
    for (int i = 0; i < 500; ++i) {
        pattern += "*a";
    }
    const std::string text(20'000, 'a');
    CHECK_FALSE(wildcard_match(pattern + "b", text));  // exponential cost would not end today
    CHECK(wildcard_match("a*b*c", "aXbYc"));
    CHECK(wildcard_match("", ""));
    CHECK(wildcard_match("***", ""));
    CHECK_FALSE(wildcard_match("", "a"));
    CHECK_FALSE(wildcard_match("?", ""));
    CHECK(wildcard_match("?", "\xff"));
    CHECK(wildcard_match("*äx", "ääx"));
    CHECK(wildcard_prefix("Smi*h") == "Smi");
    CHECK(wildcard_prefix("?x") == "");
    CHECK(wildcard_prefix("Smith") == "Smith");
}

TEST_CASE("C.2.2.2.5.1: a range of dates holds both bounds, and may lack one")
{
    const Matcher range = make_matcher(Vr::DA, "20240101-20240131");
    CHECK(range.kind == Kind::range);
    CHECK(range.from == "20240101");
    CHECK(range.to == "20240131");
    CHECK(match(Vr::DA, "20240101-20240131", "20240101"));
    CHECK(match(Vr::DA, "20240101-20240131", "20240131"));
    CHECK_FALSE(match(Vr::DA, "20240101-20240131", "20240201"));
    CHECK(match(Vr::DA, "-20240131", "19000101"));
    CHECK(match(Vr::DA, "20240101-", "20990101"));
    CHECK_FALSE(match(Vr::DA, "20240101-", "20231231"));
    CHECK(match(Vr::DA, "20240101 - 20240131", "20240115"));
    CHECK_FALSE(match(Vr::DA, "20240131-20240101", "20240115"));
    CHECK_FALSE(make_matcher(Vr::DA, "20240101-").to);
    CHECK_FALSE(make_matcher(Vr::DA, "-20240101").from);
}

TEST_CASE("a single date is a single value; the old form with points is the same date")
{
    CHECK(kind(Vr::DA, "20240229") == Kind::single);
    CHECK(make_matcher(Vr::DA, "2024.02.29").values.front() == "20240229");
    CHECK(match(Vr::DA, "20240229", "2024.02.29"));
    CHECK(match(Vr::DA, "20240101\\20240229", "20240229"));
    CHECK_FALSE(match(Vr::DA, "20240229", "soon"));
}

TEST_CASE("C.2.2.2.5.2: times mean all that their precision leaves open")
{
    const Matcher range = make_matcher(Vr::TM, "10-12");
    CHECK(range.from == "100000.000000");
    CHECK(range.to == "125959.999999");
    CHECK(match(Vr::TM, "10-12", "10"));
    CHECK(match(Vr::TM, "10-12", "125959.999999"));
    CHECK_FALSE(match(Vr::TM, "10-12", "130000"));
    CHECK_FALSE(match(Vr::TM, "10-12", "095959.999999"));
    CHECK(match(Vr::TM, "-1030", "103059"));
    CHECK_FALSE(match(Vr::TM, "-1030", "1031"));
    CHECK(match(Vr::TM, "1030-", "235960"));
    CHECK(match(Vr::TM, "10", "1059"));
    CHECK_FALSE(match(Vr::TM, "1000", "1059"));
    CHECK(match(Vr::TM, "100000", "100000.000000"));
    CHECK(match(Vr::TM, "100000.5", "100000.512345"));
    CHECK(match(Vr::TM, "10:30:00", "1030"));
    CHECK(match(Vr::TM, "1030", "10:30"));
}

TEST_CASE("C.2.2.2.5.3: a hyphen in a DT is the offset from UTC where it can be one")
{
    CHECK(range_hyphen(Vr::DT, "20240101-0500") == std::string_view::npos);
    CHECK(range_hyphen(Vr::DT, "20240101120000-0500-20240102") == 19);
    CHECK(range_hyphen(Vr::DT, "20240101-20240102") == 8);
    CHECK(range_hyphen(Vr::DT, "2010-2012") == 4);
    CHECK(range_hyphen(Vr::DT, "20240101-0500-20240102-0500") == 13);
    CHECK(range_hyphen(Vr::DT, "20240101-") == 8);
    CHECK(range_hyphen(Vr::DT, "-20240101-0500") == 0);
    CHECK(range_hyphen(Vr::DT, "20240101-2024") == 8);
}

TEST_CASE("C.2.2.2.5.3: moments compare in UTC, to the precision they have")
{
    const Matcher year = make_matcher(Vr::DT, "2010-2012");
    CHECK(year.from == "20100101000000.000000");
    CHECK(year.to == "20121231235959.999999");
    CHECK(match(Vr::DT, "2010-2012", "20110615"));
    CHECK(match(Vr::DT, "20240101120000+0100", "20240101110000"));
    CHECK(match(Vr::DT, "20240101120000+0100", "20240101060000-0500"));
    CHECK_FALSE(match(Vr::DT, "20240101120000+0100", "20240101120000"));
    CHECK(match(Vr::DT, "20240101000000+0100-", "20231231230000"));
    CHECK_FALSE(match(Vr::DT, "20240101000000+0100-", "20231231225959"));
    CHECK(match(Vr::DT, "202402", "20240229235959.5"));
    CHECK_FALSE(match(Vr::DT, "202402", "20240301"));
    CHECK(comparable(Vr::DT, "20240301003000+0100") == "20240229233000.000000");
}

TEST_CASE("what can be no date or time is refused as a key and matched by none")
{
    for (const char* const key : {"20240230", "20241301", "2024", "202401", "240101", "tomorrow",
                                  "2024-01-15", "-", "20240101-2024013", "20240101-20240105-"}) {
        rejected(Vr::DA, key);
    }
    for (const char* const key :
         {"24", "1060", "100", "1000.5", "100000.", "100000.1234567", "ten"}) {
        rejected(Vr::TM, key);
    }
    for (const char* const key : {"20240101250000", "20240101120000+9900", "yesterday", "-"}) {
        rejected(Vr::DT, key);
    }
    CHECK_FALSE(match(Vr::TM, "10-12", "later"));
    CHECK_FALSE(comparable(Vr::DA, "20240230"));
    CHECK_FALSE(comparable(Vr::LO, "20240101"));
    CHECK(comparable(Vr::TM, "1030") == "103000.000000");
}

TEST_CASE("C.2.2.2.7: two quotes match an attribute without a value")
{
    CHECK(kind(Vr::LO, "\"\"") == Kind::empty);
    CHECK(match(Vr::LO, "\"\"", std::vector<std::string>{}));
    CHECK(match(Vr::DA, "\"\"", ""));
    CHECK_FALSE(match(Vr::LO, "\"\"", "x"));
}

TEST_CASE("numbers are equal by what they say, not how they are written")
{
    CHECK(match(Vr::IS, "7", "007"));
    CHECK(match(Vr::IS, "+7", "7"));
    CHECK(match(Vr::DS, "1.50", "1.5"));
    CHECK(match(Vr::US, "512", "512"));
    CHECK_FALSE(match(Vr::IS, "7", "70"));
    CHECK_FALSE(match(Vr::IS, "7", "seven"));
    rejected(Vr::IS, "seven");
    rejected(Vr::DS, "1.5mm");
    rejected(Vr::US, "+-5");
}

TEST_CASE("a UID that is none and a VR without matching are refused")
{
    rejected(Vr::UI, "1.2.abc");
    rejected(Vr::UI, "1..2");
    rejected(Vr::UI, "../../etc");
    rejected(Vr::OB, "abc");
    rejected(Vr::SQ, "abc");
}

TEST_CASE("--fuzzy finds names by their words, in any order, without case and accents")
{
    MatchOptions fuzzy;
    fuzzy.fuzzy = true;
    CHECK(match(Vr::PN, "jose garcia", "GARCÍA^José^María", fuzzy));
    CHECK(match(Vr::PN, "garcia", "GARCÍA^José^María", fuzzy));
    CHECK(match(Vr::PN, "gar*,jos?", "GARCÍA^José", fuzzy));
    CHECK(match(Vr::PN, "strauss", "Strauß^Franz", fuzzy));
    CHECK(match(Vr::PN, "ヤマダ", "ﾔﾏﾀﾞ^ﾀﾛｳ", fuzzy));
    CHECK_FALSE(match(Vr::PN, "garcia peter", "GARCÍA^José", fuzzy));
    CHECK_FALSE(match(Vr::PN, "gar", "GARCÍA^José", fuzzy));
    // Of names only.
    CHECK_FALSE(match(Vr::LO, "thorax", "Thorax", fuzzy));
}
