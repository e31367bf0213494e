#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "catch.hpp"
#include "scan/survey_records.hpp"
#include "tree_fixture.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <random>

using namespace pacs::test::scan;
using pacs::Error;

TEST_CASE("an object becomes a record with what is worth knowing")
{
    const Tree tree;
    const auto path = tree.write("a.dcm");
    const Result result = run({.paths = {path.string()}});
    REQUIRE(result.records.size() == 1);
    CHECK(result.records[0] ==
          R"({"type":"instance","outcome":"ok","path":")" + path.string() + R"(","size":)" +
              std::to_string(fs::file_size(path)) +
              R"(,"transfer_syntax":"1.2.840.10008.1.2.1",)"
              R"("SOPClassUID":"1.2.840.10008.5.1.4.1.1.7","SOPInstanceUID":"1.2.1.1.1",)"
              R"("Modality":"CT","StudyDescription":"first","PatientName":"Name^P1",)"
              R"("PatientID":"P1","StudyInstanceUID":"1.2.1","SeriesInstanceUID":"1.2.1.1"})"
              "\n");
}

TEST_CASE("what is no sound object is a record with a reason, and the scan goes on")
{
    const Tree tree;
    const std::string sound = Object{}.bytes();
    tree.write("cut", sound.substr(0, sound.size() - 50));
    tree.write("empty", std::string{});
    tree.write("foreign", std::string{"%PDF-1.4"});
    tree.write("head", sound.substr(0, 140));
    tree.write("no-uid", Object{.study = ""});
    tree.write("odd-uid", Object{.instance = "1.2.x"});
    tree.write("z/sound", sound);
    ::mkfifo((tree.top() / "fifo").c_str(), 0600);
    fs::create_directory_symlink("..", tree.top() / "z" / "loop");
    fs::create_symlink("nowhere", tree.top() / "z" / "nothing");
    for (const Result& result : {run({.paths = {tree.top().string()}}), scan_into(tree)}) {
        CHECK(result.with(R"("type":"instance","outcome":"warning","reason":"damaged","message":)"
                          R"("(7FE0,0010): cut off, 50 bytes)") == 1);
        CHECK(result.with(R"("outcome":"skipped","reason":"not_dicom")") == 2);
        CHECK(result.with(R"("outcome":"failed","reason":"damaged")") == 1);
        CHECK(result.with(R"("outcome":"failed","reason":"missing_uid")") == 1);
        CHECK(result.with(R"("outcome":"warning","reason":"invalid_uid")") == 1);
        CHECK(result.with(R"("outcome":"skipped","reason":"not_a_file")") == 3);
        CHECK(result.counters.objects == 3);
        CHECK(result.records.size() == 10);
    }
    const Result again = scan_into(tree);
    CHECK(again.counters.unchanged == 10);
    CHECK(again.records.size() == 4);  // only what is not well is said again
}

TEST_CASE("a path that is not UTF-8 can be had from its record")
{
    const Tree tree;
    const auto path = tree.write("a\xFF\n\x1B[2J.dcm");
    const Result result = scan_into(tree);
    REQUIRE(result.records.size() == 1);
    CHECK(result.with("\"path_base64\":\"" + pacs::base64(path.string()) + "\"") == 1);
    CHECK(result.records[0].find('\x1B') == std::string::npos);
    CHECK(scan_into(tree).counters.unchanged == 1);
}

TEST_CASE("only what changed is read again, and what is gone goes from the index")
{
    const Tree tree;
    tree.write("a/1.dcm");
    tree.write("a/2.dcm", Object{.instance = "1.2.1.1.2"});
    tree.write("b/c/3.dcm", Object{.study = "1.3", .series = "1.3.1", .instance = "1.3.1.1"});
    CHECK(scan_into(tree).counters.added == 3);
    CHECK(scan_into(tree).records.empty());
    fs::remove(tree.top() / "a/2.dcm");
    fs::remove_all(tree.top() / "b");
    const Result result = scan_into(tree);
    CHECK(result.counters.unchanged == 1);
    CHECK(result.with(R"({"type":"removed","outcome":"ok","path":)") == 2);
    CHECK(result.with(R"(b/c/3.dcm","SOPInstanceUID":"1.3.1.1"})") == 1);
    scan_into(tree, "fresh.db");
    CHECK(content_of(tree.index()) == content_of(tree.index("fresh.db")));
}

TEST_CASE("a folder that cannot be read, or is not there, loses nothing in the index")
{
    const Tree tree;
    tree.write("a/1.dcm");
    scan_into(tree);
    const std::string before = content_of(tree.index());
    fs::rename(tree.top(), tree.top().string() + ".away");
    const Result result = scan_into(tree);
    CHECK(result.with(R"("outcome":"failed","reason":"not_found")") == 1);
    CHECK(content_of(tree.index()) == before);
    fs::rename(tree.top().string() + ".away", tree.top());
    if (::geteuid() != 0) {
        fs::permissions(tree.top() / "a", fs::perms::none);
        CHECK(scan_into(tree).with(R"("reason":"unreadable")") == 1);
        fs::permissions(tree.top() / "a", fs::perms::owner_all);
        CHECK(content_of(tree.index()) == before);
    }
}

TEST_CASE("digests and added attributes that are asked for later are got, and kept then")
{
    const Tree tree;
    tree.write("a.dcm");
    scan_into(tree);
    pacs::scan::ScanOptions options;
    options.paths = {tree.top().string()};
    options.index = tree.index().string();
    options.digests.file = true;
    options.add = pacs::scan::added_tags({"BurnedInAnnotation", "PatientID"});
    CHECK(run(options).counters.changed == 1);
    CHECK(run(options).counters.unchanged == 1);
    CHECK(scan_into(tree).counters.unchanged == 1);
    CHECK_THROWS_AS(pacs::scan::added_tags({"PixelData"}), Error);
    CHECK_THROWS_AS(pacs::scan::added_tags({"TransferSyntaxUID"}), Error);
    CHECK_THROWS_AS(pacs::scan::added_tags({"Nonsense"}), Error);
}

TEST_CASE("an index brought up to date says what a fresh one says, whatever happened")
{
    const unsigned seeds = std::getenv("PACS_TEST_LONG") != nullptr ? 300 : 8;
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        std::mt19937 random{seed};
        const auto below = [&random](std::size_t limit) { return random() % limit; };
        const Tree tree;
        const auto random_object = [&] {
            const std::string study = "1.2." + std::to_string(1 + below(3));
            const std::string series = study + "." + std::to_string(1 + below(2));
            return Object{.study = study,
                          .series = series,
                          .instance = below(4) == 0 ? "1.9.9" : "1.9." + std::to_string(below(40)),
                          .patient = below(5) == 0 ? "P9"
                                     : below(5) == 0
                                         ? ""
                                         : "P" + std::string{study == "1.2.1" ? "1" : "2"},
                          .description = below(4) == 0 ? "other" : "first",
                          .modality = below(4) == 0 ? "MR" : "CT",
                          .pixels = 100 + 2 * below(2),
                          .family = below(4) == 0 ? "Nom" : "Name"};
        };
        std::vector<std::string> names;
        for (int round = 0; round < 8; ++round) {
            for (std::size_t change = 1 + below(6); change > 0; --change) {
                const std::size_t what = below(6);
                if (what < 3 || names.empty()) {
                    // Also in front of those that are there: the first one of a walk speaks.
                    const std::string name = "d" + std::to_string(below(3)) +
                                             (below(3) == 0 ? "/e/" : "/") +
                                             std::to_string(below(100)) + ".dcm";
                    tree.write(name, random_object());
                    if (std::find(names.begin(), names.end(), name) == names.end()) {
                        names.push_back(name);
                    }
                } else if (what == 3) {
                    tree.write(names[below(names.size())], random_object());
                } else if (what == 4) {
                    const std::size_t at = below(names.size());
                    fs::remove(tree.top() / names[at]);
                    names.erase(names.begin() + static_cast<std::ptrdiff_t>(at));
                } else {
                    tree.write(names[below(names.size())], std::string{"no object"});
                }
            }
            scan_into(tree, "index.db", true);
            const std::string fresh = "fresh" + std::to_string(round) + ".db";
            scan_into(tree, fresh, true);
            INFO("seed " << seed << " round " << round);
            REQUIRE(content_of(tree.index()) == content_of(tree.index(fresh)));
        }
    }
}

