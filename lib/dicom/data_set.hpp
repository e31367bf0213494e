#pragma once

#include "dicom/tag.hpp"
#include "dicom/transfer_syntax.hpp"
#include "dicom/vr.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pacs::dicom {

class DataSet;

/// One data element. Binary values are kept little endian whatever the wire said.
struct Element {
    Tag tag;
    Vr vr = Vr::none;
    std::string value;           ///< raw bytes, padding included, in the data set's character set
    std::vector<DataSet> items;  ///< of a sequence (SQ)
    bool fragments = false;      ///< the value is the items of encapsulated pixel data, PS3.5 A.4,
                                 ///< without their delimiter; only encode() knows it

    Element() = default;
    Element(Tag t, Vr v, std::string bytes);
};

/// A small data set in memory: DIMSE command sets, query identifiers, headers. Not for objects with
/// pixels; those stay bytes (header_scan.hpp, transcode.hpp).
class DataSet {
public:
    /// Elements in ascending tag order, one for each tag.
    const std::vector<Element>& elements() const noexcept { return elements_; }
    bool empty() const noexcept { return elements_.empty(); }

    const Element* find(Tag tag) const noexcept;  ///< nullptr when absent
    bool has(Tag tag) const noexcept { return find(tag) != nullptr; }
    void reserve(std::size_t elements) { elements_.reserve(elements); }
    /// Puts an element in place, replacing one of the same tag. The reference holds until the next
    /// change.
    Element& put(Element element);
    void erase(Tag tag);

    /// The bytes without the padding of their VR (trailing spaces and NUL; leading spaces too where
    /// PS3.5 6.2 calls them insignificant); empty when absent. Not converted to UTF-8.
    std::string text(Tag tag) const;
    /// The values of a multi-valued text element, each trimmed.
    std::vector<std::string> texts(Tag tag) const;
    std::optional<std::uint16_t> u16(Tag tag) const;
    std::optional<std::uint32_t> u32(Tag tag) const;
    /// An IS or US/UL/SS/SL value as a number; nullopt when absent or not one.
    std::optional<std::int64_t> integer(Tag tag) const;

    /// Sets text with the dictionary's VR (`vr` none) and pads it to even length.
    void set_text(Tag tag, std::string_view text, Vr vr = Vr::none);
    void set_u16(Tag tag, std::uint16_t value);
    void set_u32(Tag tag, std::uint32_t value);

private:
    std::vector<Element> elements_;
};

inline Element::Element(Tag t, Vr v, std::string bytes) : tag(t), vr(v), value(std::move(bytes)) {}

/// What decode() refuses to exceed; the bytes may come from a hostile peer.
struct DecodeLimits {
    unsigned depth = 64;                      ///< nested sequences
    std::size_t elements = 100'000;           ///< in all, items and delimiters included
    std::size_t inflated_bytes = 16U << 20U;  ///< of a deflated data set
};

/// Reads a whole data set from memory, iteratively, PS3.5 section 7; undefined lengths, and UN of
/// undefined length (CP-246) included. Encapsulated pixel data is skipped. Of two elements with the
/// same tag the first counts. An element of VR UN gets the dictionary's VR where that has one.
/// Throws Error(data) naming tag and offset; nothing is allocated from a length field that the
/// bytes do not cover.
DataSet decode(std::span<const std::byte> bytes, const TransferSyntax& syntax,
               const DecodeLimits& limits = {});

/// The bytes of a data set, sequences with defined lengths, even values, ascending tags; deflated
/// where the syntax says so. An element without VR gets the dictionary's.
/// Throws Error(data) when a value does not fit the length field of its VR.
std::string encode(const DataSet& data_set, const TransferSyntax& syntax);

}  // namespace pacs::dicom
