#include "dicom/content_compare.hpp"

#include "base/utf8.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace pacs::dicom {

namespace {

constexpr std::size_t most_shown_bytes = 100;
constexpr std::size_t most_hex_bytes = 32;
constexpr std::size_t most_frames = 100;

std::string joined(const std::vector<std::string>& values)
{
    std::string text;
    for (const std::string& value : values) {
        text += (&value == &values.front() ? "" : "\\") + value;
    }
    return text;
}

/// What is behind the part of a value that is shown; the digest tells two such values apart.
std::string rest_of(const ContentElement& element)
{
    const bool digested = element.length > ContentElement::inline_bytes;
    const std::string digest =
        digested ? ", SHA-256 " + to_hex(std::span{element.value}.first(8)) + "..." : "";
    return fmt::format("... ({} bytes{})", element.length, digest);
}

std::string hex_of(const ContentElement& element, const ContentDetail& detail)
{
    const std::string_view bytes = std::string_view{detail.start}.substr(0, most_hex_bytes);
    return to_hex(std::as_bytes(std::span{bytes})) +
           (bytes.size() < element.length ? rest_of(element) : "");
}

std::string text_of(const ContentElement& element, const ContentDetail& detail)
{
    const std::string text =
        element.kind == ContentKind::bytes
            ? joined(texts_of({detail.tag, detail.vr, detail.start}, CharacterSet{}).values)
            : detail.start;
    const std::size_t shown = utf8_cut(text, most_shown_bytes);
    const bool whole = shown == text.size() && detail.start.size() >= element.length;
    return text.substr(0, shown) + (whole ? "" : rest_of(element));
}

std::string shown(const ContentElement& element, const ContentDetail& detail)
{
    switch (element.kind) {
    case ContentKind::sequence:
        return detail.items.size() == 1 ? "1 item" : fmt::format("{} items", detail.items.size());
    case ContentKind::pixels: return fmt::format("{} bytes of pixels", element.length);
    case ContentKind::compressed:
        return fmt::format("{} bytes of compressed pixels", element.length);
    case ContentKind::raw_text: return hex_of(element, detail);
    case ContentKind::bytes:
        return has_bulk_vr(detail.vr) || detail.vr == Vr::SQ ? hex_of(element, detail)
                                                             : text_of(element, detail);
    case ContentKind::text: break;
    }
    return text_of(element, detail);
}

class Comparison {
public:
    explicit Comparison(const std::function<void(const ContentDifference&)>& tell) : tell_(tell) {}

    void items(const ContentItem& left, const ContentItem& right)
    {
        std::size_t l = 0;
        std::size_t r = 0;
        while (l < left.elements.size() || r < right.elements.size()) {
            const bool no_left = l == left.elements.size();
            const bool no_right = r == right.elements.size();
            if (no_right || (!no_left && left.elements[l].tag < right.elements[r].tag)) {
                one_sided(Kind::removed, left.elements[l], left.details[l]);
                ++l;
            } else if (no_left || right.elements[r].tag < left.elements[l].tag) {
                one_sided(Kind::added, right.elements[r], right.details[r]);
                ++r;
            } else {
                elements(left.elements[l], left.details[l], right.elements[r], right.details[r]);
                ++l;
                ++r;
            }
        }
    }

private:
    using Kind = ContentDifference::Kind;

    ContentDifference difference(Kind kind, const ContentDetail& detail) const
    {
        ContentDifference found;
        found.kind = kind;
        found.around = around_;
        found.tag = detail.tag;
        found.vr = detail.vr;
        return found;
    }

    void one_sided(Kind kind, const ContentElement& element, const ContentDetail& detail)
    {
        ContentDifference found = difference(kind, detail);
        (kind == Kind::removed ? found.left : found.right) = shown(element, detail);
        tell_(found);
    }

    void elements(const ContentElement& left, const ContentDetail& left_detail,
                  const ContentElement& right, const ContentDetail& right_detail)
    {
        if (left == right) {
            return;
        }
        if (left.kind == ContentKind::sequence && right.kind == ContentKind::sequence) {
            sequences(left_detail, right_detail);
            return;
        }
        ContentDifference found = difference(Kind::changed, left_detail);
        found.left = shown(left, left_detail);
        found.right = shown(right, right_detail);
        compare_frames(left_detail.frames, right_detail.frames, found);
        tell_(found);
    }

    static void compare_frames(const std::vector<Sha256Value>& left,
                               const std::vector<Sha256Value>& right, ContentDifference& found)
    {
        if (left.empty() || right.empty()) {
            return;
        }
        for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
            if (i < left.size() && i < right.size() && left[i] == right[i]) {
                continue;
            }
            ++found.frames_differing;
            if (found.frames.size() < most_frames) {
                found.frames.push_back(i + 1);
            }
        }
    }

    void sequences(const ContentDetail& left, const ContentDetail& right)
    {
        const std::size_t both = std::min(left.items.size(), right.items.size());
        for (std::size_t i = 0; i < both; ++i) {
            if (left.items[i].sha256 != right.items[i].sha256) {
                around_.emplace_back(left.tag, i + 1);
                items(left.items[i], right.items[i]);
                around_.pop_back();
            }
        }
        const auto tell_rest = [&](Kind kind, const ContentDetail& longer) {
            for (std::size_t i = both; i < longer.items.size(); ++i) {
                ContentDifference found = difference(kind, longer);
                found.item = i + 1;
                (kind == Kind::removed ? found.left : found.right) =
                    fmt::format("an item of {} elements", longer.items[i].elements.size());
                tell_(found);
            }
        };
        tell_rest(Kind::removed, left);
        tell_rest(Kind::added, right);
    }

    const std::function<void(const ContentDifference&)>& tell_;
    std::vector<std::pair<Tag, std::size_t>> around_;
};

}  // namespace

std::string ContentDifference::path() const
{
    std::string path;
    for (const auto& [sequence, number] : around) {
        fmt::format_to(std::back_inserter(path), "{}[{}].", name_of(sequence), number);
    }
    path += name_of(tag);
    if (item != 0) {
        fmt::format_to(std::back_inserter(path), "[{}]", item);
    }
    return path;
}

void compare(const ContentItem& left, const ContentItem& right,
             const std::function<void(const ContentDifference&)>& tell)
{
    Comparison{tell}.items(left, right);
}

}  // namespace pacs::dicom
