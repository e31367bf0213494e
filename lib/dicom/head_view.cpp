#include "dicom/head_view.hpp"

namespace pacs::dicom {

namespace {

constexpr std::size_t longest_value = std::size_t{64} << 10U;
constexpr unsigned deepest = 16;  // beyond it is for the HeaderScanner, which knows the limit

bool is_bulk(Vr vr) noexcept
{
    return vr == Vr::OB || vr == Vr::OW || vr == Vr::UN || vr == Vr::OD || vr == Vr::OF ||
           vr == Vr::OL || vr == Vr::OV;
}

bool is_pixel_data(Tag tag) noexcept
{
    return tag == tags::pixel_data || tag == Tag{0x7FE0, 0x0008} || tag == Tag{0x7FE0, 0x0009};
}

std::string_view text(std::span<const std::byte> bytes) noexcept
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Such an element could mean another structure to other readers, or none.
bool is_odd(const ElementHeader& header, Tag before) noexcept
{
    return header.tag <= before || header.tag.group() == 0x0002 || header.tag.group() == 0 ||
           header.tag.group() == 0xFFFE || !header.known_vr || header.small_vr ||
           (header.undefined() && header.vr != Vr::SQ);
}

}  // namespace

// Wanted tags and elements both ascend: each is passed once.
bool HeadView::keep(const ElementHeader& header, std::string_view value, std::string_view element)
{
    while (next_ < wanted_.size() && wanted_[next_] < header.tag) {
        ++next_;
    }
    if (next_ == wanted_.size() || wanted_[next_] != header.tag) {
        return false;
    }
    const Vr vr = understood_vr(header);
    const bool sequence = vr == Vr::SQ;
    if (!is_bulk(vr) && (sequence ? element : value).size() <= longest_value) {
        values_.push_back({header.tag, vr, sequence ? element : value});
    }
    return true;
}

// From behind the header of a sequence of undefined length to behind its delimiter. Items and
// sequences of undefined length stand in one another by turns, so their number says in what we are.
bool HeadView::skip_open_sequence(std::span<const std::byte> bytes, std::size_t& at,
                                  Encoding encoding)
{
    unsigned open = 1;  // odd: in a sequence, even: in an item
    while (open > 0) {
        const auto header = read_element_header(bytes.subspan(at), encoding);
        if (!header || header->bytes > bytes.size() - at) {
            short_of_ = true;
            return false;
        }
        at += header->bytes;
        const bool in_sequence = open % 2 == 1;
        const Tag end = in_sequence ? tags::sequence_delimitation : tags::item_delimitation;
        if (header->tag == end && header->length == 0) {
            --open;
            continue;
        }
        const bool opens = header->undefined() && (in_sequence || header->vr == Vr::SQ);
        const bool fits =
            in_sequence ? header->tag == tags::item
                        : header->tag.group() != 0xFFFE && header->known_vr && !header->small_vr;
        if (!fits || (header->undefined() && !opens) || open == deepest) {
            return false;
        }
        if (opens) {
            ++open;
        } else if (header->length > bytes.size() - at) {
            short_of_ = true;
            return false;
        } else {
            at += header->length;
        }
    }
    return true;
}

HeadView::State HeadView::read(std::span<const std::byte> bytes, std::uint64_t total_bytes,
                               bool explicit_vr)
{
    const Encoding encoding{explicit_vr, false};
    values_.clear();
    next_ = 0;
    cut_off_ = {};
    missing_ = 0;
    short_of_ = false;
    Tag before;
    std::size_t at = 0;
    const Tag last = wanted_.empty() ? Tag{} : wanted_.back();
    while (at < bytes.size()) {
        const auto header = read_element_header(bytes.subspan(at), encoding);
        const bool complete = before >= last;
        if (!header) {
            return complete ? State::complete : State::short_of;
        }
        // What follows the last wanted element is only looked at for the length of the pixel data.
        if (is_pixel_data(header->tag) || header->tag > last) {
            const std::uint64_t end = at + header->bytes + std::uint64_t{header->length};
            if (is_odd(*header, before)) {
                return complete || is_pixel_data(header->tag) ? State::complete : State::odd;
            }
            if (!header->undefined() && end > total_bytes) {
                cut_off_ = header->tag;
                missing_ = end - total_bytes;
                return State::complete;
            }
            if (is_pixel_data(header->tag) || header->undefined() || end >= bytes.size()) {
                return State::complete;
            }
            before = header->tag;
            at = static_cast<std::size_t>(end);
            continue;
        }
        if (is_odd(*header, before)) {
            return State::odd;
        }
        const std::size_t start = at;
        before = header->tag;
        at += header->bytes;
        if (header->undefined()) {
            if (!skip_open_sequence(bytes, at, encoding)) {
                return short_of_ ? State::short_of : State::odd;
            }
            keep(*header, {}, text(bytes.subspan(start, at - start)));
            continue;
        }
        if (header->length > bytes.size() - at) {
            return State::short_of;
        }
        at += header->length;
        keep(*header, text(bytes.subspan(at - header->length, header->length)),
             text(bytes.subspan(start, at - start)));
    }
    return before >= last || bytes.size() == total_bytes ? State::complete : State::short_of;
}

}  // namespace pacs::dicom
