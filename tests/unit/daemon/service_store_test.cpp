#include "daemon/service.hpp"

#include "base/file.hpp"
#include "catch.hpp"
#include "dicom/part10.hpp"
#include "net/echo.hpp"
#include "service_fixture.hpp"
#include "storage/layout.hpp"

#include <atomic>
#include <thread>

using namespace pacs;
using namespace pacs::test;
using namespace std::chrono_literals;

namespace {

std::filesystem::path place_of(const Archived& archived, const dicom::DataSet& object)
{
    return storage::Layout{archived.path()}.object(
        {.study = object.text(dicom::tags::study_instance_uid),
         .series = object.text(dicom::tags::series_instance_uid),
         .instance = object.text(dicom::tags::sop_instance_uid)});
}

std::size_t files_in(const std::filesystem::path& folder)
{
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        count += entry.is_regular_file() ? 1U : 0U;
    }
    return count;
}

/// Waits, without a time of its own, until the service has no association open.
void wait_until_alone(Archived& archived)
{
    while (archived.service().associations() > 0) {
        std::this_thread::yield();
    }
}

}  // namespace

TEST_CASE("the archive answers an echo")
{
    const Archived archived;
    const auto association = archived.call({proposal(dicom::uids::verification)});
    CHECK(net::echo(*association).status == net::statuses::success);
    association->release();
}

TEST_CASE("a call for somebody else's title is rejected for good")
{
    const Archived archived;
    try {
        archived.call({proposal(dicom::uids::verification)}, {}, "SOMEBODY");
        FAIL("accepted");
    } catch (const net::PeerError& error) {
        CHECK(error.fault() == net::PeerFault::rejected);
        CHECK(error.result() == net::AssociateRj::permanent);
        CHECK(error.reason() == net::AssociateRj::called_ae_not_recognised);
    }
}

TEST_CASE("an instance lies in its place when it is answered, its data set bit by bit as sent")
{
    Archived archived;
    const auto object = instance(0);
    const auto association = archived.call({proposal(ct_image)});
    const auto outcome = store(*association, object);
    CHECK(outcome.status == net::statuses::success);
    CHECK(outcome.lie.empty());
    const std::string file = read_file(place_of(archived, object), 1U << 20U);
    const auto head = dicom::read_file_head(as_bytes(file));
    CHECK(head.syntax.uid() == dicom::uids::explicit_le);
    CHECK(file.substr(head.data_offset) == dicom::encode(object, head.syntax));
    CHECK(archived.service().archive().index().find(object.text(dicom::tags::sop_instance_uid)));
    association->release();
}

TEST_CASE("a private class in a transfer syntax nobody knows is stored like any other")
{
    Archived archived;
    const std::string_view sop_class = "1.3.12.2.1107.5.9.1";
    const std::string_view syntax = "1.2.826.0.1.3680043.99.1";
    const auto object = instance(0, sop_class);
    const auto association = archived.call({proposal(sop_class, syntax)});
    CHECK(store(*association, object).status == net::statuses::success);
    const std::string file = read_file(place_of(archived, object), 1U << 20U);
    CHECK(dicom::read_file_head(as_bytes(file)).syntax.uid() == syntax);
}

TEST_CASE("an object that is not the one announced is refused and set aside")
{
    Archived archived;
    const auto association = archived.call({proposal(ct_image)});
    const auto outcome = store(*association, instance(0), "1.2.3.4");
    CHECK(outcome.status == net::Status{0xA901});
    CHECK_FALSE(outcome.comment.empty());
    CHECK(files_in(archived.path() / "objects") == 0);
    CHECK(files_in(archived.path() / "quarantine") == 2);
    CHECK(store(*association, instance(0)).status == net::statuses::success);
}

TEST_CASE("a command on the context of another service is refused with 0122")
{
    Archived archived;
    const auto association =
        archived.call({proposal(dicom::uids::verification), proposal(dicom::uids::study_root_find),
                       proposal(ct_image)});
    for (const auto sop_class : {dicom::uids::verification, dicom::uids::study_root_find}) {
        const auto outcome = store(*association, instance(0, sop_class));
        CHECK(outcome.status == net::statuses::class_not_supported);
    }
    for (const auto sop_class : {dicom::uids::verification, ct_image}) {
        const auto found = find(*association, sop_class, identifier("STUDY", {}));
        CHECK(found.result.status == net::statuses::class_not_supported);
    }
    CHECK(archived.service().counters().stored == 0);
    CHECK(files_in(archived.path() / "quarantine") == 0);
}

TEST_CASE("with an asynchronous window many instances are under way at once, and all arrive")
{
    Archived archived;
    net::RequestOptions options;
    options.window = {32, 1};
    const auto association = archived.call({proposal(ct_image)}, options);
    CHECK(association->negotiated().window.invoked == 32);
    const net::Context& context = association->require_context(ct_image);
    net::StoreScu scu{*association};
    CHECK(scu.window() == 32);
    int stored = 0;
    for (unsigned i = 0; i < 200; ++i) {
        const auto object = instance(i);
        const std::string bytes =
            dicom::encode(object, dicom::TransferSyntax{context.transfer_syntax});
        net::StoreRequest request;
        request.sop_class = std::string{ct_image};
        request.sop_instance = object.text(dicom::tags::sop_instance_uid);
        const net::Piece piece{as_bytes(bytes)};
        scu.submit(request, context.id, {&piece, 1}, [&](const net::StoreOutcome& outcome) {
            stored += outcome.status.success() && outcome.lie.empty() ? 1 : 0;
        });
    }
    scu.finish();
    association->release();
    archived.service().stop();  // an entry in incoming/ goes only after its answer
    CHECK(stored == 200);
    CHECK(files_in(archived.path() / "objects") == 200);
    CHECK(files_in(archived.path() / "incoming") == 0);
    CHECK(archived.service().archive().index().counts().instances == 200);
}

