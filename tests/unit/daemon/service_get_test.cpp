#include "retrieve_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <thread>

using namespace pacs;
using namespace pacs::test;
using dicom::Tag;

namespace {

struct Filled {
    explicit Filled(unsigned count, net::RequestOptions options = {},
                    ArchivedSettings settings = {},
                    std::vector<net::Proposal> storage = {storage_proposal(ct_image)})
        : archived(std::move(settings))
    {
        fill(archived, count);
        storage.insert(storage.begin(), proposal(study_get));
        asker = archived.call(storage, std::move(options));
    }
    Archived archived;
    std::unique_ptr<net::Association> asker;
};

std::string uid_of(unsigned number)
{
    return instance(number).text(dicom::tags::sop_instance_uid);
}

}  // namespace

TEST_CASE("C-GET brings a study's objects bit by bit as they were stored")
{
    const Filled filled{16};
    const Got got = c_get(*filled.asker, study_keys(1));
    CHECK(got.final.status == net::statuses::success);
    CHECK(got.final.completed == 8);
    CHECK(got.final.failed == 0);
    CHECK(got.failed.empty());
    REQUIRE(got.objects.size() == 8);
    for (unsigned i = 0; i < 8; ++i) {
        CHECK(got.objects[i].data == bytes_of(8 + i));
        CHECK(got.objects[i].request.move_originator_ae.empty());
    }
    REQUIRE_FALSE(got.pending.empty());
    CHECK(got.pending.front().remaining == 8);
    for (const net::Response& pending : got.pending) {
        CHECK(*pending.remaining + *pending.completed == 8);
    }
}

TEST_CASE("the association of a C-GET can be used again, for what is not there too")
{
    const Filled filled{8};
    const Got nothing = c_get(*filled.asker, study_keys(7));
    CHECK(nothing.final.status == net::statuses::success);
    CHECK(nothing.objects.empty());
    CHECK(nothing.final.completed == 0);
    CHECK(c_get(*filled.asker, study_keys(0)).objects.size() == 8);
    filled.asker->release();
}

TEST_CASE("an asker that grants a window gets as many objects at once")
{
    net::RequestOptions options;
    options.window = {1, 4};
    const Filled filled{8, options};
    REQUIRE(filled.asker->negotiated().window.performed == 4);
    std::vector<std::pair<std::uint16_t, std::string>> kept;
    GetScript script;
    script.answer = [&](const Received& received) -> std::optional<net::Status> {
        kept.emplace_back(received.request.message_id, received.request.sop_instance);
        return std::nullopt;
    };
    script.meanwhile = [&](net::Association& association) {
        if (kept.size() < 4) {
            return;  // the window is not full: the next one comes without an answer
        }
        const auto id = association.require_context(ct_image).id;
        for (auto last = kept.rbegin(); last != kept.rend(); ++last) {
            net::StoreRequest request;
            request.message_id = last->first;
            request.sop_class = ct_image;
            request.sop_instance = last->second;
            association.send(id, net::Response::to(request, net::statuses::success));
        }
        kept.clear();
    };
    const Got got = c_get(*filled.asker, study_keys(0), script);
    CHECK(got.final.status == net::statuses::success);
    CHECK(got.final.completed == 8);
}

TEST_CASE("refused and doubted objects are counted and named, the others go on")
{
    const Filled filled{8};
    GetScript script;
    script.answer = [](const Received& received) {
        return received.request.sop_instance == uid_of(2)   ? net::statuses::out_of_resources
               : received.request.sop_instance == uid_of(4) ? net::statuses::coerced
                                                            : net::statuses::success;
    };
    const Got got = c_get(*filled.asker, study_keys(0), script);
    CHECK(got.final.status == net::Status{0xB000});
    CHECK(got.final.completed == 6);
    CHECK(got.final.warning == 1);
    CHECK(got.final.failed == 1);
    CHECK(got.failed == std::vector<std::string>{uid_of(2)});
}

TEST_CASE("nothing taken is a failure, never a success")
{
    const Filled filled{8};
    GetScript script;
    script.answer = [](const Received&) { return net::statuses::cannot_understand; };
    const Got got = c_get(*filled.asker, study_keys(0), script);
    CHECK(got.final.status == net::Status{0xA702});
    CHECK(got.final.failed == 8);
    CHECK(got.failed.size() == 8);
}

TEST_CASE("a damaged, a lost and an unreadable object fail alone and never leave")
{
    const Filled filled{8};
    flip_last_byte(file_of(filled.archived, 1));
    std::filesystem::remove(file_of(filled.archived, 3));
    std::filesystem::remove(file_of(filled.archived, 5));
    std::filesystem::create_directory(file_of(filled.archived, 5));
    const Got got = c_get(*filled.asker, study_keys(0));
    CHECK(got.final.status == net::Status{0xB000});
    CHECK(got.final.completed == 5);
    CHECK(got.final.failed == 3);
    CHECK(std::set<std::string>(got.failed.begin(), got.failed.end()) ==
          std::set<std::string>{uid_of(1), uid_of(3), uid_of(5)});
    for (const Received& received : got.objects) {
        CHECK(received.request.sop_instance != uid_of(1));
    }
}

TEST_CASE("what the asker has no context for, or not the role, fails with its name")
{
    const Filled no_context{8, {}, {}, {storage_proposal("1.2.840.10008.5.1.4.1.1.4")}};
    const Got none = c_get(*no_context.asker, study_keys(0));
    CHECK(none.final.status == net::Status{0xA702});
    CHECK(none.failed.size() == 8);
    const Filled no_role{8, {}, {}, {proposal(ct_image)}};
    CHECK(c_get(*no_role.asker, study_keys(0)).final.status == net::Status{0xA702});
}

