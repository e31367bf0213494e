#include "retrieve_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

using namespace pacs;
using namespace pacs::test;

namespace {

daemon::Destinations only(daemon::Destination destination)
{
    daemon::Destinations destinations;
    destinations.add(std::move(destination));
    return destinations;
}

/// An archive with a study or two, a station, and somebody who asks.
struct Moving {
    explicit Moving(unsigned count = 8, ArchivedSettings settings = {})
        : archived(std::move(settings), only(station.destination()))
    {
        fill(archived, count);
        asker = archived.call({proposal(study_move)});
    }
    explicit Moving(daemon::Destination destination, ArchivedSettings settings = {})
        : archived(std::move(settings), only(std::move(destination)))
    {
        fill(archived, 8);
        asker = archived.call({proposal(study_move)});
    }

    net::RetrieveResult move(
        const dicom::DataSet& keys, const std::string& to = "STATION",
        const std::function<net::Next(const net::SubOperations&)>& on_pending =
            [](const net::SubOperations&) { return net::Next::more; })
    {
        const net::Context& context = asker->require_context(study_move);
        return net::move(*asker, context.id, to,
                         dicom::encode(keys, dicom::TransferSyntax{context.transfer_syntax}),
                         on_pending);
    }

    Station station;
    Archived archived;
    std::unique_ptr<net::Association> asker;
};

std::string uid_of(unsigned number)
{
    return instance(number).text(dicom::tags::sop_instance_uid);
}

}  // namespace

TEST_CASE("C-MOVE sends a study bit by bit, and says who asked for it")
{
    Moving moving{16};
    std::vector<net::SubOperations> told;
    const auto result =
        moving.move(study_keys(1), "STATION", [&](const net::SubOperations& counts) {
            told.push_back(counts);
            return net::Next::more;
        });
    CHECK(result.status == net::statuses::success);
    CHECK(result.counts.completed == 8);
    CHECK(result.counts.failed == 0);
    REQUIRE_FALSE(told.empty());
    CHECK(told.front().remaining == 8);
    const auto received = moving.station.received();
    REQUIRE(received.size() == 8);
    for (unsigned i = 0; i < 8; ++i) {
        CHECK(received[i].data == bytes_of(8 + i));
        CHECK(received[i].request.move_originator_ae == "TESTER");
        CHECK(received[i].request.move_originator_id == 1);
    }
    const auto report = moving.station.reports(1).at(0);
    CHECK(report.calling_ae == "ARCHIVE");
    CHECK(report.outcome == net::AssociationOutcome::released);
}

TEST_CASE("an unknown destination is answered A801 and nothing is connected to")
{
    Moving moving;
    CHECK(moving.move(study_keys(0), "ELSEWHERE").status ==
          net::statuses::move_destination_unknown);
    CHECK(moving.move(study_keys(0), "station").status == net::statuses::move_destination_unknown);
    CHECK(moving.station.received().empty());
    CHECK(moving.move(study_keys(0)).counts.completed == 8);
}

TEST_CASE("with allow_any an unknown title stands for whoever asks, at the port that was set")
{
    ArchivedSettings settings;
    settings.allow_any = true;
    Station elsewhere;
    settings.allow_any_port = elsewhere.destination().address.port;
    Moving moving{8, settings};
    CHECK(moving.move(study_keys(0), "ANYBODY").counts.completed == 8);
    CHECK(elsewhere.received().size() == 8);
    CHECK(moving.move(study_keys(0), "STATION").counts.completed == 8);
    CHECK(moving.station.received().size() == 8);
}

