#pragma once

#include "query/fingerprints.hpp"
#include "query/part.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pacs::query {

/// What a source has shown of its ways at one level; holds for all questions of a run.
struct Evidence {
    /// The most answers it ever gave to one question: a cap on their number cannot be lower, so
    /// fewer answers than these are complete.
    std::uint64_t most = 0;
    /// The most answers of a question that turned out to have more.
    std::optional<std::uint64_t> cap = {};
    bool tells = false;  ///< it has said of some question itself that there was more
};

/// How a question of one part ended.
enum class PartEnd : std::uint8_t {
    success,
    cut,      ///< the peer itself says that something was missing (A7xx, Cxxx, a warning)
    refused,  ///< it does not want such a question (A900, 0122, ...)
};

/// Says which questions to ask until all answers to one question are proven to be there, and holds
/// the answers against each other. Knows no network: it is told what came.
///
/// The proof. A part is complete when it ended with success and has no answer, or fewer answers
/// than the same peer gave to another question, or as many as there can be (`at_most`), or fewer
/// than ten (nobody is suspected of such a cap) unless more are stated, or when the peer has shown
/// that it says so itself when it leaves answers out. Any other part is split into parts that cover
/// it, by date, then time, then the end of the Patient ID, and is complete when they are. What has
/// no date (or time) is in none of those; unless the part itself was not cut and had no such
/// answer, it is asked for again by Patient ID, the unique key that PS3.4 C.2.2.1.1 wants to be
/// there always. Each answer of a part must be among those of its parts, and within what they asked
/// for: else the peer does not match that key, which is then not used, or contradicts itself.
class Planner {
public:
    struct Setup {
        Part whole;
        std::set<Dimension> dimensions;
        std::optional<std::uint64_t> at_most;  ///< answers that there can be, when that is known
        bool stated = false;                   ///< and the peer says that there are so many
        std::chrono::sys_days today;
        std::uint64_t most_questions = 10'000;
        /// Answers that are remembered at a time, those of a part and of all it is part of, at 21
        /// to 43 bytes each: of a question with a million answers it takes a million and a half to
        /// prove that these are all. With more nothing is proven.
        std::uint64_t most_remembered = std::uint64_t{1} << 21U;
    };
    /// What could not be proven.
    struct Gap {
        std::string part;
        std::string why;
        std::uint64_t answers = 0;  ///< that came
        bool unless_more = false;   ///< moot when the peer gives more answers to any question
    };

    Planner(Setup setup, Evidence& evidence);

    /// The part to ask for now; nothing when all is asked. Then answers go to take(), and ended()
    /// comes before the next().
    std::optional<Part> next();
    /// Whether this answer is to be told: no part told it before.
    bool take(const Traits& traits);
    void ended(PartEnd end);

    bool proven() const { return gaps().empty(); }
    /// At most 20 of them, in the order they were found.
    std::vector<Gap> gaps() const;
    std::uint64_t questions() const noexcept { return questions_; }

private:
    struct Frame;
    enum class Cover : std::uint8_t { none, all, without };  // without: what lacks a value

    struct Frame {
        Part part;
        bool probe = false;  // only whether there is an answer
        bool success = false;
        bool cut = false;  // it had more than it answered
        std::uint64_t answers = 0;
        Fingerprints keys;
        Spread spread;
        std::array<std::uint64_t, 3> with{};     // keys that have a value of the dimension
        std::array<std::uint64_t, 3> without{};  // keys that lack it, and a usable Patient ID
        Cover cover = Cover::none;
        Dimension dimension = Dimension::date;  // that the cover is made by
        std::optional<Dimension> lacking;       // with Cover::without
        bool probing = false;
        std::vector<Part> parts;  // still to be asked, last first
    };

    Frame& top() { return stack_.back(); }
    bool complete(const Frame& frame) const;
    bool lacks_stated(const Frame& frame) const;
    Place placed(const Frame& frame, const Traits& traits);
    bool remember(Frame& frame, const Traits& traits);
    std::uint64_t remembered() const noexcept;
    void learn(const std::string& patient_id);
    void probed(PartEnd end);
    void abandon_covers();
    void choose();
    bool usable(Dimension dimension) const;
    void cover_by(Dimension dimension, Cover cover);
    void finish();
    void start_over(Cover cover);
    void note_cap(const Frame& frame);
    void give_up(std::string why);
    bool needs_rest(const Frame& frame) const;
    void note_gap(const Frame& frame, std::string why, bool unless_more = false);
    std::string name_of(const Frame& frame) const;

    Setup setup_;
    Evidence& evidence_;
    std::vector<Frame> stack_;
    Fingerprints strays_;  // told without a value of what their part was made by
    std::set<Dimension> unusable_;
    std::set<char> alphabet_;
    bool alphabet_known_ = false;
    bool unaskable_ids_ = false;
    bool started_ = false;
    bool overflow_ = false;
    unsigned fruitless_ = 0;
    std::uint64_t questions_ = 0;
    std::vector<Gap> gaps_;
};

}  // namespace pacs::query
