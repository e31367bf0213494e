#include "retrieve/storage_contexts.hpp"

#include "dicom/uid.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace pacs::retrieve {

namespace {

/// What follows 1.2.840.10008.5.1.4.1.1 in the SOP Class UIDs, the usual ones first.
struct ModalityRow {
    std::string_view modality;
    std::string_view classes;  ///< parted by spaces
};

constexpr std::array<ModalityRow, 33> modalities{{
    {"CT", "2 2.1 2.2 7"},
    {"MR", "4 4.1 4.2 4.3 4.4 7"},
    {"CR", "1 1.1 7"},
    {"DX", "1.1 1.1.1 1 7"},
    {"MG", "1.2 1.2.1 13.1.3 13.1.4 7"},
    {"IO", "1.3 1.3.1 7"},
    {"US", "6.1 3.1 6.2 7 7.4"},
    {"IVUS", "6.1 3.1"},
    {"PT", "128 130 128.1 7"},
    {"NM", "20 7"},
    {"XA", "12.1 12.1.1 13.1.1 7"},
    {"RF", "12.2 7"},
    {"OT", "7 7.1 7.2 7.3 7.4"},
    {"SC", "7 7.1 7.2 7.3 7.4"},
    {"SR", "88.11 88.22 88.33 88.34 88.50 88.65 88.67 88.68"},
    {"PR", "11.1 11.2 11.3 11.4 11.8"},
    {"KO", "88.59"},
    {"SEG", "66.4 66.5"},
    {"REG", "66.1 66.3"},
    {"RTIMAGE", "481.1"},
    {"RTDOSE", "481.2"},
    {"RTSTRUCT", "481.3"},
    {"RTPLAN", "481.5 481.8"},
    {"RTRECORD", "481.4 481.6 481.7 481.9"},
    {"DOC", "104.1 104.2"},
    {"M3D", "104.3 104.4 104.5"},
    {"ECG", "9.1.1 9.1.2 9.1.3"},
    {"OP", "77.1.5.1 77.1.5.2"},
    {"OPT", "77.1.5.4"},
    {"SM", "77.1.6 77.1.2 77.1.3"},
    {"ES", "77.1.1 77.1.1.1 7.4"},
    {"XC", "77.1.4 77.1.4.1"},
    {"BI", "78.1 78.2 78.3"},
}};

constexpr std::string_view class_root = "1.2.840.10008.5.1.4.1.1.";

/// Encapsulated ones and the rare native ones, the frequent first. Those whose pixels lie elsewhere
/// (JPIP) or are no files (SMPTE) are not among them.
constexpr std::array<std::string_view, 25> single_syntaxes{
    "1.2.840.10008.1.2.4.70",  "1.2.840.10008.1.2.4.90",  "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.80",  "1.2.840.10008.1.2.4.91",  "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.51",  "1.2.840.10008.1.2.4.57",  "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.1.99",  "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.103",
    "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.101", "1.2.840.10008.1.2.4.104",
    "1.2.840.10008.1.2.4.105", "1.2.840.10008.1.2.4.106", "1.2.840.10008.1.2.4.107",
    "1.2.840.10008.1.2.4.108", "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.112",
    "1.2.840.10008.1.2.2"};

void add_classes(std::vector<std::string>& list, std::string_view tails)
{
    while (!tails.empty()) {
        const std::size_t end = std::min(tails.find(' '), tails.size());
        std::string uid = std::string{class_root}.append(tails.substr(0, end));
        if (std::ranges::find(list, uid) == list.end()) {
            list.push_back(std::move(uid));
        }
        tails.remove_prefix(std::min(end + 1, tails.size()));
    }
}

/// What must be proposed for an errand.
struct Needs {
    std::set<std::pair<std::string, std::string>> exact;  ///< class and syntax
    std::vector<std::string> broad;                       ///< classes in whatever syntax
};

Needs needs_of(const Errand& errand)
{
    const Study& study = *errand.study;
    Needs needs;
    std::set<std::string> modalities_of_unknown;
    std::set<std::string> broad;
    for (const std::uint32_t place : errand.instances) {
        const std::string& sop_class = study.class_of(place);
        const std::string& syntax = study.syntax_of(place);
        if (sop_class.empty() || (study.class_stated && errand.attempt > 0)) {
            modalities_of_unknown.insert(study.modalities[study.instances[place].series]);
        }
        if (sop_class.empty()) {
            continue;
        }
        if (syntax.empty() || errand.attempt > 0) {
            broad.insert(sop_class);
        } else {
            needs.exact.emplace(sop_class, syntax);
        }
    }
    needs.broad.assign(broad.begin(), broad.end());
    for (const std::string& modality : modalities_of_unknown) {
        for (const std::string& each : classes_of_modality(modality)) {
            if (std::ranges::find(needs.broad, each) == needs.broad.end()) {
                needs.broad.push_back(each);
            }
        }
    }
    return needs;
}

std::vector<std::string> only(const std::vector<std::string>& allowed,
                              std::vector<std::string> syntaxes)
{
    std::erase_if(syntaxes, [&](const std::string& syntax) {
        return !allowed.empty() && std::ranges::find(allowed, syntax) == allowed.end();
    });
    return syntaxes;
}

/// All that a class may come in, in at most `limit` contexts.
void add_broad(std::vector<net::Proposal>& proposals, const std::string& sop_class,
               const std::vector<std::string>& allowed, std::size_t limit)
{
    const auto native = only(
        allowed, {std::string{dicom::uids::explicit_le}, std::string{dicom::uids::implicit_le}});
    auto singles = only(allowed, {single_syntaxes.begin(), single_syntaxes.end()});
    for (const std::string& syntax : allowed) {  // also one that nobody knows
        if (std::ranges::find(native, syntax) == native.end() &&
            std::ranges::find(singles, syntax) == singles.end()) {
            singles.push_back(syntax);
        }
    }
    std::vector<std::vector<std::string>> contexts;
    if (!native.empty()) {
        contexts.push_back(native);
    }
    for (std::string& syntax : singles) {
        if (contexts.size() < limit) {
            contexts.push_back({std::move(syntax)});
        } else {
            contexts.back().push_back(std::move(syntax));
        }
    }
    for (auto& syntaxes : contexts) {
        proposals.push_back({sop_class, std::move(syntaxes), std::nullopt});
    }
}

}  // namespace

std::vector<std::string> classes_of_modality(std::string_view modality)
{
    std::vector<std::string> classes;
    const auto* row = std::ranges::find(modalities, modality, &ModalityRow::modality);
    if (row != modalities.end()) {
        add_classes(classes, row->classes);
        return classes;
    }
    for (const ModalityRow& each : modalities) {
        add_classes(classes, each.classes);
    }
    return classes;
}

std::vector<net::Proposal> storage_proposals(const Errand& errand,
                                             const std::vector<std::string>& allowed,
                                             std::size_t limit)
{
    const Needs needs = needs_of(errand);
    std::vector<net::Proposal> proposals;
    for (const auto& [sop_class, syntax] : needs.exact) {
        if (only(allowed, {syntax}).empty()) {
            add_broad(proposals, sop_class, allowed, 1);
        } else {
            proposals.push_back({sop_class, {syntax}, std::nullopt});
        }
    }
    const std::size_t room = limit - std::min(limit, proposals.size());
    for (const std::string& sop_class : needs.broad) {
        add_broad(proposals, sop_class, allowed,
                  std::max<std::size_t>(1, room / needs.broad.size()));
    }
    proposals.resize(std::min(proposals.size(), limit));
    return proposals;
}

}  // namespace pacs::retrieve
