#include "base/error.hpp"
#include "net/echo.hpp"
#include "net/find.hpp"
#include "net/raw_dimse.hpp"
#include "net/store.hpp"

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

/// What echo() does with a peer that answers by `respond`.
template <typename Respond>
std::pair<std::optional<PeerFault>, Status> echo_with(const Respond& respond)
{
    const Requested open;
    auto answering = std::async(std::launch::async, [&] {
        const auto command = read_command(*open.peer);
        open.peer->send(respond(command));
    });
    Status status{0xFFFF};
    const auto fault = fault_of([&] { status = echo(*open.association).status; });
    answering.get();
    return {fault, status};
}

std::vector<Proposal> find_proposals()
{
    return {{std::string{dicom::uids::study_root_find}, {implicit_le}, {}}};
}

struct FindRun {
    std::optional<PeerFault> fault;
    FindResult result;
    std::vector<std::string> answers;
};

/// Runs find() against a peer that does `serve` after it has read the request.
FindRun find_with(const std::function<void(RawPeer&, const dicom::DataSet&)>& serve,
                  std::size_t cancel_after = 1000, const FindOptions& options = {})
{
    Pair pair;
    auto serving = std::async(std::launch::async, [&] {
        pair.peer->accept_all();
        const auto command = read_command(*pair.peer);
        (void)pair.peer->read_pdu();  // the identifier
        serve(*pair.peer, command);
    });
    FindRun run;
    const auto association =
        Association::request(std::move(pair.transport), "PEER", {}, find_proposals());
    run.fault = fault_of([&] {
        run.result = find(
            *association, 1, "KEYS",
            [&](FindAnswer&& answer) {
                run.answers.push_back(std::move(answer.identifier));
                return run.answers.size() >= cancel_after ? Next::cancel : Next::more;
            },
            options);
    });
    serving.get();
    pair.peer->close();
    return run;
}

std::string match(const dicom::DataSet& command, const std::string& data,
                  Status status = statuses::pending)
{
    auto response = answer_to(command, status);
    response.has_data = true;
    return response_pdu(1, response, data);
}

/// A StoreScu against a peer that reads `count` requests and then answers by `respond`.
struct StoreRun {
    std::optional<PeerFault> fault;
    std::vector<StoreOutcome> outcomes;
    std::size_t outstanding = 0;

    StoreRun(std::size_t count, std::uint16_t window,
             const std::function<void(RawPeer&, std::vector<dicom::DataSet>&)>& serve)
    {
        RequestOptions options;
        options.window = {window, 1};
        const Requested open{options, [&](AssociateAc& pdu) {
                                 pdu.user.window = AsyncWindow{window, 1};
                             }};
        auto serving = std::async(std::launch::async, [&] {
            std::vector<dicom::DataSet> commands;
            while (commands.size() < count) {
                commands.push_back(read_command(*open.peer));
            }
            serve(*open.peer, commands);
        });
        StoreScu store{*open.association};
        const std::string data = "PIXELS";
        const Piece piece{std::as_bytes(std::span{data})};
        fault = fault_of([&] {
            for (std::size_t i = 0; i < count; ++i) {
                store.submit(store_request("1.2." + std::to_string(i)), 3, {&piece, 1},
                             [&](const StoreOutcome& outcome) { outcomes.push_back(outcome); });
            }
            store.finish();
        });
        outstanding = store.outstanding();
        serving.get();
    }
};

StoreOutcome store_one(const std::function<void(Response&)>& change)
{
    const StoreRun run{1, 1, [&](RawPeer& peer, std::vector<dicom::DataSet>& commands) {
                           auto response = answer_to(commands.front(), statuses::success);
                           change(response);
                           peer.send(response_pdu(3, response, "extra"));
                       }};
    REQUIRE(run.outcomes.size() == 1);
    return run.outcomes.front();
}

}  // namespace

TEST_CASE("an echo returns the peer's status as it came")
{
    for (const int code : {0x0000, 0x0122, 0x0211}) {
        const Status status{static_cast<std::uint16_t>(code)};
        const auto [fault, got] = echo_with([&](const dicom::DataSet& command) {
            return response_pdu(1, answer_to(command, status));
        });
        CHECK_FALSE(fault);
        CHECK(got == status);
    }
}

TEST_CASE("an answer to something else is no answer to an echo")
{
    const auto [other_id, status] = echo_with([](const dicom::DataSet& command) {
        auto response = answer_to(command, statuses::success);
        ++response.message_id_responded;
        return response_pdu(1, response);
    });
    CHECK(other_id == PeerFault::protocol_violation);
    CHECK(status == Status{0xFFFF});
    const auto other_service = echo_with([](const dicom::DataSet& command) {
        auto response = answer_to(command, statuses::success);
        response.field = CommandField::c_store_rsp;
        return response_pdu(1, response);
    });
    CHECK(other_service.first == PeerFault::protocol_violation);
    const auto request =
        echo_with([](const dicom::DataSet& command) { return command_pdu(1, command); });
    CHECK(request.first == PeerFault::protocol_violation);
}

