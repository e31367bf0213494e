#include "catch.hpp"

#include "dicom/implicit_vr.hpp"
#include "dicom/json_value.hpp"

#include <string>

using namespace pacs::dicom;

TEST_CASE("a JSON number is what RFC 8259 says")
{
    for (const char* text : {"0", "-0", "1", "10.50", "1e5", "1E+5", "-1.5e-10"}) {
        CAPTURE(text);
        CHECK(is_json_number(text));
    }
    for (const char* text :
         {"", "-", "+1", "01", ".5", "5.", "1e", "1e+", "0x1", "1 ", " 1", "nan", "inf", "1.e5"}) {
        CAPTURE(text);
        CHECK_FALSE(is_json_number(text));
    }
}

TEST_CASE("a number that a double cannot hold to its last digit is not exact")
{
    for (const char* text : {"0", "1.50", "0.000123456789012345", "123456789012345", "1e308"}) {
        CAPTURE(text);
        CHECK(is_exact_json_number(text));
    }
    for (const char* text : {"0.1234567890123456", "1234567890123456", "1e309", "1e-320"}) {
        CAPTURE(text);
        CHECK_FALSE(is_exact_json_number(text));
    }
}

TEST_CASE("bytes beyond ASCII in a VR that has none are told")
{
    std::string out;
    CHECK_FALSE(append_annex_f_value(out, Element{Tag{0x0008, 0x0018}, Vr::UI, "1.2\xE4"},
                                     CharacterSet{"ISO_IR 192"}));
    CHECK(append_annex_f_value(out, Element{Tag{0x0008, 0x0018}, Vr::UI, "1.2"}, CharacterSet{}));
}

TEST_CASE("the VR that PS3.6 leaves open follows the pixels in implicit VR")
{
    const Tag smallest{0x0028, 0x0106};
    CHECK(implicit_vr(smallest, Vr::US, false) == Vr::US);
    CHECK(implicit_vr(smallest, Vr::US, true) == Vr::SS);
    CHECK(implicit_vr(Tag{0x0028, 0x0010}, Vr::US, true) == Vr::US);
    CHECK(implicit_vr(tags::pixel_data, Vr::OB, false) == Vr::OW);
    CHECK(implicit_vr(Tag{0x6002, 0x3000}, Vr::OB, false) == Vr::OW);
    CHECK(implicit_vr(Tag{0x0028, 0x3006}, Vr::US, true) == Vr::OW);
    CHECK(implicit_vr(Tag{0x0042, 0x0011}, Vr::OB, false) == Vr::OB);
}
