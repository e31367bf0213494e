#include "net/echo.hpp"
#include "net/find.hpp"
#include "net/test_server.hpp"

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

TEST_CASE("an object's bytes reach the sink as they were sent")
{
    Serving serving;
    std::string data(1'000'000, '\0');
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<char>(i * 7);
    }
    std::string received;
    serving.application.store = [&](const StoreRequest& request) {
        must(request.sop_instance == "1.2.3", "another instance");
        return take_by([&](const StoreReply& reply, const std::string& bytes) {
            received = bytes;
            reply(statuses::coerced, "a comment", {dicom::Tag{0x0010, 0x0010}});
        });
    };
    const auto association = serving.connect();
    const auto outcome = store_object(*association, data);
    CHECK(received == data);
    CHECK(outcome.status == statuses::coerced);
    CHECK(outcome.comment == "a comment");
    CHECK(outcome.offending_elements.size() == 1);
    association->release();
    CHECK(serving.application.reports(1).front().operations.at("C-STORE").warning == 1);
}

TEST_CASE("a refused object is dropped, its status told, and the next one taken")
{
    Serving serving;
    const auto association = serving.connect();
    const auto outcome = store_object(*association, std::string(300'000, 'x'));
    CHECK(outcome.status == statuses::out_of_resources);
    CHECK(outcome.comment == "no");
    CHECK(echo(*association).status.success());
}

TEST_CASE("dropped bytes are never answered with success")
{
    Serving serving;
    serving.application.store = [](const StoreRequest&) { return StoreDecision{}; };
    const auto association = serving.connect();
    CHECK(store_object(*association, "x").status == statuses::processing_failure);
}

TEST_CASE("a sink that throws fails its object and no other")
{
    Serving serving;
    serving.application.store = [](const StoreRequest& request) {
        auto sink = std::make_unique<TestSink>();
        const auto& which = request.sop_instance;
        if (which == "1.1") {
            sink->on_write = [](const std::string&) {
                throw Error(ErrorKind::storage, "writing /secret/path: no space");
            };
        } else if (which == "1.2") {
            sink->on_finish = [](const StoreReply&, const std::string&) {
                throw Error(ErrorKind::data, "bad");
            };
        } else if (which == "1.3") {
            sink->on_write = [](const std::string&) { throw std::runtime_error("oops"); };
        } else if (which == "1.4") {
            throw std::runtime_error("oops");
        } else if (which == "1.5") {
            sink->on_finish = [](const StoreReply&, const std::string&) {};  // forgets its reply
        }
        return StoreDecision{std::move(sink), {}, {}};
    };
    const auto association = serving.connect();
    const auto full = store_object(*association, std::string(100'000, 'x'), "1.1");
    CHECK(full.status == statuses::out_of_resources);
    CHECK(full.comment.find("secret") == std::string::npos);
    CHECK(store_object(*association, "x", "1.2").status == statuses::cannot_understand);
    CHECK(store_object(*association, "x", "1.3").status == statuses::processing_failure);
    CHECK(store_object(*association, "x", "1.4").status == statuses::processing_failure);
    CHECK(store_object(*association, "x", "1.5").status == statuses::processing_failure);
    CHECK(store_object(*association, "x", "1.6").status == statuses::success);
}

TEST_CASE("replies may come later, from other threads, in any order")
{
    Serving serving;
    ReplyShelf shelf;
    serving.application.store = [&](const StoreRequest&) {
        return take_by([&](const StoreReply& reply, const std::string&) { shelf.put(reply); });
    };
    RequestOptions options;
    options.window = {8, 1};
    const auto association = serving.connect(options);
    StoreScu store{*association};
    REQUIRE(store.window() == 8);
    std::vector<Status> answers;
    const std::string data = "PIXELS";
    const Piece piece{bytes_of(data)};
    for (int i = 0; i < 8; ++i) {
        store.submit(store_request(), 3, {&piece, 1},
                     [&](const StoreOutcome& outcome) { answers.push_back(outcome.status); });
    }
    auto replying = std::async(std::launch::async, [&] {
        auto replies = shelf.take(8);
        for (std::size_t i = replies.size(); i-- > 0;) {
            replies[i](Status{static_cast<std::uint16_t>(0xB000 + i)});
            replies[i](statuses::success);  // only the first call counts
        }
    });
    store.finish();
    replying.get();
    REQUIRE(answers.size() == 8);
    CHECK(answers.front() == Status{0xB007});
    CHECK(answers.back() == Status{0xB000});
}

TEST_CASE("a peer that sends more than its window is not read until it has answers")
{
    Serving serving;
    ReplyShelf shelf;
    serving.application.store = [&](const StoreRequest&) {
        return take_by([&](const StoreReply& reply, const std::string&) { shelf.put(reply); });
    };
    const auto association = serving.connect();  // no window: one at a time
    const std::string data = "PIXELS";
    const Piece piece{bytes_of(data)};
    for (std::uint16_t id = 1; id <= 5; ++id) {
        auto request = store_request();
        request.message_id = id;
        association->send(3, Request{request}, {&piece, 1});
    }
    for (std::uint16_t id = 1; id <= 5; ++id) {
        auto replies = shelf.take(1);
        CHECK(replies.size() == 1);
        replies.front()(statuses::success);
        const auto answer = association->receive();
        REQUIRE(answer);
        CHECK(parse_response(answer->command).message_id_responded == id);
    }
}

TEST_CASE("replies after the peer has gone do no harm and are counted")
{
    Serving serving;
    ReplyShelf shelf;
    serving.application.store = [&](const StoreRequest&) {
        return take_by([&](const StoreReply& reply, const std::string&) { shelf.put(reply); });
    };
    auto association = serving.connect();
    const std::string data = "PIXELS";
    const Piece piece{bytes_of(data)};
    association->send(3, Request{store_request()}, {&piece, 1});
    auto replies = shelf.take(1);
    association->abort();
    replies.front()(statuses::success);
    replies.clear();
    const auto report = serving.application.reports(1).front();
    const auto& count = report.operations.at("C-STORE");
    CHECK(count.success + count.unanswered == 1);
}

TEST_CASE("a sink is let go unfinished when the peer leaves in the middle")
{
    Serving serving;
    std::atomic<bool> finished{false};
    std::atomic<bool> destroyed{false};
    serving.application.store = [&](const StoreRequest&) {
        struct Watched : TestSink {
            std::atomic<bool>& gone;
            explicit Watched(std::atomic<bool>& flag) : gone(flag) {}
            ~Watched() override { gone = true; }
        };
        auto sink = std::make_unique<Watched>(destroyed);
        sink->on_finish = [&](const StoreReply&, const std::string&) { finished = true; };
        return StoreDecision{std::move(sink), {}, {}};
    };
    auto peer = serving.raw();
    peer.send(encode(request_pdu()));
    REQUIRE(peer.read_pdu().type == 2);
    peer.send(command_pdu(3, to_command(Request{store_request()})) + p_data(3, 0, "half"));
    peer.close();
    const auto report = serving.application.reports(1).front();
    CHECK(report.outcome == AssociationOutcome::connection_lost);
    CHECK(report.operations.at("C-STORE").unanswered == 1);
    CHECK(destroyed);
    CHECK_FALSE(finished);
}

TEST_CASE("a query streams its answers and its final status")
{
    Serving serving;
    serving.application.query = [](const FindRequest& request, const std::string& identifier,
                                   Responder& responder) {
        must(identifier == "KEYS", "another identifier");
        for (int i = 0; i < 1000; ++i) {
            must(responder.send("ANSWER" + std::to_string(i)), "cancelled");
        }
        return Response::to(request, statuses::success);
    };
    const auto association = serving.connect();
    std::size_t answers = 0;
    const auto result = find(*association, 5, "KEYS", [&](FindAnswer&& answer) {
        CHECK(answer.identifier == "ANSWER" + std::to_string(answers));
        ++answers;
        return Next::more;
    });
    CHECK(result.status.success());
    CHECK(answers == 1000);
}

TEST_CASE("a query that is cancelled stops and says so")
{
    Serving serving;
    serving.application.query = [](const FindRequest& request, const std::string&,
                                   Responder& responder) {
        while (responder.send("ANSWER")) {
        }
        return Response::to(request, statuses::cancel);
    };
    const auto association = serving.connect();
    const auto result = find(*association, 5, "KEYS", [](FindAnswer&&) { return Next::cancel; });
    CHECK(result.status == statuses::cancel);
    CHECK(result.cancelled);
    CHECK(result.answers == 1);
    CHECK(echo(*association).status.success());
    association->release();
    CHECK(serving.application.reports(1).front().operations.at("C-FIND").success == 1);
}

TEST_CASE("what arrives during a query waits for its end")
{
    Serving serving;
    serving.application.query = [](const FindRequest& request, const std::string&,
                                   Responder& responder) {
        while (!responder.cancelled()) {
            responder.send("ANSWER");
            responder.flush();
            if (request.message_id == 1) {
                return Response::to(request, statuses::success);
            }
        }
        return Response::to(request, statuses::cancel);
    };
    const auto association = serving.connect();
    const std::string keys = "KEYS";
    const Piece piece{bytes_of(keys)};
    FindRequest request;
    request.message_id = 1;
    request.sop_class = dicom::uids::study_root_find;
    association->send(5, Request{request}, {&piece, 1});
    association->send(1, Request{EchoRequest{2}});
    std::vector<std::uint16_t> order;
    while (order.size() < 3) {
        const auto message = association->receive();
        REQUIRE(message);
        order.push_back(parse_response(message->command).message_id_responded);
        if (message->has_data) {
            association->skip_data();
        }
    }
    CHECK(order == std::vector<std::uint16_t>{1, 1, 2});
}

TEST_CASE("an identifier that is too long is refused")
{
    ServerLimits limits;
    limits.max_identifier_bytes = 1000;
    Serving serving{limits};
    const auto association = serving.connect();
    const auto more = [](FindAnswer&&) { return Next::more; };
    CHECK(find(*association, 5, std::string(2000, 'x'), more).status ==
          statuses::identifier_mismatch);
    CHECK(find(*association, 5, std::string(1000, 'x'), more).status.success());
}

TEST_CASE("a query handler that throws is a failure, not an end")
{
    Serving serving;
    serving.application.query = [](const FindRequest&, const std::string&, Responder&) -> Response {
        throw Error(ErrorKind::storage, "reading index.db: disk I/O error");
    };
    const auto association = serving.connect();
    const auto more = [](FindAnswer&&) { return Next::more; };
    const auto result = find(*association, 5, "KEYS", more);
    CHECK(result.status == statuses::out_of_resources);
    CHECK(result.comment.find("index") == std::string::npos);
    CHECK(echo(*association).status.success());
}

TEST_CASE("requests that cannot be served get their status")
{
    Serving serving;
    const auto association = serving.connect();
    const auto status_of = [&](std::uint8_t context, const dicom::DataSet& command,
                               const std::string& data = {}) {
        const Piece piece{bytes_of(data)};
        association->send(context, command, {&piece, data.empty() ? 0U : 1U});
        const auto answer = association->receive();
        REQUIRE(answer);
        return parse_response(answer->command).status.hex();
    };
    CHECK(status_of(1, to_command(Request{store_request()}), "x") == "0122");  // other class
    MoveRequest move;
    move.message_id = 4;
    move.sop_class = dicom::uids::study_root_move;
    move.destination_ae = "DEST";
    CHECK(status_of(7, to_command(Request{move}), "x") == "0211");
    auto unknown = to_command(Request{EchoRequest{3}});
    unknown.set_u16({0x0000, 0x0100}, 0x0555);
    CHECK(status_of(1, unknown) == "0211");
    auto no_class = to_command(Request{store_request()});
    no_class.erase({0x0000, 0x0002});
    CHECK(status_of(3, no_class, "x") == "0212");
    auto bad_uid = to_command(Request{store_request("../../x")});
    CHECK(status_of(3, bad_uid, "x") == "0117");
    CHECK(echo(*association).status.success());
}

TEST_CASE("a message id in use is 0210")
{
    Serving serving;
    ReplyShelf shelf;
    serving.application.store = [&](const StoreRequest&) {
        return take_by([&](const StoreReply& reply, const std::string&) { shelf.put(reply); });
    };
    RequestOptions options;
    options.window = {4, 1};
    const auto association = serving.connect(options);
    const std::string data = "x";
    const Piece piece{bytes_of(data)};
    association->send(3, Request{store_request()}, {&piece, 1});
    association->send(3, Request{store_request()}, {&piece, 1});
    const auto answer = association->receive();
    REQUIRE(answer);
    CHECK(parse_response(answer->command).status == statuses::duplicate_invocation);
    shelf.take(1).front()(statuses::success);
    const auto second = association->receive();
    REQUIRE(second);
    CHECK(parse_response(second->command).status.success());
}

TEST_CASE("a late cancel is ignored, a response nobody asked for is not")
{
    Serving serving;
    const auto association = serving.connect();
    association->send(5, Request{CancelRequest{9}});
    CHECK(echo(*association).status.success());
    association->send(1, Response::to(Request{EchoRequest{1}}, statuses::success));
    CHECK(fault_of([&] { (void)association->receive(); }) == PeerFault::aborted);
    CHECK(serving.application.reports(1).front().outcome == AssociationOutcome::aborted_by_us);
}
