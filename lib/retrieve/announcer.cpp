#include "retrieve/announcer.hpp"

#include "base/log.hpp"
#include "dicom/uid.hpp"
#include "net/peer_error.hpp"
#include "query/answer_check.hpp"
#include "query/answer_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <unordered_set>
#include <utility>

namespace pacs::retrieve {

namespace {

using dicom::QueryLevel;

constexpr dicom::Tag modality{0x0008, 0x0060};
constexpr dicom::Tag classes_in_study{0x0008, 0x0062};
constexpr dicom::Tag available_transfer_syntax{0x0008, 0x3002};
constexpr dicom::Tag instances_in_series{0x0020, 0x1209};

/// UIDs in one key: beyond some thousand bytes servers are known to fail.
constexpr std::size_t longest_list = 100;
/// More distinct values than that are no classes or syntaxes.
constexpr std::size_t most_shared = 1000;

/// The place of a value in a list, where it is put when it is not there; 0, "not known", for one
/// that is no UID.
std::uint16_t place_in(std::vector<std::string>& list, const std::string& uid)
{
    if (!dicom::is_valid_uid(uid)) {
        return 0;
    }
    const auto found = std::ranges::find(list, uid);
    if (found == list.end() && list.size() < most_shared) {
        list.push_back(uid);
        return static_cast<std::uint16_t>(list.size() - 1);
    }
    return found == list.end() ? std::uint16_t{0}
                               : static_cast<std::uint16_t>(std::distance(list.begin(), found));
}

std::uint32_t series_place(Study& study, const std::string& series)
{
    const auto found = std::ranges::find(study.series, series);
    if (found == study.series.end()) {
        study.series.push_back(series);
        study.modalities.emplace_back();
        return static_cast<std::uint32_t>(study.series.size() - 1);
    }
    return static_cast<std::uint32_t>(std::distance(study.series.begin(), found));
}

void add(Study& study, std::uint32_t series, const WishedInstance& instance)
{
    study.instances.push_back({instance.uid, series, place_in(study.classes, instance.sop_class),
                               place_in(study.syntaxes, instance.transfer_syntax)});
}

/// An instance may be announced twice by a confused source.
void drop_repeated(Study& study)
{
    std::unordered_set<std::string_view> seen;
    std::vector<bool> again(study.instances.size());
    bool any = false;
    for (std::size_t i = 0; i < study.instances.size(); ++i) {
        again[i] = !seen.insert(study.instances[i].uid).second;
        any = any || again[i];
    }
    if (!any) {
        return;
    }
    Study kept = study;
    kept.instances.clear();
    kept.places.clear();
    for (std::size_t i = 0; i < study.instances.size(); ++i) {
        if (!again[i]) {
            kept.instances.push_back(study.instances[i]);
            if (!study.places.empty()) {
                kept.places.push_back(study.places[i]);
            }
        }
    }
    study = std::move(kept);
}

/// What was wished for by name and is not announced.
void note_absent(const StudyWish& wish, Announcement& told)
{
    const Study& study = *told.study;
    std::unordered_set<std::string_view> there;
    for (const Instance& instance : study.instances) {
        there.insert(instance.uid);
    }
    for (const WishedSeries& series : wish.series) {
        if (series.instances.empty() &&
            std::ranges::find(study.series, series.uid) == study.series.end()) {
            told.absent.push_back({series.uid, {}});
        }
        for (const WishedInstance& instance : series.instances) {
            if (!there.contains(instance.uid)) {
                told.absent.push_back({series.uid, instance.uid});
            }
        }
    }
}

/// The same once.
void note(Announcement& told, const Failure& why)
{
    if (std::ranges::find(told.failures, why) == told.failures.end()) {
        told.failures.push_back(why);
    }
}

Announcement told_by(const StudyWish& wish)
{
    Announcement told{std::make_shared<Study>(), false, {}, {}, {}};
    told.study->uid = wish.study;
    told.study->patient_id = wish.patient_id;
    for (const WishedSeries& series : wish.series) {
        const std::uint32_t place = series_place(*told.study, series.uid);
        for (const WishedInstance& instance : series.instances) {
            add(*told.study, place, instance);
        }
    }
    told.whole_series.assign(told.study->series.size(), false);
    drop_repeated(*told.study);
    return told;
}

}  // namespace

/// A series as the source describes it.
struct Announcer::Stated {
    std::string uid;
    std::string modality;
    std::optional<std::int64_t> instances;
};

query::Wishes Announcer::wishes_for(const StudyWish& wish, QueryLevel level) const
{
    query::Wishes wishes;
    wishes.level = level;
    wishes.study = {wish.study};
    wishes.named_only = true;
    wishes.patient_root = options_.patient_root;
    if (options_.patient_root && !wish.patient_id.empty()) {
        wishes.patient_id = {wish.patient_id};
    }
    return wishes;
}

void Announcer::put(const query::Wishes& wishes, Announcement& told, std::size_t most,
                    const std::function<void(const query::Answer&)>& take)
{
    const query::Question question = query::make_question(wishes, options_.charset, query::today());
    const query::AnswerCheck check{question, options_.charset};
    std::uint64_t answers = 0;
    std::uint64_t useless = 0;
    query::Ending ending;
    try {  // no limit is named to the source: some refuse what they take for too high a one
        ending = source_.ask(question, 0, [&](query::Answer&& answer, bool) {
            if (answers++ == most) {
                throw net::PeerError(net::PeerFault::too_large, net::PeerStage::answer,
                                     "the source announces more than there can be");
            }
            const auto verdict = check.check(answer).verdict;
            if (verdict == query::Verdict::good || verdict == query::Verdict::character_set) {
                take(answer);
            } else {
                ++useless;
            }
        });
    } catch (const net::PeerError& error) {
        if (error.fault() != net::PeerFault::too_large) {
            throw;
        }
        note(told, {.reason = "incomplete", .message = error.what()});
    }
    if (useless > 0) {
        log::warning("{} answers about study {} do not match what was asked for", useless,
                     told.study->uid);
    }
    if (const std::string message = query::ending_message(ending); !message.empty()) {
        note(told, {.reason = "status", .message = message});
    }
}

std::size_t Announcer::room_for_instances(const Study& study) const
{
    return options_.most_instances - std::min(options_.most_instances, study.instances.size());
}

void Announcer::ask_series(const StudyWish& wish, Announcement& told, std::vector<Stated>& stated)
{
    query::Wishes wishes = wishes_for(wish, QueryLevel::series);
    for (const WishedSeries& series : wish.series) {
        wishes.series.push_back(series.uid);
    }
    wishes.keys = {"SeriesInstanceUID", "Modality", "NumberOfSeriesRelatedInstances"};
    put(wishes, told, options_.most_series, [&](const query::Answer& answer) {
        const dicom::DataSet& series = answer.identifier;
        const std::string uid = series.text(dicom::tags::series_instance_uid);
        if (dicom::is_valid_uid(uid) &&
            std::ranges::find(stated, uid, &Stated::uid) == stated.end()) {
            stated.push_back({uid, series.text(modality), series.integer(instances_in_series)});
        }
    });
}

void Announcer::ask_instances(const StudyWish& wish, const std::string& series,
                              const std::vector<WishedInstance>& wanted, Announcement& told)
{
    query::Wishes wishes = wishes_for(wish, QueryLevel::instance);
    wishes.relational = options_.relational;
    if (!series.empty()) {
        wishes.series = {series};
    }
    wishes.keys = instance_keys();
    if (options_.relational) {
        wishes.keys.emplace_back("SeriesInstanceUID");
    }
    for (const WishedInstance& instance : wanted) {
        wishes.keys.push_back("SOPInstanceUID=" + instance.uid);
    }
    Study& study = *told.study;
    bool any = false;
    bool any_syntax = false;
    put(wishes, told, room_for_instances(study), [&](const query::Answer& answer) {
        const dicom::DataSet& found = answer.identifier;
        const std::string of =
            series.empty() ? found.text(dicom::tags::series_instance_uid) : series;
        const std::string uid = found.text(dicom::tags::sop_instance_uid);
        if (!dicom::is_valid_uid(of) || !dicom::is_valid_uid(uid)) {
            note(told, {.reason = "invalid_uid",
                        .message = "an instance is announced without valid UIDs"});
            return;
        }
        const auto syntaxes = found.texts(available_transfer_syntax);
        any = true;
        any_syntax = any_syntax || !(syntaxes.empty() || syntaxes[0].empty());
        add(study, series_place(study, of),
            {uid,
             only_class_.empty() ? found.text(dicom::tags::sop_class_uid) : only_class_,
             syntaxes.empty() ? "" : syntaxes[0],
             {}});
        if (answer.place) {
            study.places.push_back(*answer.place);
        }
    });
    tells_syntaxes_ = tells_syntaxes_ && (any_syntax || !any);
}

std::vector<std::string> Announcer::instance_keys() const
{
    std::vector<std::string> keys{"SOPInstanceUID"};
    if (only_class_.empty()) {
        keys.emplace_back("SOPClassUID");
    }
    if (tells_syntaxes_) {
        keys.emplace_back("AvailableTransferSyntaxUID");
    }
    return keys;
}

/// The class of all instances of the study, where the source says that there is no other.
std::string Announcer::only_class_of(const StudyWish& wish, const Announcement& told)
{
    if (tells_syntaxes_ || !tells_classes_) {
        return {};
    }
    query::Wishes wishes = wishes_for(wish, QueryLevel::study);
    wishes.keys = {"StudyInstanceUID", "SOPClassesInStudy"};
    std::vector<std::string> classes;
    Announcement aside{told.study, false, {}, {}, {}};  // to fail here costs nothing
    constexpr std::size_t most_answers = 16;            // there can be but one
    put(wishes, aside, most_answers,
        [&](const query::Answer& answer) { classes = answer.identifier.texts(classes_in_study); });
    std::erase_if(classes, [](const std::string& uid) { return !dicom::is_valid_uid(uid); });
    tells_classes_ = !classes.empty();
    return classes.size() == 1 ? classes.front() : std::string{};
}

void Announcer::ask_for_lists(const StudyWish& wish, const WishedSeries& series, Announcement& told)
{
    const std::span all{series.instances};
    for (std::size_t at = 0; at < all.size(); at += longest_list) {
        const auto part = all.subspan(at, std::min(longest_list, all.size() - at));
        ask_instances(wish, series.uid, {part.begin(), part.end()}, told);
    }
}

Announcement Announcer::announce(const StudyWish& wish)
{
    if (wish.tells_all() && !options_.relational) {
        return told_by(wish);
    }
    Announcement told{std::make_shared<Study>(), wish.series.empty(), {}, {}, {}};
    Study& study = *told.study;
    study.uid = wish.study;
    study.patient_id = wish.patient_id;
    if (options_.relational && wish.series.empty()) {
        ask_instances(wish, {}, {}, told);
        told.whole_series.assign(study.series.size(), true);
        drop_repeated(study);
        return told;
    }
    ask_by_series(wish, told);
    drop_repeated(study);
    note_absent(wish, told);
    return told;
}

void Announcer::ask_by_series(const StudyWish& wish, Announcement& told)
{
    Study& study = *told.study;
    std::vector<Stated> stated;
    only_class_ = only_class_of(wish, told);
    study.class_stated = !only_class_.empty();
    ask_series(wish, told, stated);
    for (const Stated& series : stated) {
        if (study.instances.size() >= options_.most_instances) {
            break;
        }
        const auto asked = std::ranges::find(wish.series, series.uid, &WishedSeries::uid);
        const std::uint32_t place = series_place(study, series.uid);
        study.modalities[place] = series.modality;
        const bool whole = asked == wish.series.end() || asked->instances.empty();
        told.whole_series.push_back(whole);
        study.stated.push_back(whole ? static_cast<std::uint64_t>(
                                           std::max<std::int64_t>(0, series.instances.value_or(0)))
                                     : 0);
        if (whole) {
            ask_instances(wish, series.uid, {}, told);
        } else {
            ask_for_lists(wish, *asked, told);
        }
    }
}

}  // namespace pacs::retrieve
