#pragma once

#include "base/digest.hpp"
#include "dicom/content_value.hpp"
#include "dicom/structure_walk.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/walk_object.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pacs::dicom {

/// What reading the content of an object refuses to exceed.
struct ContentOptions {
    ScanLimits scan = {.elements = 5'000'000};
    std::uint64_t decoded_bytes = 4ULL << 30U;  ///< of all compressed pixels of an object
    std::uint64_t frame_bytes = 512ULL << 20U;  ///< of one frame, which is held in memory
};

/// What an object says, however it is encoded.
///
/// The canonical form is laid down in pacs-content(7), so that anybody can compute it. In short: of
/// every data set and item the elements in the order of their tags, each with what it says: text as
/// UTF-8 without padding, numbers and bytes in little endian, the digests of items, native pixels
/// by pixel. VRs, byte order, lengths, padding, Specific Character Set, group lengths, offset
/// tables and Planar Configuration are encoding and not part of it; nor is the File Meta
/// Information. Pixels compressed without loss are decoded.
///
/// So it is equal for two objects that a lossless conversion leads from one to the other, and
/// different when any value differs. Values of private elements, and of those PS3.6 does not know,
/// are compared byte by byte: text in them is not brought to UTF-8, for implicit VR does not say
/// that it is text.
struct ContentDigest {
    Sha256Value sha256{};     ///< holds unless there is a defect
    std::string defect = {};  ///< empty: none; else the structure is broken, or beyond a limit
    bool too_large = false;   ///< the defect is a limit of ours, not the object's
    /// Some pixels were compressed with loss: they are compared as they are compressed, and what
    /// they decode to is another content.
    bool lossy = false;
    /// Why some pixels could not be decoded, which are compared as they are compressed; else empty.
    std::string undecodable = {};

    /// In a word of pacs-records(5): damaged, too_large, undecodable, lossy; empty when there is
    /// nothing to say.
    std::string_view note() const noexcept;
};

/// Reads the data set that begins at `offset` of an object of `size` bytes, in memory that does not
/// grow with its pixels but for one frame of compressed or planar ones.
/// Thread-safe. Throws what `read_at` throws; Error(storage) when there are compressed pixels and
/// DCMTK's dictionary is not installed.
ContentDigest content_digest(const ReadAt& read_at, std::uint64_t offset, std::uint64_t size,
                             const TransferSyntax& syntax, const ContentOptions& options = {});
/// The same of a data set in memory.
ContentDigest content_digest(std::span<const std::byte> data_set, const TransferSyntax& syntax,
                             const ContentOptions& options = {});

struct ContentItem;

/// What people are told of an element.
struct ContentDetail {
    Tag tag;
    Vr vr = Vr::none;                 ///< under which `start` is understood
    std::string start;                ///< the first bytes of the value, numbers little endian; text
                                      ///< in UTF-8
    std::vector<ContentItem> items;   ///< of a sequence
    std::vector<Sha256Value> frames;  ///< of pixels

    ContentDetail() = default;
    ContentDetail(Tag t, Vr v, std::string bytes);
};

/// The content of a data set or item, elements by tag, each with its detail.
struct ContentItem {
    Sha256Value sha256{};
    std::vector<ContentElement> elements = {};
    std::vector<ContentDetail> details = {};
};

inline ContentDetail::ContentDetail(Tag t, Vr v, std::string bytes)
    : tag(t), vr(v), start(std::move(bytes))
{
}

/// The whole content in memory, for those who must know where two objects differ.
struct Content {
    ContentDigest digest;
    ContentItem root;
};

/// Bytes of a value that ContentDetail::start has at most.
inline constexpr std::size_t content_start_bytes = 256;

/// As content_digest(), and keeps what it came by: about 200 bytes an element.
Content read_content(const ReadAt& read_at, std::uint64_t offset, std::uint64_t size,
                     const TransferSyntax& syntax, const ContentOptions& options = {});

}  // namespace pacs::dicom
