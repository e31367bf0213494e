#pragma once

#include "dicom/data_set.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace pacs::dicom {

/// What the first bytes of a file say of it, PS3.10 7.1, with the sins of old files tolerated.
struct FileHead {
    DataSet meta;                   ///< group 0002; empty when the file has none
    TransferSyntax syntax;          ///< as stated, or as sniffed where there is no meta header
    std::uint64_t data_offset = 0;  ///< where the data set starts
    bool preamble = true;           ///< 128 bytes and "DICM"
    bool meta_header = true;
    bool repaired() const noexcept { return !preamble || !meta_header; }
};

/// How many bytes of a file's start are enough for read_file_head in all usual cases.
inline constexpr std::size_t file_head_bytes = 64U << 10U;

/// Reads preamble and File Meta Information from the first bytes of a file. Without them it sniffs
/// (DICM with group 0002 in either byte order, then a group 0008 in implicit or explicit VR).
/// Throws Error(data) "not a DICOM file" or with what is wrong in the meta header.
FileHead read_file_head(std::span<const std::byte> bytes);

/// Preamble, "DICM" and File Meta Information for a data set that is stored as it was received. The
/// same three values give the same bytes, whoever sent them and whatever version we are
/// (PS3.10 7.1).
std::string make_file_head(const std::string& sop_class_uid, const std::string& sop_instance_uid,
                           const std::string& transfer_syntax_uid);

}  // namespace pacs::dicom
