#include "dicom/content_reader.hpp"

#include "dicom/dictionary.hpp"
#include "dicom/implicit_vr.hpp"
#include "dicom/json_value.hpp"
#include "dicom/uid.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pacs::dicom {

namespace {

constexpr Tag photometric_interpretation{0x0028, 0x0004};
constexpr Tag planar_configuration{0x0028, 0x0006};
constexpr Tag extended_offset_table{0x7FE0, 0x0001};
constexpr std::size_t most_elements_of_a_level = 1'000'000;
constexpr std::uint64_t most_charset_bytes = 1024;
constexpr std::uint64_t most_text_bytes = 16ULL << 20U;    // longer text is compared as it stands
constexpr std::uint64_t most_hidden_bytes = 64ULL << 20U;  // of a sequence in a value
constexpr std::uint64_t delimiter_bytes = 8;

/// What an encoder writes, not what the object says: Length to End, Specific Character Set, offset
/// tables and the length of encapsulated pixel data, Data Set Trailing Padding, group lengths.
bool is_encoding(Tag tag) noexcept
{
    constexpr std::array tags{Tag{0x0008, 0x0001}, Tag{0x0008, 0x0005}, Tag{0x7FE0, 0x0001},
                              Tag{0x7FE0, 0x0002}, Tag{0x7FE0, 0x0003}, Tag{0xFFFC, 0xFFFC}};
    return tag.element() == 0 || std::find(tags.begin(), tags.end(), tag) != tags.end();
}

/// Whether the attribute describes pixels, so that they can be read.
bool is_of_image(Tag tag) noexcept
{
    return tag.group() == 0x0028 && (tag.element() <= 0x0011 || (tag.element() >> 4U) == 0x0010);
}

ReadAt reader_of(const std::string& bytes)
{
    return read_memory(std::as_bytes(std::span{bytes}));
}

}  // namespace

ContentReader::ContentReader(const Source& source, const ScanLimits& limits, ContentBudget& budget,
                             std::shared_ptr<const CharacterSet> charset, bool keep)
    : source_(source),
      limits_(limits),
      budget_(budget),
      keep_(keep),
      walker_(Encoding{source.syntax}, limits, *this)
{
    Level& top = levels_.emplace_back();
    top.charset = std::move(charset);
}

Content ContentReader::run() &&
{
    walk_object(walker_, source_.read_at, source_.offset, source_.size, source_.syntax, limits_);
    content_.digest.defect = walker_.defect();
    content_.digest.too_large = content_.digest.too_large || walker_.too_deep();
    if (walker_.defect().empty()) {
        close(levels_.front());
        content_.root = std::move(levels_.front().item);
        content_.digest.sha256 = content_.root.sha256;
    }
    return std::move(content_);
}

bool ContentReader::refuse(const char* reason)
{
    content_.digest.too_large = true;
    return walker_.fail(reason);
}

bool ContentReader::begin(const ElementHeader& header)
{
    Level& level = levels_.back();
    const auto seen = level.tags.add(header.tag);
    if (seen == TagsSeen::Seen::too_many) {
        return refuse("too many elements out of order");
    }
    if (level.item.elements.size() >= most_elements_of_a_level) {
        return refuse("too many elements in one data set");
    }
    const bool ignored = level.ignored || seen != TagsSeen::Seen::no;
    if (header.vr == Vr::SQ || (header.undefined() && header.vr == Vr::UN)) {
        open_sequence(header.tag, ignored || is_encoding(header.tag));
        return false;
    }
    tag_ = header.tag;
    vr_ = vr_of(tag_);
    shown_vr_ = keep_ ? shown_vr(header) : Vr::none;
    use_ = ignored ? Use::nothing : use_of(header);
    fragments_at_ = walker_.offset();
    if (use_ == Use::nothing || header.undefined()) {
        return false;
    }
    space_pads_ = is_text(header.vr) && header.vr != Vr::UI;
    unit_ = walker_.encoding().big_endian && header.vr != Vr::UN ? unit_bytes(header.vr) : 1;
    if (use_ == Use::pixels) {
        pixels_.emplace(shape_of(level.image), header.length, budget_.pixels, keep_);
    }
    return true;
}

ContentReader::Use ContentReader::use_of(const ElementHeader& header) const
{
    if (tag_ == tags::specific_character_set && header.length <= most_charset_bytes) {
        return Use::charset;
    }
    if (tag_ == extended_offset_table && header.length <= most_hidden_bytes) {
        return Use::offsets;
    }
    if (is_encoding(tag_)) {
        return Use::nothing;
    }
    if (tag_ == tags::pixel_data) {
        return Use::pixels;
    }
    if (is_text(vr_) && header.length <= most_text_bytes) {
        return Use::text;
    }
    const bool may_hide = vr_ == Vr::UN || vr_ == Vr::SQ;
    return may_hide && header.length <= most_hidden_bytes ? Use::hidden : Use::bytes;
}

