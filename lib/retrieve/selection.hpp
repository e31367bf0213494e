#pragma once

#include "base/spool.hpp"
#include "dicom/charset.hpp"
#include "query/question.hpp"
#include "query/source.hpp"
#include "retrieve/hub.hpp"
#include "stream/input.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pacs::retrieve {

/// One instance that is asked for by its UID, with what is known of it beforehand.
struct WishedInstance {
    std::string uid;
    std::string sop_class;                     ///< empty: not known
    std::string transfer_syntax;               ///< empty: not known
    std::vector<stream::Member> members = {};  ///< members_to_keep() of the record that names it
};

/// A series that is asked for.
struct WishedSeries {
    std::string uid;
    std::vector<WishedInstance> instances;  ///< none: all of it
    std::vector<stream::Member> members =
        {};  ///< members_to_keep() of the record that names it all
};

/// A study that is asked for, or parts of it. UIDs are valid.
struct StudyWish {
    std::string study;
    std::string patient_id;               ///< empty: not known
    std::vector<WishedSeries> series;     ///< none: all of it
    std::vector<stream::Member> members;  ///< members_to_keep() of the record that names it all

    /// Every instance is named with its series and class, so that nothing need be asked.
    bool tells_all() const noexcept;
};

/// What a person asks for, in the words of pacs-get(1).
struct SelectionOptions {
    std::vector<std::string> words;  ///< UIDs of studies, KEY[=VALUE], or "-"
    query::Wishes wishes;            ///< of the options, without keys
    dicom::CharacterSet charset;     ///< to ask in, and of answers that name none
    int standard_input = 0;          ///< read for "-"
};

/// Turns what is asked for into studies, one after the other. Answers to a question are kept in a
/// file (Spool) until they are fetched; records are taken as they come, those of one study that
/// follow each other together. Memory does not grow with the number of studies.
class Selection {
public:
    /// Throws Error(usage) for what makes no sense. `source` must outlive it. What was asked for
    /// and does not exist, or cannot be asked for, is told to `hub`.
    Selection(SelectionOptions options, query::Source& source, JobHub hub);
    ~Selection();
    Selection(const Selection&) = delete;
    Selection& operator=(const Selection&) = delete;

    /// The next study; nullopt at the end, and once StopFlag is raised. Throws as
    /// query::Source::ask() does, and Error(data) for a line of standard input that is neither a
    /// record nor a UID.
    std::optional<StudyWish> next();
    /// The next of those that are known without asking anybody or reading on in standard input, for
    /// the record of what was not fetched; nullopt from the end on. Never next() after it.
    std::optional<StudyWish> next_known();

private:
    void tell_failure(const std::string& study, const Failure& why) const;
    void ask(const query::Wishes& wishes);
    std::optional<StudyWish> read();
    void refuse_line(const stream::Record& record) const;
    void take(const stream::Record& record);
    void give_out();
    void gather(const stream::Record& record, const std::string& study, const std::string& series,
                const std::string& instance);
    void take_studies_of(const std::string& patient_id);

    SelectionOptions options_;
    query::Source& source_;
    JobHub hub_;
    bool each_ = false;      ///< records on standard input
    bool asked_ = false;     ///< the question was put
    bool offline_ = false;   ///< the source is not asked any more
    std::size_t named_ = 0;  ///< words that are UIDs, given out
    std::unique_ptr<Spool> answers_;
    std::unique_ptr<stream::Input> input_;
    stream::RecordReader reader_;
    std::uint64_t line_ = 0;
    std::optional<StudyWish> gathering_;  ///< parts of a study, more of which may follow
    std::size_t gathered_ = 0;
    std::size_t gathered_bytes_ = 0;  ///< of their members
    std::deque<StudyWish> ready_;
    std::string last_whole_;  ///< the study given out last, when it was all of it
};

}  // namespace pacs::retrieve
