#pragma once

#include "retrieve/announcer.hpp"
#include "retrieve/study_work.hpp"
#include "retrieve/way.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace pacs::retrieve {

/// How what is missing of a study is to be asked for first: all of it at once when all is missing
/// and was asked for, else by whole series, else by lists of instances. For several `lanes` it is
/// parted so that each has something to do, where that pays.
std::vector<Errand> first_errands(const Announcement& told, const StudyWork& work, unsigned lanes);

/// How what did not come is to be asked for again: by lists of instances, each of one series, and
/// from attempt 2 on one by one when they are few, so that one that cannot be had holds up no
/// other.
std::vector<Errand> errands_again(const Errand& errand, std::span<const std::uint32_t> missing,
                                  unsigned attempt);

}  // namespace pacs::retrieve
