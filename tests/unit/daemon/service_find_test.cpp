#include "daemon/service.hpp"

#include "catch.hpp"
#include "service_fixture.hpp"

#include <algorithm>
#include <set>

using namespace pacs;
using namespace pacs::test;
using dicom::Tag;

namespace {

constexpr Tag study_date{0x0008, 0x0020};
constexpr Tag accession_number{0x0008, 0x0050};
constexpr Tag retrieve_ae{0x0008, 0x0054};
constexpr Tag availability{0x0008, 0x0056};
constexpr Tag modality{0x0008, 0x0060};
constexpr Tag modalities_in_study{0x0008, 0x0061};
constexpr Tag instances_in_study{0x0020, 0x1208};
constexpr std::string_view study_root = dicom::uids::study_root_find;
constexpr std::string_view patient_root = dicom::uids::patient_root_find;

/// An archive with `count` instances, and an association that may query it.
struct Filled {
    explicit Filled(unsigned count, net::RequestOptions options = {})
    {
        const auto sender = archived.call({proposal(ct_image)});
        for (unsigned i = 0; i < count; ++i) {
            REQUIRE(store(*sender, instance(i)).status == net::statuses::success);
        }
        sender->release();
        asker = archived.call({proposal(study_root), proposal(patient_root),
                               proposal(study_root, dicom::uids::explicit_be)},
                              std::move(options));
    }
    Archived archived;
    std::unique_ptr<net::Association> asker;
};

net::RequestOptions relational()
{
    net::RequestOptions options;
    options.extended = {{std::string{study_root}, std::string("\1\1\1", 3)}};
    return options;
}

}  // namespace

TEST_CASE("a study is found by its accession number and answered with just the keys asked")
{
    const Filled filled{24};
    const auto found = find(*filled.asker, study_root,
                            identifier("STUDY", {{accession_number, "A1"},
                                                 {dicom::tags::patient_name, ""},
                                                 {modalities_in_study, ""},
                                                 {instances_in_study, ""},
                                                 {availability, ""}}));
    CHECK(found.result.status == net::statuses::success);
    CHECK_FALSE(found.result.keys_unsupported);
    REQUIRE(found.answers.size() == 1);
    const dicom::DataSet& study = found.answers[0];
    CHECK(study.text(accession_number) == "A1");
    CHECK(study.text(dicom::tags::patient_name) == "Test^Patient1");
    CHECK(study.text(modalities_in_study) == "CT");
    CHECK(study.text(instances_in_study) == "8");
    CHECK(study.text(availability) == "ONLINE");
    CHECK(study.text(dicom::tags::query_retrieve_level) == "STUDY");
    CHECK(study.text(retrieve_ae) == "ARCHIVE");
    CHECK(study.elements().size() == 7);
}

TEST_CASE("every level of both roots answers")
{
    const Filled filled{24};
    const std::string study = "1.2.826.0.1.3680043.9.1";
    const std::vector<std::pair<Tag, std::string>> patient{{dicom::tags::patient_id, "P0"}};
    auto keys = patient;
    CHECK(find(*filled.asker, patient_root, identifier("PATIENT", keys)).answers.size() == 1);
    CHECK(find(*filled.asker, patient_root, identifier("STUDY", keys)).answers.size() == 1);
    keys.emplace_back(dicom::tags::study_instance_uid, study);
    CHECK(find(*filled.asker, patient_root, identifier("SERIES", keys)).answers.size() == 2);
    keys.emplace_back(dicom::tags::series_instance_uid, study + ".1");
    CHECK(find(*filled.asker, patient_root, identifier("IMAGE", keys)).answers.size() == 4);
    keys.erase(keys.begin());
    CHECK(find(*filled.asker, study_root, identifier("IMAGE", keys)).answers.size() == 4);
    CHECK(find(*filled.asker, study_root, identifier("STUDY", {})).answers.size() == 3);
}

TEST_CASE("a key the archive does not know is left out and said so by FF01")
{
    const Filled filled{8};
    const auto found =
        find(*filled.asker, study_root,
             identifier("STUDY", {{study_date, "20240101-"}, {Tag{0x0009, 0x0010}, "PRIVATE"}}));
    CHECK(found.result.keys_unsupported);
    REQUIRE(found.answers.size() == 1);
    CHECK_FALSE(found.answers[0].has(Tag{0x0009, 0x0010}));
}

TEST_CASE("identifiers that break the rules of PS3.4 C.4.1 are answered A900 with a reason")
{
    const Filled filled{8};
    const std::vector<dicom::DataSet> bad{
        dicom::DataSet{},
        identifier("PATIENT", {}),
        identifier("IMAGINARY", {}),
        identifier("SERIES", {{modality, "CT"}}),
        identifier("STUDY", {{study_date, "yesterday"}}),
    };
    for (const dicom::DataSet& keys : bad) {
        const auto found = find(*filled.asker, study_root, keys);
        CHECK(found.result.status == net::statuses::identifier_mismatch);
        CHECK_FALSE(found.result.comment.empty());
        CHECK(found.answers.empty());
    }
}

