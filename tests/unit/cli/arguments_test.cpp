#include "cli/arguments.hpp"
#include "base/error.hpp"

#include "catch.hpp"

#include <algorithm>
#include <filesystem>

using pacs::cli::arranged;
using pacs::cli::PeerPlace;
using Words = std::vector<std::string>;

namespace {

/// A tool with every kind of option.
struct App {
    App()
    {
        app.add_option("words", words, "");
        app.add_option("--calling", calling, "");
        app.add_option("-n,--count", count, "");
        app.add_flag("-v", verbose, "");
    }
    CLI::App app;
    Words words;
    std::string calling;
    std::string count;
    int verbose = 0;
};

Words plain(const Words& words)
{
    const App app;
    return arranged(app.app, words, std::nullopt);
}

Words with_habits(const Words& words, PeerPlace place = PeerPlace::in_place)
{
    const App app;
    return arranged(app.app, words, place);
}

}  // namespace

TEST_CASE("options may stand anywhere and keep their values")
{
    CHECK(plain({"a", "-n", "3", "b", "--calling=X", "-v"}) ==
          Words{"-n", "3", "--calling=X", "-v", "--", "a", "b"});
    CHECK(plain({"a", "-vn", "3", "b"}) == Words{"-vn", "3", "--", "a", "b"});
    CHECK(plain({"-n3", "a"}) == Words{"-n3", "--", "a"});
    CHECK(plain({}) == Words{});
}

TEST_CASE("a value that begins with a dash is a value, and words after -- are words")
{
    CHECK(plain({"--calling", "-X", "a"}) == Words{"--calling", "-X", "--", "a"});
    CHECK(plain({"a", "--", "-n", "--", "b"}) == Words{"--", "a", "-n", "--", "b"});
    CHECK(plain({"-", "-v"}) == Words{"-v", "--", "-"});
}

TEST_CASE("DCMTK's spelling of titles, peer and keys is understood")
{
    CHECK(with_habits({"-aet", "ME", "-aec", "PACS", "host", "104"}) ==
          Words{"--calling", "ME", "--", "PACS@host:104"});
    CHECK(with_habits({"host", "104", "-v"}) == Words{"-v", "--", "ANY-SCP@host:104"});
    CHECK(with_habits({"-aec", "PACS", "::1", "104"}) == Words{"--", "PACS@[::1]:104"});
    CHECK(with_habits({"host", "104", "-k", "PatientID=1"}) ==
          Words{"--", "ANY-SCP@host:104", "PatientID=1"});
    CHECK(with_habits({"host", "104", "a.dcm", "b.dcm"}, PeerPlace::last) ==
          Words{"--", "a.dcm", "b.dcm", "ANY-SCP@host:104"});
}

TEST_CASE("what is no host and port stays as it is")
{
    CHECK(with_habits({"A@host:104"}) == Words{"--", "A@host:104"});
    CHECK(with_habits({"A@host:104", "104"}) == Words{"--", "A@host:104", "104"});
    CHECK(with_habits({"host"}) == Words{"--", "host"});
    CHECK(with_habits({"/", "104"}) == Words{"--", "/", "104"});
    CHECK(with_habits({"PatientID=1", "104"}) == Words{"--", "PatientID=1", "104"});
    CHECK(plain({"host", "104"}) == Words{"--", "host", "104"});
}

TEST_CASE("a file that is there is never taken for a host")
{
    const auto old = std::filesystem::current_path();
    std::filesystem::current_path("/");
    CHECK(with_habits({"tmp", "104"}) == Words{"--", "tmp", "104"});
    std::filesystem::current_path(old);
}

TEST_CASE("a DCMTK spelling that lacks its value is a usage error")
{
    CHECK_THROWS_WITH(with_habits({"-aet"}), Catch::Contains("-aet needs a value"));
    CHECK_THROWS_WITH(with_habits({"-aec", "PACS", "A@host:104"}),
                      Catch::Contains("-aec needs a host and a port"));
}

TEST_CASE("the last of many words is the destination, wherever the options stand")
{
    CLI::App app;
    Words sources;
    std::string destination;
    int jobs = 0;
    app.positionals_at_end();
    app.add_option("SOURCE", sources, "")->required();
    app.add_option("DEST", destination, "")->required();
    app.add_option("-j", jobs, "");
    Words words = arranged(app, {"a", "-j", "4", "-", "b", "@archive"}, std::nullopt);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    CHECK(sources == Words{"a", "-", "b"});
    CHECK(destination == "@archive");
    CHECK(jobs == 4);
    Words lone = arranged(app, {"@archive"}, std::nullopt);
    std::reverse(lone.begin(), lone.end());
    CHECK_THROWS_WITH(app.parse(lone), Catch::Contains("DEST is required"));
}
