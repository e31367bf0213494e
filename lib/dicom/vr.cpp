#include "dicom/vr.hpp"

#include <algorithm>

namespace pacs::dicom {

namespace {

constexpr Vr from_letters(char first, char second) noexcept
{
    return static_cast<Vr>((static_cast<unsigned>(static_cast<unsigned char>(first)) << 8U) |
                           static_cast<unsigned char>(second));
}

}  // namespace

Vr vr_of(std::string_view two_letters) noexcept
{
    if (two_letters.size() != 2) {
        return Vr::none;
    }
    const Vr vr = from_letters(two_letters[0], two_letters[1]);
    switch (vr) {
    case Vr::AE:
    case Vr::AS:
    case Vr::AT:
    case Vr::CS:
    case Vr::DA:
    case Vr::DS:
    case Vr::DT:
    case Vr::FD:
    case Vr::FL:
    case Vr::IS:
    case Vr::LO:
    case Vr::LT:
    case Vr::OB:
    case Vr::OD:
    case Vr::OF:
    case Vr::OL:
    case Vr::OV:
    case Vr::OW:
    case Vr::PN:
    case Vr::SH:
    case Vr::SL:
    case Vr::SQ:
    case Vr::SS:
    case Vr::ST:
    case Vr::SV:
    case Vr::TM:
    case Vr::UC:
    case Vr::UI:
    case Vr::UL:
    case Vr::UN:
    case Vr::UR:
    case Vr::US:
    case Vr::UT:
    case Vr::UV: return vr;
    default: return Vr::none;
    }
}

std::string to_string(Vr vr)
{
    if (vr == Vr::none) {
        return {};
    }
    const auto letters = static_cast<unsigned>(vr);
    return {static_cast<char>(letters >> 8U), static_cast<char>(letters & 0xFFU)};
}

bool has_long_length(Vr vr) noexcept
{
    switch (vr) {
    case Vr::OB:
    case Vr::OD:
    case Vr::OF:
    case Vr::OL:
    case Vr::OV:
    case Vr::OW:
    case Vr::SQ:
    case Vr::SV:
    case Vr::UC:
    case Vr::UN:
    case Vr::UR:
    case Vr::UT:
    case Vr::UV: return true;
    default: return false;
    }
}

bool is_text(Vr vr) noexcept
{
    switch (vr) {
    case Vr::AE:
    case Vr::AS:
    case Vr::CS:
    case Vr::DA:
    case Vr::DS:
    case Vr::DT:
    case Vr::IS:
    case Vr::LO:
    case Vr::LT:
    case Vr::PN:
    case Vr::SH:
    case Vr::ST:
    case Vr::TM:
    case Vr::UC:
    case Vr::UI:
    case Vr::UR:
    case Vr::UT: return true;
    default: return false;
    }
}

bool is_multi_valued_text(Vr vr) noexcept
{
    return is_text(vr) && vr != Vr::ST && vr != Vr::LT && vr != Vr::UT && vr != Vr::UR;
}

bool leading_spaces_count(Vr vr) noexcept
{
    switch (vr) {
    case Vr::AE:
    case Vr::CS:
    case Vr::DS:
    case Vr::IS:
    case Vr::LO:
    case Vr::SH: return false;
    default: return true;
    }
}

std::string_view trimmed(std::string_view value, Vr vr) noexcept
{
    if (!is_text(vr)) {
        return value;
    }
    const auto last = value.find_last_not_of(std::string_view{" \0", 2});
    value = value.substr(0, last == std::string_view::npos ? 0 : last + 1);
    return leading_spaces_count(vr)
               ? value
               : value.substr(std::min(value.find_first_not_of(' '), value.size()));
}

bool has_character_set(Vr vr) noexcept
{
    switch (vr) {
    case Vr::LO:
    case Vr::LT:
    case Vr::PN:
    case Vr::SH:
    case Vr::ST:
    case Vr::UC:
    case Vr::UT: return true;
    default: return false;
    }
}

unsigned unit_bytes(Vr vr) noexcept
{
    switch (vr) {
    case Vr::AT:
    case Vr::OW:
    case Vr::SS:
    case Vr::US: return 2;
    case Vr::FL:
    case Vr::OF:
    case Vr::OL:
    case Vr::SL:
    case Vr::UL: return 4;
    case Vr::FD:
    case Vr::OD:
    case Vr::OV:
    case Vr::SV:
    case Vr::UV: return 8;
    default: return 1;
    }
}

}  // namespace pacs::dicom
