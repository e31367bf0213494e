#include "net/move.hpp"

#include "dicom/uid.hpp"
#include "net/raw_dimse.hpp"

#include <sys/eventfd.h>

#include <atomic>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

constexpr dicom::Tag failed_list{0x0008, 0x0058};

struct MoveRun {
    std::optional<PeerFault> fault;
    std::string message;
    RetrieveResult result;
    std::vector<SubOperations> told;
    std::chrono::milliseconds idle_after{0};
    bool deadline_after = false;
};

using Serve = std::function<void(RawPeer&, const dicom::DataSet&)>;
using OnPending = std::function<Next(const SubOperations&, Association&)>;

std::vector<Proposal> move_proposals()
{
    return {{std::string{dicom::uids::study_root_move}, {implicit_le}, {}}};
}

/// Runs move() against a peer that does `serve` after it has read the request; `at_end` is called
/// while the association is still there.
MoveRun move_with(const Serve& serve, const RetrieveOptions& options = {},
                  const OnPending& on_pending = {}, const std::function<void()>& at_end = {})
{
    Pair pair;
    auto serving = std::async(std::launch::async, [&] {
        pair.peer->accept_all();
        const auto command = read_command(*pair.peer);
        (void)pair.peer->read_pdu();  // the identifier
        serve(*pair.peer, command);
    });
    MoveRun run;
    const auto association =
        Association::request(std::move(pair.transport), "PEER", {}, move_proposals());
    try {
        run.result = move(
            *association, 1, "DEST", "KEYS",
            [&](const SubOperations& counts) {
                run.told.push_back(counts);
                return on_pending ? on_pending(counts, *association) : Next::more;
            },
            options);
    } catch (const PeerError& error) {
        run.fault = error.fault();
        run.message = error.what();
    }
    run.idle_after = association->idle_timeout();
    run.deadline_after = !association->deadline().never();
    serving.get();
    if (at_end) {
        at_end();
    }
    pair.peer->close();
    return run;
}

Response counting(const dicom::DataSet& command, Status status, SubOperations counts)
{
    auto response = answer_to(command, status);
    response.remaining = counts.remaining;
    response.completed = counts.completed;
    response.failed = counts.failed;
    response.warning = counts.warning;
    return response;
}

std::string pending(const dicom::DataSet& command, SubOperations counts = {})
{
    return response_pdu(1, counting(command, statuses::pending, counts));
}

std::string with_identifier(Response response, const std::string& uids)
{
    dicom::DataSet identifier;
    identifier.set_text(failed_list, uids, dicom::Vr::UI);
    response.has_data = true;
    return response_pdu(1, response, dicom::encode(identifier, dicom::TransferSyntax{}));
}

/// Sends `pdu` again and again until the other side says something.
void repeat(RawPeer& peer, const std::string& pdu)
{
    pollfd input{peer.fd(), POLLIN, 0};
    while (::poll(&input, 1, 2) == 0) {
        peer.send(pdu);
    }
}

}  // namespace

TEST_CASE("a C-MOVE names its destination and tells the counts of each pending response")
{
    std::string destination;
    const auto run = move_with([&](RawPeer& peer, const dicom::DataSet& command) {
        destination = std::get<MoveRequest>(parse_request(command)).destination_ae;
        peer.send(pending(command, {2, 0, 0, 0}) + pending(command, {1, 1, 0, 0}) +
                  response_pdu(1, counting(command, statuses::success, {{}, 2, 0, 0})));
    });
    CHECK_FALSE(run.fault);
    CHECK(destination == "DEST");
    CHECK(run.told == std::vector<SubOperations>{{2, 0, 0, 0}, {1, 1, 0, 0}});
    CHECK(run.result.status.success());
    CHECK(run.result.pending == 2);
    CHECK(run.result.counts == SubOperations{{}, 2, 0, 0});
    CHECK_FALSE(run.result.cancelled);
}

TEST_CASE("counts that the final response leaves out are those told before it")
{
    const auto run = move_with([](RawPeer& peer, const dicom::DataSet& command) {
        peer.send(pending(command, {1, 5, 1, 2}) + response_pdu(1, answer_to(command, {0xB000})));
    });
    CHECK(run.result.counts == SubOperations{{}, 5, 1, 2});
    CHECK(run.result.status.warning());
}

