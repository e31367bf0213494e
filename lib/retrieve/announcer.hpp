#pragma once

#include "dicom/charset.hpp"
#include "query/source.hpp"
#include "retrieve/selection.hpp"
#include "retrieve/study.hpp"
#include "retrieve/study_work.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pacs::retrieve {

struct AnnouncerOptions {
    dicom::CharacterSet charset;
    bool patient_root = false;
    /// The source answers one question about a whole study, and says where objects lie: an index.
    bool relational = false;
    // Of a study: a source that announces more is not asked on, and the study is told as
    // incomplete.
    std::size_t most_instances = 1'000'000;
    std::size_t most_series = 20'000;
};

/// A series, or an instance of it, that was asked for and that the source does not have.
struct Absent {
    std::string series;
    std::string instance;  ///< empty: the whole series
};

/// What a source says it has of what was asked for.
struct Announcement {
    std::shared_ptr<Study> study;  ///< never nullptr; may have no instance
    /// The whole study, or all of each named series, is what was asked for.
    bool whole_study = false;
    std::vector<bool> whole_series;  ///< for each of Study::series
    std::vector<Absent> absent;
    std::vector<Failure> failures;  ///< why it may not be all
};

/// Asks a source what it has of a study, instance by instance: C-FIND at series and image level
/// (PS3.4 C.6.2.1.4, C.6.2.1.5) with SOP Class UID and Available Transfer Syntax UID among the
/// return keys; of each series also how many instances it is said to have.
///
/// A source that tells no transfer syntaxes for a whole series is not asked for them again. It then
/// says for each study which SOP Classes are in it, if it can; where that is one, it is not asked
/// for that of each instance: archives that have neither in their database read every file for it.
class Announcer {
public:
    /// `source` must outlive it.
    Announcer(query::Source& source, AnnouncerOptions options)
        : source_(source), options_(std::move(options))
    {
    }

    /// Throws as query::Source::ask() does. A wish that tells all is not asked for.
    Announcement announce(const StudyWish& wish);

private:
    struct Stated;
    void ask_series(const StudyWish& wish, Announcement& told, std::vector<Stated>& stated);
    void ask_instances(const StudyWish& wish, const std::string& series,
                       const std::vector<WishedInstance>& wanted, Announcement& told);
    std::string only_class_of(const StudyWish& wish, const Announcement& told);
    std::vector<std::string> instance_keys() const;
    void ask_by_series(const StudyWish& wish, Announcement& told);
    void ask_for_lists(const StudyWish& wish, const WishedSeries& series, Announcement& told);
    void put(const query::Wishes& wishes, Announcement& told, std::size_t most,
             const std::function<void(const query::Answer&)>& take);
    std::size_t room_for_instances(const Study& study) const;
    query::Wishes wishes_for(const StudyWish& wish, dicom::QueryLevel level) const;

    query::Source& source_;
    AnnouncerOptions options_;
    bool tells_syntaxes_ = true;  ///< until it is known that it does not
    bool tells_classes_ = true;   ///< in a study
    std::string only_class_;  ///< of the study in question; empty: each instance is asked for it
};

}  // namespace pacs::retrieve
