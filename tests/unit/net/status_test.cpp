#include "net/status.hpp"

#include "catch.hpp"

using namespace pacs::net;

TEST_CASE("statuses are classed by PS3.7 Annex C")
{
    CHECK(Status{0x0000}.success());
    for (const int code : {0x0001, 0x0107, 0x0116, 0xB000, 0xB007, 0xBFFF}) {
        CHECK(Status{static_cast<std::uint16_t>(code)}.status_class() == StatusClass::warning);
    }
    CHECK(Status{0xFE00}.cancelled());
    CHECK(Status{0xFF00}.pending());
    CHECK(Status{0xFF01}.pending());
    for (const int code : {0x0105, 0x0110, 0x0122, 0x0211, 0xA700, 0xA9FF, 0xC000}) {
        CHECK(Status{static_cast<std::uint16_t>(code)}.failure());
    }
}

TEST_CASE("a status nobody defined is a failure, never a success")
{
    for (const int code : {0x1234, 0x0002, 0xFE01, 0xFF02, 0xFFFF, 0xD000}) {
        CHECK(Status{static_cast<std::uint16_t>(code)}.failure());
    }
}

TEST_CASE("exactly one of 65536 codes is success")
{
    int successes = 0;
    for (unsigned code = 0; code <= 0xFFFF; ++code) {
        successes += Status{static_cast<std::uint16_t>(code)}.success() ? 1 : 0;
    }
    CHECK(successes == 1);
}

TEST_CASE("a status is written as four hex digits")
{
    CHECK(Status{0xA700}.hex() == "A700");
    CHECK(Status{0}.hex() == "0000");
}

TEST_CASE("the same code means different things in different services")
{
    CHECK(statuses::data_set_mismatch.meaning(Service::store) ==
          "error: data set does not match SOP class");
    CHECK(statuses::identifier_mismatch.meaning(Service::find) ==
          "identifier does not match SOP class");
    CHECK(Status{0xB000}.meaning(Service::store) == "coercion of data elements");
    CHECK(Status{0xB000}.meaning(Service::move) ==
          "sub-operations completed, one or more failures");
    CHECK(Status{0xC123}.meaning(Service::store) == "error: cannot understand");
    CHECK(Status{0x0122}.meaning(Service::store) == "refused: SOP class not supported");
    CHECK(Status{0x1234}.meaning(Service::store) == "unknown status");
}

TEST_CASE("only shortages and processing failures may pass by themselves")
{
    CHECK(Status{0xA700}.transient());
    CHECK(Status{0xA702}.transient());
    CHECK(statuses::processing_failure.transient());
    CHECK_FALSE(Status{0xA900}.transient());
    CHECK_FALSE(statuses::success.transient());
    CHECK_FALSE(statuses::coerced.transient());
    CHECK_FALSE(statuses::class_not_supported.transient());
}
