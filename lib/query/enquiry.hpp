#pragma once

#include "base/json_line.hpp"
#include "dicom/charset.hpp"
#include "net/peer_error.hpp"
#include "query/answer_check.hpp"
#include "query/answer_record.hpp"
#include "query/complete.hpp"
#include "query/question.hpp"
#include "query/source.hpp"
#include "stream/input.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pacs::query {

/// How an enquiry works and where its output goes.
struct EnquiryOptions {
    std::string node;                              ///< the source as it was named, for records
    dicom::CharacterSet fallback;                  ///< of answers that name none
    std::uint64_t limit = 0;                       ///< answers to each question; 0: all
    bool dicom_json = false;                       ///< wanted beside the records
    std::optional<CompleteOptions> complete = {};  ///< prove that all answers are there; no limit
    /// Takes a record; beside that of an answer which could be read, its identifier in the DICOM
    /// JSON Model when wanted, else nothing. `more_at_hand`: the next one is there already.
    std::function<void(const JsonLine& record, std::string_view dicom_json, bool more_at_hand)>
        on_record = {};
};

/// Asks a source one question or many, and tells everything as records.
class Enquiry {
public:
    Enquiry(std::unique_ptr<Source> source, EnquiryOptions options);

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

    /// Ends the conversation. What was answered stands whether the peer hears that or not, so a
    /// failure is a warning in the log.
    void close();
    /// A question failed, or an answer or record was useless.
    /// Or, where completeness was asked for, it is not proven.
    bool failed() const noexcept
    {
        return endings_.failed() || failed_ > 0 || (completeness_ && !completeness_->proven());
    }
    /// Adds `answers`, `mismatches` (answers that do not match) when there are any, what
    /// Completeness::summarize() and EndingSummary::write() have, and as `reason` what the peer did
    /// that ended an ask() with a PeerError.
    void summarize(JsonLine& summary) const;

private:
    Ending ask_source(const Question& question, const stream::Record* origin,
                      const AnswerSink& sink);
    Ending put(const Question& question, const stream::Record* origin);
    void take(const Question& question, const AnswerCheck& check, const Answer& answer,
              const stream::Record* origin, bool more_at_hand);
    void ask_for(const Wishes& wishes, const dicom::CharacterSet& charset, Day now,
                 const stream::Record& record);
    void tell_failure(dicom::QueryLevel level, std::string_view reason, std::string_view message,
                      const stream::Record& origin);
    void note(const Ending& ending);
    void warn_once(const Question& question);

    std::unique_ptr<Source> source_;
    EnquiryOptions options_;
    std::optional<Completeness> completeness_;
    EndingSummary endings_;
    std::uint64_t answers_ = 0;
    std::uint64_t mismatches_ = 0;
    std::uint64_t failed_ = 0;
    std::optional<net::PeerFault> fault_;
    bool keys_unsupported_ = false;
    bool warned_ = false;
    std::string last_question_;
};

/// The wishes with the unique keys of a record, as Enquiry::ask_each() says; nullopt when it has
/// none that count.
std::optional<Wishes> wishes_for(const Wishes& wishes, const stream::Record& record);

}  // namespace pacs::query
