#pragma once

#include "dicom/header_scan.hpp"
#include "dicom/part10.hpp"
#include "dump/element_sink.hpp"
#include "dump/selection.hpp"
#include "stream/content.hpp"

#include <cstdint>
#include <string>

namespace pacs::dump {

/// How an object is read.
struct ReadOptions {
    const Selection* selection = nullptr;  ///< nullptr: everything
    /// Longest value of a bulk VR (dicom::has_bulk_vr) that is carried along; longer ones become
    /// references.
    std::uint64_t bulk_threshold = 1024;
    /// The content is a file that has a name; else nothing can point into it.
    bool named_file = false;
    /// Where no file has the bytes of a value as they are, carry it along although it is longer.
    bool carry_unreachable = false;
    /// A UN whose tag the dictionary knows gets its VR, PS3.5 6.2.2.
    bool understand_unknown = false;
    std::uint64_t value_bytes = 64ULL << 20U;    ///< no value longer than this is carried along
    std::uint64_t output_bytes = 128ULL << 20U;  ///< of ElementSink::written(), or it is a defect
    dicom::ScanLimits scan = {.elements = 5'000'000};
};

/// What became of reading an object.
struct ReadResult {
    std::string defect;      ///< empty: its structure is sound as far as it was read
    bool too_large = false;  ///< the defect is one of the limits above, not the object's
};

/// Reads the data set behind `head` and tells `sink` of its elements as they come, in memory that
/// does not depend on how large values are: those that are not wanted are not even read. Of two
/// elements with one tag the first counts; group lengths are left out. Reading ends behind the last
/// element that `options.selection` can want, and what follows is then not looked at.
/// Throws Error(storage) when `content` cannot be read.
ReadResult read_object(const stream::Content& content, const dicom::FileHead& head,
                       const ReadOptions& options, ElementSink& sink);

}  // namespace pacs::dump
