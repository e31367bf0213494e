#include "scan/member_text.hpp"

#include "base/json_line.hpp"
#include "dicom/charset.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/record_json.hpp"
#include "dicom/vr.hpp"

#include <algorithm>
#include <string_view>

namespace pacs::scan {

namespace {

/// Means the same in every character set of PS3.3 C.12.1.1.2 and needs no escape in JSON.
bool is_plain(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= ' ' && c < '~' && c != '"' && c != '\\'; });
}

/// Whole numbers without sign and leading zeros, as nearly all are.
bool is_simple_number(std::string_view text) noexcept
{
    return !text.empty() && text.size() < 16 && (text.front() != '0' || text.size() == 1) &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// False when it takes the long way.
bool append_quickly(std::string& out, const dicom::Element& element)
{
    if (!dicom::is_text(element.vr) || element.vr == dicom::Vr::DS) {
        return false;
    }
    const std::string_view text = dicom::trimmed(element.value, element.vr);
    if (element.vr == dicom::Vr::IS) {
        if (is_simple_number(text)) {
            out += text;
            return true;
        }
        return false;
    }
    if (text.empty() || !is_plain(text)) {
        return false;
    }
    out += '"';
    out += text;
    out += '"';
    return true;
}

}  // namespace

MemberText::MemberText(const std::vector<dicom::Tag>& tags)
{
    for (const dicom::Tag tag : tags) {
        if (tag.element() == 0 || tag == dicom::tags::specific_character_set) {
            continue;
        }
        const auto entry = dicom::find_tag(tag);
        Member& member = members_.emplace_back();
        member.tag = tag;
        append_json_string(member.name, dicom::name_of(tag));
        member.name += ':';
        member.one_value = !entry || entry->vm == "1";
    }
}

void MemberText::append(std::string& out, const dicom::DataSet& data_set) const
{
    const dicom::CharacterSet charset = dicom::character_set_of(data_set);
    auto member = members_.begin();
    for (const dicom::Element& element : data_set.elements()) {
        while (member != members_.end() && member->tag < element.tag) {
            ++member;
        }
        if (member == members_.end()) {
            return;
        }
        if (member->tag != element.tag) {
            continue;
        }
        if (!out.empty()) {
            out += ',';
        }
        out += member->name;
        if (!member->one_value || !append_quickly(out, element)) {
            dicom::append_record_value(out, element, charset);
        }
    }
}

}  // namespace pacs::scan
