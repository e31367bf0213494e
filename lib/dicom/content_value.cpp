#include "dicom/content_value.hpp"

#include "dicom/json_value.hpp"

#include <algorithm>
#include <cstring>

namespace pacs::dicom {

namespace {

constexpr std::string_view version = "pacs-content-1\n";

void append_big_endian(std::string& out, std::uint64_t number, unsigned bytes)
{
    for (; bytes > 0; --bytes) {
        out += static_cast<char>((number >> (8 * (bytes - 1))) & 0xFFU);
    }
}

}  // namespace

void ContentValue::add(std::span<const std::byte> bytes)
{
    const std::uint64_t before = length_;
    length_ += bytes.size();
    if (!hashing_ && length_ <= start_.size()) {
        std::copy(bytes.begin(), bytes.end(), start_.begin() + static_cast<std::ptrdiff_t>(before));
        return;
    }
    if (!hashing_) {
        hashing_ = true;
        digest_ = digest_ ? std::move(digest_) : std::make_unique<Sha256>();
        digest_->update(std::span{start_}.first(static_cast<std::size_t>(before)));
    }
    digest_->update(bytes);
}

ContentElement ContentValue::finish(Tag tag, ContentKind kind)
{
    ContentElement element{tag, kind, length_, start_};
    if (hashing_) {
        element.value = digest_->finish();
    }
    length_ = 0;
    start_ = {};
    hashing_ = false;
    return element;
}

Sha256Value digest_of(std::vector<ContentElement>& elements)
{
    const auto by_tag = [](const ContentElement& left, const ContentElement& right) {
        return left.tag < right.tag;
    };
    if (!std::is_sorted(elements.begin(), elements.end(), by_tag)) {
        std::sort(elements.begin(), elements.end(), by_tag);
    }
    Sha256 digest;
    std::string form{version};
    const auto drain = [&digest, &form] {
        digest.update(std::as_bytes(std::span{form}));
        form.clear();
    };
    constexpr std::size_t enough = std::size_t{16} << 10U;
    for (const ContentElement& element : elements) {
        append_big_endian(form, element.tag.value, 4);
        form += static_cast<char>(element.kind);
        append_big_endian(form, element.length, 8);
        const auto shown = std::min<std::uint64_t>(element.length, element.value.size());
        form.append(reinterpret_cast<const char*>(element.value.data()),
                    static_cast<std::size_t>(shown));
        if (form.size() > enough) {
            drain();
        }
    }
    drain();
    return digest.finish();
}

CanonicalText canonical_text(const Element& element, const CharacterSet& charset)
{
    const Texts texts = texts_of(element, charset);
    CanonicalText canonical;
    if (!texts.exact) {
        return {ContentKind::raw_text, std::string{trimmed(element.value, element.vr)}};
    }
    for (const std::string& value : texts.values) {
        canonical.bytes += &value == &texts.values.front() ? "" : "\\";
        canonical.bytes += value;
    }
    return canonical;
}

}  // namespace pacs::dicom
