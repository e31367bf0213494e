#include "dicom/record_json.hpp"

#include "base/json_line.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/json_value.hpp"

namespace pacs::dicom {

namespace {

bool is_left_out(Tag tag)
{
    return tag.element() == 0 || tag == tags::specific_character_set;
}

}  // namespace

CharacterSet character_set_of(const DataSet& data_set, const CharacterSet& fallback)
{
    const std::string terms = data_set.text(tags::specific_character_set);
    return terms.empty() ? fallback : CharacterSet{terms};
}

std::vector<std::string> utf8_values(const Element& element, const CharacterSet& charset)
{
    return texts_of(element, charset).values;
}

void append_record_value(std::string& out, const Element& element, const CharacterSet& charset)
{
    if (element.vr != Vr::SQ) {
        append_flat_value(out, element, charset);
        return;
    }
    out += '[';
    for (const DataSet& item : element.items) {
        out += out.back() == '[' ? "{" : ",{";
        append_record_members(out, item, charset);
        out += '}';
    }
    out += ']';
}

void append_record_members(std::string& out, const DataSet& data_set, const CharacterSet& fallback)
{
    const CharacterSet charset = character_set_of(data_set, fallback);
    for (const Element& element : data_set.elements()) {
        if (is_left_out(element.tag)) {
            continue;
        }
        if (!out.ends_with('{')) {
            out += ',';
        }
        append_json_string(out, name_of(element.tag));
        out += ':';
        append_record_value(out, element, charset);
    }
}

void append_dicom_json(std::string& out, const DataSet& data_set, const CharacterSet& fallback)
{
    const CharacterSet charset = character_set_of(data_set, fallback);
    out += '{';
    for (const Element& element : data_set.elements()) {
        if (element.tag.element() == 0) {
            continue;
        }
        out += out.ends_with('{') ? "\"" : ",\"";
        const Vr vr = element.vr == Vr::none ? Vr::UN : element.vr;
        out += element.tag.hex() + "\":{\"vr\":\"" + to_string(vr) + '"';
        if (vr != Vr::SQ) {
            append_annex_f_value(out, element, charset);
        } else if (!element.items.empty()) {
            out += ",\"Value\":";
            for (const DataSet& item : element.items) {
                out += &item == &element.items.front() ? '[' : ',';
                append_dicom_json(out, item, charset);
            }
            out += ']';
        }
        out += '}';
    }
    out += '}';
}

}  // namespace pacs::dicom
