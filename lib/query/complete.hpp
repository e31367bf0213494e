#pragma once

#include "base/deadline.hpp"
#include "base/json_line.hpp"
#include "query/planner.hpp"
#include "query/source.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pacs::query {

struct CompleteOptions {
    std::uint64_t most_questions = 10'000;  ///< to a peer, for one question with all its parts
    std::chrono::milliseconds max_duration{3'600'000};  ///< the same
};

/// Asks until all answers to a question are proven to be there (planner.hpp), and keeps what a run
/// learns of its source from one question to the next.
class Completeness {
public:
    explicit Completeness(CompleteOptions options) : options_(options) {}

    /// Asks `question`, and its parts where needed; each answer goes to `sink` once, as it comes.
    /// A question to a source that says so itself when it leaves answers out is asked as it is.
    /// Series of one study, and instances of one series, are proven by their number, which the
    /// level above states: `stated` when it is known, else it is asked for.
    /// The ending is that of the whole: Truncated::no when it is proven, with success; else what
    /// the peer said to the whole question. Throws as Source::ask() does, and Error(limit) when the
    /// time is over.
    Ending ask(Source& source, const Question& question, std::optional<std::uint64_t> stated,
               const AnswerSink& sink);

    /// Whether every question was proven; a run that was broken off is not.
    bool proven() const noexcept;
    /// Adds `complete` (proven, unproven), `questions`, `cap` when one was found, and of what is
    /// not proven `unproven` (how many parts) and `gaps` (the first 20, in words).
    void summarize(JsonLine& summary) const;

private:
    Ending ask_parts(Source& source, const Question& question, std::optional<std::uint64_t> at_most,
                     const AnswerSink& sink);
    std::optional<std::uint64_t> stated_number(Source& source, const Question& question);
    void note(const Question& question, const Planner& planner);
    /// Gaps of one level that are moot once the peer gives more answers to any question of it.
    struct Doubts {
        std::uint64_t answers = 0;
        std::uint64_t count = 0;
        std::vector<std::string> names = {};
    };
    static void doubt(Doubts& doubts, std::uint64_t answers, std::string name);
    bool stands(std::size_t level) const noexcept;

    CompleteOptions options_;
    std::array<Evidence, 4> evidence_;  // by level
    std::array<Doubts, 4> doubts_;
    std::uint64_t questions_ = 0;
    std::uint64_t unproven_ = 0;
    bool broken_ = false;
    std::vector<std::string> gaps_;
};

/// The attribute of the level above that states how many there are, PS3.4 C.3.4: Number of Study
/// Related Series for series, of Series Related Instances for instances.
std::optional<dicom::Tag> number_above(dicom::QueryLevel level) noexcept;

}  // namespace pacs::query
