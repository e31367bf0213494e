#include "dicom/structure_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace pacs::dicom {

namespace {

constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t shortest_header_bytes = 8;

bool is_not_zero(std::byte byte) noexcept
{
    return byte != std::byte{0};
}

bool is_delimiter(Tag tag) noexcept
{
    return tag == tags::item_delimitation || tag == tags::sequence_delimitation;
}

}  // namespace

StructureWalker::StructureWalker(Encoding encoding, const ScanLimits& limits, Listener& listener)
    : limits_(limits), listener_(listener), hears_all_(listener.hears_all())
{
    frames_.reserve(2 * std::size_t{limits.depth} + 4);
    frames_.push_back({FrameKind::data_set, false, false, encoding, unbounded, 0});
}

bool StructureWalker::fail(std::string_view reason)
{
    if (defect_.empty()) {
        defect_ = fmt::format("{} at {}: {}", tag_.formatted(), tag_at_, reason);
    }
    return false;
}

bool StructureWalker::nested_too_deep()
{
    too_deep_ = true;
    return fail(fmt::format("nested deeper than {} sequences", limits_.depth));
}

// A structure that is broken: a defect, unless it is inside a value that need be no sequence at
// all, whose rest is then skipped.
bool StructureWalker::broken(std::string_view reason)
{
    const auto tentative = std::find_if(frames_.rbegin(), frames_.rend(),
                                        [](const Frame& frame) { return frame.tentative; });
    if (tentative == frames_.rend()) {
        return fail(reason);
    }
    // Bytes that do not even start like a sequence are none for any reader.
    const bool no_sequence = tag_at_ == tentative->start && tag_.group() != 0xFFFE;
    readers_may_differ_ = readers_may_differ_ || !no_sequence;
    const auto left = static_cast<std::size_t>(frames_.rend() - tentative) - 1;
    value_left_ = tentative->end - offset_;
    while (frames_.size() > left) {
        pop();
    }
    return true;
}

void StructureWalker::push(const Frame& frame)
{
    frames_.push_back(frame);
    depth_ += frame.kind == FrameKind::sequence ? 1 : 0;
    tentative_ += frame.tentative ? 1 : 0;
}

void StructureWalker::pop()
{
    if (hears_all_ && tentative_ == 0) {
        tell_closed(frames_.back());
    }
    depth_ -= frames_.back().kind == FrameKind::sequence ? 1 : 0;
    tentative_ -= frames_.back().tentative ? 1 : 0;
    frames_.pop_back();
}

void StructureWalker::tell_closed(const Frame& frame)
{
    switch (frame.kind) {
    case FrameKind::data_set: listener_.end_item(); break;
    case FrameKind::sequence: listener_.end_sequence(); break;
    case FrameKind::fragments: listener_.end_fragments(); break;
    }
}

// From now on every byte is given to the listener, until what opens next is closed.
void StructureWalker::gather()
{
    gathering_ = true;
    gathered_at_ = frames_.size();
}

bool StructureWalker::close()
{
    pop();
    return true;
}

void StructureWalker::close_finished_frames()
{
    while (frames_.size() > 1 && !frames_.back().undefined && frames_.back().end == offset_) {
        end_gathering();  // a value that ends with its item ends first
        pop();
    }
}

bool StructureWalker::walk(std::span<const std::byte> bytes)
{
    while (defect_.empty()) {
        if (value_left_ == 0) {
            close_finished_frames();
            end_gathering();
        }
        if (bytes.empty()) {
            return true;
        }
        const bool gathered = gathering_;
        const auto before = bytes;
        if (value_left_ > 0) {
            bytes = take_value(bytes);
        } else {
            bytes = padding_ ? take_padding(bytes) : take_header(bytes);
        }
        if (gathered) {
            listener_.value(before.first(before.size() - bytes.size()));
        }
    }
    return false;
}

void StructureWalker::end_gathering()
{
    if (gathering_ && frames_.size() == gathered_at_) {
        gathering_ = false;
        listener_.end();
    }
}

void StructureWalker::skip(std::uint64_t bytes)
{
    offset_ += bytes;
    value_left_ -= bytes;
    if (value_left_ == 0) {
        close_finished_frames();
    }
}

std::span<const std::byte> StructureWalker::take_value(std::span<const std::byte> bytes)
{
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(value_left_, bytes.size()));
    offset_ += count;
    value_left_ -= count;
    if (listening_) {
        listener_.value(bytes.first(count));
    }
    if (listening_ && value_left_ == 0) {
        listening_ = false;
        listener_.end();
    }
    return bytes.subspan(count);
}

std::span<const std::byte> StructureWalker::take_padding(std::span<const std::byte> bytes)
{
    const auto zeros = std::find_if(bytes.begin(), bytes.end(), is_not_zero) - bytes.begin();
    offset_ += static_cast<std::uint64_t>(zeros);
    if (static_cast<std::size_t>(zeros) < bytes.size()) {
        tag_at_ = offset_;
        fail("bytes after the end of the data set");
    }
    return {};
}

// Reads a header straight from `bytes`, or gathers one that is split.
std::span<const std::byte> StructureWalker::take_header(std::span<const std::byte> bytes)
{
    const Frame frame = frames_.back();
    if (frame.end - offset_ < shortest_header_bytes) {
        broken("an element cut off by the end of what encloses it");
        return bytes;
    }
    if (pending_bytes_ == 0) {
        if (const auto header = read_element_header(bytes, frame.encoding)) {
            begin_element(*header);
            return bytes.subspan(header->bytes);
        }
    }
    while (!bytes.empty()) {
        pending_[pending_bytes_++] = bytes.front();
        bytes = bytes.subspan(1);
        const auto gathered = std::span{pending_}.first(pending_bytes_);
        if (const auto header = read_element_header(gathered, frame.encoding)) {
            pending_bytes_ = 0;
            begin_element(*header);
            break;
        }
    }
    return bytes;
}

