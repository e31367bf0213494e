#include "dicom/words.hpp"

#include "catch.hpp"

#include "dicom/query_key.hpp"
#include "dicom/transcode.hpp"
#include "dicom/transfer_syntax.hpp"

#include <string>

using namespace pacs::dicom;
using Line = std::vector<std::string>;

namespace {

Line texts(const std::vector<pacs::Word>& words)
{
    Line result;
    for (const pacs::Word& word : words) {
        result.push_back(word.text);
    }
    return result;
}

}  // namespace

TEST_CASE("a keyword is found by its beginning, in any case, with its VR and tag")
{
    const auto words = keyword_words("studyinst");
    REQUIRE(texts(words) == Line{"StudyInstanceUID"});
    CHECK(words[0].meaning == "UI (0020,000D)");
    CHECK(keyword_words("Nonsense").empty());
    CHECK(texts(keyword_words("TransferSyntaxUID")) == Line{"TransferSyntaxUID"});
    CHECK(texts(keyword_words("AffectedSOPInst")).empty());
}

TEST_CASE("retired attributes are offered only where nothing else begins so")
{
    CHECK(texts(keyword_words("OtherPatientIDs")) == Line{"OtherPatientIDsSequence"});
    for (const auto& word : keyword_words("")) {
        CHECK(word.meaning.find("retired") == std::string::npos);
    }
    CHECK(keyword_words("").size() > 3000);
    const auto retired = keyword_words("StudyStatusI");
    REQUIRE(texts(retired) == Line{"StudyStatusID"});
    CHECK(retired[0].meaning == "CS (0032,000A), retired");
}

TEST_CASE("a query key ends with =, a sequence with a dot, and behind it go its items")
{
    CHECK(texts(query_key_words("PatientNa")) == Line{"PatientName="});
    CHECK(texts(query_key_words("RequestAttributesS")) == Line{"RequestAttributesSequence."});
    CHECK(texts(query_key_words("RequestAttributesSequence.ScheduledProcedureStepI")) ==
          Line{"RequestAttributesSequence.ScheduledProcedureStepID="});
    CHECK(texts(query_key_words("00400275.ScheduledProcedureStepI")) ==
          Line{"00400275.ScheduledProcedureStepID="});
    CHECK(query_key_words("PatientName.Sch").empty());
    CHECK(query_key_words("Nonsense.Sch").empty());
    CHECK(query_key_words("..").empty());
    CHECK(query_key_words("MediaStorageSOPInst").empty());
    CHECK(query_key_words("PatientName=").empty());
}

TEST_CASE("whatever is offered for a query is a key that can be read")
{
    for (const auto& word : query_key_words("")) {
        INFO(word.text);
        if (word.text.ends_with('=')) {
            CHECK_NOTHROW(parse_query_key(word.text));
        }
    }
}

TEST_CASE("only what may be changed is offered for a change")
{
    CHECK(texts(edit_words("PatientNa")) == Line{"PatientName="});
    CHECK(edit_words("SpecificCharacterS").empty());
    CHECK(texts(edit_words("PixelDataP")) == Line{"PixelDataProviderURL="});
    CHECK(edit_words("RequestAttributesS").empty());
    CHECK(edit_words("PatientID=").empty());
}

TEST_CASE("transfer syntaxes are offered with their names, also as the value of a key")
{
    const auto words = transfer_syntax_words("1.2.840.10008.1.2.4.70");
    REQUIRE(words.size() == 1);
    CHECK(words[0].meaning.starts_with("JPEG Lossless"));
    CHECK(transfer_syntax_words("").size() == transfer_syntax_uids().size());
    CHECK(texts(query_key_words("AvailableTransferSyntaxUID=1.2.840.10008.1.2.4.70")) ==
          Line{"AvailableTransferSyntaxUID=1.2.840.10008.1.2.4.70"});
    CHECK(transfer_syntax_words("9").empty());
    CHECK(texts(transfer_syntax_words("jpeg2000l")) == Line{"JPEG2000Lossless"});
    CHECK(transfer_syntax_words("jpeg2000l")[0].meaning == "1.2.840.10008.1.2.4.90");
    CHECK(texts(query_key_words("AvailableTransferSyntaxUID=ImplicitVRL")) ==
          Line{"AvailableTransferSyntaxUID=ImplicitVRLittleEndian"});
}
