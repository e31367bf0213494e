#pragma once

#include "dicom/data_set.hpp"
#include "query/question.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pacs::query {

/// What a question can be split by, in the order in which that is tried.
enum class Dimension : std::uint8_t { date, time, patient };

/// "StudyDate", "StudyTime", "PatientID".
std::string_view keyword(Dimension dimension) noexcept;

/// Days from `from` to `to`, both inclusive; an absent end is open.
struct DaySpan {
    std::optional<std::chrono::sys_days> from = {};
    std::optional<std::chrono::sys_days> to = {};
    bool single() const noexcept { return from && to && *from == *to; }
};

/// Whole seconds of a day, both ends inclusive; the first and last of a day are open ends.
struct SecondSpan {
    static constexpr unsigned last_of_day = 86'399;
    unsigned from = 0;
    unsigned to = last_of_day;
    bool single() const noexcept { return from == to; }
};

/// Patient IDs by their last characters: from the end, for the first ones are often all the same.
struct IdEnding {
    std::string text = {};
    bool exact = false;     ///< just this one, not all that end so
    bool anywhere = false;  ///< all that have `text` in them
};

/// A part of a question: what of its answers is asked for at once.
struct Part {
    std::optional<DaySpan> days = {};
    std::optional<SecondSpan> seconds = {};
    std::optional<IdEnding> patient = {};
    /// "StudyDate=20240101-, PatientID=*7"; "everything" for the whole.
    std::string name() const;
};

/// What of an answer places it in a part; absent: the answer has no (readable) value.
struct Traits {
    std::string key;  ///< the unique key of its level; empty when there is none
    std::optional<std::chrono::sys_days> day = {};
    std::optional<unsigned> second = {};
    std::string patient_id = {};
    bool has(Dimension dimension) const noexcept;
};
Traits traits_of(const dicom::DataSet& answer, dicom::QueryLevel level);

/// Where an answer stands to the part it came as an answer to.
enum class Place : std::uint8_t {
    inside,
    beside,   ///< another part has it; the peer matched more loosely than asked, as it may
    outside,  ///< the peer did not match that key
};
/// Only by the dimension given: an answer without the value is inside.
Place place_of(const Part& part, Dimension dimension, const Traits& traits) noexcept;

/// How the answers of a part are spread, so that it can be split where they are. It is a guide, no
/// proof: of days it keeps the first 65,536 different ones.
struct Spread {
    std::map<std::chrono::sys_days, std::uint64_t> days = {};
    std::map<unsigned, std::uint64_t> seconds = {};
    void add(const Traits& traits);
};

/// Parts that together are all of `part` which has a value of the dimension, without overlapping;
/// empty when it cannot be split so (one day, one second, one Patient ID). `by_middle` splits spans
/// in the middle of the calendar rather than of the answers: the two in turn keep the depth small,
/// however the answers are spread and whichever of them a peer leaves out. Times are split within
/// one day only, for a span of dates with one of times may be matched as one (PS3.4 C.2.2.2.5).
/// `alphabet`: the characters that Patient IDs are made of.
std::vector<Part> split(const Part& part, Dimension dimension, const Spread& spread,
                        const std::set<char>& alphabet, bool by_middle,
                        std::chrono::sys_days today);

/// The question of one part: its keys put into the identifier. The attributes of all `dimensions`
/// are asked for, so that the answers can be placed.
Question narrowed(const Question& question, const Part& part,
                  const std::set<Dimension>& dimensions);

/// Where the splitting of a question starts: what it says itself of dates.
Part whole_of(const Question& question);
/// By what a question can be split: dates when it names none or one span, times and Patient ID when
/// it does not name them; above the study level by Patient ID alone, below it by nothing.
std::set<Dimension> dimensions_of(const Question& question);

}  // namespace pacs::query
