#include "web/url.hpp"

#include "catch.hpp"

#include "base/error.hpp"

#include <string>

using namespace pacs;
using namespace pacs::web;

namespace {

std::string refusal(const std::string& text)
{
    try {
        (void)parse_service_url(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("the URL of a service has a scheme, a host, a port and a root")
{
    CHECK(parse_service_url("http://pacs") == ServiceUrl{false, "pacs", 80, ""});
    CHECK(parse_service_url("https://pacs/") == ServiceUrl{true, "pacs", 443, ""});
    CHECK(parse_service_url("https://pacs.example:8443/dicom-web/") ==
          ServiceUrl{true, "pacs.example", 8443, "/dicom-web"});
    CHECK(parse_service_url("http://[::1]:8042/a/b") == ServiceUrl{false, "::1", 8042, "/a/b"});
    CHECK(parse_service_url("http://h/a%20b:c@d").root == "/a%20b:c@d");
}

TEST_CASE("a URL is shown as it would be written, a usual port left out")
{
    CHECK(parse_service_url("http://pacs:80/x/").str() == "http://pacs/x");
    CHECK(parse_service_url("https://pacs:443").str() == "https://pacs");
    CHECK(parse_service_url("https://pacs:80").str() == "https://pacs:80");
    CHECK(parse_service_url("http://[fe80::1]/x").str() == "http://[fe80::1]/x");
    CHECK(parse_service_url("http://[fe80::1]:81/x").host_port() == "[fe80::1]:81");
}

TEST_CASE("what is no URL of a service is refused, and not repeated")
{
    CHECK_FALSE(refusal("ftp://pacs").empty());
    CHECK_FALSE(refusal("http://").empty());
    CHECK_FALSE(refusal("http:///x").empty());
    CHECK_FALSE(refusal("http://pacs:0").empty());
    CHECK_FALSE(refusal("http://pacs:65536").empty());
    CHECK_FALSE(refusal("http://pacs:80x").empty());
    CHECK_FALSE(refusal("http://pacs:").empty());
    CHECK_FALSE(refusal("http://[::1").empty());
    CHECK_FALSE(refusal("http://[::1]x/").empty());
    CHECK_FALSE(refusal("http://::1/").empty());
    CHECK_FALSE(refusal("http://pa cs/").empty());
    CHECK_FALSE(refusal("http://pacs/a b").empty());
    CHECK_FALSE(refusal("http://pacs/a\r\nHost: x").empty());
    CHECK_FALSE(refusal("http://pacs/a?limit=1").empty());
    CHECK_FALSE(refusal("http://pacs/a#b").empty());
    CHECK_FALSE(refusal("http://" + std::string(300, 'a')).empty());
    const std::string words = refusal("http://user:sesame@pacs/");
    CHECK_FALSE(words.empty());
    CHECK(words.find("sesame") == std::string::npos);
}

TEST_CASE("only what leaves no machine is loopback")
{
    CHECK(parse_service_url("http://localhost:8042/x").loopback());
    CHECK(parse_service_url("http://127.0.0.1").loopback());
    CHECK(parse_service_url("http://127.8.9.1").loopback());
    CHECK(parse_service_url("http://[::1]/").loopback());
    CHECK_FALSE(parse_service_url("http://127.evil.example").loopback());
    CHECK_FALSE(parse_service_url("http://localhost.example").loopback());
    CHECK_FALSE(parse_service_url("http://10.0.0.1").loopback());
}

TEST_CASE("all but the unreserved characters is percent-encoded")
{
    CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encoded("M\xC3\xBCller^A*?,&=/ %\\") ==
          "M%C3%BCller%5EA%2A%3F%2C%26%3D%2F%20%25%5C");
}
