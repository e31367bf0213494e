#pragma once

#include "dicom/element_header.hpp"
#include "dicom/header_scan.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// Walks the elements of a data set whose (inflated) bytes come in pieces and proves their
/// structure, PS3.5 section 7: the part of HeaderScanner that knows nothing of what is wanted.
/// Values are skipped by arithmetic. Its reading agrees with DCMTK's wherever both accept, so that
/// nesting which DCMTK would find is never hidden from it.
class StructureWalker {
public:
    /// Hears of the top-level elements, or of all.
    class Listener {
    public:
        Listener() = default;
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        virtual ~Listener() = default;
        /// An element begins; true asks for its value. That of a sequence (SQ) are the bytes of its
        /// items and delimiters; fragments and sequences in UN are never given. Meanwhile the
        /// walker's offset() is that of the value, and encoding() that of the data set it is in.
        virtual bool begin(const ElementHeader& header) = 0;
        /// The next bytes of the value asked for.
        virtual void value(std::span<const std::byte> bytes) = 0;
        /// The value asked for is complete, which may be at once.
        virtual void end() = 0;

        /// True asks for the elements inside sequences too, each between begin_item() and
        /// end_item(); the bytes of sequences are then not given. Asked once, at the start.
        virtual bool hears_all() const { return false; }
        virtual void begin_item() {}
        virtual void end_item() {}
        virtual void end_sequence() {}
        /// The fragments whose begin() was heard have ended, with their delimiter of 8 bytes.
        virtual void end_fragments() {}
    };

    /// `listener` must outlive the walker.
    StructureWalker(Encoding encoding, const ScanLimits& limits, Listener& listener);

    /// Takes the next bytes; false once there is a defect.
    bool walk(std::span<const std::byte> bytes);
    /// No more bytes follow; false when there is a defect.
    bool finish();
    /// How many of the next bytes are of a value that nobody asked for.
    std::uint64_t skippable() const noexcept { return listening_ || gathering_ ? 0 : value_left_; }
    /// Goes on behind `bytes` of them, at most skippable(), as if they had been walked.
    void skip(std::uint64_t bytes);
    /// Records a defect at the element last begun; returns false.
    bool fail(std::string_view reason);

    const std::string& defect() const noexcept { return defect_; }
    bool too_deep() const noexcept { return too_deep_; }
    bool readers_may_differ() const noexcept { return readers_may_differ_; }
    std::uint64_t offset() const noexcept { return offset_ + pending_bytes_; }
    Encoding encoding() const noexcept { return frames_.back().encoding; }

private:
    enum class FrameKind : std::uint8_t { data_set, sequence, fragments };

    // What is open around the next byte: the data set itself or an item of a sequence, a sequence,
    // or the fragments of encapsulated pixel data.
    struct Frame {
        FrameKind kind = FrameKind::data_set;
        bool undefined = false;  // ends at a delimiter
        bool tentative = false;  // a value that may be a sequence, or may not
        Encoding encoding;
        std::uint64_t end = 0;    // its own, or that of what encloses it
        std::uint64_t start = 0;  // of a tentative one
    };

    bool at_top_level() const noexcept { return frames_.size() == 1; }
    bool heard() const noexcept { return at_top_level() || (hears_all_ && tentative_ == 0); }
    void tell_closed(const Frame& frame);
    void gather();
    void push(const Frame& frame);
    void pop();
    bool close();
    void close_finished_frames();
    void end_gathering();
    bool broken(std::string_view reason);
    bool nested_too_deep();

    std::span<const std::byte> take_value(std::span<const std::byte> bytes);
    std::span<const std::byte> take_padding(std::span<const std::byte> bytes);
    std::span<const std::byte> take_header(std::span<const std::byte> bytes);
    bool begin_element(const ElementHeader& header);
    bool in_sequence(const Frame& frame, const ElementHeader& header);
    bool in_fragments(const ElementHeader& header);
    bool in_data_set(const Frame& frame, const ElementHeader& header);
    bool open_sequence(const Frame& frame, const ElementHeader& header);
    bool begin_value(const Frame& frame, const ElementHeader& header);

    ScanLimits limits_;
    Listener& listener_;
    const bool hears_all_;
    bool too_deep_ = false;
    bool readers_may_differ_ = false;
    bool listening_ = false;     // to the value of the element last begun
    bool gathering_ = false;     // a sequence, or what may be one, byte by byte
    bool padding_ = false;       // only zeros may follow
    unsigned depth_ = 0;         // open sequences
    unsigned tentative_ = 0;     // of them, those that may be none
    std::vector<Frame> frames_;  // the data set first; about two for each level of nesting
    std::string defect_;
    std::uint64_t elements_ = 0;
    std::uint64_t offset_ = 0;
    std::uint64_t tag_at_ = 0;      // where the header of the element last begun starts
    std::uint64_t value_left_ = 0;  // bytes of its value still to come
    std::size_t gathered_at_ = 0;   // how many frames are around what is gathered
    Tag tag_;                       // of the element last begun
    std::size_t pending_bytes_ = 0;
    std::array<std::byte, max_element_header_bytes> pending_{};  // a header that came in pieces
};

}  // namespace pacs::dicom
