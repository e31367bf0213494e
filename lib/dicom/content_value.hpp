#pragma once

#include "base/digest.hpp"
#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pacs::dicom {

/// What a value of the canonical form is (pacs-content(7)); the letter is part of that form.
enum class ContentKind : char {
    text = 'T',        ///< UTF-8, values without their padding parted by backslashes
    raw_text = 'R',    ///< text whose bytes no declared character set explains
    bytes = 'B',       ///< numbers and bytes, little endian; text of more than 16 MiB
    sequence = 'S',    ///< the digests of the items
    pixels = 'P',      ///< native pixels, colour by pixel
    compressed = 'C',  ///< pixels that were compressed with loss, or that nobody here can decode
};

/// One element of the canonical form.
struct ContentElement {
    /// A value up to so many bytes stands itself, a longer one as its SHA-256.
    static constexpr std::size_t inline_bytes = 32;

    Tag tag;
    ContentKind kind = ContentKind::bytes;
    std::uint64_t length = 0;                     ///< of the canonical value, in bytes
    std::array<std::byte, inline_bytes> value{};  ///< it, or its digest; zeros behind it
    bool operator==(const ContentElement&) const = default;
};

/// Takes a canonical value that comes in pieces.
class ContentValue {
public:
    void add(std::span<const std::byte> bytes);
    void add(std::string_view text) { add(std::as_bytes(std::span{text})); }
    std::uint64_t size() const noexcept { return length_; }  ///< bytes so far
    /// The element with all that was added; the object starts anew afterwards.
    ContentElement finish(Tag tag, ContentKind kind);

private:
    std::uint64_t length_ = 0;
    std::array<std::byte, ContentElement::inline_bytes> start_{};
    std::unique_ptr<Sha256> digest_;  ///< once there are more bytes than fit
    bool hashing_ = false;
};

/// The digest of a data set or item from its elements, which it puts into the order of their tags.
Sha256Value digest_of(std::vector<ContentElement>& elements);

/// A value of text in canonical form. `element` has the VR of the dictionary.
struct CanonicalText {
    ContentKind kind = ContentKind::text;
    std::string bytes;
};
CanonicalText canonical_text(const Element& element, const CharacterSet& charset);

}  // namespace pacs::dicom
