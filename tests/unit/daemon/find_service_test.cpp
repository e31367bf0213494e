#include "daemon/find_service.hpp"

#include "catch.hpp"
#include "dicom/charset.hpp"

using namespace pacs;
using dicom::DataSet;
using dicom::Tag;

namespace {

constexpr Tag retrieve_ae{0x0008, 0x0054};
constexpr Tag study_description{0x0008, 0x1030};
constexpr Tag request_attributes{0x0040, 0x0275};
constexpr Tag step_description{0x0040, 0x0007};

DataSet asked_in(std::string_view charset)
{
    DataSet identifier;
    if (!charset.empty()) {
        identifier.set_text(dicom::tags::specific_character_set, charset);
    }
    identifier.set_text(dicom::tags::patient_name, "");
    return identifier;
}

DataSet named(std::string_view utf8)
{
    DataSet answer;
    answer.set_text(dicom::tags::specific_character_set, "ISO_IR 192");
    answer.set_text(dicom::tags::query_retrieve_level, "STUDY");
    answer.set_text(dicom::tags::patient_name, utf8);
    return answer;
}

}  // namespace

TEST_CASE("extended negotiation of C-FIND grants what is served and no more than was asked")
{
    using daemon::grant_find_options;
    CHECK(grant_find_options(std::string_view{"\1\1\1\1\1", 5}) == std::string("\1\1\1\0\0", 5));
    CHECK(grant_find_options(std::string_view{"\1\0\0", 3}) == std::string("\1\0\0", 3));
    CHECK(grant_find_options(std::string_view{"\1", 1}) == std::string("\1", 1));
    CHECK(grant_find_options("").empty());
    CHECK(grant_find_options(std::string(60'000, '\1')).size() == 5);
    CHECK(grant_find_options(std::string("\2\xFF", 2)) == std::string("\0\0", 2));
}

TEST_CASE("bytes of an extended negotiation that are not there count as not granted")
{
    CHECK_FALSE(daemon::find_options("").relational);
    const auto options = daemon::find_options(std::string_view{"\1\0\1", 3});
    CHECK(options.relational);
    CHECK_FALSE(options.combined_date_time);
    CHECK(options.fuzzy);
}

TEST_CASE("an answer holds what was asked, its level, and where to retrieve from")
{
    DataSet answer = named("Doe^John");
    answer.erase(dicom::tags::specific_character_set);
    answer.set_text(dicom::tags::study_instance_uid, "1.2.3");
    const DataSet told = daemon::answer_for(asked_in(""), answer, "ARCHIVE");
    CHECK(told.elements().size() == 3);
    CHECK(told.text(dicom::tags::patient_name) == "Doe^John");
    CHECK(told.text(dicom::tags::query_retrieve_level) == "STUDY");
    CHECK(told.text(retrieve_ae) == "ARCHIVE");
}

TEST_CASE("an answer is in the asker's character set when all of it fits there")
{
    const DataSet told =
        daemon::answer_for(asked_in("ISO_IR 100"), named("M\xC3\xBCller^J\xC3\xB6rg"), "A");
    CHECK(told.text(dicom::tags::specific_character_set) == "ISO_IR 100");
    CHECK(told.text(dicom::tags::patient_name) == "M\xFCller^J\xF6rg");
}

TEST_CASE("an answer that does not fit the asker's character set is in UTF-8 and says so")
{
    const std::string name = "Yamada^Tarou=\xE5\xB1\xB1\xE7\x94\xB0";
    for (const char* const charset : {"ISO_IR 100", "", "ISO_IR 192", "NO SUCH SET"}) {
        const DataSet told = daemon::answer_for(asked_in(charset), named(name), "A");
        CHECK(told.text(dicom::tags::specific_character_set) == "ISO_IR 192");
        CHECK(told.text(dicom::tags::patient_name) == name);
    }
}

TEST_CASE("an asker with code extensions gets names with escape sequences")
{
    const std::string name = "Yamada^Tarou=\xE5\xB1\xB1\xE7\x94\xB0^\xE5\xA4\xAA\xE9\x83\x8E";
    const DataSet told = daemon::answer_for(asked_in("\\ISO 2022 IR 87"), named(name), "A");
    CHECK(told.text(dicom::tags::specific_character_set) == "\\ISO 2022 IR 87");
    CHECK(told.text(dicom::tags::patient_name) == "Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B");
}

TEST_CASE("one character in a sequence item that does not fit turns the whole answer to UTF-8")
{
    DataSet item;
    item.set_text(step_description, "\xE5\xB1\xB1");
    dicom::Element sequence{request_attributes, dicom::Vr::SQ, {}};
    sequence.items.push_back(item);
    DataSet answer = named("M\xC3\xBCller");
    answer.put(sequence);
    DataSet identifier = asked_in("ISO_IR 100");
    identifier.put(dicom::Element{request_attributes, dicom::Vr::SQ, {}});
    const DataSet told = daemon::answer_for(identifier, answer, "A");
    CHECK(told.text(dicom::tags::specific_character_set) == "ISO_IR 192");
    CHECK(told.text(dicom::tags::patient_name) == "M\xC3\xBCller");
}

TEST_CASE("text in sequence items changes its character set with the rest")
{
    DataSet item;
    item.set_text(step_description,
                  "Sch\xC3\xA4"
                  "del");
    dicom::Element sequence{request_attributes, dicom::Vr::SQ, {}};
    sequence.items.push_back(item);
    DataSet data_set;
    data_set.set_text(study_description,
                      "Sch\xC3\xA4"
                      "del");
    data_set.put(sequence);
    const auto told = daemon::in_character_set(data_set, dicom::CharacterSet{"ISO_IR 100"});
    REQUIRE(told);
    CHECK(told->text(study_description) ==
          "Sch\xE4"
          "del");
    CHECK(told->find(request_attributes)->items.at(0).text(step_description) ==
          "Sch\xE4"
          "del");
    CHECK_FALSE(
        told->find(request_attributes)->items.at(0).has(dicom::tags::specific_character_set));
}