TEST_CASE("several associations share one C-MOVE, and each object goes out once")
{
    ArchivedSettings settings;
    settings.move_jobs = 3;
    std::atomic<bool> all_there{true};
    Moving moving{64, settings};
    moving.station.answer = [&](const Received&) {
        all_there = moving.station.await_opened(3) && all_there;  // none has all for itself
        return net::statuses::success;
    };
    std::string studies;
    for (unsigned study = 0; study < 8; ++study) {
        studies +=
            (study == 0 ? "" : "\\") + ("1.2.826.0.1.3680043.9." + std::to_string(study + 1));
    }
    const auto result =
        moving.move(identifier("STUDY", {{dicom::tags::study_instance_uid, studies}}));
    CHECK(result.status == net::statuses::success);
    CHECK(result.counts.completed == 64);
    std::set<std::string> uids;
    for (const Received& received : moving.station.received()) {
        uids.insert(received.request.sop_instance);
    }
    CHECK(uids.size() == 64);
    CHECK(moving.station.received().size() == 64);
    CHECK(all_there);
    CHECK(moving.station.reports(3).size() == 3);
}

TEST_CASE("what the destination refuses or doubts is counted and named")
{
    Moving moving;
    moving.station.answer = [](const Received& received) {
        return received.request.sop_instance == uid_of(1)   ? net::statuses::out_of_resources
               : received.request.sop_instance == uid_of(5) ? net::statuses::coerced
                                                            : net::statuses::success;
    };
    const auto result = moving.move(study_keys(0));
    CHECK(result.status == net::Status{0xB000});
    CHECK(result.counts.completed == 6);
    CHECK(result.counts.warning == 1);
    CHECK(result.counts.failed == 1);
    CHECK(result.failed_uids == std::vector<std::string>{uid_of(1)});
}

TEST_CASE("damaged and lost objects fail alone and never arrive")
{
    Moving moving;
    flip_last_byte(file_of(moving.archived, 0));
    std::filesystem::remove(file_of(moving.archived, 7));
    const auto result = moving.move(study_keys(0));
    CHECK(result.status == net::Status{0xB000});
    CHECK(result.counts.completed == 6);
    CHECK(std::set<std::string>(result.failed_uids.begin(), result.failed_uids.end()) ==
          std::set<std::string>{uid_of(0), uid_of(7)});
    CHECK(moving.station.received().size() == 6);
}

TEST_CASE("a destination that cannot be reached fails all, A702, and says which")
{
    daemon::Destination dead;
    {
        const Station gone;
        dead = gone.destination();
    }
    Moving moving{dead};
    const auto result = moving.move(study_keys(0));
    CHECK(result.status == net::Status{0xA702});
    CHECK(result.counts.failed == 8);
    CHECK(result.counts.completed == 0);
    CHECK(result.failed_uids.size() == 8);
}

TEST_CASE("a destination that takes nothing fails all")
{
    Moving moving;
    auto nothing = std::make_shared<net::AcceptRules>();
    nothing->classes.push_back({std::string{dicom::uids::verification}, {}, false});
    moving.station.rules_ = nothing;
    const auto result = moving.move(study_keys(0));
    CHECK(result.status == net::Status{0xA702});
    CHECK(result.failed_uids.size() == 8);
}

TEST_CASE("a destination that breaks off gets what was outstanding once more")
{
    std::atomic<int> seen{0};
    Moving moving;
    moving.station.answer = [&](const Received&) -> net::Status {
        if (++seen == 4) {
            throw net::PeerError(net::PeerFault::connection_lost, net::PeerStage::answer, "broke");
        }
        return net::statuses::success;
    };
    const auto result = moving.move(study_keys(0));
    CHECK(result.status == net::statuses::success);
    CHECK(result.counts.completed == 8);
    std::set<std::string> uids;
    for (const Received& received : moving.station.received()) {
        uids.insert(received.request.sop_instance);
    }
    CHECK(uids.size() == 8);
}

TEST_CASE("a destination that breaks off every time ends in failure, not for ever")
{
    Moving moving;
    moving.station.answer = [](const Received&) -> net::Status {
        throw net::PeerError(net::PeerFault::connection_lost, net::PeerStage::answer, "broke");
    };
    const auto result = moving.move(study_keys(0));
    CHECK(result.status == net::Status{0xA702});
    CHECK(result.counts.failed == 8);
    CHECK(moving.station.reports(3).size() == 3);
}