TEST_CASE("several senders at once lose and mix nothing")
{
    Archived archived;
    std::atomic<int> stored{0};
    std::vector<std::thread> senders;
    for (unsigned sender = 0; sender < 4; ++sender) {
        senders.emplace_back([&, sender] {
            const auto association = archived.call({proposal(ct_image)});
            for (unsigned i = 0; i < 40; ++i) {
                stored += store(*association, instance(sender * 40 + i)).status.success() ? 1 : 0;
            }
            association->release();
        });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
    CHECK(stored == 160);
    for (unsigned i = 0; i < 160; ++i) {
        const auto object = instance(i);
        const std::string file = read_file(place_of(archived, object), 1U << 20U);
        const auto head = dicom::read_file_head(as_bytes(file));
        CHECK(file.substr(head.data_offset) == dicom::encode(object, head.syntax));
    }
}

TEST_CASE("an association that breaks in the middle of an object leaves nothing of it")
{
    Archived archived;
    {
        const auto association = archived.call({proposal(ct_image)});
        const net::Context& context = association->require_context(ct_image);
        net::StoreRequest request;
        request.message_id = association->next_message_id();
        request.sop_class = std::string{ct_image};
        request.sop_instance = "1.2.3";
        net::Request command{request};
        // A file that ends before its announced size breaks the stream in the middle.
        const ScratchFolder folder;
        const auto path = folder.path() / "short";
        replace_file(path, as_bytes(std::string(300'000, '\0')));
        const Descriptor file = open_for_reading(path);
        const net::Piece piece{net::FileRange{file.get(), 0, 600'000}};
        CHECK_THROWS_AS(association->send(context.id, command, {&piece, 1}), Error);
    }
    wait_until_alone(archived);
    CHECK(files_in(archived.path() / "incoming") == 0);
    CHECK(files_in(archived.path() / "objects") == 0);
    CHECK(files_in(archived.path() / "quarantine") == 0);
}

TEST_CASE("below the reserve of free space an object is refused with A700, echo goes on")
{
    ArchivedSettings settings;
    settings.min_free = {0, 100};
    Archived archived{settings};
    const auto association =
        archived.call({proposal(ct_image), proposal(dicom::uids::verification)});
    CHECK(store(*association, instance(0)).status == net::statuses::out_of_resources);
    CHECK(net::echo(*association).status == net::statuses::success);
    CHECK(files_in(archived.path() / "objects") == 0);

    settings = archived.settings();
    settings.min_free = {0, 0};
    CHECK(archived.service().reload(settings).empty());
    CHECK(store(*association, instance(0)).status == net::statuses::success);
}

TEST_CASE("a reload changes titles for new associations and names what needs a restart")
{
    Archived archived;
    const auto before = archived.call({proposal(dicom::uids::verification)});
    ArchivedSettings settings = archived.settings();
    settings.aet = {"RENAMED"};
    settings.durability = "os";
    CHECK(archived.service().reload(settings) == std::vector<std::string>{"durability"});
    CHECK(net::echo(*before).status == net::statuses::success);
    CHECK_THROWS_AS(archived.call({proposal(dicom::uids::verification)}), net::PeerError);
    CHECK_NOTHROW(archived.call({proposal(dicom::uids::verification)}, {}, "RENAMED"));
    settings.aet = {""};
    CHECK_THROWS_AS(archived.service().reload(settings), Error);
    CHECK_NOTHROW(archived.call({proposal(dicom::uids::verification)}, {}, "RENAMED"));
}

TEST_CASE("the same instance with other content is a warning, and its bytes are kept aside")
{
    Archived archived;
    const auto association = archived.call({proposal(ct_image)});
    auto object = instance(0);
    CHECK(store(*association, object).status == net::statuses::success);
    CHECK(store(*association, object).status == net::statuses::success);
    object.set_text(dicom::tags::patient_name, "Somebody^Else");
    CHECK(store(*association, object).status == net::statuses::coerced);
    CHECK(files_in(archived.path() / "objects") == 1);
    CHECK(files_in(archived.path() / "conflicts") == 2);
}

TEST_CASE("a peer beyond its share of associations is turned away for the time being")
{
    ArchivedSettings settings;
    settings.max_associations_per_peer = 2;
    Archived archived{settings};
    const auto first = archived.call({proposal(dicom::uids::verification)});
    const auto second = archived.call({proposal(dicom::uids::verification)});
    try {
        archived.call({proposal(dicom::uids::verification)});
        FAIL("accepted");
    } catch (const net::PeerError& error) {
        CHECK(error.fault() == net::PeerFault::rejected);
        CHECK(error.transient());
    }
    CHECK(net::echo(*first).status == net::statuses::success);
}

TEST_CASE("stopping finishes what runs: what was sent before is answered and stored")
{
    Archived archived;
    const auto association = archived.call({proposal(ct_image)});
    const net::Address address = archived.address();
    CHECK(store(*association, instance(0)).status == net::statuses::success);
    archived.service().stop();
    CHECK(archived.service().associations() == 0);
    CHECK_THROWS_AS(store(*association, instance(1)), Error);
    CHECK_THROWS_AS(net::connect(address, Deadline::after(10s)), net::PeerError);
    CHECK(archived.service().counters().stored == 1);
}
