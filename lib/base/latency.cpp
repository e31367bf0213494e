#include "base/latency.hpp"

#include <algorithm>
#include <cmath>

namespace pacs {

namespace {

constexpr double first_bucket = 1e-6;
constexpr double growth = 1.02;

}  // namespace

void LatencyStatistics::add(double seconds) noexcept
{
    if (!std::isfinite(seconds) || seconds < 0) {
        return;
    }
    const double steps =
        std::log(std::max(seconds, first_bucket) / first_bucket) / std::log(growth);
    const auto last = static_cast<double>(buckets_.size() - 1);
    ++buckets_[static_cast<std::size_t>(std::clamp(std::ceil(steps), 0.0, last))];
    least_ = count_ == 0 ? seconds : std::min(least_, seconds);
    greatest_ = std::max(greatest_, seconds);
    sum_ += seconds;
    ++count_;
}

double LatencyStatistics::mean() const noexcept
{
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

double LatencyStatistics::quantile(double part) const noexcept
{
    const double wanted = std::ceil(part * static_cast<double>(count_));
    double seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += static_cast<double>(buckets_[i]);
        if (buckets_[i] > 0 && seen >= wanted && i + 1 < buckets_.size()) {
            const double upper = first_bucket * std::pow(growth, static_cast<double>(i));
            return std::clamp(upper, least_, greatest_);
        }
    }
    return greatest_;
}

}  // namespace pacs