TEST_CASE("twofold instances and contradictions are told apart")
{
    const Tree tree;
    tree.write("1.dcm");
    tree.write("2-same.dcm");
    tree.write("3-other.dcm", Object{.pixels = 200});
    tree.write("4-patient.dcm", Object{.instance = "1.2.1.1.2", .patient = "P2"});
    tree.write("5-study.dcm", Object{.study = "1.7", .instance = "1.7.1"});
    fs::create_hard_link(tree.top() / "1.dcm", tree.top() / "6-link.dcm");
    scan_into(tree);
    const auto list = [&](const std::string& what, pacs::scan::SurveyCounters& counters) {
        Result result;
        pacs::scan::survey(what, tree.index(), counters, [&](const pacs::JsonLine& record) {
            result.records.push_back(record.str());
        });
        return result;
    };
    pacs::scan::SurveyCounters by_size;
    CHECK(list("duplicates", by_size).with(R"("compared":"size")") == 2);
    CHECK(by_size.not_compared == 1);
    scan_into(tree, "index.db", true);
    pacs::scan::SurveyCounters by_digest;
    const Result twofold = list("duplicates", by_digest);
    CHECK(twofold.with(R"("compared":"sha256")") == 2);
    CHECK(twofold.with(R"("hard_link":true)") == 1);
    CHECK(by_digest.not_compared == 0);
    pacs::scan::SurveyCounters conflicts;
    const Result contradictions = list("conflicts", conflicts);
    CHECK(contradictions.with(R"("reason":"different_content","SOPInstanceUID":"1.2.1.1.1")") == 1);
    CHECK(contradictions.with(R"("reason":"several_patients","StudyInstanceUID":"1.2.1")") == 1);
    CHECK(
        contradictions.with(
            R"("reason":"several_studies","SeriesInstanceUID":"1.2.1.1","studies":["1.2.1","1.7"])") ==
        1);
    CHECK(conflicts.found == 3);
    pacs::scan::SurveyCounters none;
    CHECK(list("stats", none)
              .with(R"({"type":"totals","patients":1,"studies":2,"series":2,)"
                    R"("instances":3,)") == 1);
}

TEST_CASE("only one scan writes an index, and never that of an archive")
{
    const Tree tree;
    tree.write("a.dcm");
    scan_into(tree);
    const pacs::FileLock lock{tree.index().string() + ".lock"};
    CHECK_THROWS_AS(scan_into(tree), Error);
    std::ofstream{tree.index("archive.toml")} << "format = 1\n";
    CHECK_THROWS_AS(scan_into(tree, "other.db"), Error);
    CHECK_FALSE(fs::exists(tree.index("other.db")));
}
