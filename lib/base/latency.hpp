#pragma once

#include <array>
#include <cstdint>

namespace pacs {

/// Times of many repetitions in constant memory: least, mean and greatest exactly, quantiles to
/// within 2 percent. Not thread-safe.
class LatencyStatistics {
public:
    /// Negative and not finite times are left out.
    void add(double seconds) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    double least() const noexcept { return least_; }  ///< seconds, like all below; 0 when empty
    double greatest() const noexcept { return greatest_; }
    double mean() const noexcept;
    /// The time that `part` (0 to 1) of all did not exceed: 0.95 for p95.
    double quantile(double part) const noexcept;

private:
    // One bucket each 2 percent from a microsecond to three hours.
    std::array<std::uint64_t, 1200> buckets_{};
    std::uint64_t count_ = 0;
    double sum_ = 0;
    double least_ = 0;
    double greatest_ = 0;
};

}  // namespace pacs
