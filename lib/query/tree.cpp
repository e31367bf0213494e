#include "query/tree.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "dicom/query_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::query {

namespace {

using dicom::QueryLevel;

/// The level at which a key is asked; unique keys choose the level of the question themselves.
QueryLevel level_of_key(const std::string& text, QueryLevel top)
{
    if (text == "-") {
        return top;
    }
    const dicom::Tag tag = dicom::parse_query_key(text).path.front();
    const auto level = dicom::level_of(tag);
    const bool chooses = level && tag == dicom::unique_key(*level);
    return level && !chooses ? std::max(*level, top) : top;
}

QueryLevel top_level_of(const Wishes& wishes)
{
    return wishes.level            ? *wishes.level
           : wishes.series.empty() ? QueryLevel::study
                                   : QueryLevel::series;
}

}  // namespace

Tree::Tree(Wishes wishes, std::optional<QueryLevel> lowest)
{
    if (!lowest) {
        levels_.push_back(std::move(wishes));
        return;
    }
    const QueryLevel top = top_level_of(wishes);
    if (*lowest <= top) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading the command line: --expand {} is not beneath the {} level "
                                "that is asked",
                                dicom::level_name(*lowest), dicom::level_name(top)));
    }
    std::vector<std::string> keys = std::move(wishes.keys);
    wishes.keys.clear();
    wishes.level = top;
    levels_.push_back(wishes);
    for (auto level = static_cast<int>(top) + 1; level <= static_cast<int>(*lowest); ++level) {
        Wishes beneath;
        beneath.level = static_cast<QueryLevel>(level);
        beneath.patient_root = wishes.patient_root || top == QueryLevel::patient;
        beneath.named_only = wishes.named_only;
        levels_.push_back(beneath);
    }
    for (std::string& key : keys) {
        const auto step =
            static_cast<std::size_t>(level_of_key(key, top)) - static_cast<std::size_t>(top);
        levels_.at(std::min(step, levels_.size() - 1)).keys.push_back(std::move(key));
    }
}

RecordSink Tree::watched(RecordSink sink)
{
    return [this, sink = std::move(sink)](const JsonLine& record, std::string_view dicom_json,
                                          bool more_at_hand) {
        const bool usable = record.outcome() && *record.outcome() != Outcome::failed;
        if (usable && at_ + 1 < levels_.size()) {
            kept_ = kept_ ? std::move(kept_) : std::make_unique<Spool>();
            kept_->add(record.str());
        }
        sink(record, dicom_json, more_at_hand);
    };
}

void Tree::descend(Enquiry& enquiry, const dicom::CharacterSet& charset, Day now)
{
    while (++at_ < levels_.size() && kept_ && !StopFlag::instance().raised()) {
        const auto above = std::exchange(kept_, nullptr);
        stream::Input input{above->rewind(), "the answers above"};
        enquiry.ask_each(levels_[at_], charset, now, input);
    }
}

}  // namespace pacs::query
