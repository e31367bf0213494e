#include "cli/progress.hpp"

#include "catch.hpp"

using pacs::cli::Progress;

TEST_CASE("progress says how far, how fast and how long, as far as it knows")
{
    Progress progress;
    CHECK_THAT(progress.line(), Catch::Contains("0 items"));
    CHECK_THAT(progress.line(), !Catch::Contains("left"));
    progress.add(5, 0);
    CHECK_THAT(progress.line(), Catch::Contains("5 items, "));
    progress.expect(10, 2'000'000);
    progress.add(0, 1'000'000);
    CHECK_THAT(progress.line(), Catch::Contains("5 of 10 items, 1.00 MB, "));
    CHECK_THAT(progress.line(), Catch::Contains("/s, 0:01 left"));
}

TEST_CASE("a progress event has the counts, and the expected ones only when known")
{
    Progress progress;
    progress.add(2, 10);
    CHECK_THAT(progress.event().str(),
               Catch::StartsWith("{\"type\":\"progress\",\"items\":2,\"bytes\":10,\"bytes_per"));
    progress.expect(4, 20);
    CHECK_THAT(progress.event().str(),
               Catch::Contains("\"expected_items\":4,\"expected_bytes\":20,"));
    CHECK_THAT(progress.event().str(), Catch::Contains("\"seconds_left\":"));
}
