#include "web/multipart.hpp"

#include "catch.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::web;

namespace {

/// What a body was taken for: each part as "type:bytes", "!" when it did not end.
std::vector<std::string> parts_of(const std::string& body, std::size_t piece,
                                  const std::string& boundary = "B")
{
    std::vector<std::string> parts;
    bool open = false;
    MultipartReader reader{"x",
                           boundary,
                           {[&](const PartHeaders& headers) {
                                CHECK_FALSE(open);
                                open = true;
                                parts.push_back(std::string{headers.get("content-type")} + ":");
                            },
                            [&](std::span<const std::byte> bytes) {
                                CHECK(open);
                                parts.back().append(reinterpret_cast<const char*>(bytes.data()),
                                                    bytes.size());
                            },
                            [&] { open = false; }}};
    for (std::size_t at = 0; at < body.size(); at += piece) {
        reader.feed(std::as_bytes(std::span{body}.subspan(at, std::min(piece, body.size() - at))));
    }
    if (open) {
        parts.back() += "!";
    }
    reader.finish();
    return parts;
}

/// The same for pieces of every size; refused with a fault, or what the parts are.
std::vector<std::string> parts_of(const std::string& body)
{
    const auto whole = parts_of(body, body.size() + 1);
    for (std::size_t piece = 1; piece <= body.size(); ++piece) {
        REQUIRE(parts_of(body, piece) == whole);
    }
    return whole;
}

/// The same fault for every size of pieces; `stopped` when the body is taken.
net::PeerFault fault_of(const std::string& body)
{
    std::optional<net::PeerFault> fault;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{64}, body.size()}) {
        if (piece == 0 || (piece < 64 && body.size() > 1000)) {
            continue;
        }
        net::PeerFault each = net::PeerFault::stopped;
        try {
            (void)parts_of(body, piece);
        } catch (const net::PeerError& error) {
            each = error.fault();
        }
        REQUIRE(fault.value_or(each) == each);
        fault = each;
    }
    return fault.value_or(net::PeerFault::stopped);
}

using Parts = std::vector<std::string>;

}  // namespace

TEST_CASE("parts come out whole, in whatever pieces the body comes")
{
    CHECK(parts_of(
              "--B\r\nContent-Type: a/b\r\n\r\none\r\n--B\r\ncontent-type:c\r\n\r\n2\r\n--B--") ==
          Parts{"a/b:one", "c:2"});
}

TEST_CASE("lines may end in LF alone, and then a CR before a boundary belongs to the part")
{
    CHECK(parts_of("--B\nContent-Type: a\n\none\n--B\n\ntwo\r\n--B--\n") ==
          Parts{"a:one", ":two\r"});
}

TEST_CASE("preamble and epilogue are passed over, and blanks behind a boundary")
{
    CHECK(parts_of("hello\r\n--A\r\n--B \t\r\n\r\n1\r\n--B--\r\nbye\r\n--B\r\n") == Parts{":1"});
}

TEST_CASE("a boundary that is longer than ours is an error, not a part")
{
    CHECK(fault_of("--B\r\n\r\n1\r\n--BX\r\n\r\n2\r\n--B--") == net::PeerFault::protocol_violation);
}

TEST_CASE("a part may hold what looks like a boundary but does not begin a line")
{
    CHECK(parts_of("--B\r\n\r\nx--B\r-\n-B --B \r\n--A\r\n--B--") ==
          Parts{":x--B\r-\n-B --B \r\n--A"});
}

TEST_CASE("a part without bytes ends with its headers, or after a line end of its own")
{
    CHECK(parts_of("--B\r\nA: b\r\n\r\n\r\n--B--") == Parts{":"});
    CHECK(parts_of("--B\r\nA: b\r\n\r\n--B\r\n\r\n1\r\n--B--") == Parts{":", ":1"});
}

TEST_CASE("folded header lines are one, and a line without a colon is passed over")
{
    CHECK(parts_of("--B\r\nnonsense\r\nContent-Type: a;\r\n\tb=c\r\n\r\n1\r\n--B--") ==
          Parts{"a; b=c:1"});
}

TEST_CASE("bytes of a part come through as they are")
{
    std::string bytes;
    for (int i = 0; i < 1024; ++i) {
        bytes += static_cast<char>(i % 256);
    }
    CHECK(parts_of("--B\r\n\r\n" + bytes + "\r\n--B--") == Parts{":" + bytes});
}

TEST_CASE("a body that ends before its last boundary is told")
{
    CHECK(fault_of("--B") == net::PeerFault::connection_lost);
    CHECK(fault_of("nothing here") == net::PeerFault::connection_lost);
    CHECK(fault_of("--B\r\nA: b") == net::PeerFault::connection_lost);
    CHECK(fault_of("--B\r\n\r\none") == net::PeerFault::connection_lost);
    CHECK(fault_of("--B\r\n\r\none\r\n--B") == net::PeerFault::connection_lost);
    CHECK(fault_of("--B\r\n\r\none\r\n--B\r\n") == net::PeerFault::connection_lost);
}

TEST_CASE("headers without end, and blanks without end behind a boundary, are refused")
{
    CHECK(fault_of("--B\r\nA: " + std::string(20'000, 'x')) == net::PeerFault::protocol_violation);
    std::string many = "--B\r\n";
    for (int i = 0; i < 3000; ++i) {
        many += "A: b\r\n";
    }
    CHECK(fault_of(many) == net::PeerFault::protocol_violation);
    CHECK(fault_of("--B" + std::string(300, ' ')) == net::PeerFault::protocol_violation);
    CHECK(fault_of("--B-x\r\n") == net::PeerFault::protocol_violation);
}

TEST_CASE("the boundary is taken from Content-Type as RFC 2046 writes it")
{
    CHECK(boundary_of("multipart/related; type=\"application/dicom\"; boundary=abc") == "abc");
    CHECK(boundary_of("Multipart/Related;BOUNDARY=\"a b;c\\\"d\";type=x") == "a b;c\"d");
    CHECK(boundary_of("multipart/mixed; start=\"boundary=no\"; boundary=yes") == "yes");
    CHECK_FALSE(boundary_of("multipart/related"));
    CHECK_FALSE(boundary_of("multipart/related; boundary="));
    CHECK_FALSE(boundary_of("multipart/related; boundary=\"ends in a blank \""));
    CHECK_FALSE(boundary_of("multipart/related; boundary=\"\x01\""));
    CHECK_FALSE(boundary_of("multipart/related; boundary=" + std::string(300, 'x')));
    CHECK_FALSE(boundary_of("application/dicom; boundary=abc"));
    CHECK_FALSE(boundary_of(""));
}

TEST_CASE("boundaries that we make differ, and are boundaries")
{
    CHECK(make_boundary() != make_boundary());
    CHECK(boundary_of("multipart/related; boundary=" + make_boundary()));
}
