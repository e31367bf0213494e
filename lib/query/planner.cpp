#include "query/planner.hpp"

#include "query/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace pacs::query {

namespace {

constexpr std::size_t most_gaps = 20;
/// Nobody is suspected of a lower one.
constexpr std::uint64_t least_cap = 10;
/// Failures in a row without an answer. From the whole to a single second it takes about 35
/// questions of which the last is answered, where a peer fails whenever there is too much.
constexpr unsigned most_fruitless = 80;

std::size_t index_of(Dimension dimension)
{
    return static_cast<std::size_t>(dimension);
}

/// In a Patient ID that can be asked for by its characters: no wildcards, no separator, ASCII.
bool askable(char c)
{
    return c >= ' ' && c <= '~' && c != '*' && c != '?' && c != '\\';
}

bool askable_id(const std::string& id)
{
    return !id.empty() && std::ranges::all_of(id, askable);
}

}  // namespace

Planner::Planner(Setup setup, Evidence& evidence) : setup_(std::move(setup)), evidence_(evidence) {}

std::optional<Part> Planner::next()
{
    if (!std::exchange(started_, true)) {
        stack_.emplace_back().part = setup_.whole;
        ++questions_;
        return setup_.whole;
    }
    while (!stack_.empty() && top().parts.empty()) {
        finish();
    }
    if (stack_.empty()) {
        return std::nullopt;
    }
    if (questions_ == setup_.most_questions) {
        give_up(fmt::format("not all was asked: only {} questions are allowed", questions_));
        return std::nullopt;
    }
    ++questions_;
    Frame frame;
    frame.part = top().parts.back();
    frame.probe = top().probing;
    top().parts.pop_back();
    stack_.push_back(std::move(frame));
    return top().part;
}

/// Where the answer stands to the part that is asked; a key that is not matched is noted. What the
/// whole question matches is not for this place to judge.
Place Planner::placed(const Frame& frame, const Traits& traits)
{
    Place worst = Place::inside;
    if (stack_.size() > 1) {
        for (const Dimension dimension : setup_.dimensions) {
            const Place place = place_of(frame.part, dimension, traits);
            worst = std::max(worst, place);
            if (place == Place::outside) {
                unusable_.insert(dimension);
            }
        }
    }
    return worst;
}

void Planner::learn(const std::string& patient_id)
{
    if (!patient_id.empty() && !askable_id(patient_id)) {
        unaskable_ids_ = true;
    }
    if (!alphabet_known_) {
        std::ranges::copy_if(patient_id, std::inserter(alphabet_, alphabet_.end()), askable);
    }
}

std::uint64_t Planner::remembered() const noexcept
{
    std::uint64_t count = strays_.size();
    for (const Frame& frame : stack_) {
        count += frame.keys.size();
    }
    return count;
}

bool Planner::remember(Frame& frame, const Traits& traits)
{
    if (remembered() >= setup_.most_remembered) {
        overflow_ = true;
        return true;
    }
    if (!frame.keys.insert(traits.key)) {
        return false;
    }
    frame.spread.add(traits);
    const bool by_id = askable_id(traits.patient_id);
    for (const Dimension dimension : {Dimension::date, Dimension::time, Dimension::patient}) {
        const bool usual = dimension == Dimension::patient ? by_id : traits.has(dimension);
        frame.with[index_of(dimension)] += usual ? 1 : 0;
        frame.without[index_of(dimension)] += !usual && !by_id ? 1 : 0;
    }
    return true;
}

bool Planner::take(const Traits& traits)
{
    Frame& frame = top();
    ++frame.answers;
    if (traits.key.empty()) {
        return !frame.probe;
    }
    learn(traits.patient_id);
    const Place place = placed(frame, traits);
    if (place == Place::beside || frame.probe) {
        return false;
    }
    bool told = strays_.contains(traits.key);
    bool stray = place == Place::outside;
    for (std::size_t i = 0; i + 1 < stack_.size(); ++i) {
        Frame& above = stack_[i];
        if (above.lacking && traits.has(*above.lacking)) {
            return false;  // another cover has told it
        }
        const bool known = above.keys.contains(traits.key);
        if (known && traits.has(above.dimension)) {
            above.keys.mark(traits.key);
        }
        above.cut = above.cut || !known;
        told = told || known;
        stray = stray || above.lacking || !traits.has(above.dimension);
    }
    if (!remember(frame, traits)) {
        return false;  // the same again
    }
    return !told && (!stray || overflow_ || strays_.insert(traits.key));
}

