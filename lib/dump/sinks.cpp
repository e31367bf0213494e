#include "dump/sinks.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/json_value.hpp"
#include "dump/bulk_uri.hpp"

#include <fmt/format.h>

#include <iterator>

namespace pacs::dump {

namespace {

constexpr std::size_t most_undecoded = 100;

}  // namespace

void NamingSink::begin_sequence(dicom::Tag tag)
{
    open_.push_back({tag});
}

void NamingSink::begin_item()
{
    ++open_.back().items;
}

void NamingSink::end_item() {}

void NamingSink::end_sequence()
{
    open_.pop_back();
}

std::string NamingSink::path_of(dicom::Tag tag) const
{
    std::string path;
    for (const Open& sequence : open_) {
        fmt::format_to(std::back_inserter(path), "{}[{}].", dicom::name_of(sequence.tag),
                       sequence.items);
    }
    return path + dicom::name_of(tag);
}

std::string NamingSink::path_of_open(bool item) const
{
    std::string path;
    for (const Open& sequence : open_) {
        path += (path.empty() ? "" : ".") + dicom::name_of(sequence.tag);
        if (item || &sequence != &open_.back()) {
            fmt::format_to(std::back_inserter(path), "[{}]", sequence.items);
        }
    }
    return path;
}

void NamingSink::note_undecoded(dicom::Tag tag)
{
    if (undecoded_.size() < most_undecoded) {
        undecoded_.push_back(path_of(tag));
    }
}

void FlatSink::begin_member(dicom::Tag tag)
{
    if (!text_.ends_with('{')) {
        text_ += ',';
    }
    const std::string name = dicom::name_of(tag);
    append_json_string(text_, name);
    text_ += ':';
    if (at_top()) {
        names_.push_back(name);
    }
}

void FlatSink::element(dicom::Element&& element, const dicom::CharacterSet& charset)
{
    if (element.tag == dicom::tags::specific_character_set) {
        return;  // the text is UTF-8
    }
    begin_member(element.tag);
    if (!dicom::append_flat_value(text_, element, charset)) {
        note_undecoded(element.tag);
    }
}

void FlatSink::reference(dicom::Tag tag, dicom::Vr /*vr*/, const ByteRange& range)
{
    begin_member(tag);
    text_ += '{';
    if (range.in_file) {
        text_ += "\"BulkDataURI\":";
        append_json_string(text_, bulk_uri(file_, range));
        text_ += ',';
    }
    fmt::format_to(std::back_inserter(text_), "\"length\":{}}}", range.length);
}

void FlatSink::begin_sequence(dicom::Tag tag)
{
    begin_member(tag);
    text_ += '[';
    NamingSink::begin_sequence(tag);
}

void FlatSink::begin_item()
{
    NamingSink::begin_item();
    text_ += items() == 1 ? "{" : ",{";
}

void FlatSink::end_item()
{
    text_ += '}';
}

void FlatSink::end_sequence()
{
    NamingSink::end_sequence();
    text_ += ']';
}

void AnnexFSink::begin_attribute(dicom::Tag tag, dicom::Vr vr)
{
    text_ += text_.ends_with('{') ? "\"" : ",\"";
    text_ += tag.hex() + "\":{\"vr\":\"" + dicom::to_string(vr) + '"';
}

void AnnexFSink::element(dicom::Element&& element, const dicom::CharacterSet& charset)
{
    begin_attribute(element.tag, element.vr);
    if (!dicom::append_annex_f_value(text_, element, charset)) {
        note_undecoded(element.tag);
    }
    text_ += '}';
}

void AnnexFSink::reference(dicom::Tag tag, dicom::Vr vr, const ByteRange& range)
{
    begin_attribute(tag, vr);
    text_ += ",\"BulkDataURI\":\"" + bulk_uri(file_, range) + "\"}";
}

void AnnexFSink::begin_sequence(dicom::Tag tag)
{
    begin_attribute(tag, dicom::Vr::SQ);
    NamingSink::begin_sequence(tag);
}

void AnnexFSink::begin_item()
{
    NamingSink::begin_item();
    text_ += items() == 1 ? ",\"Value\":[{" : ",{";
}

void AnnexFSink::end_item()
{
    text_ += '}';
}

void AnnexFSink::end_sequence()
{
    text_ += items() == 0 ? "}" : "]}";
    NamingSink::end_sequence();
}

std::string AnnexFSink::finish() &&
{
    return std::move(text_) + "}";
}

}  // namespace pacs::dump
