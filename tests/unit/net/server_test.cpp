#include "net/server.hpp"
#include "base/error.hpp"
#include "net/echo.hpp"
#include "net/find.hpp"
#include "net/raw_peer.hpp"
#include "net/store.hpp"

#include <netinet/in.h>

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span{text});
}

/// An application whose behaviour each test sets.
class TestApplication : public Application {
public:
    TestApplication() : rules_(std::make_shared<AcceptRules>(rules()))
    {
        rules_->max_window = {16, 1};
        rules_->classes.push_back({std::string{dicom::uids::study_root_find}, {}, false});
        rules_->classes.push_back({std::string{dicom::uids::study_root_move}, {}, false});
    }

    std::function<StoreDecision(const StoreRequest&)> store = [](const StoreRequest&) {
        return refuse_store(statuses::out_of_resources, "no");
    };
    std::function<Response(const FindRequest&, const std::string&, Responder&)> query =
        [](const FindRequest& request, const std::string&, Responder&) {
            return Response::to(request, statuses::success);
        };
    std::function<void()> opening = [] {};
    AcceptRules& accept() { return *rules_; }

    std::shared_ptr<const AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<Session> open(const Negotiated&) override;
    void on_closed(const AssociationReport& report) override
    {
        const std::lock_guard lock{mutex_};
        reports_.push_back(report);
        changed_.notify_all();
    }
    /// Waits for that many reports.
    std::vector<AssociationReport> reports(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, patience, [&] { return reports_.size() >= count; });
        REQUIRE(reports_.size() == count);
        return reports_;
    }

private:
    std::shared_ptr<AcceptRules> rules_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<AssociationReport> reports_;
};

class TestSession : public Session {
public:
    explicit TestSession(TestApplication& application) : application_(application) {}
    StoreDecision on_store(const StoreRequest& request, const Context&) override
    {
        return application_.store(request);
    }
    Response on_find(const FindRequest& request, const Context&, const std::string& identifier,
                     Responder& responder) override
    {
        return application_.query(request, identifier, responder);
    }

private:
    TestApplication& application_;
};

std::unique_ptr<Session> TestApplication::open(const Negotiated&)
{
    opening();
    return std::make_unique<TestSession>(*this);
}

/// A sink made of two functions.
class TestSink : public StoreSink {
public:
    std::function<void(const std::string&)> on_write = [](const std::string&) {};
    std::function<void(StoreReply, const std::string&)> on_finish =
        [](StoreReply reply, const std::string&) { reply(statuses::success); };

    void write(std::span<const std::byte> bytes) override
    {
        const std::string text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        on_write(text);
        data_ += text;
    }
    void finish(StoreReply reply) override { on_finish(std::move(reply), data_); }

private:
    std::string data_;
};

StoreDecision take_by(std::function<void(StoreReply, const std::string&)> finish)
{
    auto sink = std::make_unique<TestSink>();
    sink->on_finish = std::move(finish);
    return {std::move(sink), {}, {}};
}

struct Serving {
    TestApplication application;
    std::unique_ptr<Server> server;

    explicit Serving(const ServerLimits& limits = {}, const std::string& listen = "0")
    {
        const auto address = parse_listen_address(listen);
        server = std::make_unique<Server>(std::span{&address, 1}, application, limits);
        server->start();
    }
    Address address() const
    {
        const auto bound = server->addresses().front();
        return {"SERVER", bound.host, bound.port};
    }
    std::unique_ptr<Association> connect(RequestOptions options = {}) const
    {
        const std::vector<Proposal> wanted{
            {verification, {implicit_le}, {}},
            {ct_storage, {implicit_le}, {}},
            {std::string{dicom::uids::study_root_find}, {implicit_le}, {}},
            {std::string{dicom::uids::study_root_move}, {implicit_le}, {}}};
        return Association::request(address(), options, wanted);
    }
    /// A connection of bytes.
    RawPeer raw() const
    {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(address().port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
        return RawPeer{std::move(socket)};
    }
};

StoreOutcome store_object(Association& association, const std::string& data,
                          const std::string& instance = "1.2.3")
{
    StoreOutcome result;
    StoreScu store{association};
    const Piece piece{bytes_of(data)};
    store.submit(store_request(instance), 3, {&piece, 1},
                 [&](const StoreOutcome& outcome) { result = outcome; });
    store.finish();
    return result;
}

/// Holds replies back until the test lets them go.
class ReplyShelf {
public:
    void put(StoreReply reply)
    {
        const std::lock_guard lock{mutex_};
        replies_.push_back(std::move(reply));
        changed_.notify_all();
    }
    std::vector<StoreReply> take(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, patience, [&] { return replies_.size() >= count; });
        must(replies_.size() >= count, "too few replies");
        return std::exchange(replies_, {});
    }
    std::size_t size()
    {
        const std::lock_guard lock{mutex_};
        return replies_.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<StoreReply> replies_;
};

}  // namespace

