#include "moving/census.hpp"

#include "base/error.hpp"
#include "dicom/uid.hpp"
#include "query/answer_record.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace pacs::moving {

namespace {

constexpr dicom::Tag number_of_series_related_instances{0x0020, 0x1209};
constexpr std::uint64_t most_series = 1'000'000;
constexpr std::uint64_t most_instances = 10'000'000;

}  // namespace

query::Question Census::question(const Unit& unit, dicom::QueryLevel level,
                                 const std::string& series, std::string_view key) const
{
    query::Wishes wishes;
    wishes.level = level;
    wishes.named_only = true;
    wishes.patient_root = patient_root_;
    if (patient_root_) {
        wishes.patient_id = {unit.patient_id};
    }
    wishes.study = {unit.study};
    if (!series.empty()) {
        wishes.series = {series};
    }
    wishes.keys = {std::string{key}};
    if (level == dicom::QueryLevel::series && series.empty()) {
        wishes.keys.emplace_back("SeriesInstanceUID");
    }
    return query::make_question(wishes, dicom::CharacterSet{}, query::today());
}

void Census::ask(const query::Question& question, std::uint64_t most, const query::AnswerSink& sink)
{
    const query::Ending ending = source_.ask(question, most, sink);
    if (query::failed(ending) || ending.cancelled) {
        throw Error(
            ErrorKind::peer,
            fmt::format(
                "asking for the {} of a study: {}",
                question.level == dicom::QueryLevel::series ? "series" : "instances",
                ending.cancelled ? "there is no end to them" : query::ending_message(ending)));
    }
    doubtful_ = doubtful_ || ending.truncated != query::Truncated::no;
}

void Census::each_series(
    const Unit& unit,
    const std::function<void(const std::string& series, std::optional<std::uint64_t>)>& each)
{
    const auto asked =
        question(unit, dicom::QueryLevel::series, unit.series, "NumberOfSeriesRelatedInstances");
    ask(asked, most_series, [&](query::Answer&& answer, bool) {
        const std::string series = answer.identifier.text(dicom::tags::series_instance_uid);
        if (!dicom::is_valid_uid(series)) {
            doubtful_ = true;
            return;
        }
        const auto number = answer.identifier.integer(number_of_series_related_instances);
        each(series, number && *number >= 0 ? std::optional{static_cast<std::uint64_t>(*number)}
                                            : std::nullopt);
    });
}

void Census::each_instance(const Unit& unit, const std::string& series,
                           const std::function<void(std::string&& instance)>& each)
{
    const auto asked = question(unit, dicom::QueryLevel::instance, series, "SOPInstanceUID");
    ask(asked, most_instances, [&](query::Answer&& answer, bool) {
        std::string uid = answer.identifier.text(dicom::tags::sop_instance_uid);
        if (dicom::is_valid_uid(uid)) {
            each(std::move(uid));
        } else {
            doubtful_ = true;
        }
    });
}

std::optional<std::uint64_t> Census::count(const Unit& unit)
{
    const bool doubtful_before = std::exchange(doubtful_, false);
    std::uint64_t total = 0;
    std::vector<std::string> silent;
    each_series(unit, [&](const std::string& series, std::optional<std::uint64_t> number) {
        total += number.value_or(0);
        if (!number) {
            silent.push_back(series);
        }
    });
    for (const std::string& series : silent) {
        each_instance(unit, series, [&](std::string&&) { ++total; });
    }
    const bool sure = !doubtful_;
    doubtful_ = doubtful_ || doubtful_before;
    return sure ? std::optional{total} : std::nullopt;
}

}  // namespace pacs::moving
