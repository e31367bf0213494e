#include "web/qido.hpp"

#include "base/error.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/json_value.hpp"
#include "dicom/record_json.hpp"
#include "web/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace pacs::web {

namespace {

using dicom::DataSet;
using dicom::Element;
using dicom::QueryLevel;
using dicom::Tag;

constexpr std::size_t most_searches = 100;
/// They may stand in a query as they are (RFC 3986 3.4), and must for a service that decodes none
/// (Orthanc's plugin 1.7). Not among them: what parts pairs, names and lists, and the plus sign,
/// which many take for a blank.
constexpr std::string_view plain_characters = "*?:@/!$'()";

bool is_ours(Tag tag)
{
    return tag == dicom::tags::query_retrieve_level || tag == dicom::tags::specific_character_set ||
           tag.element() == 0;
}

/// The UID to go into the path; empty when the key has none, or several.
std::string single_uid(const DataSet& identifier, Tag tag)
{
    const auto values = identifier.texts(tag);
    const bool single =
        values.size() == 1 && values[0].find_first_not_of("0123456789.") == std::string::npos;
    return single ? values[0] : std::string{};
}

/// The query of a URL, made element by element.
class Query {
public:
    explicit Query(dicom::CharacterSet charset) : charset_(std::move(charset)) {}

    void add(const DataSet& data_set, const std::string& path, const std::string& left_out)
    {
        for (const Element& element : data_set.elements()) {
            const std::string name = path + element.tag.hex();
            if (is_ours(element.tag) ||
                (path.empty() && left_out.find(name) != std::string::npos)) {
                continue;
            }
            if (element.vr == dicom::Vr::SQ && !element.items.empty()) {
                for (const DataSet& item : element.items) {
                    add(item, name + ".", {});
                }
                continue;
            }
            const std::string value = value_of(element);
            value.empty() ? fields_.push_back(name) : add(name, value);
        }
    }
    void add(const std::string& name, const std::string& value)
    {
        text_ += (text_.empty() ? "?" : "&") + name + "=" + value;
    }
    std::string str() &&
    {
        std::string fields;
        for (const std::string& field : fields_) {
            fields += (fields.empty() ? "" : ",") + field;
        }
        if (!fields.empty()) {
            add("includefield", fields);
        }
        return std::move(text_);
    }

private:
    std::string value_of(const Element& element) const
    {
        std::string joined;
        for (const std::string& value : dicom::texts_of(element, charset_).values) {
            if (!value.empty()) {
                joined += (joined.empty() ? "" : ",") + percent_encoded(value, plain_characters);
            }
        }
        return joined;
    }

    dicom::CharacterSet charset_;
    std::vector<std::string> fields_;
    std::string text_;
};

/// The same with its text in UTF-8.
DataSet in_utf8(const DataSet& data_set, const dicom::CharacterSet& outer)
{
    const auto charset = dicom::character_set_of(data_set, outer);
    DataSet out;
    for (Element element : data_set.elements()) {
        for (DataSet& item : element.items) {
            item = in_utf8(item, charset);
        }
        if (dicom::is_text(element.vr) && element.tag != dicom::tags::specific_character_set) {
            std::string joined;
            for (const std::string& value : dicom::texts_of(element, charset).values) {
                joined += (joined.empty() ? "" : "\\") + value;
            }
            element.value = std::move(joined);
        }
        out.put(std::move(element));
    }
    return out;
}

/// Expands the first attribute of `searches` that has several values and is no UID; false when
/// there is none.
bool expand(std::vector<DataSet>& searches)
{
    const DataSet first = searches.front();
    for (const Element& element : first.elements()) {
        const bool listed = element.vr != dicom::Vr::UI && element.vr != dicom::Vr::SQ &&
                            dicom::is_multi_valued_text(element.vr) && !is_ours(element.tag);
        if (!listed || first.texts(element.tag).size() < 2) {
            continue;
        }
        std::vector<DataSet> expanded;
        for (const DataSet& search : searches) {
            for (const std::string& value : search.texts(element.tag)) {
                expanded.push_back(search);
                expanded.back().set_text(element.tag, value, element.vr);
            }
        }
        searches = std::move(expanded);
        return true;
    }
    return false;
}

}  // namespace

std::string search_path(const Search& search)
{
    if (search.level == QueryLevel::patient) {
        throw Error(ErrorKind::usage, "asking at patient level: QIDO-RS has no patients",
                    "ask for studies; their answers name the patient");
    }
    std::string path;
    std::string in_path;
    const auto descend = [&](QueryLevel level, const char* name) {
        const Tag tag = dicom::unique_key(level);
        const std::string uid = single_uid(search.identifier, tag);
        if (!uid.empty()) {
            path += name + uid;
            in_path += tag.hex() + " ";
        }
        return !uid.empty();
    };
    if (search.level > QueryLevel::study && descend(QueryLevel::study, "/studies/") &&
        search.level > QueryLevel::series) {
        descend(QueryLevel::series, "/series/");
    }
    path += search.level == QueryLevel::study    ? "/studies"
            : search.level == QueryLevel::series ? "/series"
                                                 : "/instances";
    Query query{dicom::character_set_of(search.identifier)};
    query.add(search.identifier, {}, in_path);
    if (search.fuzzy) {
        query.add("fuzzymatching", "true");
    }
    if (search.limit > 0) {
        query.add("limit", std::to_string(search.limit));
    }
    if (search.offset > 0) {
        query.add("offset", std::to_string(search.offset));
    }
    return path + std::move(query).str();
}

std::vector<DataSet> alternatives(const DataSet& identifier)
{
    std::vector<DataSet> searches{in_utf8(identifier, {})};
    searches.front().set_text(dicom::tags::specific_character_set, "ISO_IR 192");
    while (expand(searches)) {
        if (searches.size() > most_searches) {
            throw Error(ErrorKind::usage,
                        fmt::format("asking by QIDO-RS: more than {} alternatives", most_searches),
                        "only lists of UIDs are asked for at once; give fewer values");
        }
    }
    return searches;
}

SearchWarning read_warning(const std::string& line)
{
    SearchWarning warning;
    if (!line.starts_with("299")) {
        return warning;
    }
    std::string text = line;
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    const auto has = [&text](const char* word) { return text.find(word) != std::string::npos; };
    warning.not_fuzzy = has("fuzzy");
    warning.more = has("additional") || has("exceeded") || has("more results") || has("maximum");
    return warning;
}

}  // namespace pacs::web
