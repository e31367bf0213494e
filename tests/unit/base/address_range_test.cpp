#include "base/address_range.hpp"

#include "base/error.hpp"

#include "catch.hpp"

using pacs::AddressRange;
using pacs::contains;
using pacs::Error;
using pacs::parse_address_ranges;

TEST_CASE("a range has the addresses that begin alike, and no others")
{
    const auto range = AddressRange::parse("10.1.0.0/16");
    CHECK(range.contains("10.1.0.0"));
    CHECK(range.contains("10.1.255.255"));
    CHECK_FALSE(range.contains("10.2.0.0"));
    CHECK_FALSE(range.contains("10.0.255.255"));
    const auto odd = AddressRange::parse("192.0.2.128/25");
    CHECK(odd.contains("192.0.2.128"));
    CHECK_FALSE(odd.contains("192.0.2.127"));
    const auto unique_local = AddressRange::parse("fd00::/8");
    CHECK(unique_local.contains("fdff::1"));
    CHECK_FALSE(unique_local.contains("fe80::1"));
}

TEST_CASE("an address alone is a range of one")
{
    CHECK(AddressRange::parse("10.1.2.3") == AddressRange::parse("10.1.2.3/32"));
    CHECK(AddressRange::parse("::1") == AddressRange::parse("::1/128"));
    CHECK_FALSE(AddressRange::parse("10.1.2.3").contains("10.1.2.4"));
}

TEST_CASE("an IPv4 address is the same when it comes by IPv6, and its zone does not count")
{
    CHECK(AddressRange::parse("10.0.0.0/8").contains("::ffff:10.1.2.3"));
    CHECK(AddressRange::parse("::ffff:10.0.0.0/104") == AddressRange::parse("10.0.0.0/8"));
    CHECK_FALSE(AddressRange::parse("10.0.0.0/8").contains("::10.1.2.3"));
    CHECK(AddressRange::parse("fe80::/10").contains("fe80::1%eth0"));
}

TEST_CASE("loopback is the machine itself, anywhere is everybody")
{
    const auto loopback = parse_address_ranges("loopback");
    CHECK(contains(loopback, "127.0.0.1"));
    CHECK(contains(loopback, "127.9.9.9"));
    CHECK(contains(loopback, "::1"));
    CHECK(contains(loopback, "::ffff:127.0.0.1"));
    for (const char* host : {"10.0.0.1", "128.0.0.1", "::", "::2", "", "localhost", "127.1"}) {
        CHECK_FALSE(contains(loopback, host));
    }
    CHECK(contains(parse_address_ranges("anywhere"), "203.0.113.9"));
    CHECK(contains(parse_address_ranges("anywhere"), "2001:db8::1"));
    CHECK_FALSE(contains(parse_address_ranges("anywhere"), "a name"));
    CHECK(contains(parse_address_ranges("0.0.0.0/0"), "203.0.113.9"));
    CHECK_FALSE(contains(parse_address_ranges("0.0.0.0/0"), "2001:db8::1"));
}

TEST_CASE("what is no range is refused, also one with bits beyond its length")
{
    for (const char* text :
         {"", "/", "10.1.2.3/", "10.1.2.3/8", "10.0.0.0/33", "10.0.0.0/-1", "10.1", "host",
          "fd00::1/8", "::/129", "10.0.0.0/8/8", " 10.0.0.1", "10.0.0.1 ", "*", "1.2.3.4%eth0"}) {
        CHECK_THROWS_AS(parse_address_ranges(text), Error);
    }
}
