#include "diagnose/makers.hpp"

#include "dicom/uid.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace pacs::diagnose {

namespace {

struct Row {
    std::string_view key;
    std::string_view maker;
};

// Version names come first: they tell a product from the toolkit it is built on.
constexpr Row by_version[] = {
    {"OSIRIX", "OsiriX"},      {"INFINITT", "INFINITT"},         {"SYNGO", "Siemens"},
    {"DCTOOL", "dicom3tools"}, {"PIXELMED", "PixelMed toolkit"}, {"OFFIS_DCMTK", "DCMTK (OFFIS)"},
    {"dcm4che", "dcm4che"},    {"PYNETDICOM", "pynetdicom"},     {"PYDICOM", "pydicom"},
    {"GDCM", "GDCM"},          {"fo-dicom", "fo-dicom"},
};

// A root is followed by a dot or by the end. Each is in the sources of its product, or in the meta
// header of a published file beside a Manufacturer of that name; what belongs to several is left
// out.
constexpr Row by_root[] = {
    {dicom::implementation_class_uid, "pacs-utils"},
    {"1.2.276.0.7230010.3.0.3", "DCMTK (OFFIS)"},
    {"1.2.276.0.7238010.5.0.3", "OsiriX"},
    {"1.3.6.1.4.1.19291.2", "OsiriX"},
    {"1.2.40.0.13.1", "dcm4che"},
    {"1.2.826.0.1.3680043.2.1143.107.104.103.115", "GDCM"},
    {"1.2.826.0.1.3680043.8.498", "pydicom"},
    {"1.2.826.0.1.3680043.9.3811", "pynetdicom"},
    {"1.2.826.0.1.3680043.9.7433", "highdicom"},
    {"1.2.826.0.1.3680043.10.1462", "DCMfx"},
    {"1.2.826.0.1.3680043.2.135.1066", "Conquest"},
    {"1.3.6.1.4.1.30071.8", "fo-dicom"},
    {"1.3.6.1.4.1.5962.2", "dicom3tools"},
    {"1.3.6.1.4.1.5962.99", "PixelMed toolkit"},
    {"1.2.840.113619", "GE"},
    {"1.3.12.2.1107", "Siemens"},
    {"1.3.46.670589", "Philips"},
    {"1.2.410.200010", "INFINITT"},
    {"1.2.392.200039.102", "Aloka"},
    {"1.2.840.114340", "SonoSite"},
    {"1.2.840.114236", "Medistim"},
};

bool is_under(std::string_view uid, std::string_view root) noexcept
{
    return uid.starts_with(root) && (uid.size() == root.size() || uid[root.size()] == '.');
}

}  // namespace

std::string_view maker_of(std::string_view class_uid, std::string_view version_name) noexcept
{
    const auto* const named =
        std::find_if(std::begin(by_version), std::end(by_version),
                     [&](const Row& row) { return version_name.starts_with(row.key); });
    if (named != std::end(by_version)) {
        return named->maker;
    }
    const auto* const rooted =
        std::find_if(std::begin(by_root), std::end(by_root),
                     [&](const Row& row) { return is_under(class_uid, row.key); });
    return rooted == std::end(by_root) ? std::string_view{} : rooted->maker;
}

}  // namespace pacs::diagnose
