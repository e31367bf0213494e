#include "retrieve/study_work.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pacs::retrieve {

namespace {

/// Beside those that were announced; a source that goes on is not believed any more.
constexpr std::size_t most_extras = 100'000;

}  // namespace

StudyWork::StudyWork(std::shared_ptr<const Study> study, std::vector<stream::Member> members)
    : study_(std::move(study)),
      members_(std::move(members)),
      order_(study_->instances.size()),
      states_(study_->instances.size(), State::wanted),
      reason_(study_->instances.size(), 0),
      own_(study_->instances.size(), false)
{
    std::iota(order_.begin(), order_.end(), 0U);
    std::ranges::sort(order_, {}, [this](std::uint32_t place) -> const std::string& {
        return study_->instances[place].uid;
    });
}

std::optional<std::uint32_t> StudyWork::find(std::string_view instance) const
{
    const auto uid_of = [this](std::uint32_t place) -> std::string_view {
        return study_->instances[place].uid;
    };
    const auto found = std::ranges::lower_bound(order_, instance, {}, uid_of);
    return found != order_.end() && uid_of(*found) == instance ? std::optional{*found}
                                                               : std::nullopt;
}

Claim StudyWork::claim(const std::string& instance, bool extras_allowed)
{
    const auto place = find(instance);
    if (!place && !extras_allowed) {
        return Claim::stranger;
    }
    const std::scoped_lock lock{mutex_};
    if (!place && extras_.size() >= most_extras && !extras_.contains(instance)) {
        return Claim::stranger;
    }
    State& state = place ? states_[*place] : extras_[instance];
    if (state != State::wanted) {
        return state == State::over ? Claim::had : Claim::coming;
    }
    state = State::coming;
    return place ? Claim::mine : Claim::extra;
}

void StudyWork::give_back(const std::string& instance, const Failure& why)
{
    const auto place = find(instance);
    const std::scoped_lock lock{mutex_};
    if (!place) {
        extras_.erase(instance);
        return;
    }
    states_[*place] = State::wanted;
    if (!why.reason.empty()) {
        reason_[*place] = note(why);
        own_[*place] = true;
    }
}

const std::vector<stream::Member>& StudyWork::members_of(const std::string& instance,
                                                         const std::string& series) const
{
    for (const std::string& uid : {instance, series}) {
        const auto own = own_members_.find(uid);
        if (own != own_members_.end()) {
            return own->second;
        }
    }
    return members_;
}

void StudyWork::remember(const std::string& uid, std::vector<stream::Member> members)
{
    if (!members.empty()) {
        own_members_[uid] = std::move(members);
    }
}

void StudyWork::take(const std::string& instance, const std::string& series)
{
    const auto place = find(instance);
    const std::scoped_lock lock{mutex_};
    (place ? states_[*place] : extras_[instance]) = State::over;
    extras_of_series_[series] += place ? 0 : 1;
    ++taken_;
}

void StudyWork::settle(std::uint32_t place)
{
    const std::scoped_lock lock{mutex_};
    states_[place] = State::over;
}

std::vector<std::uint32_t> StudyWork::missing(std::span<const std::uint32_t> places) const
{
    std::vector<std::uint32_t> result;
    const std::scoped_lock lock{mutex_};
    std::ranges::copy_if(places, std::back_inserter(result),
                         [this](std::uint32_t place) { return is_missing(place); });
    return result;
}

bool StudyWork::complete(std::span<const std::uint32_t> places) const
{
    const std::scoped_lock lock{mutex_};
    return std::ranges::none_of(places, [this](std::uint32_t place) { return is_missing(place); });
}

/// Its place in failures_, from 1.
std::uint32_t StudyWork::note(const Failure& why)
{
    if (failures_.empty() || failures_.back() != why) {
        failures_.push_back(why);
    }
    return static_cast<std::uint32_t>(failures_.size());
}

void StudyWork::blame(std::span<const std::uint32_t> places, const Failure& why)
{
    const std::scoped_lock lock{mutex_};
    const std::uint32_t reason = note(why);
    for (const std::uint32_t place : places) {
        if (is_missing(place) && !own_[place]) {
            reason_[place] = reason;
        }
    }
}

Failure StudyWork::why(std::uint32_t place) const
{
    const std::scoped_lock lock{mutex_};
    return reason_[place] == 0 ? Failure{} : failures_[reason_[place] - 1];
}

std::vector<StudyWork::Short> StudyWork::short_series() const
{
    std::vector<std::uint64_t> known(study_->series.size());
    for (const Instance& instance : study_->instances) {
        ++known[instance.series];
    }
    std::vector<Short> result;
    const std::scoped_lock lock{mutex_};
    for (std::uint32_t at = 0; at < study_->stated.size(); ++at) {
        const auto extras = extras_of_series_.find(study_->series[at]);
        known[at] += extras == extras_of_series_.end() ? 0 : extras->second;
        if (known[at] < study_->stated[at]) {
            result.push_back({at, known[at]});
        }
    }
    return result;
}

}  // namespace pacs::retrieve
