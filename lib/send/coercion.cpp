#include "send/coercion.hpp"

#include "base/error.hpp"
#include "base/json_line.hpp"
#include "base/log.hpp"
#include "dicom/charset.hpp"
#include "dicom/dictionary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pacs::send {

Coercion::Coercion(const std::vector<std::string>& texts)
{
    for (const std::string& text : texts) {
        add(text);
    }
}

void Coercion::add(std::string_view text)
{
    const std::size_t equals = text.find('=');
    const auto tag = dicom::parse_tag(text.substr(0, equals));
    if (equals == std::string_view::npos || !tag) {
        throw Error(ErrorKind::usage,
                    fmt::format("setting {}: not KEY=VALUE with a keyword or tag as KEY",
                                log::printable(text)));
    }
    dicom::Edit edit{*tag, std::string{text.substr(equals + 1)}};
    if (value_of(edit.tag) != nullptr) {
        throw Error(ErrorKind::usage,
                    fmt::format("setting {}: it is set twice", dicom::name_of(edit.tag)));
    }
    dicom::check_edit(edit);
    edits_.push_back(std::move(edit));
}

std::vector<dicom::Edit> Coercion::edits_for(const std::string& character_set) const
{
    const dicom::CharacterSet charset{character_set};
    std::vector<dicom::Edit> edits = edits_;
    for (dicom::Edit& edit : edits) {
        const dicom::Vr vr = dicom::vr_of(edit.tag);
        const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
        if (!dicom::has_character_set(vr) ||
            std::all_of(edit.value.begin(), edit.value.end(), is_ascii)) {
            continue;
        }
        auto encoded = charset.from_utf8(edit.value, vr == dicom::Vr::PN);
        if (!encoded) {
            throw Error(ErrorKind::data,
                        fmt::format("setting {}: the object's character set ({}) cannot write it",
                                    dicom::name_of(edit.tag),
                                    character_set.empty() ? "ISO_IR 6" : character_set));
        }
        edit.value = std::move(*encoded);
    }
    return edits;
}

const std::string* Coercion::value_of(dicom::Tag tag) const noexcept
{
    const auto found = std::find_if(edits_.begin(), edits_.end(),
                                    [tag](const dicom::Edit& each) { return each.tag == tag; });
    return found == edits_.end() ? nullptr : &found->value;
}

std::string Coercion::json() const
{
    std::string text = "{";
    for (const dicom::Edit& edit : edits_) {
        text += text.size() > 1 ? "," : "";
        append_json_string(text, dicom::name_of(edit.tag));
        text += ':';
        append_json_string(text, edit.value);
    }
    return text + "}";
}

}  // namespace pacs::send
