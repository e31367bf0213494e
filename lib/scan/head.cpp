#include "scan/head.hpp"

#include "base/error.hpp"
#include "dicom/dcmtk_head.hpp"
#include "dicom/header_scan.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

namespace pacs::scan {

namespace {

using dicom::Tag;

constexpr std::size_t first_bytes = std::size_t{8} << 10U;
constexpr std::uint64_t most_bytes = std::uint64_t{16} << 20U;
constexpr std::size_t meta_start = 132;
constexpr Tag media_class_tag{0x0002, 0x0002};
constexpr Tag media_instance_tag{0x0002, 0x0003};
constexpr Tag syntax_tag{0x0002, 0x0010};

std::string_view padded_text(std::span<const std::byte> bytes) noexcept
{
    std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) {
        text.remove_suffix(1);
    }
    return text;
}

bool has_mark(std::span<const std::byte> bytes) noexcept
{
    return bytes.size() >= meta_start && std::memcmp(bytes.data() + 128, "DICM", 4) == 0;
}

bool has_uids(const dicom::DataSet& header)
{
    return !header.text(dicom::tags::sop_instance_uid).empty() &&
           !header.text(dicom::tags::study_instance_uid).empty() &&
           !header.text(dicom::tags::series_instance_uid).empty();
}

/// One that the stricter decoder does not take is left out, as a HeaderScanner does.
void put_sequence(dicom::DataSet& header, const dicom::HeadView::Value& value, bool explicit_vr)
{
    const dicom::TransferSyntax syntax{explicit_vr ? dicom::uids::explicit_le
                                                   : dicom::uids::implicit_le};
    try {
        const dicom::DataSet decoded = dicom::decode(std::as_bytes(std::span{value.bytes}), syntax);
        if (const dicom::Element* sequence = decoded.find(value.tag)) {
            header.put(*sequence);
        }
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) {
            throw;
        }
    }
}

}  // namespace

/// Where the data set starts, and how it is laid out.
struct HeadReader::Start {
    dicom::TransferSyntax syntax;
    std::string media_class;
    std::string media_instance;
    std::uint64_t data_offset = 0;
    bool repaired = false;
};

HeadReader::HeadReader(std::vector<Tag> wanted)
    : wanted_(std::move(wanted)), view_(wanted_), buffer_(dicom::file_head_bytes)
{
}

std::span<const std::byte> HeadReader::fill(const ReadAt& read_at, std::size_t bytes)
{
    if (filled_ < bytes) {
        filled_ += read_at(filled_, std::span{buffer_}.subspan(filled_, bytes - filled_));
    }
    return std::span{buffer_}.first(filled_);
}

// The meta header element by element where it is as PS3.10 7.1 says, else by the forgiving reader.
HeadReader::Start HeadReader::start_of(std::span<const std::byte> bytes)
{
    Start start;
    std::string_view syntax;
    std::size_t at = has_mark(bytes) ? meta_start : bytes.size();
    while (at < bytes.size()) {
        const auto header = dicom::read_element_header(bytes.subspan(at), {true, false});
        if (!header || header->tag.group() != 0x0002 || !header->known_vr ||
            header->length > bytes.size() - at - header->bytes) {
            break;
        }
        const auto value = bytes.subspan(at + header->bytes, header->length);
        if (header->tag == syntax_tag) {
            syntax = padded_text(value);
        } else if (header->tag == media_class_tag) {
            start.media_class = padded_text(value);
        } else if (header->tag == media_instance_tag) {
            start.media_instance = padded_text(value);
        }
        at += header->bytes + header->length;
    }
    // The next header must be there whole and of another group, so that the meta header ends here.
    const bool ended = bytes.size() - at >= 12 && dicom::read_u16(&bytes[at], false) > 0x0002;
    if (!syntax.empty() && ended) {
        if (last_syntax_.uid() != syntax) {
            last_syntax_ = dicom::TransferSyntax{syntax};
        }
        start.syntax = last_syntax_;
        start.data_offset = at;
        return start;
    }
    const dicom::FileHead head = dicom::read_file_head(bytes);
    return {head.syntax, head.meta.text(media_class_tag), head.meta.text(media_instance_tag),
            head.data_offset, head.repaired()};
}

