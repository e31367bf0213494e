#include "base/error.hpp"
#include "bytes.hpp"
#include "catch.hpp"
#include "dcmtk_oracle.hpp"
#include "dicom/dictionary.hpp"
#include "dicom/header_scan.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <dcmtk/dcmdata/dcdicent.h>
#include <dcmtk/dcmdata/dcdict.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

using namespace pacs::dicom;
using namespace pacs::dicom::test;

namespace {

const std::vector<Tag> text_tags{
    tags::specific_character_set, tags::sop_class_uid, tags::sop_instance_uid,
    tags::patient_name,           tags::patient_id,    tags::study_instance_uid,
    tags::series_instance_uid,    Tag{0x0008, 0x0020}, Tag{0x0008, 0x0030},
    Tag{0x0008, 0x0060},          Tag{0x0020, 0x0013}, Tag{0x0028, 0x0008},
    Tag{0x0008, 0x0050},          Tag{0x0008, 0x1030},
};

void check_same_values(const HeaderScanner& scanner, DcmtkDataSet& oracle)
{
    for (const Tag tag : text_tags) {
        INFO(tag.formatted());
        CHECK(scanner.header().has(tag) == oracle.has(tag));
        CHECK(DcmtkDataSet::trimmed(scanner.header().text(tag)) == oracle.text(tag).value_or(""));
    }
    CHECK(scanner.has_pixel_data() ==
          (oracle.has(tags::pixel_data) || oracle.has(Tag{0x7FE0, 0x0008}) ||
           oracle.has(Tag{0x7FE0, 0x0009})));
}

struct Random {
    std::mt19937 engine;
    std::uint32_t operator()(std::uint32_t below)
    {
        return static_cast<std::uint32_t>(engine() % below);
    }
};

// A data set of a few elements with everything the standard allows, sequences in both forms.
std::string random_data_set(Random& random, Encoding encoding, unsigned depth)
{
    static const std::vector<std::pair<std::uint32_t, Vr>> leaves{
        {0x00080005, Vr::CS}, {0x00080016, Vr::UI}, {0x00080018, Vr::UI}, {0x00080020, Vr::DA},
        {0x00080050, Vr::SH}, {0x00080060, Vr::CS}, {0x00081030, Vr::LO}, {0x00100010, Vr::PN},
        {0x00100020, Vr::LO}, {0x0020000D, Vr::UI}, {0x0020000E, Vr::UI}, {0x00200013, Vr::IS},
        {0x00280008, Vr::IS}, {0x00091001, Vr::UN}, {0x00420010, Vr::ST}};
    std::string out;
    for (const auto& [tag, vr] : leaves) {
        if (random(3) != 0) {
            out +=
                element(tag, vr,
                        std::string(std::size_t{2} * random(6), static_cast<char>('1' + random(9))),
                        encoding);
        }
    }
    while (depth > 0 && random(2) == 0) {
        const std::string inner = random_data_set(random, encoding, depth - 1);
        const std::string items =
            random(2) == 0 ? item(inner, encoding) : open_item(inner, encoding);
        out += random(2) == 0 ? element(0x00420012 + 0x10000 * random(9), Vr::SQ, items, encoding)
                              : open_sequence(0x00420012, items, encoding);
    }
    if (random(4) == 0) {
        const std::string fragments = item("", encoding) + item("abcdef", encoding);
        out += open_sequence(0x7FE00010, fragments, encoding, Vr::OB);
    }
    return out;
}

std::string mutated(std::string data, Random& random)
{
    for (std::uint32_t changes = random(3); changes > 0 && !data.empty(); --changes) {
        const std::size_t at = random(static_cast<std::uint32_t>(data.size()));
        switch (random(4)) {
        case 0: data[at] = static_cast<char>(random(256)); break;
        case 1: data.resize(at); break;
        case 2: data.erase(at, 1 + random(8)); break;
        default: data.insert(at, data.substr(random(static_cast<std::uint32_t>(data.size())), 8));
        }
    }
    return data;
}

}  // namespace

TEST_CASE("what the scan passes DCMTK loads, and both see the same values")
{
    Random random{std::mt19937{20240501}};
    int passed = 0;
    for (int round = 0; round < 4000; ++round) {
        const bool with_vr = random(2) == 0;
        const TransferSyntax syntax{with_vr ? uids::explicit_le : uids::implicit_le};
        const std::string data = mutated(random_data_set(random, Encoding{syntax}, 3), random);
        HeaderScanner scanner{syntax, text_tags};
        scanner.feed(as_bytes(data));
        if (!scanner.finish() || scanner.readers_may_differ() || scanner.late_elements()) {
            continue;
        }
        INFO("round " << round);
        DcmtkDataSet oracle{data, syntax};
        // DCMTK wants padding in whole elements.
        CHECK((oracle.loaded() || data.ends_with('\0')));
        if (oracle.loaded()) {
            ++passed;
            check_same_values(scanner, oracle);
        }
    }
    CHECK(passed > 1000);
}

TEST_CASE("no sequence of DCMTK's dictionary is something else in ours")
{
    std::string different;
    DcmDataDictionary& dictionary = dcmDataDict.wrlock();
    for (auto entry = dictionary.normalBegin(); entry != dictionary.normalEnd(); ++entry) {
        const Tag tag{(*entry)->getGroup(), (*entry)->getElement()};
        const Vr ours = vr_of(tag);
        if ((*entry)->getPrivateCreator() == nullptr && (*entry)->getEVR() == EVR_SQ &&
            ours != Vr::SQ && ours != Vr::UN) {
            different += tag.formatted();
        }
    }
    dcmDataDict.wrunlock();
    CHECK(different.empty());
}

TEST_CASE("real files are valid or not to us as they are to DCMTK, with the same values")
{
    const char* const folder = std::getenv("PACS_TEST_DATA");
    if (folder == nullptr) {
        WARN("PACS_TEST_DATA is not set: no real files were read");
        return;
    }
    // Its record sequence is shorter than the records in it, which DCMTK does not look at.
    const std::set<std::string> stricter{"DICOMDIR-nooffset"};
    int valid = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (!entry.is_regular_file() || name == "manifest.csv" || stricter.contains(name)) {
            continue;
        }
        INFO(entry.path());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string data{std::istreambuf_iterator<char>{file}, {}};
        DcmtkDataSet oracle{entry.path()};
        FileHead head;
        try {
            head = read_file_head(as_bytes(std::string_view{data}.substr(0, file_head_bytes)));
        } catch (const pacs::Error&) {
            CHECK_FALSE(oracle.loaded());
            continue;
        }
        HeaderScanner scanner{head.syntax, text_tags};
        scanner.feed(as_bytes(data).subspan(head.data_offset));
        INFO(scanner.defect());
        CHECK(scanner.finish() == oracle.loaded());
        if (oracle.loaded()) {
            check_same_values(scanner, oracle);
            ++valid;
        }
    }
    CHECK(valid > 0);
}
