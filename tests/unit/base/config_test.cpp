#include "base/config.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

#include "catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

using namespace std::chrono_literals;
using pacs::Config;
using pacs::Error;
using pacs::ErrorKind;
namespace fs = std::filesystem;

namespace {

/// A folder with a pacs.toml, and an environment in which nothing else is found.
struct Setup {
    explicit Setup(std::string_view toml = {})
    {
        std::string name = (fs::temp_directory_path() / "pacs-config-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        file = folder / "pacs.toml";
        put(file, toml);
        for (const char* variable : {"PACS_CONFIG", "PACS_TIMEOUT", "PACS_CALLING",
                                     "PACS_ARCHIVED_LISTEN", "PACS_PASSCODE"}) {
            ::unsetenv(variable);
        }
        ::setenv("HOME", (folder / "home").c_str(), 1);
        ::unsetenv("XDG_CONFIG_HOME");
    }
    ~Setup() { fs::remove_all(folder); }
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;

    static void put(const fs::path& path, std::string_view text)
    {
        fs::create_directories(path.parent_path());
        pacs::replace_file(path, std::as_bytes(std::span{text}));
    }
    /// What reading the file complains about, without the folder in front.
    std::string complaint() const
    {
        try {
            Config{file};
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            std::string text = error.what();
            const auto at = text.find(folder.string() + "/");
            return at == std::string::npos ? text : text.erase(at, folder.string().size() + 1);
        }
        return {};
    }

    fs::path folder;
    fs::path file;
};

}  // namespace

TEST_CASE("a node has an address, its own settings, and the defaults below them")
{
    const Setup setup{R"(
[defaults]
calling = "NIGHTJOB"
timeout = "90s"

[node.old]
address = "PACS@10.0.0.1:104"
timeout = "5m"
max_pdu = "64KiB"
max_associations = 2
charset = "ISO_IR 100"
)"};
    const Config config{setup.file};
    CHECK(config.node("old").address == "PACS@10.0.0.1:104");
    CHECK(config.node("old").where == setup.file.string() + ":7");
    const auto settings = config.peer_settings("old", {});
    CHECK(settings.calling == "NIGHTJOB");
    CHECK(settings.timeout == 5min);
    CHECK(settings.connect_timeout == 10s);
    CHECK(settings.max_pdu == 65536);
    CHECK(settings.max_associations == 2);
    CHECK(settings.charset == "ISO_IR 100");
    CHECK(config.peer_settings(std::nullopt, {}).timeout == 90s);
}

TEST_CASE("the command line beats the environment, which beats the file")
{
    const Setup setup{"[defaults]\ntimeout = \"1s\"\ncalling = \"FILE\"\n"};
    const Config config{setup.file};
    CHECK(config.peer_settings(std::nullopt, {}).timeout == 1s);
    ::setenv("PACS_TIMEOUT", "2s", 1);
    ::setenv("PACS_CALLING", "", 1);  // empty counts as not set
    CHECK(config.peer_settings(std::nullopt, {}).timeout == 2s);
    CHECK(config.peer_settings(std::nullopt, {}).calling == "FILE");
    CHECK(config.peer_settings(std::nullopt, {{"timeout", {"3s"}, "--timeout"}}).timeout == 3s);
    ::setenv("PACS_TIMEOUT", "soon", 1);
    CHECK_THROWS_WITH(config.peer_settings(std::nullopt, {}),
                      Catch::Contains("reading PACS_TIMEOUT: 'soon' is not a duration"));
    ::unsetenv("PACS_TIMEOUT");
}

TEST_CASE("the daemon's table is typed, and lists come from arrays, strings and commas")
{
    const Setup setup{R"(
[archived]
archive = "data"
listen = ["104", "[::1]:11112"]
aet = "ARCHIVE"
durability = "os"
min_free = "5%"
any_aet = true
max_associations = 10
idle_timeout = "2m"
)"};
    const Config config{setup.file};
    const auto settings = config.archived_settings({});
    CHECK(settings.archive == setup.folder / "data");  // paths count from the file's folder
    CHECK(settings.listen == std::vector<std::string>{"104", "[::1]:11112"});
    CHECK(settings.aet == std::vector<std::string>{"ARCHIVE"});
    CHECK(settings.durability == "os");
    CHECK(settings.min_free.of(100) == 5);
    CHECK(settings.any_aet);
    CHECK(settings.max_associations == 10);
    CHECK(settings.idle_timeout == 2min);
    ::setenv("PACS_ARCHIVED_LISTEN", "0,[::1]:0", 1);
    CHECK(config.archived_settings({}).listen == std::vector<std::string>{"0", "[::1]:0"});
    ::unsetenv("PACS_ARCHIVED_LISTEN");
}

TEST_CASE("what a file gets wrong is named with its line and key")
{
    const auto complaint = [](std::string_view toml) { return Setup{toml}.complaint(); };
    CHECK(complaint("\n[defaults]\ntimeuot = \"3s\"\n") ==
          "reading pacs.toml:3: unknown key 'timeuot'");
    CHECK(complaint("[default]\n") == "reading pacs.toml:1: unknown key 'default'");
    CHECK(complaint("[defaults]\ntimeout = 3\n") ==
          "reading pacs.toml:2: 'timeout' must be a duration: a string such as \"30s\"");
    CHECK(complaint("[defaults]\nmax_associations = \"3\"\n") ==
          "reading pacs.toml:2: 'max_associations' must be a whole number");
    CHECK(complaint("[defaults]\nmax_associations = -3\n") ==
          "reading pacs.toml:2: 'max_associations': '-3' is not a whole number from 0 to 1000");
    CHECK(complaint("[defaults]\nmax_pdu = 7\n") ==
          "reading pacs.toml:2: 'max_pdu': '7' is not between 4KiB and 16MiB");
    CHECK(complaint("[defaults]\ncalling = \"SEVENTEEN_LETTERS\"\n") ==
          "reading pacs.toml:2: 'calling': 'SEVENTEEN_LETTERS' is no application entity title "
          "(1 to 16 ASCII characters)");
    CHECK(complaint("[archived]\nlisten = [104]\n") ==
          "reading pacs.toml:2: 'listen' must be a list of strings");
    CHECK(complaint("[archived]\ndurability = \"maybe\"\n") ==
          "reading pacs.toml:2: 'durability': 'maybe' is not one of flushed, os");
    CHECK(complaint("[node.x]\ntimeout = \"3s\"\n") ==
          "reading pacs.toml:1: node 'x' has neither 'address' nor 'title'");
    CHECK(complaint("[node]\nx = 3\n") == "reading pacs.toml:2: 'x' must be a table");
    CHECK(complaint("[node.\"a b\"]\naddress = \"A@b:1\"\n") ==
          "reading pacs.toml:1: 'a b' is no name of a node (letters, digits, _-.)");
    CHECK_THAT(complaint("[defaults]\ntimeout = \n"), Catch::Contains("reading pacs.toml:2: "));
    CHECK_THAT(complaint("[defaults]\ntimeout = \"1s\"\ntimeout = \"2s\"\n"),
               Catch::Contains("reading pacs.toml:3: "));
    CHECK_THAT(complaint(std::string(2'000'000, '#')), Catch::Contains("larger than"));
    CHECK_THAT(complaint(std::string(100'000, '[')), Catch::Contains("reading pacs.toml:1: "));
}

TEST_CASE("the file is the one named, then the user's, and one that is named must be there")
{
    const Setup setup{"[node.given]\naddress = \"A@b:1\"\n"};
    Setup::put(setup.folder / "home/.config/pacs/pacs.toml", "[node.home]\naddress = \"A@b:1\"\n");
    Setup::put(setup.folder / "xdg/pacs/pacs.toml", "[node.xdg]\naddress = \"A@b:1\"\n");
    CHECK(Config::find(setup.file).nodes().count("given") == 1);
    CHECK(Config::find({}).nodes().count("home") == 1);
    ::setenv("XDG_CONFIG_HOME", (setup.folder / "xdg").c_str(), 1);
    CHECK(Config::find({}).nodes().count("xdg") == 1);
    ::setenv("PACS_CONFIG", setup.file.c_str(), 1);
    CHECK(Config::find({}).nodes().count("given") == 1);
    ::setenv("PACS_CONFIG", (setup.folder / "none").c_str(), 1);
    CHECK_THROWS_WITH(Config::find({}), Catch::Contains("No such file or directory"));
    ::unsetenv("PACS_CONFIG");
    ::unsetenv("XDG_CONFIG_HOME");
}

TEST_CASE("a node that is not there is an error whose hint names those that are")
{
    const Setup setup{"[node.a]\naddress = \"A@b:1\"\n[node.b]\naddress = \"store\"\n"};
    const Config config{setup.file};
    CHECK(config.node("b").address == (setup.folder / "store").string());
    try {
        config.node("c");
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(std::string{error.what()} == "looking up @c: no such node");
        CHECK(error.hint() == setup.file.string() + " has: a, b");
    }
}

TEST_CASE("a passcode comes from a file that only its owner may read, or from the environment")
{
    const Setup setup;
    const fs::path file = setup.folder / "passcode";
    Setup::put(file, "swordfish\n");
    pacs::PeerSettings settings;
    settings.passcode_file = file;
    ::chmod(file.c_str(), 0600);
    CHECK(pacs::passcode_of(settings) == "swordfish");
    ::chmod(file.c_str(), 0640);
    CHECK_THROWS_WITH(pacs::passcode_of(settings), Catch::Contains("others may read it"));
    settings.passcode_file.clear();
    CHECK(pacs::passcode_of(settings).empty());
    ::setenv("PACS_PASSCODE", "from-environment", 1);
    CHECK(pacs::passcode_of(settings) == "from-environment");
    ::unsetenv("PACS_PASSCODE");
}

TEST_CASE("every key takes its own default back, so that help and file agree")
{
    const auto check = [](const auto& keys, auto settings) {
        for (const auto& key : keys) {
            const std::string text = key.get(settings);
            if (!text.empty()) {
                INFO(key.name);
                key.set(settings, {text});
                CHECK(key.get(settings) == text);
            }
        }
    };
    check(pacs::peer_keys(), pacs::PeerSettings{});
    check(pacs::archived_keys(), pacs::ArchivedSettings{});
}

TEST_CASE("a node that only calls has a title instead of an address, and cannot be called")
{
    const Setup setup{
        "[node.ct]\ntitle = \"CT1\"\nallow = [\"store\", \"echo\"]\n"
        "from = [\"10.1.0.0/16\", \"loopback\"]\n[node.quiet]\n"
        "address = \"A@h:1\"\n"};
    const Config config{setup.file};
    CHECK_THROWS_AS(config.node("ct"), Error);
    const auto callers = config.archived_settings({}).callers;
    REQUIRE(callers.size() == 1);
    CHECK(callers[0].name == "ct");
    CHECK(callers[0].title == "CT1");
    CHECK(callers[0].allow == std::vector<std::string>{"store", "echo"});
    CHECK(callers[0].where == setup.file.string() + ":1");
}

TEST_CASE("what weakens security is said for one node at a time, and never by the environment")
{
    CHECK_THAT(Setup{"[defaults]\ntls_insecure = true\n"}.complaint(),
               Catch::Contains("'tls_insecure' is only for one node at a time"));
    const Setup setup{"[node.x]\naddress = \"A@h:1\"\ntls_insecure = true\n"};
    const Config config{setup.file};
    CHECK(config.peer_settings("x", {}).tls_insecure);
    ::setenv("PACS_TLS_INSECURE", "true", 1);
    CHECK_FALSE(config.peer_settings(std::nullopt, {}).tls_insecure);
    ::unsetenv("PACS_TLS_INSECURE");
}

TEST_CASE("what a node may do and where it calls from is checked when the file is read")
{
    const auto complaint = [](const std::string& line) {
        return Setup{"[node.x]\naddress = \"A@h:1\"\n" + line + "\n"}.complaint();
    };
    CHECK_THAT(complaint("allow = [\"everything\"]"),
               Catch::Contains("'everything' is not one of"));
    CHECK_THAT(complaint("from = [\"10.1.2.3/8\"]"), Catch::Contains("pacs.toml:3: 'from': '10.1"));
    CHECK_THAT(complaint("title = \"back\\\\slash\""), Catch::Contains("no application entity"));
}
