#include "dicom/instance_uids.hpp"

#include "catch.hpp"

#include <array>

using namespace pacs::dicom;

TEST_CASE("an object is an instance by four UIDs: what is missing counts before what is not valid")
{
    constexpr std::array uids{tags::sop_class_uid, tags::sop_instance_uid, tags::study_instance_uid,
                              tags::series_instance_uid};
    DataSet header;
    for (const Tag tag : uids) {
        const auto defect = defect_of_uids(header);
        REQUIRE(defect);
        CHECK(defect->missing);
        header.set_text(tag, "1.2.3");
    }
    CHECK_FALSE(defect_of_uids(header));
    header.set_text(tags::study_instance_uid, "1.2.x");
    header.set_text(tags::series_instance_uid, "../1");
    CHECK(defect_of_uids(header)->name == "Study Instance UID");
    CHECK_FALSE(defect_of_uids(header)->missing);
    header.erase(tags::series_instance_uid);
    CHECK(defect_of_uids(header)->name == "Series Instance UID");
    CHECK(defect_of_uids(header)->missing);
}