TEST_CASE("a release or an abort in place of an answer is told as such")
{
    const auto released = [] {
        const Requested open;
        auto answering = std::async(std::launch::async, [&] {
            (void)read_command(*open.peer);
            open.peer->send(encode_release_rq());
            const auto type = open.peer->read_pdu().type;
            open.peer->close();
            return type;
        });
        const auto fault = fault_of([&] { (void)echo(*open.association); });
        CHECK(answering.get() == 6);
        return fault;
    };
    CHECK(released() == PeerFault::released);
    CHECK(echo_with([](const dicom::DataSet&) { return encode(Abort{}); }).first ==
          PeerFault::aborted);
}

TEST_CASE("an object is stored when the peer says so, with a warning, too")
{
    CHECK(store_one([](Response&) {}).stored());
    CHECK(store_one([](Response& r) { r.status = statuses::coerced; }).stored());
    const auto warned = store_one([](Response& r) {
        r.status = statuses::coerced;
        r.error_comment = "coerced";
        r.offending_elements = {dicom::Tag{0x0010, 0x0010}};
    });
    CHECK(warned.comment == "coerced");
    CHECK(warned.offending_elements.size() == 1);
}

TEST_CASE("an object is not stored when the peer refuses, whatever the number")
{
    for (const int code : {0xA700, 0xA900, 0xC000, 0x0122, 0x1234, 0xFE00}) {
        CHECK_FALSE(store_one([&](Response& r) {
                        r.status = Status{static_cast<std::uint16_t>(code)};
                    }).stored());
    }
}

TEST_CASE("a success that names another instance or class is a lie")
{
    CHECK_FALSE(store_one([](Response& r) { r.sop_instance = "9.9"; }).stored());
    CHECK_FALSE(store_one([](Response& r) { r.sop_class = "9.9"; }).stored());
    CHECK_FALSE(store_one([](Response& r) { r.status = statuses::pending; }).stored());
    CHECK(store_one([](Response& r) {
              r.sop_instance.clear();
              r.sop_class.clear();
          }).stored());
}

TEST_CASE("a data set with a C-STORE response is ignored")
{
    CHECK(store_one([](Response& r) { r.has_data = true; }).stored());
}

TEST_CASE("with a window several objects travel and are answered in any order")
{
    const StoreRun run{8, 8, [](RawPeer& peer, std::vector<dicom::DataSet>& commands) {
                           for (std::size_t i = commands.size(); i-- > 0;) {
                               const auto status =
                                   i % 2 == 0 ? statuses::success : statuses::out_of_resources;
                               peer.send(response_pdu(3, answer_to(commands[i], status)));
                           }
                       }};
    CHECK_FALSE(run.fault);
    REQUIRE(run.outcomes.size() == 8);
    CHECK_FALSE(run.outcomes.front().stored());
    CHECK(run.outcomes.back().stored());
    CHECK(std::count_if(run.outcomes.begin(), run.outcomes.end(),
                        [](const StoreOutcome& outcome) { return outcome.stored(); }) == 4);
}

TEST_CASE("without a window the next object waits for the answer")
{
    const Requested open;
    StoreScu store{*open.association};
    CHECK(store.window() == 1);
    auto serving = std::async(std::launch::async, [&] {
        for (int i = 0; i < 3; ++i) {
            const auto command = read_command(*open.peer);
            (void)open.peer->read_pdu();
            // a second request before the answer would be readable now
            pollfd input{open.peer->fd(), POLLIN, 0};
            must(::poll(&input, 1, 20) == 0, "a second request before the answer");
            open.peer->send(response_pdu(3, answer_to(command, statuses::success)));
        }
    });
    const std::string data = "PIXELS";
    const Piece piece{std::as_bytes(std::span{data})};
    int stored = 0;
    for (int i = 0; i < 3; ++i) {
        store.submit(store_request(), 3, {&piece, 1},
                     [&](const StoreOutcome& outcome) { stored += outcome.stored() ? 1 : 0; });
    }
    store.finish();
    serving.get();
    CHECK(stored == 3);
}

TEST_CASE("an answer to a message nobody sent ends the association")
{
    const StoreRun run{2, 2, [](RawPeer& peer, std::vector<dicom::DataSet>& commands) {
                           auto response = answer_to(commands.front(), statuses::success);
                           peer.send(response_pdu(3, response));
                           peer.send(response_pdu(3, response));  // the same once more
                       }};
    CHECK(run.fault == PeerFault::protocol_violation);
    CHECK(run.outcomes.size() == 1);
    CHECK(run.outstanding == 1);
}