void HeadReader::take_values(Head& head)
{
    const bool explicit_vr = head.syntax.explicit_vr();
    head.header.reserve(view_.values().size() + 2);  // UIDs of the meta header may be added
    for (const dicom::HeadView::Value& value : view_.values()) {
        if (value.vr != dicom::Vr::SQ) {
            head.header.put(dicom::Element{value.tag, value.vr, std::string{value.bytes}});
            continue;
        }
        put_sequence(head.header, value, explicit_vr);
    }
    if (view_.missing() > 0) {
        head.defect = fmt::format("{}: cut off, {} bytes of its value are missing",
                                  view_.cut_off().formatted(), view_.missing());
    }
}

// False: it takes the slow way, or `more` bytes.
bool HeadReader::read_quickly(Head& head, std::span<const std::byte> bytes, std::uint64_t size,
                              const Start& start, bool& more)
{
    more = false;
    if (start.syntax.big_endian() || start.syntax.deflated() || start.data_offset > bytes.size()) {
        return false;
    }
    const auto state = view_.read(bytes.subspan(static_cast<std::size_t>(start.data_offset)),
                                  size - start.data_offset, start.syntax.explicit_vr());
    more = state == dicom::HeadView::State::short_of;
    if (state != dicom::HeadView::State::complete) {
        return false;
    }
    take_values(head);
    return true;
}

void HeadReader::read_slowly(Head& head, const ReadAt& read_at, std::uint64_t size,
                             std::uint64_t data_offset)
{
    dicom::HeaderScanner scanner{head.syntax, wanted_};
    const std::uint64_t end = std::min(size, data_offset + most_bytes);
    std::vector<std::byte> piece(dicom::file_head_bytes);
    bool more = true;
    bool ended = false;
    for (std::uint64_t at = data_offset; more && !scanner.header_complete() && !ended;) {
        const std::size_t count =
            at < end ? read_at(at, std::span{piece}.first(static_cast<std::size_t>(
                                       std::min<std::uint64_t>(end - at, piece.size()))))
                     : 0;
        ended = count == 0;
        more = !ended && scanner.feed(std::span{piece}.first(count));
        at += count;
    }
    if (ended && end == size) {
        scanner.finish();
    }
    head.header = scanner.header();
    head.defect = scanner.defect();
    if (has_uids(head.header) || head.defect.empty() || scanner.too_deep()) {
        return;
    }
    piece.resize(read_at(data_offset, std::span{piece}));
    dicom::DataSet found = dicom::read_head_with_dcmtk(piece, head.syntax, wanted_);
    if (has_uids(found)) {
        head.header = std::move(found);
        head.fallback = true;
    }
}

Head HeadReader::read(const ReadAt& read_at, std::uint64_t size, bool& marked)
{
    filled_ = 0;
    auto bytes = fill(read_at, first_bytes);
    marked = has_mark(bytes);
    Head head;
    Start start;
    try {
        start = start_of(bytes);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data || bytes.size() < first_bytes) {
            throw;
        }
        bytes = fill(read_at, buffer_.size());
        start = start_of(bytes);
    }
    head.syntax = start.syntax;
    head.data_offset = start.data_offset;
    head.media_class = std::move(start.media_class);
    head.media_instance = std::move(start.media_instance);
    head.repaired = start.repaired;
    bool more = false;
    if (read_quickly(head, bytes, size, start, more)) {
        return head;
    }
    if (more && bytes.size() < buffer_.size() && bytes.size() < size) {
        bytes = fill(read_at, buffer_.size());
        if (read_quickly(head, bytes, size, start, more)) {
            return head;
        }
    }
    read_slowly(head, read_at, size, start.data_offset);
    return head;
}

}  // namespace pacs::scan
