#include "net/get.hpp"

#include "dicom/uid.hpp"
#include "net/raw_dimse.hpp"

#include <sys/eventfd.h>

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

const std::string ct = "1.2.840.10008.5.1.4.1.1.2";
const std::string mr = "1.2.840.10008.5.1.4.1.1.4";

/// What came by C-STORE.
struct Came {
    StoreRequest request;
    std::string data;
    bool whole = false;
};

struct GetRun {
    std::optional<PeerFault> fault;
    std::string message;
    RetrieveResult result;
    std::vector<Came> came;
};

using Serve = std::function<void(RawPeer&, const dicom::DataSet&)>;

class Keeping : public GetSink {
public:
    Keeping(Came& came, GetAnswer answer) : came_(came), answer_(std::move(answer)) {}
    void write(std::span<const std::byte> bytes) override
    {
        came_.data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    GetAnswer finish() override
    {
        came_.whole = true;
        return answer_;
    }

private:
    Came& came_;
    GetAnswer answer_;
};

struct How {
    RetrieveOptions options = {};
    GetAnswer answer = {};
    std::function<Next()> on_pending = [] { return Next::more; };
    bool no_sink = false;
};

/// Runs get() against a peer that does `serve` after it has read the request.
GetRun get_with(const Serve& serve, const How& how = {})
{
    Pair pair;
    auto serving = std::async(std::launch::async, [&] {
        pair.peer->accept_all();
        const auto command = read_command(*pair.peer);
        (void)pair.peer->read_pdu();  // the identifier
        serve(*pair.peer, command);
    });
    GetRun run;
    run.came.reserve(16);
    const auto association =
        Association::request(std::move(pair.transport), "PEER", {},
                             get_proposals(dicom::uids::study_root_get,
                                           {{ct, {implicit_le}, {}}, {mr, {implicit_le}, {}}}));
    try {
        run.result = get(
            *association, 1, "KEYS",
            [&](const StoreRequest& request, const Context&) -> std::unique_ptr<GetSink> {
                if (how.no_sink) {
                    return nullptr;
                }
                run.came.push_back({request, {}, false});
                return std::make_unique<Keeping>(run.came.back(), how.answer);
            },
            [&](const SubOperations&) { return how.on_pending(); }, how.options);
    } catch (const PeerError& error) {
        run.fault = error.fault();
        run.message = error.what();
    }
    serving.get();
    pair.peer->close();
    return run;
}

std::string store(std::uint16_t id, const std::string& sop_class, const std::string& instance,
                  const std::string& data, unsigned context = 3)
{
    StoreRequest request;
    request.message_id = id;
    request.sop_class = sop_class;
    request.sop_instance = instance;
    return command_pdu(context, to_command(Request{request})) + p_data(context, 2, data);
}

std::string final_response(const dicom::DataSet& command, Status status = statuses::success)
{
    return response_pdu(1, answer_to(command, status));
}

Status answered(RawPeer& peer)
{
    return parse_response(read_command(peer)).status;
}

}  // namespace

TEST_CASE("a C-GET proposes its own class, and the roles of an SCP for what is to come")
{
    const auto all = get_proposals(dicom::uids::study_root_get, {{ct, {implicit_le}, {}}});
    REQUIRE(all.size() == 2);
    CHECK(all[0].abstract_syntax == dicom::uids::study_root_get);
    CHECK_FALSE(all[0].role);
    CHECK(all[1].role == RoleSelection{ct, false, true});
}

TEST_CASE("objects that come on the association of a C-GET are taken and answered one by one")
{
    std::vector<Status> answers;
    const auto run = get_with([&](RawPeer& peer, const dicom::DataSet& command) {
        peer.send(store(7, ct, "1.2.3", "ABCD"));
        answers.push_back(answered(peer));
        auto pending = answer_to(command, statuses::pending);
        pending.remaining = 1;
        pending.completed = 1;
        peer.send(response_pdu(1, pending) + store(8, mr, "1.2.4", "EF", 5));
        answers.push_back(answered(peer));
        auto last = answer_to(command, statuses::success);
        last.completed = 2;
        peer.send(response_pdu(1, last));
    });
    CHECK_FALSE(run.fault);
    CHECK(run.result.status.success());
    CHECK(run.result.counts.completed == 2);
    CHECK(run.result.pending == 1);
    REQUIRE(run.came.size() == 2);
    CHECK(run.came[0].data == "ABCD");
    CHECK(run.came[1].request.sop_instance == "1.2.4");
    CHECK(run.came[1].whole);
    CHECK(answers == std::vector<Status>{statuses::success, statuses::success});
}

