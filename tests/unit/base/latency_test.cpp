#include "base/latency.hpp"

#include "catch.hpp"

#include <limits>

using pacs::LatencyStatistics;

TEST_CASE("times of a known distribution have the right quantiles")
{
    LatencyStatistics times;
    for (int i = 1; i <= 1000; ++i) {
        times.add(i / 1000.0);
    }
    CHECK(times.count() == 1000);
    CHECK(times.least() == 0.001);
    CHECK(times.greatest() == 1.0);
    CHECK(times.mean() == Approx(0.5005));
    CHECK(times.quantile(0.95) == Approx(0.95).epsilon(0.021));
    CHECK(times.quantile(0.5) == Approx(0.5).epsilon(0.021));
    CHECK(times.quantile(1) == Approx(1.0).epsilon(0.021));
}

TEST_CASE("one time is every quantile, and none is zero")
{
    LatencyStatistics times;
    CHECK(times.quantile(0.95) == 0);
    CHECK(times.mean() == 0);
    times.add(0.25);
    CHECK(times.quantile(0.0) == 0.25);
    CHECK(times.quantile(0.95) == 0.25);
}

TEST_CASE("times that are none do not count, and extreme ones stay in their bounds")
{
    LatencyStatistics times;
    times.add(-1);
    times.add(std::numeric_limits<double>::infinity());
    times.add(std::numeric_limits<double>::quiet_NaN());
    CHECK(times.count() == 0);
    times.add(0);
    times.add(1e9);
    CHECK(times.quantile(0.5) == Approx(1e-6));
    CHECK(times.quantile(1) == 1e9);
}