TEST_CASE("objects without an answer stay unknown when the association ends")
{
    const StoreRun run{3, 3, [](RawPeer& peer, std::vector<dicom::DataSet>& commands) {
                           peer.send(response_pdu(3, answer_to(commands[1], statuses::success)));
                           peer.send(encode(Abort{}));
                       }};
    CHECK(run.fault == PeerFault::aborted);
    CHECK(run.outcomes.size() == 1);
    CHECK(run.outstanding == 2);
}

TEST_CASE("a query hands over each match and the final status")
{
    const auto run = find_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto last = answer_to(command, Status{0xA900});
        last.error_comment = "why";
        last.offending_elements = {dicom::Tag{0x0008, 0x0052}};
        peer.send(match(command, "ONE") +
                  match(command, "TWO", statuses::pending_keys_unsupported) +
                  response_pdu(1, last));
    });
    CHECK_FALSE(run.fault);
    CHECK(run.answers == std::vector<std::string>{"ONE", "TWO"});
    CHECK(run.result.status == Status{0xA900});
    CHECK(run.result.comment == "why");
    CHECK(run.result.offending_elements.size() == 1);
    CHECK(run.result.answers == 2);
    CHECK(run.result.keys_unsupported);
    CHECK_FALSE(run.result.cancelled);
}

TEST_CASE("a query is cancelled when no more is wanted, and what still comes is counted")
{
    const auto run = find_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            peer.send(match(command, "ONE") + match(command, "TWO"));
            const auto cancel = read_command(peer);
            must(std::get<CancelRequest>(parse_request(cancel)).message_id_responded ==
                     message_id(parse_request(command)),
                 "the cancel names another message");
            peer.send(match(command, "THREE") +
                      response_pdu(1, answer_to(command, statuses::cancel)));
        },
        1);
    CHECK_FALSE(run.fault);
    CHECK(run.answers.size() == 1);
    CHECK(run.result.cancelled);
    CHECK(run.result.dropped == 2);
    CHECK(run.result.status == statuses::cancel);
}

TEST_CASE("a peer that ignores a cancel is left after a while")
{
    FindOptions options;
    options.cancel_timeout = std::chrono::milliseconds{60};
    const auto run = find_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            for (Pdu pdu; pdu.type != 7;) {
                peer.send(match(command, "MORE"));
                pollfd input{peer.fd(), POLLIN, 0};
                if (::poll(&input, 1, 2) > 0) {
                    pdu = peer.read_pdu();
                }
            }
        },
        1, options);
    CHECK(run.fault == PeerFault::timed_out);
}

TEST_CASE("matches that are pending for ever end at the deadline")
{
    FindOptions options;
    options.deadline = Deadline::after(std::chrono::seconds{1});  // to negotiate, too
    const auto run = find_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            pollfd input{peer.fd(), POLLIN, 0};
            while (::poll(&input, 1, 2) == 0) {
                peer.send(match(command, "MORE"));
            }
        },
        1'000'000, options);
    CHECK(run.fault == PeerFault::timed_out);
    CHECK_FALSE(run.answers.empty());
}

TEST_CASE("matches that cannot be are a protocol violation")
{
    const auto without_identifier = find_with([](RawPeer& peer, const dicom::DataSet& command) {
        peer.send(response_pdu(1, answer_to(command, statuses::pending)));
    });
    CHECK(without_identifier.fault == PeerFault::protocol_violation);
    const auto other_message = find_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto response = answer_to(command, statuses::success);
        ++response.message_id_responded;
        peer.send(response_pdu(1, response));
    });
    CHECK(other_message.fault == PeerFault::protocol_violation);
    FindOptions options;
    options.max_identifier_bytes = 3;
    const auto too_long = find_with(
        [](RawPeer& peer, const dicom::DataSet& command) { peer.send(match(command, "LONG")); },
        1000, options);
    CHECK(too_long.fault == PeerFault::protocol_violation);
}

TEST_CASE("the association is usable after a query")
{
    Pair pair;
    auto serving = std::async(std::launch::async, [&] {
        pair.peer->accept_all();
        for (int i = 0; i < 2; ++i) {
            const auto command = read_command(*pair.peer);
            (void)pair.peer->read_pdu();
            pair.peer->send(response_pdu(1, answer_to(command, statuses::success)));
        }
    });
    const auto association =
        Association::request(std::move(pair.transport), "PEER", {}, find_proposals());
    FindOptions options;
    options.deadline = Deadline::after(patience);
    const auto more = [](FindAnswer&&) { return Next::more; };
    CHECK(find(*association, 1, "KEYS", more, options).status.success());
    CHECK(association->deadline().never());
    CHECK(find(*association, 1, "KEYS", more).status.success());
    serving.get();
    pair.peer->close();
}