TEST_CASE("an object that could not be kept is answered with its failure, and the rest still comes")
{
    std::vector<Status> answers;
    How how;
    how.answer = {statuses::out_of_resources, std::string(100, 'x')};
    const auto run = get_with(
        [&](RawPeer& peer, const dicom::DataSet& command) {
            peer.send(store(7, ct, "1.2.3", "ABCD"));
            const auto response = parse_response(read_command(peer));
            must(response.error_comment.size() == 64, "a comment of 64 characters");
            must(response.sop_instance == "1.2.3", "the instance");
            answers.push_back(response.status);
            peer.send(final_response(command, {0xB000}));
        },
        how);
    CHECK_FALSE(run.fault);
    CHECK(run.result.status.warning());
    CHECK(answers == std::vector<Status>{statuses::out_of_resources});
}

TEST_CASE("an object that nobody takes is dropped and never answered with success")
{
    How how;
    how.no_sink = true;
    const auto run = get_with(
        [&](RawPeer& peer, const dicom::DataSet& command) {
            peer.send(store(7, ct, "1.2.3", "ABCD"));
            must(answered(peer) == statuses::processing_failure,
                 "another answer than statuses::processing_failure");
            peer.send(final_response(command));
        },
        how);
    CHECK_FALSE(run.fault);
}

TEST_CASE("an object on a context of another class, or on that of C-GET itself, is refused")
{
    const auto run = get_with([&](RawPeer& peer, const dicom::DataSet& command) {
        peer.send(store(7, mr, "1.2.3", "ABCD", 3));
        must(answered(peer) == statuses::class_not_supported,
             "another answer than statuses::class_not_supported");
        peer.send(store(8, std::string{dicom::uids::study_root_get}, "1.2.3", "ABCD", 1));
        must(answered(peer) == statuses::class_not_supported,
             "another answer than statuses::class_not_supported");
        peer.send(final_response(command));
    });
    CHECK_FALSE(run.fault);
    CHECK(run.came.empty());
}

