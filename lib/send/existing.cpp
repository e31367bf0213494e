#include "send/existing.hpp"

#include "base/error.hpp"
#include "query/answer_record.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::send {

const Existing::Series& Existing::series_of(const std::string& study, const std::string& series)
{
    const auto known = std::find_if(known_.begin(), known_.end(), [&](const Series& each) {
        return each.study == study && each.series == series;
    });
    if (known != known_.end()) {
        known_.splice(known_.begin(), known_, known);
        return known_.front();
    }
    query::Wishes wishes;
    wishes.keys = {"SOPInstanceUID"};
    wishes.level = dicom::QueryLevel::instance;
    wishes.study = {study};
    wishes.series = {series};
    wishes.named_only = true;
    const auto question = query::make_question(wishes, dicom::CharacterSet{}, query::today());
    Series found{study, series, {}};
    const query::Ending ending = source_.ask(question, 0, [&found](query::Answer&& answer, bool) {
        found.instances.insert(answer.identifier.text(dicom::tags::sop_instance_uid));
    });
    if (query::failed(ending)) {
        throw Error(ErrorKind::peer,
                    fmt::format("asking what is there already: {}", query::ending_message(ending)));
    }
    known_.push_front(std::move(found));
    if (known_.size() > series_kept_) {
        known_.pop_back();
    }
    return known_.front();
}

bool Existing::holds(const std::string& study, const std::string& series,
                     const std::string& instance)
{
    return !study.empty() && !series.empty() &&
           series_of(study, series).instances.contains(instance);
}

}  // namespace pacs::send