bool Planner::lacks_stated(const Frame& frame) const
{
    return stack_.size() == 1 && setup_.stated && setup_.at_most.value_or(0) > frame.answers;
}

bool Planner::complete(const Frame& frame) const
{
    if (!frame.success || lacks_stated(frame)) {
        return false;
    }
    constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t at_most = stack_.size() == 1 ? setup_.at_most.value_or(unknown) : unknown;
    return frame.answers < least_cap || frame.answers < evidence_.most ||
           frame.answers >= at_most || at_most <= evidence_.most ||
           (evidence_.tells && !is_usual_cap(frame.answers));
}

void Planner::ended(PartEnd end)
{
    Frame& frame = top();
    if (frame.probe) {
        probed(end);
        return;
    }
    if (end == PartEnd::refused && stack_.size() > 1) {
        unusable_.insert(stack_[stack_.size() - 2].dimension);
    }
    fruitless_ = end == PartEnd::success || frame.answers > 0 ? 0 : fruitless_ + 1;
    evidence_.most = std::max(evidence_.most, frame.answers);
    evidence_.tells = evidence_.tells || end == PartEnd::cut;
    frame.success = end == PartEnd::success;
    frame.cut = end == PartEnd::cut;
    const std::size_t before = stack_.size();
    abandon_covers();
    if (stack_.size() < before) {
        return;
    }
    if (overflow_ || fruitless_ == most_fruitless) {
        give_up(overflow_ ? "more answers than can be compared"
                          : "the peer fails, whatever it is asked");
    } else if (complete(frame)) {
        stack_.pop_back();
    } else if (end == PartEnd::refused) {
        note_gap(frame, "the peer refused the question");
        stack_.pop_back();
    } else {
        choose();
    }
}

/// A character that no Patient ID has need not be asked for at any place of one.
void Planner::probed(PartEnd end)
{
    const char c = top().part.patient->text.front();
    if (end != PartEnd::success || top().answers > 0) {
        alphabet_.insert(c);
    }
    if (end == PartEnd::refused) {
        unusable_.insert(Dimension::patient);
    }
    stack_.pop_back();
    abandon_covers();
}

/// What was split by a key that turns out not to be matched is split anew by another.
void Planner::abandon_covers()
{
    const auto broken = std::ranges::find_if(stack_, [&](const Frame& frame) {
        return frame.cover != Cover::none && unusable_.contains(frame.dimension);
    });
    if (broken == stack_.end()) {
        return;
    }
    stack_.erase(broken + 1, stack_.end());
    Frame& frame = top();
    frame.parts.clear();
    frame.probing = false;
    if (frame.cover == Cover::without) {
        note_gap(frame, "the peer does not match PatientID");
        stack_.pop_back();
        return;
    }
    frame.keys.unmark();
    choose();
}

bool Planner::usable(Dimension dimension) const
{
    const bool lacked = std::ranges::any_of(stack_, [&](const Frame& frame) {
        return frame.lacking && dimension != Dimension::patient;
    });
    return setup_.dimensions.contains(dimension) && !unusable_.contains(dimension) && !lacked;
}

void Planner::choose()
{
    for (const Dimension dimension : {Dimension::date, Dimension::time, Dimension::patient}) {
        if (usable(dimension)) {
            cover_by(dimension, Cover::all);
            if (!top().parts.empty()) {
                return;
            }
        }
    }
    Frame& frame = top();
    const bool stated = lacks_stated(frame);
    if (frame.cut || stated) {
        note_cap(frame);
    }
    if (frame.cut) {
        note_gap(frame, "it has more answers than came, and nothing is left to split it by");
    } else if (stated) {
        note_gap(frame, fmt::format("{} answers, where up to {} are stated", frame.answers,
                                    *setup_.at_most));
    } else {
        note_gap(frame,
                 fmt::format("{} answers may be a cap, and nothing is left to split it by",
                             frame.answers),
                 true);
    }
    stack_.pop_back();
}

