#include "diagnose/makers.hpp"

#include "dicom/uid.hpp"

#include "catch.hpp"

using pacs::diagnose::maker_of;

TEST_CASE("a maker is known by its root, whatever follows")
{
    CHECK(maker_of("1.2.276.0.7230010.3.0.3.6.7", "") == "DCMTK (OFFIS)");
    CHECK(maker_of("1.2.40.0.13.1.3", "") == "dcm4che");
    CHECK(maker_of("1.2.826.0.1.3680043.9.3811.2.0.0", "") == "pynetdicom");
    CHECK(maker_of("1.3.6.1.4.1.30071.8", "") == "fo-dicom");
    CHECK(maker_of("1.3.12.2.1107.5.2", "MR_VB15A") == "Siemens");
    CHECK(maker_of(pacs::dicom::implementation_class_uid, "") == "pacs-utils");
}

TEST_CASE("a root ends at a dot: a longer number is somebody else's")
{
    CHECK(maker_of("1.3.6.1.4.1.30071.88", "").empty());
    CHECK(maker_of("1.2.40.0.13.10", "").empty());
}

TEST_CASE("a version name tells a product from the toolkit it is built on")
{
    CHECK(maker_of("1.2.276.0.7230010.3.0.3.6.1", "OSIRIX_361") == "OsiriX");
    CHECK(maker_of("1.2.276.0.7230010.3.0.3.6.1", "OFFIS_DCMTK_361") == "DCMTK (OFFIS)");
}

TEST_CASE("who is not known is not guessed at")
{
    CHECK(maker_of("", "").empty());
    CHECK(maker_of("9.9.9", "FOO").empty());
}
