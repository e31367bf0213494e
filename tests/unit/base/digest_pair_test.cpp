#include "base/digest_pair.hpp"

#include "catch.hpp"

#include <random>
#include <string_view>
#include <vector>

using pacs::Sha256;
using pacs::sha256_of_both;
using pacs::to_hex;

namespace {

std::vector<std::byte> noise(std::size_t size)
{
    std::mt19937 random{1};
    std::vector<std::byte> bytes(size);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random() & 0xFFU);
    }
    return bytes;
}

}  // namespace

// The expected values are the examples NIST publishes with FIPS 180-4.
TEST_CASE("two digests in step have the values of FIPS 180-4's examples")
{
    const auto bytes = [](std::string_view text) { return std::as_bytes(std::span{text}); };
    const auto both = sha256_of_both(
        bytes("abc"), bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
    CHECK(to_hex(both[0]) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(both[1]) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("two digests in step are those of OpenSSL, whatever the lengths and places of the bytes")
{
    const std::vector<std::byte> all = noise(2'000);
    const std::span bytes{all};
    for (std::size_t first = 0; first < 200; ++first) {
        for (const std::size_t second : {std::size_t{0}, first, std::size_t{55}, std::size_t{56},
                                         std::size_t{63}, std::size_t{64}, std::size_t{1'000}}) {
            const auto one = bytes.subspan(first % 7, first);
            const auto other = bytes.subspan(900 + first % 3, second);
            const auto both = sha256_of_both(one, other);
            REQUIRE(both[0] == Sha256::of(one));
            REQUIRE(both[1] == Sha256::of(other));
        }
    }
}

TEST_CASE("two digests in step are those of OpenSSL for long bytes, too")
{
    const std::vector<std::byte> all = noise(1'000'000);
    const std::span bytes{all};
    const auto both = sha256_of_both(bytes, bytes.first(400'001));
    CHECK(both[0] == Sha256::of(bytes));
    CHECK(both[1] == Sha256::of(bytes.first(400'001)));
}
