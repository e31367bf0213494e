#include "base/space.hpp"

#include "base/error.hpp"

#include "catch.hpp"

using namespace pacs;

TEST_CASE("a reserve is a size or a share of the disk")
{
    const Space space{.free = 50, .total = 1000};
    CHECK(space.below({.bytes = 51, .percent = 0}));
    CHECK_FALSE(space.below({.bytes = 50, .percent = 0}));
    CHECK(space.below({.bytes = 0, .percent = 6}));
    CHECK_FALSE(space.below({.bytes = 0, .percent = 5}));
    CHECK_FALSE(space.below({}));
    CHECK(space.held({.bytes = 7, .percent = 1}) == 7);
    CHECK(space.held({.bytes = 70, .percent = 1}) == 10);
    CHECK(space_of("/").total > 0);
}

TEST_CASE("a guard lets bytes pass while more than its reserve is free")
{
    SpaceGuard guard{"/", {.bytes = 1, .percent = 0}};
    for (int i = 0; i < 100; ++i) {
        CHECK_NOTHROW(guard.announce(SpaceGuard::stride_bytes / 3));
    }
    CHECK_FALSE(guard.lacking());
}

TEST_CASE("a guard stops the first byte, and each after it, while its reserve is touched")
{
    SpaceGuard guard{"/", {.bytes = 0, .percent = 100}};
    CHECK(guard.lacking());
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS_AS(guard.announce(1), Error);
    }
}

TEST_CASE("a guard asks again within a stride, not for each byte")
{
    SpaceGuard guard{"/nowhere at all", {.bytes = 1, .percent = 0}};  // asking throws
    CHECK_THROWS_AS(guard.announce(1), Error);
    unsigned asked = 0;
    for (std::uint64_t i = 0; i < 3 * SpaceGuard::stride_bytes; i += SpaceGuard::stride_bytes / 8) {
        try {
            guard.announce(SpaceGuard::stride_bytes / 8);
        } catch (const Error&) {
            ++asked;
        }
    }
    CHECK(asked == 3);
}

TEST_CASE("without a reserve nothing is asked")
{
    SpaceGuard guard{"/nowhere at all", {}};
    CHECK_NOTHROW(guard.announce(SpaceGuard::stride_bytes));
    CHECK_FALSE(guard.lacking());
}
