#include "cli/peer_options.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

#include "catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

using namespace std::chrono_literals;
using pacs::Config;
using pacs::cli::PeerOptions;
using pacs::cli::Tool;
namespace fs = std::filesystem;

namespace {

struct Setup {
    Setup()
    {
        std::string name = (fs::temp_directory_path() / "pacs-peer-XXXXXX").string();
        folder = ::mkdtemp(name.data());
        put("pacs.toml", R"(
[node.old]
address = "OLD@10.0.0.1:104"
calling = "NIGHT"
timeout = "7s"
user = "robot"
passcode_file = "passcode"
[node.broken]
address = "OLD@10.0.0.1"
[node.store]
address = "archive"
)");
        put("passcode", "swordfish\n");
        ::chmod((folder / "passcode").c_str(), 0600);
        fs::create_directories(folder / "archive");
        put("archive/archive.toml", "");
    }
    ~Setup() { fs::remove_all(folder); }
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;
    void put(const char* name, std::string_view text) const
    {
        pacs::replace_file(folder / name, std::as_bytes(std::span{text}));
    }
    Config config() const { return Config{folder / "pacs.toml"}; }
    fs::path folder;
};

}  // namespace

TEST_CASE("an alias becomes its address with the node's settings, below the command line")
{
    const Setup setup;
    Tool tool{{"pacs-x", "", "", {}, {}, {}, false}};
    const PeerOptions options{tool, {"calling", "timeout", "user", "passcode_file"}};
    tool.options().parse("--timeout 9s", false);
    const auto target = options.resolve_peer(setup.config(), "@old");
    CHECK(target.word == "@old");
    CHECK(target.endpoint.kind == pacs::net::EndpointKind::peer);
    CHECK(target.endpoint.address.str() == "OLD@10.0.0.1:104");
    CHECK(target.settings.calling == "NIGHT");
    CHECK(target.settings.timeout == 9s);

    const auto request = pacs::cli::request_options(target.settings);
    CHECK(request.calling_ae == "NIGHT");
    CHECK(request.idle_timeout == 9s);
    REQUIRE(request.identity);
    CHECK(request.identity->primary == "robot");
    CHECK(request.identity->secondary == "swordfish");
}

TEST_CASE("an alias may be an archive, which is no peer")
{
    const Setup setup;
    Tool tool{{"pacs-x", "", "", {}, {}, {}, false}};
    const PeerOptions options{tool, {"calling"}};
    const auto target = options.resolve(setup.config(), "@store");
    CHECK(target.endpoint.kind == pacs::net::EndpointKind::archive);
    CHECK(target.endpoint.text == (setup.folder / "archive").string());
    CHECK_THROWS_WITH(options.resolve_peer(setup.config(), "@store"),
                      Catch::Contains("@store is no DICOM peer"));
}

TEST_CASE("a bad address in the configuration is named with its line")
{
    const Setup setup;
    Tool tool{{"pacs-x", "", "", {}, {}, {}, false}};
    const PeerOptions options{tool, {"calling"}};
    CHECK_THROWS_WITH(options.resolve(setup.config(), "@broken"), Catch::Contains("pacs.toml:9: "));
    CHECK_THROWS_WITH(options.resolve(setup.config(), "@nobody"), Catch::Contains("no such node"));
}

TEST_CASE("options stand in the help with the words, defaults and variables of the key table")
{
    Tool tool{{"pacs-x", "", "", {}, {}, {}, false}};
    const PeerOptions options{tool, {"max_pdu"}};
    const CLI::Option* option = tool.options().get_option("--max-pdu");
    CHECK(option->get_default_str() == "131072");
    CHECK(option->get_type_name() == "SIZE");
    const auto documented = [&](const char* name) {
        return std::any_of(tool.variables().begin(), tool.variables().end(),
                           [&](const auto& note) { return note.name == name; });
    };
    CHECK(documented("PACS_MAX_PDU"));
    CHECK(!documented("PACS_CALLING"));
    CHECK(tool.options().get_option_no_throw("--calling") == nullptr);
}

TEST_CASE("every tool that speaks to a peer can speak TLS to it")
{
    Tool tool{{"pacs-x", "", "", {}, {}, {}, false}};
    const PeerOptions options{tool, {"max_pdu"}};
    for (const auto* name : {"--tls", "--tls-ca", "--tls-cert", "--tls-key", "--tls-name"}) {
        CHECK(tool.options().get_option_no_throw(name) != nullptr);
    }
    pacs::PeerSettings settings;
    CHECK(pacs::cli::request_options(settings).tls == nullptr);
    settings.tls = true;
    CHECK(pacs::cli::request_options(settings).tls != nullptr);
    settings.tls_ca = "/nowhere/ca.pem";
    CHECK_THROWS_WITH(pacs::cli::request_options(settings), Catch::Contains("/nowhere/ca.pem"));
}

TEST_CASE("all peers are those of the configuration that are peers, each once")
{
    Tool tool{{"pacs-x", "", "", {}, {}, {}, false}};
    const PeerOptions options{tool, {"calling"}};
    CHECK_THROWS_WITH(options.known_peers({}, {}, false, true),
                      Catch::Contains("PEER is required"));
    CHECK_THROWS_WITH(options.known_peers({}, {}, true, true), Catch::Contains("no node"));
    const auto named = options.known_peers({}, {"A@b:1", "C@d:2", "A@b:1"}, false, true);
    REQUIRE(named.size() == 2);
    CHECK(named[1].node == "C@d:2");
    CHECK(named[1].address.port == 2);
}