TEST_CASE("the failed instances are named by the final response")
{
    const auto run = move_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto last = counting(command, {0xB000}, {{}, 1, 2, 0});
        last.error_comment = "disk full";
        peer.send(with_identifier(last, "1.2.3\\1.2.4"));
    });
    CHECK_FALSE(run.fault);
    CHECK(run.result.failed_uids == std::vector<std::string>{"1.2.3", "1.2.4"});
    CHECK_FALSE(run.result.failed_uids_unreadable);
    CHECK(run.result.comment == "disk full");
}

TEST_CASE("an identifier that cannot be read is said to be so, whatever is in it")
{
    const auto of = [](const std::function<std::string(Response)>& pdus, std::size_t limit) {
        RetrieveOptions options;
        options.max_identifier_bytes = limit;
        return move_with(
            [&](RawPeer& peer, const dicom::DataSet& command) {
                auto last = counting(command, {0xB000}, {{}, 0, 1, 0});
                last.has_data = true;
                peer.send(pdus(last));
            },
            options);
    };
    const auto garbage = of([](Response last) { return response_pdu(1, last, "garbage"); }, 100);
    CHECK_FALSE(garbage.fault);
    CHECK(garbage.result.failed_uids_unreadable);
    CHECK(garbage.result.failed_uids.empty());
    const auto longer = of([](Response last) { return with_identifier(last, "1.2.3"); }, 4);
    CHECK_FALSE(longer.fault);
    CHECK(longer.result.failed_uids_unreadable);
    const auto no_uid = of([](Response last) { return with_identifier(last, "1.2.3\\x"); }, 100);
    CHECK(no_uid.result.failed_uids == std::vector<std::string>{"1.2.3"});
    CHECK(no_uid.result.failed_uids_unreadable);
}

TEST_CASE("a failure is a result, with the words of the peer")
{
    const auto run = move_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto last = answer_to(command, statuses::move_destination_unknown);
        last.error_comment = "who?";
        last.offending_elements = {dicom::Tag{0x0000, 0x0600}};
        peer.send(response_pdu(1, last));
    });
    CHECK_FALSE(run.fault);
    CHECK(run.result.status == statuses::move_destination_unknown);
    CHECK(run.result.comment == "who?");
    CHECK(run.result.offending_elements.size() == 1);
    CHECK_FALSE(run.result.counts.told());
}

TEST_CASE("a move that is cancelled sends C-CANCEL once and takes the end")
{
    const auto run = move_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            peer.send(pending(command, {3, 1, 0, 0}));
            const auto cancel = read_command(peer);
            must(std::get<CancelRequest>(parse_request(cancel)).message_id_responded ==
                     message_id(parse_request(command)),
                 "the cancel names another message");
            peer.send(pending(command, {2, 2, 0, 0}) +
                      response_pdu(1, counting(command, statuses::cancel, {2, 2, 0, 0})));
            pollfd input{peer.fd(), POLLIN, 0};
            must(::poll(&input, 1, 0) == 0, "more than one C-CANCEL");
        },
        {}, [](const SubOperations&, Association&) { return Next::cancel; });
    CHECK_FALSE(run.fault);
    CHECK(run.result.cancelled);
    CHECK(run.result.status.cancelled());
    CHECK(run.result.counts == SubOperations{2, 2, 0, 0});
}

TEST_CASE("a move is cancelled by a descriptor while the peer keeps silent")
{
    const Descriptor wish{::eventfd(1, EFD_CLOEXEC)};
    RetrieveOptions options;
    options.cancel_fd = wish.get();
    const auto run = move_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            (void)std::get<CancelRequest>(parse_request(read_command(peer)));
            peer.send(response_pdu(1, counting(command, statuses::cancel, {4, 0, 0, 0})));
        },
        options);
    CHECK_FALSE(run.fault);
    CHECK(run.result.cancelled);
    CHECK(run.result.counts.remaining == 4);
}

TEST_CASE("a peer that does not end after C-CANCEL is cut off, and the message says why")
{
    RetrieveOptions options;
    options.cancel_timeout = std::chrono::milliseconds{60};
    const auto run = move_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            peer.send(pending(command, {3, 1, 0, 0}));
            must(peer.read_pdu().type == 4, "a C-CANCEL was expected");
            repeat(peer, pending(command, {3, 1, 0, 0}));
        },
        options, [](const SubOperations&, Association&) { return Next::cancel; });
    CHECK(run.fault == PeerFault::timed_out);
    CHECK(run.message.find("after C-CANCEL") != std::string::npos);
}