bool StructureWalker::begin_element(const ElementHeader& header)
{
    const Frame frame = frames_.back();
    const bool first = offset_ == 0;
    tag_ = header.tag;
    tag_at_ = offset_;
    readers_may_differ_ = readers_may_differ_ || header.small_vr;
    if (++elements_ > limits_.elements) {
        return fail("too many elements");
    }
    const std::uint64_t room = frame.end - offset_;
    offset_ += std::min<std::uint64_t>(header.bytes, room);
    const std::uint64_t needed =
        header.undefined() || is_delimiter(header.tag) ? 0 : std::uint64_t{header.length};
    if (header.bytes + needed > room) {
        return broken("longer than what encloses it");
    }
    if (at_top_level() && !first && header.tag.value == 0 && header.length == 0) {
        padding_ = true;  // a sin of several writers, without harm: zeros behind the data set
        return true;
    }
    switch (frame.kind) {
    case FrameKind::sequence: return in_sequence(frame, header);
    case FrameKind::fragments: return in_fragments(header);
    case FrameKind::data_set: break;
    }
    return in_data_set(frame, header);
}

// A frame of defined length may end with a delimiter that is not needed, if it is its last bytes.
bool StructureWalker::in_sequence(const Frame& frame, const ElementHeader& header)
{
    if (header.tag == tags::sequence_delimitation && (frame.undefined || frame.end == offset_)) {
        return close();
    }
    if (header.tag != tags::item) {
        return broken("where an item of a sequence should be");
    }
    if (depth_ > limits_.depth) {
        return nested_too_deep();
    }
    push({FrameKind::data_set, header.undefined(), false, frame.encoding,
          header.undefined() ? frame.end : offset_ + header.length, 0});
    if (heard()) {
        listener_.begin_item();
    }
    return true;
}

bool StructureWalker::in_fragments(const ElementHeader& header)
{
    if (header.tag == tags::sequence_delimitation) {
        return close();
    }
    if (header.tag != tags::item || header.undefined()) {
        return broken("where a fragment of pixel data should be");
    }
    value_left_ = header.length;
    return true;
}

bool StructureWalker::in_data_set(const Frame& frame, const ElementHeader& header)
{
    const bool nested = frames_.size() > 1;
    if (header.tag == tags::item_delimitation && nested &&
        (frame.undefined || frame.end == offset_)) {
        return close();
    }
    if (header.tag.group() == 0xFFFE) {
        return broken("a delimiter that delimits nothing");
    }
    if (header.tag.group() == 0x0000 || header.tag.group() == 0x0002) {
        return broken("a group that is never part of a data set");
    }
    if (header.vr == Vr::SQ || (header.undefined() && header.vr == Vr::UN)) {
        return open_sequence(frame, header);
    }
    if (!header.undefined()) {
        return begin_value(frame, header);
    }
    if (header.vr != Vr::OB && header.vr != Vr::OW) {
        return broken("undefined length in a VR that cannot have it");
    }
    if (heard()) {
        listener_.begin(header);
    }
    push({FrameKind::fragments, true, false, frame.encoding, frame.end, 0});
    return true;
}

bool StructureWalker::open_sequence(const Frame& frame, const ElementHeader& header)
{
    if (!header.known_vr) {
        return broken("undefined length in a VR nobody knows");
    }
    if (heard() && listener_.begin(header) && header.vr == Vr::SQ && !hears_all_) {
        gather();
    }
    if (depth_ >= limits_.depth) {
        return nested_too_deep();
    }
    // PS3.5 6.2.2 (CP-246): a sequence in UN is implicit VR little endian, whatever is around it.
    const bool hidden = frame.encoding.explicit_vr && header.vr == Vr::UN;
    push({FrameKind::sequence, header.undefined(), false,
          hidden ? Encoding{false, false} : frame.encoding,
          header.undefined() ? frame.end : offset_ + header.length, 0});
    return true;
}

bool StructureWalker::begin_value(const Frame& frame, const ElementHeader& header)
{
    const bool wanted = heard() && listener_.begin(header);
    // In implicit VR a reader with a private dictionary (DCMTK has one) may take an unknown value
    // for a sequence and descend, so its depth is looked at too.
    if (!frame.encoding.explicit_vr && header.vr == Vr::UN &&
        header.length >= shortest_header_bytes) {
        if (wanted) {
            gather();
        }
        push({FrameKind::sequence, false, true, frame.encoding, offset_ + header.length, offset_});
        return true;
    }
    value_left_ = header.length;
    listening_ = wanted && header.length > 0;
    if (wanted && header.length == 0) {
        listener_.end();
    }
    return true;
}

bool StructureWalker::finish()
{
    const auto rest = std::span{pending_}.first(pending_bytes_);
    const bool rest_is_padding =
        at_top_level() && rest.size() >= 2 && std::none_of(rest.begin(), rest.end(), is_not_zero);
    if (value_left_ > 0) {
        fail(fmt::format("cut off, {} bytes of its value are missing", value_left_));
    } else if (!at_top_level()) {
        fail("cut off inside a sequence or its fragments");
    } else if (!rest.empty() && !rest_is_padding) {
        fail("cut off in the header of the element behind it");
    }
    return defect_.empty();
}

}  // namespace pacs::dicom