TEST_CASE("a server answers an echo and reports the association")
{
    Serving serving;
    const auto association = serving.connect();
    CHECK(echo(*association).status.success());
    association->release();
    const auto report = serving.application.reports(1).front();
    CHECK(report.outcome == AssociationOutcome::released);
    CHECK(report.calling_ae == "PACS_UTILS");
    CHECK(report.called_ae == "SERVER");
    CHECK(report.peer_host == "127.0.0.1");
    CHECK(report.contexts_proposed == 4);
    CHECK(report.contexts_accepted == 4);
    CHECK(report.operations.at("C-ECHO").success == 1);
    CHECK(report.traffic.bytes_in > 0);
    CHECK(report.listen_address == serving.server->addresses().front().str());
}

TEST_CASE("a server listens on several addresses, IPv6 too")
{
    TestApplication application;
    const ListenAddress addresses[] = {{"127.0.0.1", 0}, {"::1", 0}};
    Server server{addresses, application};
    server.start();
    const auto bound = server.addresses();
    REQUIRE(bound.size() == 2);
    const std::vector<Proposal> wanted{{verification, {implicit_le}, {}}};
    for (const auto& address : bound) {
        CHECK(address.port != 0);
        const auto association =
            Association::request(Address{"S", address.host, address.port}, {}, wanted);
        CHECK(echo(*association).status.success());
        association->release();
    }
    CHECK(application.reports(2)[1].peer_host == "::1");
}

TEST_CASE("a port in use is told with its address")
{
    const Serving first;
    TestApplication application;
    const auto taken = first.server->addresses().front();
    try {
        const Server second{{&taken, 1}, application};
        FAIL("bound twice");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::storage);
        CHECK_THAT(error.what(), Catch::Contains(taken.str()));
    }
}

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
        return take_by([&](StoreReply reply, const std::string&) { shelf.put(std::move(reply)); });
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
        return take_by([&](StoreReply reply, const std::string&) { shelf.put(std::move(reply)); });
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
        return take_by([&](StoreReply reply, const std::string&) { shelf.put(std::move(reply)); });
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
        return take_by([&](StoreReply reply, const std::string&) { shelf.put(std::move(reply)); });
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

TEST_CASE("rejections, aborts and silence have their outcome in the report")
{
    ServerLimits limits;
    limits.negotiation_timeout = std::chrono::milliseconds{50};
    limits.idle_timeout = std::chrono::milliseconds{50};
    Serving serving{limits};
    serving.application.accept().called_aes = {"SERVER"};
    {
        auto wrong = serving.address();
        wrong.ae = "OTHER";
        const std::vector<Proposal> wanted{{verification, {implicit_le}, {}}};
        CHECK(fault_of([&] { (void)Association::request(wrong, {}, wanted); }) ==
              PeerFault::rejected);
        CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::rejected);
        CHECK(serving.application.reports(1)[0].called_ae == "OTHER");
    }
    const auto silent = serving.raw();
    CHECK(serving.application.reports(2)[1].outcome == AssociationOutcome::timed_out);
    const auto idle = serving.connect();
    CHECK(serving.application.reports(3)[2].outcome == AssociationOutcome::timed_out);
    CHECK(fault_of([&] { (void)idle->receive(); }) == PeerFault::aborted);
    serving.connect()->abort();
    CHECK(serving.application.reports(4)[3].outcome == AssociationOutcome::aborted_by_peer);
    auto browser = serving.raw();
    browser.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(browser.read_pdu().type == 7);
    browser.close();
    CHECK(serving.application.reports(5)[4].outcome == AssociationOutcome::connection_lost);
}

