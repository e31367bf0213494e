#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// How the bytes of a data set are laid out, PS3.5 section 10 and Annex A. A value type made from
/// any UID (padding is cut): one the registry does not know is taken as encapsulated explicit
/// little endian, as PS3.5 A.4 lays down for all newer ones.
class TransferSyntax {
public:
    TransferSyntax() = default;  ///< Implicit VR Little Endian, the default of PS3.5 10.1
    explicit TransferSyntax(std::string_view uid);

    const std::string& uid() const noexcept { return uid_; }
    bool explicit_vr() const noexcept { return explicit_vr_; }
    bool big_endian() const noexcept { return big_endian_; }
    bool deflated() const noexcept { return deflated_; }
    bool encapsulated() const noexcept { return encapsulated_; }
    bool known() const noexcept { return known_; }
    /// Decoding gives back exactly the pixels that were encoded: native, RLE, JPEG lossless (57,
    /// 70), JPEG-LS lossless, JPEG 2000 lossless only, JPEG XL lossless, HTJ2K lossless, deflated.
    bool lossless() const noexcept { return lossless_; }

    bool operator==(const TransferSyntax& other) const noexcept { return uid_ == other.uid_; }

private:
    std::string uid_ = "1.2.840.10008.1.2";
    bool explicit_vr_ = false;
    bool big_endian_ = false;
    bool deflated_ = false;
    bool encapsulated_ = false;
    bool lossless_ = true;
    bool known_ = true;
};

/// Those of the registry (PS3.6 Annex A), by UID.
std::vector<std::string_view> transfer_syntax_uids();

}  // namespace pacs::dicom
