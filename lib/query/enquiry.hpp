#pragma once

#include "base/json_line.hpp"
#include "dicom/charset.hpp"
#include "query/answer_check.hpp"
#include "query/answer_record.hpp"
#include "query/question.hpp"
#include "query/source.hpp"
#include "stream/input.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::query {

/// How an enquiry works and where its output goes.
struct EnquiryOptions {
    std::string node;              ///< the source as it was named, for records
    dicom::CharacterSet fallback;  ///< of answers that name none
    std::uint64_t limit = 0;       ///< answers to each question; 0: all
    /// Takes a record. `more_at_hand`: the next one is there already.
    std::function<void(const JsonLine& record, bool more_at_hand)> on_record;
    /// When set, good answers go here instead, as lines of DICOM JSON.
    std::function<void(std::string_view line, bool more_at_hand)> on_dicom_json;
};

/// Asks a source one question or many, and tells everything as records.
class Enquiry {
public:
    /// The source must outlive it.
    Enquiry(Source& source, EnquiryOptions options);

    /// Asks one question. Throws as Source::ask() does; what was told until then stands.
    void ask(const Question& question);

    /// Asks one question for each record of `input`: the wishes, and the unique keys that the
    /// record names, down to the level that is asked (a bare UID is a Study Instance UID; Patient
    /// ID counts when there is no study, or under Patient Root). Without a level in the wishes it
    /// is that of the record's lowest unique key. Answers keep the members of the record they were
    /// asked for. A record that gets no answer, has no key, or whose question failed, is told as
    /// failed (not_found, no_unique_key, status). The same question again, one after the other, is
    /// asked once; summaries and blank lines are passed over. Throws as ask() does, and Error(data)
    /// for a line that is no record.
    void ask_each(const Wishes& wishes, const dicom::CharacterSet& charset, Day now,
                  stream::Input& input);

    /// The run stopped before all was asked.
    void interrupted() noexcept { endings_.interrupted(); }
    /// A question failed, or an answer or record was useless.
    bool failed() const noexcept { return endings_.failed() || failed_ > 0; }
    /// Adds `answers`, `mismatches` when there are any, and what EndingSummary::write() has.
    void summarize(JsonLine& summary) const;

private:
    Ending put(const Question& question, const stream::Record* origin);
    void take(const Question& question, const AnswerCheck& check, const Answer& answer,
              const stream::Record* origin, bool more_at_hand);
    void ask_for(const Wishes& wishes, const dicom::CharacterSet& charset, Day now,
                 const stream::Record& record);
    void tell_failure(dicom::QueryLevel level, std::string_view reason, std::string_view message,
                      const stream::Record& origin);
    void warn_once(const Question& question);

    Source& source_;
    EnquiryOptions options_;
    EndingSummary endings_;
    std::uint64_t answers_ = 0;
    std::uint64_t mismatches_ = 0;
    std::uint64_t failed_ = 0;
    bool warned_ = false;
    std::string last_question_;
};

/// The wishes with the unique keys of a record, as Enquiry::ask_each() says; nullopt when it has
/// none that count.
std::optional<Wishes> wishes_for(const Wishes& wishes, const stream::Record& record);

}  // namespace pacs::query
