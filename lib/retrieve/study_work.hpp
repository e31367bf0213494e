#pragma once

#include "retrieve/study.hpp"
#include "stream/record.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::retrieve {

/// Why an instance is not there.
struct Failure {
    std::string reason;   ///< a word of pacs-records(5)
    std::string message;  ///< for people

    bool operator==(const Failure&) const = default;
};

/// Whether an object that comes may be taken.
enum class Claim : std::uint8_t {
    mine,      ///< it is awaited
    extra,     ///< not announced, but where all of a study or series is asked for
    had,       ///< it was taken before
    coming,    ///< it is just coming by another way
    stranger,  ///< nobody asked for it
};

/// A study on its way: what has become of each instance. Thread-safe.
class StudyWork {
public:
    /// `members`: those of the record that it was asked for by, for the records of its instances.
    StudyWork(std::shared_ptr<const Study> study, std::vector<stream::Member> members);

    const Study& study() const noexcept { return *study_; }
    const std::shared_ptr<const Study>& shared_study() const noexcept { return study_; }
    /// What goes along into the record of an instance, or (with the series alone) of a series: of
    /// the record that asked for it, else for its series, else for the study.
    const std::vector<stream::Member>& members_of(const std::string& instance,
                                                  const std::string& series) const;
    /// The same for what has a UID of its own; before anything is fetched.
    void remember(const std::string& uid, std::vector<stream::Member> members);

    /// The place of an announced instance.
    std::optional<std::uint32_t> find(std::string_view instance) const;
    /// Claims an instance that begins to come; `mine` and `extra` are to be given back by one of
    /// the following three.
    Claim claim(const std::string& instance, bool extras_allowed);
    /// Nothing came of it: it may be claimed again. `why`, when it has a reason, is told unless it
    /// comes later.
    void give_back(const std::string& instance, const Failure& why);
    /// It is whole, and on its way to its place.
    void take(const std::string& instance, const std::string& series);
    void settle(std::uint32_t place);  ///< it need not come: it is there, or was told of

    /// Those of `places` that neither were taken nor need to come.
    std::vector<std::uint32_t> missing(std::span<const std::uint32_t> places) const;
    bool complete(std::span<const std::uint32_t> places) const;
    /// How many were taken, for those who look whether anything comes.
    std::uint64_t taken() const noexcept { return taken_; }
    /// Why what is missing of `places` did not come, for those that have no reason of their own.
    void blame(std::span<const std::uint32_t> places, const Failure& why);
    Failure why(std::uint32_t place) const;

    /// A series of which fewer instances are there, or were announced, than it is said to have.
    struct Short {
        std::uint32_t series = 0;  ///< place in Study::series
        std::uint64_t known = 0;   ///< announced, or taken beside those
    };
    std::vector<Short> short_series() const;

private:
    enum class State : std::uint8_t { wanted, coming, over };
    std::uint32_t note(const Failure& why);
    bool is_missing(std::uint32_t place) const { return states_[place] != State::over; }

    std::shared_ptr<const Study> study_;
    std::vector<stream::Member> members_;
    std::map<std::string, std::vector<stream::Member>, std::less<>> own_members_;
    std::vector<std::uint32_t> order_;  ///< places by UID
    std::atomic<std::uint64_t> taken_{0};
    mutable std::mutex mutex_;
    std::vector<State> states_;
    std::map<std::string, State, std::less<>> extras_;
    std::map<std::string, std::uint64_t, std::less<>> extras_of_series_;  ///< that were taken
    std::vector<Failure> failures_;      ///< each kind of them once
    std::vector<std::uint32_t> reason_;  ///< for each instance: one of failures_, from 1; 0: none
    std::vector<bool> own_;              ///< that reason is of the object itself
};

}  // namespace pacs::retrieve
