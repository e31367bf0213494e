#include "dicom/tag.hpp"

#include <fmt/format.h>

namespace pacs::dicom {

std::string Tag::hex() const
{
    return fmt::format("{:08X}", value);
}

std::string Tag::formatted() const
{
    return fmt::format("({:04X},{:04X})", group(), element());
}

}  // namespace pacs::dicom