Vr ContentReader::shown_vr(const ElementHeader& header) const
{
    const bool is_signed = shape_of(levels_.back().image).is_signed;
    return vr_ == Vr::UN || vr_ == Vr::SQ ? header.vr : implicit_vr(tag_, vr_, is_signed);
}

void ContentReader::value(std::span<const std::byte> bytes)
{
    if (unit_ == 1) {
        take(bytes);
        return;
    }
    odd_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::string whole = odd_.substr(0, odd_.size() / unit_ * unit_);
    odd_.erase(0, whole.size());
    for (std::size_t at = 0; at < whole.size(); at += unit_) {
        const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(at);
        std::reverse(begin, begin + static_cast<std::ptrdiff_t>(unit_));
    }
    take(std::as_bytes(std::span{whole}));
}

void ContentReader::flush_odd()
{
    const std::string rest = std::exchange(odd_, {});
    take(std::as_bytes(std::span{rest}));
}

void ContentReader::take(std::span<const std::byte> bytes)
{
    const auto* const text = reinterpret_cast<const char*>(bytes.data());
    if (keep_ && start_.size() < content_start_bytes) {
        start_.append(text, std::min(bytes.size(), content_start_bytes - start_.size()));
    }
    switch (use_) {
    case Use::nothing: break;
    case Use::pixels: pixels_->add(bytes); break;
    case Use::bytes: value_.add(bytes); break;
    case Use::charset:
    case Use::offsets:
    case Use::text:
    case Use::hidden: buffer_.append(text, bytes.size()); break;
    }
}

void ContentReader::end()
{
    flush_odd();
    switch (use_) {
    case Use::nothing: break;
    case Use::pixels: {
        PixelContent content = pixels_->finish(tag_);
        pixels_.reset();
        add_pixels(std::move(content));
        break;
    }
    case Use::bytes: end_bytes(); break;
    case Use::charset:
        if (!trimmed(buffer_, Vr::CS).empty()) {
            levels_.back().charset = std::make_shared<const CharacterSet>(buffer_);
        }
        break;
    case Use::offsets: levels_.back().image.put({tag_, Vr::OV, buffer_}); break;
    case Use::text: end_text(); break;
    case Use::hidden: end_hidden(); break;
    }
    buffer_.clear();
    start_.clear();
}

void ContentReader::end_text()
{
    const CanonicalText text = canonical_text({tag_, vr_, buffer_}, *levels_.back().charset);
    value_.add(text.bytes);
    add(value_.finish(tag_, text.kind), {tag_, vr_, text.bytes.substr(0, content_start_bytes)});
}

void ContentReader::end_bytes()
{
    if (value_.size() % 2 != 0) {
        value_.add(std::string_view{space_pads_ ? " " : "\0", 1});
    }
    const ContentElement as_is = value_.finish(tag_, ContentKind::bytes);
    add(as_is, {tag_, shown_vr_, std::exchange(start_, {})});
}

// The value of an element nobody knows may be a sequence that some encoder did not know for one:
// UN of defined length, or a private one in implicit VR (PS3.5 6.2.2). It is one when it reads so
// from its first byte to its last.
void ContentReader::end_hidden()
{
    if (buffer_.empty() && vr_ == Vr::SQ) {
        add(value_.finish(tag_, ContentKind::sequence), {tag_, Vr::SQ, {}});
        return;
    }
    if (auto hidden = hidden_sequence()) {
        ContentElement element = hidden->root.elements.front();
        element.tag = tag_;
        ContentDetail detail = keep_ ? std::move(hidden->root.details.front()) : ContentDetail{};
        detail.tag = tag_;
        add(element, std::move(detail));
        return;
    }
    value_.add(buffer_);
    end_bytes();
}

std::optional<Content> ContentReader::hidden_sequence()
{
    constexpr std::string_view item{"\xFE\xFF\x00\xE0", 4};
    const auto depth = static_cast<unsigned>(sequences_.size());
    if (!buffer_.starts_with(item) || depth >= limits_.depth) {
        return std::nullopt;
    }
    if (buffer_.size() > budget_.hidden_bytes) {
        refuse("too many sequences in values of unknown elements");
        return std::nullopt;
    }
    budget_.hidden_bytes -= buffer_.size();
    constexpr Tag any_sequence{0x0008, 0x1140};
    std::string bytes;
    append_element_header(bytes, {any_sequence, Vr::SQ, static_cast<std::uint32_t>(buffer_.size())},
                          Encoding{false, false});
    bytes += buffer_;
    ScanLimits limits = limits_;
    limits.depth -= depth;
    const ReadAt read_at = reader_of(bytes);
    const Source source{read_at, 0, bytes.size(), TransferSyntax{uids::implicit_le},
                        source_.pixel_syntax};
    Content content = ContentReader{source, limits, budget_, levels_.back().charset, keep_}.run();
    if (!content.digest.defect.empty() || content.root.elements.size() != 1) {
        return std::nullopt;
    }
    content_.digest.lossy = content_.digest.lossy || content.digest.lossy;
    if (content_.digest.undecodable.empty()) {
        content_.digest.undecodable = content.digest.undecodable;
    }
    return content;
}