TEST_CASE("what cannot be decoded or is absurdly large is refused, and the association lives on")
{
    const Filled filled{8};
    const net::Context& context = filled.asker->require_context(study_root);
    const auto never = [](net::FindAnswer&&) { return net::Next::more; };
    const auto garbage = net::find(*filled.asker, context.id, "no identifier at all!", never);
    CHECK(garbage.status == net::statuses::cannot_understand);
    const auto long_key =
        find(*filled.asker, study_root,
             identifier("STUDY", {{dicom::tags::patient_name, std::string(60'000, '*') + "x"}}));
    CHECK((long_key.result.status.failure() || long_key.answers.empty()));
    std::string huge = dicom::encode(identifier("STUDY", {}), dicom::TransferSyntax{});
    huge.resize(2'000'000);
    CHECK(net::find(*filled.asker, context.id, huge, never).status.failure());
    CHECK(find(*filled.asker, study_root, identifier("STUDY", {})).answers.size() == 1);
}

TEST_CASE("a query without the unique keys above needs relational queries to be negotiated")
{
    const auto keys = identifier("SERIES", {{modality, "CT"}, {dicom::tags::patient_id, "P1"}});
    const Filled strict{16};
    CHECK(find(*strict.asker, study_root, keys).result.status ==
          net::statuses::identifier_mismatch);
    const Filled agreed{16, relational()};
    REQUIRE(agreed.asker->negotiated().extended_granted.size() == 1);
    CHECK(agreed.asker->negotiated().extended_granted[0].info == std::string("\1\1\1", 3));
    const auto found = find(*agreed.asker, study_root, keys);
    CHECK(found.result.status == net::statuses::success);
    CHECK(found.answers.size() == 2);
}

TEST_CASE("a query in big endian is answered in big endian")
{
    const Filled filled{8};
    const net::Context* context =
        filled.asker->negotiated().find(study_root, dicom::uids::explicit_be);
    REQUIRE(context != nullptr);
    const dicom::TransferSyntax syntax{context->transfer_syntax};
    std::vector<dicom::DataSet> answers;
    net::find(*filled.asker, context->id,
              dicom::encode(identifier("STUDY", {{accession_number, "A0"}}), syntax),
              [&](net::FindAnswer&& answer) {
                  answers.push_back(dicom::decode(as_bytes(answer.identifier), syntax));
                  return net::Next::more;
              });
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].text(accession_number) == "A0");
}

TEST_CASE("a cancelled query ends early with FE00 and the association lives on")
{
    const Filled filled{64, relational()};
    // Far more answers than fit between the two in flight: each is asked for again and again.
    const auto everything = identifier("IMAGE", {{dicom::tags::sop_instance_uid, ""}});
    CHECK(find(*filled.asker, study_root, everything).answers.size() == 64);
    const auto found = find(*filled.asker, study_root, everything, 1);
    CHECK(found.answers.size() == 1);
    CHECK((found.result.status.cancelled() || found.result.status.success()));
    CHECK(found.result.cancelled);
    CHECK(find(*filled.asker, study_root, everything).answers.size() == 64);
}

TEST_CASE("the same query gives its answers in the same order")
{
    const Filled filled{64};
    const auto keys = identifier("STUDY", {{dicom::tags::study_instance_uid, ""}});
    std::vector<std::string> first;
    std::vector<std::string> second;
    for (const auto& answer : find(*filled.asker, study_root, keys).answers) {
        first.push_back(answer.text(dicom::tags::study_instance_uid));
    }
    for (const auto& answer : find(*filled.asker, study_root, keys).answers) {
        second.push_back(answer.text(dicom::tags::study_instance_uid));
    }
    CHECK(first.size() == 8);
    CHECK(std::set<std::string>(first.begin(), first.end()).size() == 8);
    CHECK(first == second);
}

TEST_CASE("names match and come back in the character set of the asker")
{
    Archived archived;
    auto object = instance(0);
    object.set_text(dicom::tags::specific_character_set, "ISO_IR 100");
    object.set_text(dicom::tags::patient_name, "M\xFCller^J\xF6rg");
    {
        const auto sender = archived.call({proposal(ct_image)});
        REQUIRE(store(*sender, object).status == net::statuses::success);
        sender->release();
    }
    const auto asker = archived.call({proposal(study_root)});
    const std::vector<std::pair<std::string, std::string>> askers{
        {"ISO_IR 100", "M\xFCller^J\xF6rg"},
        {"ISO_IR 192", "M\xC3\xBCller^J\xC3\xB6rg"},
        {"ISO_IR 100", "m\xFCLLER*"},
        {"", "M*"},
        {"ISO_IR 144", "M*"},
    };
    for (const auto& [charset, name] : askers) {
        auto keys = identifier("STUDY", {});
        if (!charset.empty()) {
            keys.set_text(dicom::tags::specific_character_set, charset);
        }
        keys.set_text(dicom::tags::patient_name, name);
        const auto found = find(*asker, study_root, keys);
        REQUIRE(found.answers.size() == 1);
        const bool latin = charset == "ISO_IR 100";
        CHECK(found.answers[0].text(dicom::tags::specific_character_set) ==
              (latin ? "ISO_IR 100" : "ISO_IR 192"));
        CHECK(found.answers[0].text(dicom::tags::patient_name) ==
              (latin ? "M\xFCller^J\xF6rg" : "M\xC3\xBCller^J\xC3\xB6rg"));
    }
}
