#include "net/address.hpp"

#include "base/error.hpp"
#include "catch.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace pacs;
using namespace pacs::net;

namespace fs = std::filesystem;

namespace {

std::string message_of(const std::string& text)
{
    try {
        (void)parse_address(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return "accepted";
}

class Folder {
public:
    Folder() : path_(fs::temp_directory_path() / ("address_test." + std::to_string(::getpid())))
    {
        fs::create_directory(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file(const std::string& name, const std::string& content) const
    {
        std::ofstream{path_ / name, std::ios::binary} << content;
        return (path_ / name).string();
    }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

}  // namespace

TEST_CASE("an address has a title, a host and a port")
{
    CHECK(parse_address("ARCHIVE@pacs.example:104") == Address{"ARCHIVE", "pacs.example", 104});
    CHECK(parse_address("A B@10.0.0.1:65535") == Address{"A B", "10.0.0.1", 65535});
    CHECK(parse_address("AET@[::1]:11112") == Address{"AET", "::1", 11112});
}

TEST_CASE("an address is written as it is read")
{
    for (const std::string text : {"A@b:1", "ARCHIVE@[fe80::1%eth0]:104"}) {
        CHECK(parse_address(text).str() == text);
    }
}

TEST_CASE("what is wrong with an address is named")
{
    using Catch::Contains;
    CHECK_THAT(message_of("pacs:104"), Contains("AE title is missing"));
    CHECK_THAT(message_of("@pacs:104"), Contains("no AE title"));
    CHECK_THAT(message_of("SEVENTEENLETTERS_@p:1"), Contains("no AE title"));
    CHECK_THAT(message_of("A\\B@p:1"), Contains("no AE title"));
    CHECK_THAT(message_of("   @p:1"), Contains("no AE title"));
    CHECK_THAT(message_of("A@pacs"), Contains("port is missing"));
    CHECK_THAT(message_of("A@:104"), Contains("host is missing"));
    CHECK_THAT(message_of("A@p:0"), Contains("port '0'"));
    CHECK_THAT(message_of("A@p:65536"), Contains("port '65536'"));
    CHECK_THAT(message_of("A@p:10x"), Contains("port '10x'"));
    CHECK_THAT(message_of("A@p:"), Contains("port ''"));
    CHECK_THAT(message_of("A@::1:104"), Contains("brackets"));
    CHECK_THAT(message_of("A@[::1:104"), Contains("not closed"));
    CHECK_THAT(message_of("A@[::1]x:104"), Contains("bracket"));
    CHECK_THAT(message_of("A@pa cs:104"), Contains("no host name"));
}

TEST_CASE("control characters of a wrong address do not reach the message")
{
    CHECK(message_of("A\x1b[31m@p:1").find('\x1b') == std::string::npos);
}

TEST_CASE("a title is 1 to 16 printable characters without backslash")
{
    CHECK(is_valid_ae_title("A"));
    CHECK(is_valid_ae_title("SIXTEEN_LETTERS_"));
    CHECK_FALSE(is_valid_ae_title(""));
    CHECK_FALSE(is_valid_ae_title("  "));
    CHECK_FALSE(is_valid_ae_title("SEVENTEEN_LETTERS"));
    CHECK_FALSE(is_valid_ae_title("A\tB"));
    CHECK_FALSE(is_valid_ae_title(std::string{"A\0B", 3}));
    CHECK_FALSE(is_valid_ae_title("\xC3\x84"));
}

TEST_CASE("a port alone listens on loopback")
{
    CHECK(parse_listen_address("104") == ListenAddress{"", 104});
    CHECK(parse_listen_address("104").str() == "127.0.0.1:104");
    CHECK(parse_listen_address("0") == ListenAddress{"", 0});
}

TEST_CASE("a listening address may name a host, IPv6 in brackets, or all")
{
    CHECK(parse_listen_address("0.0.0.0:0") == ListenAddress{"0.0.0.0", 0});
    CHECK(parse_listen_address("[::]:104") == ListenAddress{"::", 104});
    CHECK(parse_listen_address("*:104") == ListenAddress{"*", 104});
    CHECK_THROWS_AS(parse_listen_address("host"), Error);
    CHECK_THROWS_AS(parse_listen_address("70000"), Error);
    CHECK_THROWS_AS(parse_listen_address(":104"), Error);
    CHECK_THROWS_AS(parse_listen_address("::1:104"), Error);
}

TEST_CASE("peers, aliases and URLs are told apart without looking anywhere")
{
    CHECK(classify_endpoint("A@b:1").kind == EndpointKind::peer);
    CHECK(classify_endpoint("A@b:1").address == Address{"A", "b", 1});
    CHECK(classify_endpoint("@old").kind == EndpointKind::alias);
    CHECK(classify_endpoint("@old").text == "old");
    CHECK(classify_endpoint("https://pacs/dicom-web").kind == EndpointKind::url);
    CHECK(classify_endpoint("http://u@pacs:8042/x").kind == EndpointKind::url);
    CHECK_THROWS_AS(classify_endpoint("@"), Error);
    CHECK_THROWS_AS(classify_endpoint("A@b"), Error);
}

TEST_CASE("archives and indexes are told from other paths by what is there")
{
    const Folder folder;
    CHECK(classify_endpoint(folder.path().string()).kind == EndpointKind::path);
    const auto named = folder.file("x.db", "");
    const auto database = folder.file("x.index", std::string{"SQLite format 3\0", 16} + "rest");
    const auto other = folder.file("x.dcm", "DICM");
    CHECK(classify_endpoint(named).kind == EndpointKind::index);
    CHECK(classify_endpoint(database).kind == EndpointKind::index);
    CHECK(classify_endpoint(other).kind == EndpointKind::path);
    folder.file("archive.toml", "");
    CHECK(classify_endpoint(folder.path().string()).kind == EndpointKind::archive);
    CHECK(classify_endpoint("/not/there").kind == EndpointKind::path);
    CHECK(classify_endpoint("./a@b:1").kind == EndpointKind::path);
}
