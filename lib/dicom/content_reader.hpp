#pragma once

#include "dicom/content_digest.hpp"
#include "dicom/content_pixels.hpp"
#include "dicom/element_header.hpp"
#include "dicom/tags_seen.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pacs::dicom {

/// What is left of the limits of an object, shared with the sequences hidden in its values.
struct ContentBudget {
    PixelBudget pixels;
    std::uint64_t hidden_bytes = 1ULL << 30U;  ///< of values read a second time as sequences
};

/// Reads the elements of an object into their canonical form; the work behind content_digest().
class ContentReader : StructureWalker::Listener {
public:
    struct Source {
        const ReadAt& read_at;
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
        TransferSyntax syntax = {};        ///< how elements are encoded
        TransferSyntax pixel_syntax = {};  ///< and compressed pixels
    };
    /// All but values must outlive it. `charset` holds where the data set names none; `keep`: the
    /// details too.
    ContentReader(const Source& source, const ScanLimits& limits, ContentBudget& budget,
                  std::shared_ptr<const CharacterSet> charset, bool keep);

    Content run() &&;

private:
    /// An open data set or item.
    struct Level {
        bool ignored = false;  ///< part of an element that came before
        TagsSeen tags;
        ContentItem item;
        std::shared_ptr<const CharacterSet> charset;
        DataSet image;          ///< attributes that describe its pixels
        bool by_pixel = false;  ///< it has pixels in canonical form, so that
        bool rgb = false;       ///< Planar Configuration and a transform of colour are encoding
    };
    struct Sequence {
        Tag tag;
        bool ignored = false;
        ContentValue digests;
        ContentDetail detail;
    };
    /// What is made of the value that comes.
    enum class Use : std::uint8_t { nothing, charset, offsets, text, hidden, bytes, pixels };

    bool hears_all() const override { return true; }
    bool begin(const ElementHeader& header) override;
    void value(std::span<const std::byte> bytes) override;
    void end() override;
    void begin_item() override;
    void end_item() override;
    void end_sequence() override;
    void end_fragments() override;

    Use use_of(const ElementHeader& header) const;
    Vr shown_vr(const ElementHeader& header) const;
    bool refuse(const char* reason);
    void open_sequence(Tag tag, bool ignored);
    void take(std::span<const std::byte> bytes);
    void flush_odd();
    void end_text();
    void end_hidden();
    void end_bytes();
    std::optional<Content> hidden_sequence();
    void add_pixels(PixelContent&& content);
    void add(const ContentElement& element, ContentDetail&& detail);
    void note_image(const ContentElement& element);
    void close(Level& level);

    Source source_;
    ScanLimits limits_;
    ContentBudget& budget_;
    const bool keep_;
    StructureWalker walker_;
    std::vector<Level> levels_;
    std::vector<Sequence> sequences_;
    Content content_;

    Tag tag_;  // of the element last begun
    Use use_ = Use::nothing;
    Vr vr_ = Vr::none;         // of the dictionary
    Vr shown_vr_ = Vr::none;   // for people
    bool space_pads_ = false;  // an odd value
    std::size_t unit_ = 1;     // of numbers to be turned around
    std::string odd_;          // part of one
    std::string buffer_;
    std::string start_;
    ContentValue value_;
    std::optional<NativePixels> pixels_;
    std::uint64_t fragments_at_ = 0;
};

}  // namespace pacs::dicom
