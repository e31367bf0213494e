#include "retrieve/naming.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pacs::retrieve {

namespace {

using dicom::Tag;

struct Field {
    std::string_view name;
    Tag tag;
    bool uid = false;  ///< one of the three that name an instance
};

constexpr std::array<Field, 10> fields{{
    {"class", dicom::tags::sop_class_uid},
    {"instance", dicom::tags::sop_instance_uid, true},
    {"date", Tag{0x0008, 0x0020}},
    {"accession", Tag{0x0008, 0x0050}},
    {"modality", Tag{0x0008, 0x0060}},
    {"patient", dicom::tags::patient_id},
    {"study", dicom::tags::study_instance_uid, true},
    {"series", dicom::tags::series_instance_uid, true},
    {"series_number", Tag{0x0020, 0x0011}},
    {"instance_number", Tag{0x0020, 0x0013}},
}};

/// Longer than any UID; what an object says beyond that is cut.
constexpr std::size_t longest_value = 64;
constexpr std::size_t longest_part = 128;

[[noreturn]] void refuse(std::string_view text, std::string_view why)
{
    throw Error(ErrorKind::usage,
                fmt::format("reading the layout '{}': {}", log::printable(text), why),
                "write something like {study}/{series}/{instance}.dcm");
}

bool is_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

/// A value of an object as part of a name.
std::string sanitised(std::string value)
{
    if (value.empty()) {
        return "none";
    }
    value.resize(std::min(value.size(), longest_value));
    std::ranges::replace_if(
        value, [](char c) { return !is_safe(c); }, '_');
    return value;
}

/// A part must not be hidden, nor "..", whatever its values were.
void finish_part(std::string& name, std::size_t begin)
{
    if (name.size() == begin || name[begin] == '.') {
        name.insert(begin, 1, '_');
    }
    name.resize(std::min(name.size(), begin + longest_part));
}

std::string finished(const std::string& raw)
{
    std::string name;
    std::size_t begin = 0;
    for (const char c : raw) {
        if (c == '/') {
            finish_part(name, begin);
            name.push_back('/');
            begin = name.size();
        } else {
            name.push_back(c);
        }
    }
    finish_part(name, begin);
    return name;
}

}  // namespace

Naming::Naming(std::string_view text)
{
    std::string word;
    const auto add_word = [&] {
        if (!word.empty()) {
            pieces_.push_back({std::exchange(word, {}), Tag{}});
        }
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '{') {
            const std::size_t end = text.find('}', at);
            if (end == std::string_view::npos) {
                refuse(text, "a brace is not closed");
            }
            add_word();
            add_field(text.substr(at + 1, end - at - 1));
            at = end;
        } else if (!is_safe(text[at]) && text[at] != '/') {
            refuse(text, fmt::format("only letters, digits, '-', '_', '.' and '/' may stand "
                                     "beside the fields"));
        } else {
            word.push_back(text[at]);
        }
    }
    add_word();
    check();
}

void Naming::add_field(std::string_view name)
{
    const auto* field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) {
        std::string known;
        for (const Field& each : fields) {
            known += (known.empty() ? "" : ", ") + std::string{each.name};
        }
        throw Error(ErrorKind::usage,
                    fmt::format("reading the layout: no field {{{}}}", log::printable(name)),
                    "there are " + known);
    }
    by_uids_only_ = by_uids_only_ && field->uid;
    pieces_.push_back({{}, field->tag});
}

void Naming::check() const
{
    std::string shape;  // fields as one letter
    bool instance = false;
    for (const Piece& piece : pieces_) {
        shape += piece.text.empty() ? "x" : piece.text;
        instance = instance || piece.tag == dicom::tags::sop_instance_uid;
    }
    const std::string inside = "/" + shape + "/";
    if (shape.empty() || inside.find("//") != std::string::npos) {
        refuse(shape, "it starts or ends with a slash, or has two in a row");
    }
    if (inside.find("/.") != std::string::npos) {
        refuse(shape, "a part starts with a dot");
    }
    if (!instance) {
        refuse(shape, "without {instance} two objects would have the same name");
    }
}

std::string Naming::name_of(const dicom::DataSet& header) const
{
    std::string name;
    for (const Piece& piece : pieces_) {
        name += piece.text.empty() ? sanitised(header.text(piece.tag)) : piece.text;
    }
    return finished(name);
}

std::string Naming::name_of(const storage::InstanceUids& uids) const
{
    dicom::DataSet header;
    header.set_text(dicom::tags::study_instance_uid, uids.study, dicom::Vr::UI);
    header.set_text(dicom::tags::series_instance_uid, uids.series, dicom::Vr::UI);
    header.set_text(dicom::tags::sop_instance_uid, uids.instance, dicom::Vr::UI);
    return name_of(header);
}

std::vector<Tag> Naming::wanted()
{
    std::vector<Tag> all;
    all.reserve(fields.size());
    for (const Field& field : fields) {
        all.push_back(field.tag);
    }
    return all;
}

}  // namespace pacs::retrieve
