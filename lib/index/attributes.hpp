#pragma once

#include "dicom/query_level.hpp"
#include "dicom/tag.hpp"
#include "dicom/vr.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pacs::index {

/// How an attribute is kept and searched.
enum class Storage : std::uint8_t {
    text,       ///< UTF-8, one value
    name,       ///< PN: UTF-8, beside it folded keys in name_key
    date,       ///< DA as YYYYMMDD
    time,       ///< TM without separators
    integer,    ///< IS and US as a number
    uid,        ///< UI
    sop_class,  ///< UI, by number in a small table of its own
    computed,   ///< counted or gathered from the rows below
    sequence,   ///< rows of a table of its own
    constant,   ///< the same for every answer: Instance Availability
};

/// One attribute that the index knows.
struct Attribute {
    dicom::Tag tag;
    dicom::QueryLevel level;  ///< where the standard puts it, PS3.4 C.6
    Storage storage;
    std::string_view column;  ///< in the table of its level; empty for computed ones and sequences
    dicom::Vr vr;
};

/// All of them, ascending by tag: the required and unique keys of PS3.4 C.6.1.1 and C.6.2.1 and the
/// useful optional ones. All can be returned and matched.
std::span<const Attribute> attributes() noexcept;
/// nullptr: the index does not know it.
const Attribute* find_attribute(dicom::Tag tag) noexcept;

/// The attributes of Request Attributes Sequence items that are kept.
std::span<const Attribute> request_attributes() noexcept;

/// What a HeaderScanner must look for so that record_of() can do its work; ascending.
std::vector<dicom::Tag> wanted_tags();

}  // namespace pacs::index