TEST_CASE("a move that is pending for ever ends at its deadline, and the message says so")
{
    RetrieveOptions options;
    options.deadline = Deadline::after(std::chrono::seconds{1});  // to negotiate, too
    std::uint16_t count = 0;
    const auto run = move_with(
        [&](RawPeer& peer, const dicom::DataSet& command) {
            pollfd input{peer.fd(), POLLIN, 0};
            while (::poll(&input, 1, 2) == 0) {
                peer.send(pending(command, {1, count++, 0, 0}));
            }
        },
        options);
    CHECK(run.fault == PeerFault::timed_out);
    CHECK(run.message.find("in all") != std::string::npos);
    CHECK_FALSE(run.told.empty());
}

TEST_CASE("counts that stand still are no progress")
{
    RetrieveOptions options;
    options.idle_timeout = std::chrono::milliseconds{80};
    const auto run = move_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            repeat(peer, pending(command, {3, 1, 0, 0}));
        },
        options);
    CHECK(run.fault == PeerFault::timed_out);
    CHECK(run.message.find("without progress for 0.08 s") != std::string::npos);
    CHECK(run.idle_after == AssociationLimits{}.idle_timeout);
}

TEST_CASE("what comes elsewhere is progress, of a silent peer and of one whose counts stand still")
{
    RetrieveOptions options;
    options.idle_timeout = std::chrono::milliseconds{1000};
    const std::chrono::milliseconds longer{1300};
    std::atomic<bool> done{false};
    std::future<void> toucher;
    const auto run = move_with(
        [&](RawPeer& peer, const dicom::DataSet& command) {
            peer.send(pending(command, {3, 1, 0, 0}));
            pollfd nothing{-1, 0, 0};
            ::poll(&nothing, 1, static_cast<int>(longer.count()));
            peer.send(pending(command, {3, 1, 0, 0}) +
                      response_pdu(1, answer_to(command, statuses::success)));
            done = true;
        },
        options,
        [&](const SubOperations&, Association& association) {
            if (!toucher.valid()) {
                toucher = std::async(std::launch::async, [&] {
                    while (!done) {
                        association.touch();
                        pollfd nothing{-1, 0, 0};
                        ::poll(&nothing, 1, 5);
                    }
                });
            }
            return Next::more;
        },
        [&] {
            done = true;
            toucher.get();
        });
    CHECK_FALSE(run.fault);
    CHECK(run.result.status.success());
    CHECK(run.told.size() == 2);
}

TEST_CASE("a silent peer is given up after the idle time of the move")
{
    RetrieveOptions options;
    options.idle_timeout = std::chrono::milliseconds{50};
    const auto run = move_with(
        [](RawPeer& peer, const dicom::DataSet&) {
            must(peer.read_pdu().type == 7, "an A-ABORT was expected");
        },
        options);
    CHECK(run.fault == PeerFault::timed_out);
}

TEST_CASE("answers that cannot be are a protocol violation of C-MOVE")
{
    const auto other_message = move_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto response = answer_to(command, statuses::success);
        ++response.message_id_responded;
        peer.send(response_pdu(1, response));
    });
    CHECK(other_message.fault == PeerFault::protocol_violation);
    const auto other_service = move_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto response = answer_to(command, statuses::success);
        response.field = CommandField::c_find_rsp;
        peer.send(response_pdu(1, response));
    });
    CHECK(other_service.fault == PeerFault::protocol_violation);
    const auto lost = move_with([](RawPeer& peer, const dicom::DataSet& command) {
        peer.send(pending(command, {1, 1, 0, 0}));
        peer.close();
    });
    CHECK(lost.fault == PeerFault::connection_lost);
}

TEST_CASE("a pending response with an identifier, which none should have, is forgiven")
{
    const auto run = move_with([](RawPeer& peer, const dicom::DataSet& command) {
        peer.send(with_identifier(counting(command, statuses::pending, {1, 0, 0, 0}), "1.2") +
                  response_pdu(1, answer_to(command, statuses::success)));
    });
    CHECK_FALSE(run.fault);
    CHECK(run.result.failed_uids.empty());
    CHECK_FALSE(run.deadline_after);
}
