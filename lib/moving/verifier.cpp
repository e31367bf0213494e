#include "moving/verifier.hpp"

#include "base/deadline.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace pacs::moving {

namespace {

void close_one(query::Source& source) noexcept
{
    try {
        source.close();
    } catch (const std::exception& error) {
        log::info("{}", error.what());
    }
}

}  // namespace

Verifier::Verifier(std::unique_ptr<query::Source> source,
                   std::unique_ptr<query::Source> destination, VerifierOptions options)
    : source_(std::move(source)), destination_(std::move(destination)), options_(options)
{
}

/// All instances of the unit, as missing.
Verification Verifier::list(const Unit& unit)
{
    Verification verification;
    if (unit.level == dicom::QueryLevel::instance) {
        for (const std::string& uid : unit.instances) {
            verification.missing.push_back({unit.series, uid});
        }
    } else {
        Census census{*source_, options_.patient_root};
        std::vector<std::string> series;
        census.each_series(unit, [&](const std::string& uid, std::optional<std::uint64_t>) {
            series.push_back(uid);
        });
        for (const std::string& each : series) {
            census.each_instance(unit, each, [&](std::string&& uid) {
                verification.missing.push_back({each, std::move(uid)});
            });
        }
        verification.doubtful = census.doubtful();
    }
    verification.instances = verification.missing.size();
    return verification;
}

/// Takes out what the destination says it has. The missing ones stand series by series.
void Verifier::strike(const Unit& unit, Verification& verification)
{
    Census census{*destination_, options_.patient_root};
    std::vector<Instance> missing;
    const auto& all = verification.missing;
    for (auto begin = all.begin(); begin != all.end();) {
        const auto end = std::find_if(
            begin, all.end(), [&](const Instance& each) { return each.series != begin->series; });
        std::unordered_set<std::string> there;
        census.each_instance(unit, begin->series,
                             [&](std::string&& uid) { there.insert(std::move(uid)); });
        std::copy_if(begin, end, std::back_inserter(missing),
                     [&](const Instance& each) { return !there.contains(each.uid); });
        begin = end;
    }
    verification.missing = std::move(missing);
    verification.found = verification.instances - verification.missing.size();
}

Verification Verifier::verify(const Unit& unit)
{
    constexpr std::chrono::milliseconds first_wait{250};
    constexpr std::chrono::milliseconds longest_wait{10'000};
    const Deadline until = Deadline::after(options_.wait);
    Verification verification;
    {
        const std::lock_guard lock{mutex_};
        verification = list(unit);
        close_one(*source_);
    }
    for (auto wait = first_wait;; wait = std::min(wait * 2, longest_wait)) {
        {
            const std::lock_guard lock{mutex_};
            strike(unit, verification);
            close_one(*destination_);
        }
        if (verification.missing.empty() || until.expired() ||
            StopFlag::instance().wait(earliest(until, Deadline::after(wait)))) {
            return verification;
        }
    }
}

}  // namespace pacs::moving
