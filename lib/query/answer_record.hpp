#pragma once

#include "base/json_line.hpp"
#include "dicom/charset.hpp"
#include "query/answer_check.hpp"
#include "query/question.hpp"
#include "query/source.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::query {

/// The record of an answer, pacs-records(5): `type` is the level, then `outcome` (outcome_of())
/// with `reason` and `message`, then the attributes, then `node`. Query/Retrieve Level is left out:
/// the type says it. `fallback` is the character set of an answer that names none.
JsonLine answer_record(const Question& question, const Answer& answer,
                       const AnswerCheck::Finding& finding, std::string_view node,
                       const dicom::CharacterSet& fallback);

/// Good is ok, a mismatch and undecodable text are warnings, everything else failed.
Outcome outcome_of(Verdict verdict) noexcept;

/// How a question is shown.
enum class Shape : std::uint8_t {
    record,      ///< of type `identifier`: `model` (patient-root, study-root), `relational` and
                 ///< `fuzzy` as they would be negotiated, then the keys
    dicom_json,  ///< the identifier in the DICOM JSON Model
    text,        ///< for eyes: a line a key, items indented; safe for terminals
};
/// The question, without a newline at the end.
std::string explained(const Question& question, Shape shape);

/// What the end of a question means, in words, for people: empty when all went well. A final
/// warning, a failure, a cancel nobody asked for. Foreign text in it is made printable.
std::string ending_message(const Ending& ending);
/// Whether the question failed: any final status but success, warning and a cancel of ours.
bool failed(const Ending& ending) noexcept;

/// Adds what the endings of a run say to its summary: `truncated` (true, false or "unknown"),
/// `status` (of the last question to a peer) or `http_status` (to a service), `reason` and
/// `message` when one failed.
class EndingSummary {
public:
    void add(const Ending& ending);
    /// The run ended before an answer was complete.
    void interrupted() noexcept { truncated_ = Truncated::unknown; }
    void write(JsonLine& summary) const;
    bool failed() const noexcept { return failed_; }

private:
    Truncated truncated_ = Truncated::no;
    std::optional<net::Status> status_;
    std::optional<unsigned> http_status_;
    bool failed_ = false;
    std::string message_;
};

}  // namespace pacs::query