TEST_CASE("an association has its whole time and no more")
{
    ServerLimits limits;
    limits.association_timeout = std::chrono::milliseconds{100};
    Serving serving{limits};
    const auto association = serving.connect();
    CHECK(fault_of([&] {
              for (;;) {
                  (void)echo(*association);
              }
          }).has_value());
    CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::timed_out);
}

TEST_CASE("beyond the limits a peer is rejected for now, and welcome later")
{
    ServerLimits limits;
    limits.max_associations = 2;
    Serving serving{limits};
    auto first = serving.connect();
    auto second = serving.connect();
    CHECK(serving.server->associations() == 2);
    try {
        (void)serving.connect();
        FAIL("a third association");
    } catch (const PeerError& error) {
        CHECK(error.fault() == PeerFault::rejected);
        CHECK(error.transient());
        CHECK(error.source() == AssociateRj::presentation);
        CHECK(error.reason() == AssociateRj::local_limit_exceeded);
    }
    CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::refused);
    first->release();
    (void)serving.application.reports(2);
    limits.max_associations_per_peer = 1;
    limits.max_associations = 100;
    serving.server->set_limits(limits);
    CHECK(fault_of([&] { (void)serving.connect(); }) == PeerFault::rejected);
    second->release();
    (void)serving.application.reports(4);
    while (serving.server->associations() > 0) {
        std::this_thread::yield();
    }
    CHECK(echo(*serving.connect()).status.success());
}

TEST_CASE("silent peers hold up nobody")
{
    Serving serving;
    std::vector<RawPeer> silent;
    for (int i = 0; i < 50; ++i) {
        silent.push_back(serving.raw());
    }
    const auto start = Deadline::Clock::now();
    CHECK(echo(*serving.connect()).status.success());
    CHECK(Deadline::Clock::now() - start < std::chrono::seconds{2});
}

TEST_CASE("an application that cannot open a session aborts the association")
{
    Serving serving;
    serving.application.opening = [] { throw std::runtime_error("no"); };
    const auto association = serving.connect();
    CHECK(fault_of([&] { (void)echo(*association); }).has_value());
    CHECK(serving.application.reports(1)[0].outcome == AssociationOutcome::aborted_by_us);
}

TEST_CASE("a stop lets the current object finish and aborts idle associations")
{
    Serving serving;
    ReplyShelf shelf;
    serving.application.store = [&](const StoreRequest&) {
        return take_by([&](StoreReply reply, const std::string&) { shelf.put(std::move(reply)); });
    };
    const auto idle = serving.connect();
    const auto busy = serving.connect();
    const auto negotiating = serving.raw();
    const std::string data = "PIXELS";
    const Piece piece{bytes_of(data)};
    busy->send(3, Request{store_request()}, {&piece, 1});
    auto replies = shelf.take(1);
    auto stopping = std::async(std::launch::async, [&] { serving.server->stop(patience); });
    CHECK(fault_of([&] { (void)idle->receive(); }) == PeerFault::aborted);
    CHECK(fault_of([&] { (void)serving.connect(); }).has_value());
    replies.front()(statuses::success);
    const auto answer = busy->receive();
    REQUIRE(answer);
    CHECK(parse_response(answer->command).status.success());
    CHECK(fault_of([&] { (void)busy->receive(); }) == PeerFault::aborted);
    stopping.get();
    CHECK(serving.application.reports(3).size() == 3);
}

TEST_CASE("a stop without grace ends everything at once")
{
    Serving serving;
    serving.application.query = [](const FindRequest& request, const std::string&,
                                   Responder& responder) {
        while (responder.send("FOR EVER")) {
        }
        return Response::to(request, statuses::cancel);
    };
    const auto association = serving.connect();
    auto asking = std::async(std::launch::async, [&] {
        return fault_of(
            [&] { (void)find(*association, 5, "KEYS", [](FindAnswer&&) { return Next::more; }); });
    });
    serving.server->stop(std::chrono::milliseconds{0});
    CHECK(asking.get().has_value());
    CHECK(serving.server->associations() == 0);
}
