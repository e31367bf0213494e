#include "base/error.hpp"
#include "conformance/tables.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/matching.hpp"
#include "index/attributes.hpp"

#include <array>

namespace pacs::conformance {

namespace {

using dicom::Matcher;
using dicom::QueryLevel;
using index::Attribute;

/// Whether a key of this VR with this value is understood as `kind`.
bool understands(dicom::Vr vr, std::string_view value, Matcher::Kind kind)
{
    try {
        return dicom::make_matcher(vr, value).kind == kind;
    } catch (const Error&) {
        return false;
    }
}

/// The ways in which a key matches, as the matcher itself takes values of its VR.
std::string matching(const Attribute& attribute)
{
    if (attribute.storage == index::Storage::requests) {
        return "sequence";
    }
    if (!attribute.matched) {
        return "returned only";
    }
    struct Try {
        std::string_view value;
        Matcher::Kind kind;
        std::string_view name;
    };
    constexpr std::array tries{
        Try{"1.2\\1.3", Matcher::Kind::list, "list"},
        Try{"20240101\\20240102", Matcher::Kind::list, "list"},
        Try{"1000\\1200", Matcher::Kind::list, "list"},
        Try{"A*", Matcher::Kind::wildcard, "wildcard"},
        Try{"20240101-20240131", Matcher::Kind::range, "range"},
        Try{"1000-1200", Matcher::Kind::range, "range"},
    };
    std::string ways = "single";
    for (const Try& each : tries) {
        const std::string name{each.name};
        const bool said = ways.find(name) != std::string::npos;
        if (!said && understands(attribute.vr, each.value, each.kind)) {
            ways += ", " + name;
        }
    }
    return ways;
}

/// R and U as PS3.4 C.6.1.1 and C.6.2.1 have them are told by the unique key of the level alone;
/// all others are optional to an asker.
std::string key_type(const Attribute& attribute, QueryLevel level)
{
    return attribute.tag == dicom::unique_key(level) ? "unique" : "";
}

Table keys(QueryLevel level)
{
    Table table{"keys-" + std::string{dicom::level_name(level)},
                {"Attribute", "Tag", "VR", "Matching"},
                {}};
    for (const Attribute& attribute : index::attributes()) {
        if (attribute.level == level) {
            const std::string kind = key_type(attribute, level);
            table.rows.push_back(
                {dicom::name_of(attribute.tag), attribute.tag.formatted(),
                 dicom::to_string(attribute.vr),
                 matching(attribute) + (kind.empty() ? "" : "; " + kind + " key")});
        }
    }
    return table;
}

Table request_keys()
{
    Table table{"keys-request", {"Attribute", "Tag", "VR", "Matching"}, {}};
    for (const Attribute& attribute : index::request_attributes()) {
        table.rows.push_back({dicom::name_of(attribute.tag), attribute.tag.formatted(),
                              dicom::to_string(attribute.vr), matching(attribute)});
    }
    return table;
}

}  // namespace

std::vector<Table> query_tables()
{
    return {keys(QueryLevel::patient), keys(QueryLevel::study), keys(QueryLevel::series),
            keys(QueryLevel::instance), request_keys()};
}

}  // namespace pacs::conformance
