#include "base/digest.hpp"

#include "catch.hpp"

#include <string_view>

using pacs::Sha256;
using pacs::to_hex;

namespace {

std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span{text});
}

}  // namespace

// The expected values are the examples NIST publishes with FIPS 180-4.
TEST_CASE("SHA-256 gives the values of FIPS 180-4's examples")
{
    CHECK(to_hex(Sha256::of(bytes(""))) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(Sha256::of(bytes("abc"))) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(Sha256::of(bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("SHA-256 does not depend on how the bytes are cut, and starts anew after each digest")
{
    Sha256 digest;
    digest.update(bytes("a"));
    digest.update(bytes(""));
    digest.update(bytes("bc"));
    CHECK(digest.finish() == Sha256::of(bytes("abc")));
    CHECK(digest.finish() == Sha256::of(bytes("")));
    Sha256 moved = std::move(digest);
    moved.update(bytes("abc"));
    CHECK(moved.finish() == Sha256::of(bytes("abc")));
}
