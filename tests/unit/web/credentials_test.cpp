#include "web/credentials.hpp"

#include "catch.hpp"

#include "base/error.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace pacs;
using namespace pacs::web;

namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "pacs-token-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path secret(const std::string& name, const std::string& text) const
    {
        std::ofstream{path / name} << text;
        ::chmod((path / name).c_str(), 0600);
        return path / name;
    }
    fs::path path;
};

const ServiceUrl secure = parse_service_url("https://pacs.example/dw");
const ServiceUrl plain = parse_service_url("http://pacs.example/dw");
const ServiceUrl local = parse_service_url("http://127.0.0.1:8042/dw");

std::string refusal(const PeerSettings& settings, const ServiceUrl& url)
{
    try {
        Credentials credentials{settings, url};
        (void)credentials.header({});
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return std::string{error.what()} + " " + error.hint();
    }
    return {};
}

}  // namespace

TEST_CASE("without settings nothing is said")
{
    Credentials credentials{{}, plain};
    CHECK_FALSE(credentials.present());
    CHECK(credentials.header({}).empty());
    CHECK_FALSE(credentials.renew("", {}));
}

TEST_CASE("a user and passcode are said in base64, and not said anew when refused")
{
    const Folder folder;
    PeerSettings settings;
    settings.user = "Aladdin";
    settings.passcode_file = folder.secret("code", "open sesame\n");
    Credentials credentials{settings, secure};
    CHECK(credentials.header({}) == "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK_FALSE(credentials.renew(credentials.header({}), {}));
    settings.user = "a:b";
    CHECK_FALSE(refusal(settings, secure).empty());
}

TEST_CASE("a token comes from a file, and is read again when it was refused and has changed")
{
    const Folder folder;
    PeerSettings settings;
    settings.token_file = folder.secret("token", "abc.DEF-123_~+/=\n");
    Credentials credentials{settings, secure};
    const std::string first = credentials.header({});
    CHECK(first == "Authorization: Bearer abc.DEF-123_~+/=");
    CHECK_FALSE(credentials.renew(first, {}));
    folder.secret("token", "new");
    CHECK(credentials.header({}) == first);
    CHECK(credentials.renew(first, {}));
    CHECK(credentials.header({}) == "Authorization: Bearer new");
    CHECK(credentials.renew(first, {}));  // another thread's old one
}

TEST_CASE("a token comes from a program, which is run when it is needed and again when refused")
{
    const Folder folder;
    const auto count = folder.path / "count";
    PeerSettings settings;
    settings.token_command =
        "sh -c 'echo x >>\"" + count.string() + "\"; wc -l <\"" + count.string() + "\"'";
    Credentials credentials{settings, secure};
    CHECK_FALSE(fs::exists(count));
    CHECK(credentials.header({}) == "Authorization: Bearer 1");
    CHECK(credentials.header({}) == "Authorization: Bearer 1");
    CHECK(credentials.renew("Authorization: Bearer 1", {}));
    CHECK(credentials.header({}) == "Authorization: Bearer 2");
}

TEST_CASE("what is no token is refused, and its text is in no message")
{
    const Folder folder;
    PeerSettings settings;
    settings.token_file = folder.secret("token", "geheim\tgeheim");
    CHECK(refusal(settings, secure).find("geheim") == std::string::npos);
    CHECK_FALSE(refusal(settings, secure).empty());
    settings.token_file = folder.secret("empty", "");
    CHECK_FALSE(refusal(settings, secure).empty());
    settings.token_file = folder.secret("long", std::string(20'000, 'a'));
    CHECK_FALSE(refusal(settings, secure).empty());
    settings.token_file.clear();
    settings.token_command = "printf 'geheim geheim'";
    const std::string words = refusal(settings, secure);
    CHECK_FALSE(words.empty());
    CHECK(words.find("geheim geheim") == std::string::npos);
    settings.token_command = "false";
    CHECK_FALSE(refusal(settings, secure).empty());
}

TEST_CASE("a file that others may read is no secret")
{
    const Folder folder;
    PeerSettings settings;
    settings.token_file = folder.secret("token", "abc");
    ::chmod(settings.token_file.c_str(), 0644);
    CHECK_FALSE(refusal(settings, secure).empty());
}

TEST_CASE("credentials go over plain http only within this machine, or where that is said")
{
    const Folder folder;
    PeerSettings settings;
    settings.token_file = folder.secret("token", "abc");
    CHECK_FALSE(refusal(settings, plain).empty());
    CHECK(refusal(settings, local).empty());
    CHECK(refusal(settings, secure).empty());
    settings.plain_auth = true;
    CHECK(refusal(settings, plain).empty());
}

TEST_CASE("two ways to identify are a contradiction")
{
    PeerSettings settings;
    settings.user = "a";
    settings.token_command = "true";
    CHECK_FALSE(refusal(settings, secure).empty());
}