TEST_CASE("an object is converted when its transfer syntax was not taken")
{
    const Filled filled{
        8, {}, {}, {storage_proposal(ct_image, {std::string{dicom::uids::implicit_le}})}};
    const Got got = c_get(*filled.asker, study_keys(0));
    CHECK(got.final.completed == 8);
    for (unsigned i = 0; i < got.objects.size(); ++i) {
        CHECK(got.objects[i].transfer_syntax == dicom::uids::implicit_le);
        const auto object = dicom::decode(as_bytes(got.objects[i].data),
                                          dicom::TransferSyntax{dicom::uids::implicit_le});
        CHECK(object.text(dicom::tags::sop_instance_uid) == uid_of(i));
        CHECK(object.text(dicom::tags::patient_name) == "Test^Patient0");
    }
}

TEST_CASE("C-CANCEL ends a C-GET, and the answer tells what remains")
{
    const Filled filled{8};
    GetScript script;
    unsigned seen = 0;
    script.meanwhile = [&](net::Association& association) {
        if (++seen == 3) {
            association.send(association.require_context(study_get).id,
                             net::Request{net::CancelRequest{.message_id_responded = 1}});
        }
    };
    const Got got = c_get(*filled.asker, study_keys(0), script);
    CHECK(got.final.status == net::statuses::cancel);
    CHECK(got.final.completed == 3);
    CHECK(got.final.remaining == 5);
    CHECK(got.objects.size() == 3);
    CHECK(c_get(*filled.asker, study_keys(0)).objects.size() == 8);
}

TEST_CASE("a C-CANCEL of something else changes nothing, and another request is put off")
{
    const Filled filled{
        8, {}, {}, {storage_proposal(ct_image), proposal(dicom::uids::verification)}};
    GetScript script;
    unsigned seen = 0;
    script.meanwhile = [&](net::Association& association) {
        if (++seen != 2) {
            return;
        }
        association.send(association.require_context(study_get).id,
                         net::Request{net::CancelRequest{.message_id_responded = 99}});
        net::EchoRequest echo;
        echo.message_id = 77;
        association.send(association.require_context(dicom::uids::verification).id,
                         net::Request{echo});
    };
    const Got got = c_get(*filled.asker, study_keys(0), script);
    CHECK(got.final.completed == 8);
    REQUIRE(got.others.size() == 1);
    CHECK(got.others[0].status == net::statuses::resource_limitation);
    CHECK(got.others[0].message_id_responded == 77);
}

TEST_CASE("an answer to another instance than was sent is a failure of that one")
{
    const Filled filled{8};
    GetScript script;
    std::vector<Received> lies;
    script.answer = [&](const Received& received) -> std::optional<net::Status> {
        if (received.request.sop_instance != uid_of(0)) {
            return net::statuses::success;
        }
        lies.push_back(received);
        return std::nullopt;
    };
    script.meanwhile = [&](net::Association& association) {
        for (Received& lie : std::exchange(lies, {})) {
            lie.request.sop_instance = "1.2.3.4.5";
            association.send(association.require_context(ct_image).id,
                             net::Response::to(lie.request, net::statuses::success));
        }
    };
    const Got got = c_get(*filled.asker, study_keys(0), script);
    CHECK(got.final.failed == 1);
    CHECK(got.failed == std::vector<std::string>{uid_of(0)});
}

TEST_CASE("an asker that goes silent in the middle is dropped after the idle time")
{
    ArchivedSettings settings;
    settings.idle_timeout = std::chrono::milliseconds{300};
    const Filled filled{8, {}, settings};
    GetScript script;
    script.answer = [](const Received&) -> std::optional<net::Status> { return std::nullopt; };
    CHECK_THROWS_AS(c_get(*filled.asker, study_keys(0), script), net::PeerError);
}

TEST_CASE("identifiers that name nothing are refused with a reason")
{
    const Filled filled{8};
    const Got refused = c_get(*filled.asker, identifier("STUDY", {}));
    CHECK(refused.final.status == net::statuses::identifier_mismatch);
    CHECK_FALSE(refused.final.error_comment.empty());
    CHECK(c_get(*filled.asker, identifier("SERIES", {{dicom::tags::series_instance_uid, "1.2"}}))
              .final.status == net::statuses::identifier_mismatch);
}

TEST_CASE("relational retrieval is granted by extended negotiation, PS3.4 C.5.3.1")
{
    net::RequestOptions options;
    options.extended = {{std::string{study_get}, std::string("\1\1", 2)}};
    const Filled filled{8, options};
    REQUIRE(filled.asker->negotiated().extended_granted.size() == 1);
    CHECK(filled.asker->negotiated().extended_granted[0].info == std::string("\1\0", 2));
    const Got got =
        c_get(*filled.asker,
              identifier("IMAGE", {{dicom::tags::sop_instance_uid, uid_of(2) + "\\" + uid_of(6)}}));
    CHECK(got.objects.size() == 2);
}

TEST_CASE("more retrievals than allowed are turned away, and their place is free again")
{
    ArchivedSettings settings;
    settings.max_retrievals = 1;
    const Filled filled{8, {}, settings};
    const auto other = filled.archived.call({proposal(study_get), storage_proposal(ct_image)});
    GetScript script;
    std::optional<net::Status> second;
    script.meanwhile = [&](net::Association&) {
        if (!second) {
            second = c_get(*other, study_keys(0)).final.status;
        }
    };
    CHECK(c_get(*filled.asker, study_keys(0), script).final.completed == 8);
    CHECK(second == net::Status{0xA702});
    CHECK(c_get(*other, study_keys(0)).final.completed == 8);
}
