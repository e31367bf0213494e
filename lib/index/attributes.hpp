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
    text,          ///< UTF-8
    name,          ///< PN: UTF-8, beside it folded keys in the table name_key
    date,          ///< DA as YYYYMMDD
    time,          ///< TM without separators
    integer,       ///< IS and US as a number
    uid,           ///< UI
    registered,    ///< UI by its number in the table uid
    count,         ///< of rows below, kept up to date in a column
    modalities,    ///< Modalities in Study: gathered from the series
    classes,       ///< SOP Classes in Study: gathered from the table study_class
    requests,      ///< Request Attributes Sequence: rows of the table request
    availability,  ///< Instance Availability: ONLINE, all of it
    extra,         ///< kept by a scan beside those of the index: rows of the table extra
};

/// One attribute that the index knows.
struct Attribute {
    dicom::Tag tag;
    dicom::QueryLevel level;  ///< where the standard puts it, PS3.4 C.6
    Storage storage;
    std::string_view column;  ///< in the table of its level; empty for what is gathered
    dicom::Vr vr;
    /// False: it is returned, but a value given for it is treated as universal (PS3.4 C.2.2.1.3).
    bool matched = true;
};

/// All of them, ascending by tag: the required and unique keys of PS3.4 C.6.1.1 and C.6.2.1 and the
/// useful optional ones.
std::span<const Attribute> attributes() noexcept;
/// nullptr: the index does not know it.
const Attribute* find_attribute(dicom::Tag tag) noexcept;

/// The attributes of Request Attributes Sequence items that are kept; ascending by tag.
std::span<const Attribute> request_attributes() noexcept;

/// What a HeaderScanner must look for so that record_of() can do its work; ascending.
std::vector<dicom::Tag> wanted_tags();

}  // namespace pacs::index