TEST_CASE("C-CANCEL ends a C-MOVE, and the answer tells what remains")
{
    std::mutex mutex;
    std::condition_variable changed;
    bool cancelled = false;
    Moving moving;
    moving.station.answer = [&](const Received& received) {
        if (received.request.sop_instance == uid_of(0)) {
            return net::statuses::success;
        }
        std::unique_lock lock{mutex};
        changed.wait_for(lock, std::chrono::seconds{20}, [&] { return cancelled; });
        return net::statuses::success;
    };
    auto one_by_one = moving.station.destination("SLOW");
    one_by_one.request.window = {};
    moving.archived.service().reload({moving.archived.settings(), only(one_by_one)});
    const auto result = moving.move(study_keys(0), "SLOW", [&](const net::SubOperations& counts) {
        if (counts.completed == 1) {
            const std::scoped_lock lock{mutex};
            cancelled = true;
            changed.notify_all();
        }
        return counts.completed == 1 ? net::Next::cancel : net::Next::more;
    });
    CHECK(result.cancelled);
    const bool in_time = result.status == net::statuses::cancel;
    if (in_time) {
        CHECK(*result.counts.remaining + *result.counts.completed == 8);
    } else {  // all had been sent before the wish came
        CHECK(result.status == net::statuses::success);
    }
}

TEST_CASE("an asker that goes away ends its C-MOVE at once, also while the destination is silent")
{
    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
    Moving moving;
    moving.station.answer = [&](const Received&) {
        std::unique_lock lock{mutex};
        changed.wait_for(lock, std::chrono::seconds{20}, [&] { return over; });
        return net::statuses::success;
    };
    CHECK_THROWS(moving.move(study_keys(0), "STATION", [](const net::SubOperations&) -> net::Next {
        throw Error(ErrorKind::limit, "the asker gives up");
    }));
    const auto until = Deadline::after(std::chrono::seconds{10});
    while (moving.archived.service().retrievals() > 0 && !until.expired()) {
        std::this_thread::yield();
    }
    CHECK(moving.archived.service().retrievals() == 0);
    const std::scoped_lock lock{mutex};
    over = true;
    changed.notify_all();
}

TEST_CASE("stopping the daemon does not wait for a destination that is silent")
{
    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
    bool begun = false;
    Moving moving;
    moving.station.answer = [&](const Received&) {
        std::unique_lock lock{mutex};
        begun = true;
        changed.notify_all();
        changed.wait_for(lock, std::chrono::seconds{20}, [&] { return over; });
        return net::statuses::success;
    };
    ArchivedSettings settings = moving.archived.settings();
    settings.stop_timeout = std::chrono::milliseconds{100};
    moving.archived.service().reload({settings, only(moving.station.destination())});
    std::thread asking{[&] {
        try {
            (void)moving.move(study_keys(0));
        } catch (const net::PeerError&) {
        }
    }};
    {
        std::unique_lock lock{mutex};
        changed.wait_for(lock, std::chrono::seconds{20}, [&] { return begun; });
    }
    const auto start = std::chrono::steady_clock::now();
    moving.archived.service().stop();
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{4});
    {
        const std::scoped_lock lock{mutex};
        over = true;
        changed.notify_all();
    }
    asking.join();
}

TEST_CASE("a destination that never answers fails after its time, and the asker is told meanwhile")
{
    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
    Station station;
    station.answer = [&](const Received&) {
        std::unique_lock lock{mutex};
        changed.wait_for(lock, std::chrono::seconds{20}, [&] { return over; });
        return net::statuses::success;
    };
    auto silent = station.destination();
    silent.request.idle_timeout = std::chrono::milliseconds{200};
    Moving moving{silent};
    const auto result = moving.move(study_keys(0));
    CHECK(result.status == net::Status{0xA702});
    CHECK(result.counts.failed == 8);
    {
        const std::scoped_lock lock{mutex};
        over = true;
        changed.notify_all();
    }
}