TEST_CASE("an object that is refused and has no end is read for a while only")
{
    const auto run = get_with([&](RawPeer& peer, const dicom::DataSet&) {
        StoreRequest request;
        request.message_id = 7;
        request.sop_class = mr;  // on the context of another class
        request.sop_instance = "1.2.3";
        peer.send(command_pdu(3, to_command(Request{request})));
        const std::string more = p_data(3, 0, std::string(100'000, 'x'));
        for (std::uint64_t sent = 0; sent < 2 * Association::longest_dropped_bytes;
             sent += more.size()) {
            peer.send(more);
        }
    });
    CHECK(run.fault == PeerFault::too_large);
    CHECK(run.came.empty());
}

TEST_CASE("another request than C-STORE is refused and C-GET goes on")
{
    const auto run = get_with([&](RawPeer& peer, const dicom::DataSet& command) {
        peer.send(command_pdu(3, to_command(Request{EchoRequest{9}})));
        must(answered(peer) == statuses::unrecognised_operation,
             "another answer than statuses::unrecognised_operation");
        peer.send(final_response(command));
    });
    CHECK_FALSE(run.fault);
    CHECK(run.result.status.success());
}

TEST_CASE("an association that is dropped in the middle of an object leaves it unfinished")
{
    const auto run = get_with([&](RawPeer& peer, const dicom::DataSet&) {
        StoreRequest request;
        request.message_id = 7;
        request.sop_class = ct;
        request.sop_instance = "1.2.3";
        peer.send(command_pdu(3, to_command(Request{request})) + p_data(3, 0, "AB"));
        peer.close_sending();
    });
    CHECK(run.fault == PeerFault::connection_lost);
    REQUIRE(run.came.size() == 1);
    CHECK(run.came[0].data == "AB");
    CHECK_FALSE(run.came[0].whole);
}

TEST_CASE("a peer that releases instead of ending C-GET is told so, and the error says it")
{
    const auto run = get_with([&](RawPeer& peer, const dicom::DataSet&) {
        peer.send(encode_release_rq());
        must(peer.read_pdu().type == 6, "another PDU than 6");
    });
    CHECK(run.fault == PeerFault::released);
}

TEST_CASE("pending for ever without an object is no progress, whatever is counted")
{
    How how;
    how.options.idle_timeout = std::chrono::milliseconds{100};
    for (const bool told : {false, true}) {
        const auto run = get_with(
            [&](RawPeer& peer, const dicom::DataSet& command) {
                auto pending = answer_to(command, statuses::pending);
                if (told) {
                    pending.remaining = 5;
                }
                pollfd input{peer.fd(), POLLIN, 0};
                while (::poll(&input, 1, 2) == 0) {
                    peer.send(response_pdu(1, pending));
                }
            },
            how);
        CHECK(run.fault == PeerFault::timed_out);
        CHECK(run.message.find("pending without progress for 0.1 s") != std::string::npos);
    }
}

TEST_CASE("a C-GET that takes too long in all ends at its deadline, and the message says which")
{
    How how;
    how.options.deadline = Deadline::after(std::chrono::milliseconds{100});
    const auto run = get_with(
        [](RawPeer& peer, const dicom::DataSet&) {
            must(peer.read_pdu().type == 7, "another PDU than 7");
        },
        how);
    CHECK(run.fault == PeerFault::timed_out);
    CHECK(run.message.find("the time for it in all is up") != std::string::npos);
}

TEST_CASE("a wish to stop sends C-CANCEL once; what still comes is taken until the peer ends")
{
    const Descriptor wish{::eventfd(1, EFD_CLOEXEC)};
    How how;
    how.options.cancel_fd = wish.get();
    const auto run = get_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            const auto cancel = read_command(peer);
            must(std::holds_alternative<CancelRequest>(parse_request(cancel)), "a C-CANCEL");
            peer.send(store(7, ct, "1.2.3", "ABCD"));
            must(answered(peer) == statuses::success, "another answer than statuses::success");
            peer.send(final_response(command, statuses::cancel));
        },
        how);
    CHECK_FALSE(run.fault);
    CHECK(run.result.cancelled);
    CHECK(run.result.status.cancelled());
    CHECK(run.came.size() == 1);
}

TEST_CASE("a peer that does not end after C-CANCEL is cut off, and the message says so")
{
    How how;
    how.on_pending = [] { return Next::cancel; };
    how.options.cancel_timeout = std::chrono::milliseconds{100};
    const auto run = get_with(
        [](RawPeer& peer, const dicom::DataSet& command) {
            peer.send(response_pdu(1, answer_to(command, statuses::pending)));
            (void)read_command(peer);
            must(peer.read_pdu().type == 7, "another PDU than 7");
        },
        how);
    CHECK(run.fault == PeerFault::timed_out);
    CHECK(run.message.find("it did not end after C-CANCEL") != std::string::npos);
}

TEST_CASE("success without a single object is a result, not a proof")
{
    const auto run = get_with(
        [](RawPeer& peer, const dicom::DataSet& command) { peer.send(final_response(command)); });
    CHECK_FALSE(run.fault);
    CHECK(run.result.status.success());
    CHECK(run.came.empty());
}

TEST_CASE("an answer to another message or of another service ends the association")
{
    const auto other = get_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto response = answer_to(command, statuses::success);
        ++response.message_id_responded;
        peer.send(response_pdu(1, response));
    });
    CHECK(other.fault == PeerFault::protocol_violation);
    const auto echo = get_with([](RawPeer& peer, const dicom::DataSet& command) {
        auto response = answer_to(command, statuses::success);
        response.field = CommandField::c_echo_rsp;
        peer.send(response_pdu(1, response));
    });
    CHECK(echo.fault == PeerFault::protocol_violation);
}
