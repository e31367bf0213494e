#include "query/question.hpp"

#include "dicom/uid.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace pacs::query {

namespace {

using W = Wishes;

constexpr std::array options{
    WishOption{"--study", "UID", "Study Instance UID", nullptr, &W::study},
    WishOption{"--series", "UID", "Series Instance UID", nullptr, &W::series},
    WishOption{"--accession", "NUMBER", "Accession Number", nullptr, &W::accession},
    WishOption{"--patient-id", "ID", "Patient ID", nullptr, &W::patient_id},
    WishOption{"--name", "PATTERN", "Patient's Name; * follows unless there is a wildcard or ^",
               &W::name},
    WishOption{"--modality", "CODE", "Modality", nullptr, &W::modality},
    WishOption{"--date", "DATE", "Study Date: a day, DAY..DAY or YYYYMMDD-YYYYMMDD", &W::date},
    WishOption{"--since", "DAY", "Study Date from that day on: 20240131, today, 7d, 2w, 6m, 1y",
               &W::since},
    WishOption{"--until", "DAY", "Study Date up to that day", &W::until},
    WishOption{"--patient-root", "", "Ask under Patient Root, not Study Root", nullptr, nullptr,
               &W::patient_root},
    WishOption{"--relational", "", "Negotiate relational queries: no keys of levels above needed",
               nullptr, nullptr, &W::relational},
    WishOption{"--fuzzy", "", "Negotiate fuzzy matching of names", nullptr, nullptr, &W::fuzzy},
    WishOption{"--only", "", "Ask for the named attributes only", nullptr, nullptr, &W::named_only},
};

}  // namespace

std::vector<std::string> take_bare_uids(Wishes& wishes)
{
    std::vector<std::string> keys;
    std::vector<std::string> uids;
    for (std::string& key : wishes.keys) {
        const bool bare = key.find('.') != std::string::npos && dicom::is_valid_uid(key);
        (bare ? uids : keys).push_back(std::move(key));
    }
    wishes.keys = std::move(keys);
    return uids;
}

std::span<const WishOption> wish_options() noexcept
{
    return options;
}

}  // namespace pacs::query