void ContentReader::open_sequence(Tag tag, bool ignored)
{
    Sequence& sequence = sequences_.emplace_back();
    sequence.tag = tag;
    sequence.ignored = ignored;
    sequence.detail.tag = tag;
    sequence.detail.vr = Vr::SQ;
}

void ContentReader::begin_item()
{
    Level level;
    level.ignored = sequences_.back().ignored;
    level.charset = levels_.back().charset;
    levels_.push_back(std::move(level));
}

void ContentReader::end_item()
{
    Level level = std::move(levels_.back());
    levels_.pop_back();
    Sequence& sequence = sequences_.back();
    if (sequence.ignored) {
        return;
    }
    close(level);
    sequence.digests.add(level.item.sha256);
    if (keep_) {
        sequence.detail.items.push_back(std::move(level.item));
    }
}

void ContentReader::end_sequence()
{
    Sequence sequence = std::move(sequences_.back());
    sequences_.pop_back();
    if (sequence.ignored) {
        return;
    }
    ContentElement element = sequence.digests.finish(sequence.tag, ContentKind::sequence);
    const Vr vr = vr_of(sequence.tag);
    if (element.length == 0 && vr != Vr::SQ) {  // in implicit VR nobody sees that it is a sequence
        element.kind = is_text(vr) ? ContentKind::text : ContentKind::bytes;
    }
    add(element, std::move(sequence.detail));
}

void ContentReader::end_fragments()
{
    if (use_ == Use::nothing) {
        return;
    }
    if (source_.syntax.deflated()) {
        walker_.fail("fragments in a deflated data set");  // no transfer syntax has them
        return;
    }
    const std::uint64_t begin = source_.offset + fragments_at_;
    const FragmentRange range{begin, source_.offset + walker_.offset() - delimiter_bytes};
    const Level& level = levels_.back();
    const std::string offsets = level.image.text(extended_offset_table);
    add_pixels(encapsulated_pixels(tag_, source_.read_at, range, source_.pixel_syntax,
                                   shape_of(level.image), offsets, budget_.pixels, keep_));
}

void ContentReader::add_pixels(PixelContent&& content)
{
    Level& level = levels_.back();
    level.by_pixel = level.by_pixel || content.element.kind == ContentKind::pixels;
    level.rgb = level.rgb || content.rgb;
    ContentDigest& digest = content_.digest;
    digest.lossy = digest.lossy || content.kept == PixelContent::Kept::lossy;
    if (digest.undecodable.empty()) {
        digest.undecodable = std::move(content.reason);
    }
    ContentDetail detail{tag_, shown_vr_, {}};
    detail.frames = std::move(content.frames);
    add(content.element, std::move(detail));
}

void ContentReader::add(const ContentElement& element, ContentDetail&& detail)
{
    if (is_of_image(element.tag)) {
        note_image(element);
    }
    ContentItem& item = levels_.back().item;
    item.elements.push_back(element);
    if (keep_) {
        item.details.push_back(std::move(detail));
    }
}

void ContentReader::note_image(const ContentElement& element)
{
    if (element.length <= element.value.size()) {
        const auto length = static_cast<std::size_t>(element.length);
        const std::string value{reinterpret_cast<const char*>(element.value.data()), length};
        levels_.back().image.put({element.tag, vr_of(element.tag), value});
    }
}

// Pixels in canonical form are by pixel, and RGB where a transform was undone.
void ContentReader::close(Level& level)
{
    ContentItem& item = level.item;
    if (level.by_pixel) {
        std::erase_if(item.elements,
                      [](const auto& each) { return each.tag == planar_configuration; });
        std::erase_if(item.details,
                      [](const auto& each) { return each.tag == planar_configuration; });
    }
    for (ContentElement& each : item.elements) {
        if (level.rgb && each.tag == photometric_interpretation) {
            value_.add(std::string_view{"RGB"});
            each = value_.finish(each.tag, ContentKind::text);
        }
    }
    std::sort(item.details.begin(), item.details.end(),
              [](const auto& left, const auto& right) { return left.tag < right.tag; });
    item.sha256 = digest_of(item.elements);
}

}  // namespace pacs::dicom
