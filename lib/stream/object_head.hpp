#pragma once

#include "base/error.hpp"
#include "dicom/part10.hpp"
#include "stream/content.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pacs::stream {

/// Why a file is no object.
enum class HeadFault : std::uint8_t {
    not_dicom,  ///< nothing of DICOM in it
    directory,  ///< a DICOMDIR: DICOM, but not to be sent
    damaged,    ///< DICOM that cannot be read as far as its UIDs
};

/// An Error(data) that tells one from the other.
class HeadError : public Error {
public:
    HeadError(HeadFault fault, const std::string& message)
        : Error(ErrorKind::data, message), fault_(fault)
    {
    }
    HeadFault fault() const noexcept { return fault_; }

private:
    HeadFault fault_;
};

/// What must be known of an object to negotiate for it and to send it.
struct ObjectHead {
    dicom::FileHead file;
    std::string sop_class_uid;
    std::string sop_instance_uid;
    std::string study_instance_uid;   ///< empty when the object has none
    std::string series_instance_uid;  ///< empty when the object has none
    std::string character_set;        ///< Specific Character Set as it stands, empty when absent
    std::uint64_t data_size = 0;      ///< of the data set, from file.data_offset to the end
};

/// Reads preamble and meta header alone, without asking whose object it is: a DICOMDIR is fine.
/// Throws HeadError, and Error(storage) when the file cannot be read.
dicom::FileHead read_file_head(const Content& content);

/// Reads the head: 64 KiB in all usual cases, more only when the UIDs come later, 16 MiB at most.
/// SOP class and instance come from the data set, and from the meta header where it has none or
/// cannot be read that far; what the bytes after the UIDs hold is not looked at.
/// Throws HeadError, and Error(storage) when the file cannot be read.
ObjectHead read_object_head(const Content& content);

/// Reads the whole object through a HeaderScanner, in constant memory: empty when its structure is
/// sound, else the defect. Throws Error(storage).
std::string find_defect(const Content& content, const ObjectHead& head);

/// True when `uid` is that of the Media Storage Directory (DICOMDIR), which is no object to send.
bool is_directory_class(std::string_view uid) noexcept;

}  // namespace pacs::stream
