#include "retrieve/errands.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pacs::retrieve {

namespace {

using dicom::QueryLevel;
using Places = std::vector<std::uint32_t>;

/// UIDs in one request: what servers are known to take.
constexpr std::size_t longest_list = 200;
/// Below that a study is not parted for several lanes: an association costs more.
constexpr std::size_t smallest_share = 16;
/// So many are asked for one by one at most.
constexpr std::size_t most_singles = 50;

/// Lists of at most `longest` instances, each of one series.
void add_lists(std::vector<Errand>& errands, const std::shared_ptr<const Study>& study,
               std::span<const std::uint32_t> places, std::size_t longest, unsigned attempt)
{
    Places list;
    const auto close = [&] {
        if (!list.empty()) {
            errands.push_back({study, QueryLevel::instance, std::exchange(list, {}), attempt});
        }
    };
    for (const std::uint32_t place : places) {
        const bool other = !list.empty() &&
                           study->instances[list.front()].series != study->instances[place].series;
        if (other || list.size() == longest) {
            close();
        }
        list.push_back(place);
    }
    close();
}

/// Places by series, in the order of the study's series.
std::vector<Places> by_series(const Study& study, std::span<const std::uint32_t> places)
{
    std::vector<Places> all(study.series.size());
    for (const std::uint32_t place : places) {
        all[study.instances[place].series].push_back(place);
    }
    return all;
}

}  // namespace

std::vector<Errand> first_errands(const Announcement& told, const StudyWork& work, unsigned lanes)
{
    const auto& study = work.shared_study();
    Places all(study->instances.size());
    std::iota(all.begin(), all.end(), 0U);
    const Places missing = work.missing(all);
    std::vector<Errand> errands;
    const bool apart = lanes > 1 && missing.size() >= lanes * smallest_share;
    if (missing.empty()) {
        return errands;
    }
    if (told.whole_study && missing.size() == all.size() && !apart) {
        errands.push_back({study, QueryLevel::study, missing, 0});
        return errands;
    }
    const std::size_t share = apart ? (missing.size() + lanes - 1) / lanes : missing.size();
    const auto announced = by_series(*study, all);
    const auto wanted = by_series(*study, missing);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const bool whole = told.whole_series[i] && wanted[i].size() == announced[i].size();
        if (!wanted[i].empty() && whole && wanted[i].size() <= share) {
            errands.push_back({study, QueryLevel::series, wanted[i], 0});
        } else {
            add_lists(errands, study, wanted[i], std::min(share, longest_list), 0);
        }
    }
    return errands;
}

std::vector<Errand> errands_again(const Errand& errand, std::span<const std::uint32_t> missing,
                                  unsigned attempt)
{
    const bool singly = attempt > 1 && missing.size() <= most_singles;
    std::vector<Errand> errands;
    for (const Places& places : by_series(*errand.study, missing)) {
        add_lists(errands, errand.study, places, singly ? 1 : longest_list, attempt);
    }
    return errands;
}

}  // namespace pacs::retrieve