void Planner::cover_by(Dimension dimension, Cover cover)
{
    Frame& frame = top();
    frame.dimension = dimension;
    frame.cover = cover;
    frame.probing = dimension == Dimension::patient && !alphabet_known_;
    const auto same = std::ranges::count_if(
        stack_, [&](const Frame& each) { return each.dimension == dimension; });
    if (frame.probing) {
        for (char c = ' '; c <= '~'; ++c) {
            if (askable(c) && !alphabet_.contains(c)) {
                frame.parts.push_back(setup_.whole);
                frame.parts.back().patient = IdEnding{std::string{c}, false, true};
            }
        }
    } else {
        frame.parts =
            split(frame.part, dimension, frame.spread, alphabet_, same % 2 == 0, setup_.today);
    }
    if (frame.parts.empty()) {
        frame.cover = Cover::none;
    }
}

/// Whether there may be answers in a part without a value of what it was split by.
bool Planner::needs_rest(const Frame& frame) const
{
    const bool introduced =
        frame.dimension == Dimension::date
            ? !frame.part.days || (!frame.part.days->from && !frame.part.days->to)
            : !frame.part.seconds;
    const bool lacking = frame.keys.size() > frame.with[index_of(frame.dimension)];
    return introduced && (frame.cut || !frame.success || lacking || is_usual_cap(frame.answers));
}

/// All parts of the top one are done.
void Planner::finish()
{
    Frame& frame = top();
    if (frame.probing) {
        alphabet_known_ = true;
        start_over(frame.cover);
        return;
    }
    if (frame.cut) {
        note_cap(frame);
    }
    const std::size_t at = index_of(frame.lacking.value_or(frame.dimension));
    const std::uint64_t expected =
        frame.lacking ? frame.keys.size() - frame.with[at] - frame.without[at] : frame.with[at];
    if (expected > frame.keys.marked()) {
        note_gap(frame, fmt::format("{} of its answers were not among those of its parts",
                                    expected - frame.keys.marked()));
    } else if (frame.dimension == Dimension::patient) {
        if (frame.without[at] > 0 || (unaskable_ids_ && frame.cut)) {
            note_gap(frame, "there are answers without a Patient ID in plain ASCII");
        }
    } else if (needs_rest(frame)) {
        frame.lacking = frame.dimension;
        frame.keys.unmark();
        start_over(Cover::without);
        return;
    }
    stack_.pop_back();
}

/// Splits the top one by Patient ID, or says that it cannot be.
void Planner::start_over(Cover cover)
{
    if (cover == Cover::all) {
        choose();
        return;
    }
    if (usable(Dimension::patient) && !top().part.patient) {
        cover_by(Dimension::patient, cover);
    }
    if (top().parts.empty()) {
        note_gap(top(), "it cannot be asked for");
        stack_.pop_back();
    }
}

/// A peer that left everything out says nothing of how many it would give.
void Planner::note_cap(const Frame& frame)
{
    if (frame.answers > 0) {
        evidence_.cap = std::max(evidence_.cap.value_or(0), frame.answers);
    }
}

void Planner::give_up(std::string why)
{
    stack_.erase(stack_.begin() + 1, stack_.end());
    stack_.front().lacking.reset();
    note_gap(stack_.front(), std::move(why));
    stack_.clear();
}

std::string Planner::name_of(const Frame& frame) const
{
    std::string text = frame.part.name();
    for (const Frame& each : stack_) {
        if (each.lacking) {
            text += fmt::format(" without {}", keyword(*each.lacking));
        }
    }
    return text;
}

void Planner::note_gap(const Frame& frame, std::string why, bool unless_more)
{
    gaps_.push_back({name_of(frame), std::move(why), frame.answers, unless_more});
    if (gaps_.size() > most_gaps) {
        std::erase_if(
            gaps_, [&](const Gap& gap) { return gap.unless_more && gap.answers < evidence_.most; });
        gaps_.resize(std::min(gaps_.size(), most_gaps));
    }
}

std::vector<Planner::Gap> Planner::gaps() const
{
    std::vector<Gap> gaps;
    std::ranges::copy_if(gaps_, std::back_inserter(gaps), [&](const Gap& gap) {
        return !gap.unless_more || gap.answers >= evidence_.most;
    });
    return gaps;
}

}  // namespace pacs::query
