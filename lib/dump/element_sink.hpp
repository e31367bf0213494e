#pragma once

#include "dicom/charset.hpp"
#include "dicom/data_set.hpp"

#include <cstdint>

namespace pacs::dump {

/// Where a value lies that is too large to be carried along.
struct ByteRange {
    std::uint64_t offset = 0;  ///< in the file
    std::uint64_t length = 0;  ///< bytes; of encapsulated pixel data its fragments with their item
                               ///< headers, the Basic Offset Table first, the delimiter left out
    bool in_file = true;  ///< false: no file has these bytes so (standard input, a tar member, a
                          ///< deflated or byte-swapped data set); the length alone is true
};

/// Hears of the elements of an object one after the other, as ObjectReader finds and selects them.
/// Items nest; each begin_ has its end_, also when the object is damaged in between.
class ElementSink {
public:
    ElementSink() = default;
    ElementSink(const ElementSink&) = delete;
    ElementSink& operator=(const ElementSink&) = delete;
    virtual ~ElementSink() = default;

    /// An element that is no sequence, with its value; numbers are little endian. The value of
    /// encapsulated pixel data is what ByteRange says. The element is the sink's to keep.
    virtual void element(dicom::Element&& element, const dicom::CharacterSet& charset) = 0;
    /// An element whose value is left where it is.
    virtual void reference(dicom::Tag tag, dicom::Vr vr, const ByteRange& range) = 0;
    virtual void begin_sequence(dicom::Tag tag) = 0;
    virtual void begin_item() = 0;
    virtual void end_item() = 0;
    virtual void end_sequence() = 0;
    /// Bytes of output so far, by which the reader bounds an object.
    virtual std::size_t written() const = 0;
};

}  // namespace pacs::dump
