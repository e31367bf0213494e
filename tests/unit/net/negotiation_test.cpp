#include "base/error.hpp"
#include "net/raw_peer.hpp"

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

/// What request() throws when the peer answers with `bytes`; `answer` is what the peer then got.
struct Attempt {
    std::optional<PeerError> error;
    Pdu request;
    Pdu after;

    explicit Attempt(const std::string& bytes, bool close = false,
                     std::chrono::milliseconds timeout = patience)
    {
        Pair pair;
        auto answering = std::async(std::launch::async, [&] {
            request = pair.peer->read_pdu();
            pair.peer->send(bytes);
            if (close) {
                pair.peer->close_sending();
            }
            after = pair.peer->read_pdu();
            pair.peer->close();
        });
        RequestOptions options;
        options.negotiation_timeout = timeout;
        try {
            (void)Association::request(std::move(pair.transport), "PEER", options, proposals());
        } catch (const PeerError& thrown) {
            error.emplace(thrown);
        }
        answering.get();
        REQUIRE(error);
        CHECK(error->stage() == PeerStage::negotiate);
    }
};

AssociateAc acceptance()
{
    AssociateAc pdu;
    pdu.called_ae = "PEER";
    pdu.calling_ae = "ME";
    pdu.application_context = dicom::uids::application_context;
    pdu.contexts = {{1, ContextAnswer::accepted, implicit_le},
                    {3, ContextAnswer::accepted, explicit_le}};
    pdu.user.max_pdu_bytes = 16'384;
    pdu.user.implementation_class_uid = "1.2.3";
    return pdu;
}

/// What accept() throws for a peer that sends `bytes`, and what the peer gets.
struct Arrival {
    std::optional<PeerError> error;
    Pdu answer;

    explicit Arrival(const std::string& bytes, const AcceptRules& policy = rules(),
                     bool close = false, std::chrono::milliseconds timeout = patience)
    {
        Pair pair;
        pair.peer->send(bytes);
        if (close) {
            pair.peer->close_sending();
        }
        AssociationLimits limits;
        limits.negotiation_timeout = timeout;
        auto reading = std::async(std::launch::async, [&] {
            answer = pair.peer->read_pdu();
            pair.peer->close();
        });
        try {
            (void)Association::accept(std::move(pair.transport), policy, limits);
        } catch (const PeerError& thrown) {
            error.emplace(thrown);
        }
        reading.get();
        REQUIRE(error);
    }

    /// Result, source and reason of an A-ASSOCIATE-RJ.
    std::string rejection() const
    {
        REQUIRE(error->fault() == PeerFault::rejected);
        REQUIRE(answer.type == 3);
        return std::to_string(answer.body[1]) + "." + std::to_string(answer.body[2]) + "." +
               std::to_string(answer.body[3]);
    }
};

}  // namespace

TEST_CASE("an association is negotiated as proposed and answered")
{
    RequestOptions options;
    options.calling_ae = "ME";
    options.window = {32, 1};
    const Requested open{options, [](AssociateAc& pdu) {
                             pdu.user.implementation_version = "THEIRS";
                             pdu.user.window = AsyncWindow{8, 1};
                             pdu.contexts.back().answer = ContextAnswer::user_rejection;
                         }};
    const auto& agreed = open.association->negotiated();
    CHECK(open.association->established());
    CHECK(agreed.calling_ae == "ME");
    CHECK(agreed.called_ae == "PEER");
    CHECK(agreed.peer_implementation_uid == "1.2.3");
    CHECK(agreed.peer_implementation_version == "THEIRS");
    CHECK(agreed.peer_max_pdu_bytes == 16'384);
    REQUIRE(agreed.contexts.size() == 2);
    CHECK(agreed.find(verification)->transfer_syntax == implicit_le);
    CHECK(agreed.find(ct_storage) == nullptr);
    CHECK(agreed.contexts[1].answer == ContextAnswer::user_rejection);
    CHECK(open.association->invoke_window(64) == 8);
    CHECK(open.association->invoke_window(4) == 4);
    CHECK_THROWS_AS(open.association->require_context(ct_storage), PeerError);
    CHECK_NOTHROW(open.association->require_accepted());
}

TEST_CASE("the request says who we are and what we propose")
{
    Pair pair;
    AssociateRq seen;
    auto accepting = std::async(std::launch::async, [&] { seen = pair.peer->accept_all(); });
    RequestOptions options;
    options.calling_ae = "ME";
    options.max_pdu_bytes = 65'536;
    options.window = {16, 1};
    options.extended = {{"1.2.840.10008.5.1.4.1.2.2.1", std::string{"\1", 1}}};
    options.common_extended = {{"1.2.3", "1.2.840.10008.4.2", {}}};
    options.identity = UserIdentity{UserIdentity::Type::username, false, "me", ""};
    auto wanted = proposals();
    wanted[1].role = RoleSelection{ct_storage, false, true};
    const auto association =
        Association::request(std::move(pair.transport), "PEER", options, wanted);
    accepting.get();
    CHECK(seen.called_ae == "PEER");
    CHECK(seen.calling_ae == "ME");
    CHECK(seen.contexts.size() == 2);
    CHECK(seen.contexts[1].id == 3);
    CHECK(seen.user.max_pdu_bytes == 65'536);
    CHECK(seen.user.window == AsyncWindow{16, 1});
    CHECK(seen.user.roles == std::vector<RoleSelection>{{ct_storage, false, true}});
    CHECK(seen.user.extended == options.extended);
    CHECK(seen.common_extended == options.common_extended);
    CHECK(seen.identity == options.identity);
    CHECK(seen.user.implementation_class_uid == dicom::implementation_class_uid);
    CHECK_FALSE(association->negotiated().contexts[1].requestor_scp);
    pair.peer->close();
}

TEST_CASE("roles hold only when they are granted")
{
    RequestOptions options;
    const Requested without{options};
    CHECK(without.association->negotiated().contexts[1].requestor_scu);
    Pair pair;
    auto accepting = std::async(std::launch::async, [&] {
        pair.peer->accept_all([](AssociateAc& pdu) {
            pdu.user.roles = {{ct_storage, true, true}};
        });
    });
    auto wanted = proposals();
    wanted[1].role = RoleSelection{ct_storage, false, true};
    const auto with = Association::request(std::move(pair.transport), "PEER", options, wanted);
    accepting.get();
    CHECK(with->negotiated().contexts[1].requestor_scp);
    CHECK_FALSE(with->negotiated().contexts[1].requestor_scu);
    pair.peer->close();
}

TEST_CASE("a window nobody asked for is not used")
{
    const Requested open{{}, [](AssociateAc& pdu) { pdu.user.window = AsyncWindow{0, 0}; }};
    CHECK(open.association->invoke_window(64) == 1);
}

TEST_CASE("a rejection says its reason and whether it may pass")
{
    const Attempt called{encode(AssociateRj{1, 1, 7})};
    CHECK(called.error->fault() == PeerFault::rejected);
    CHECK(called.error->reason() == 7);
    CHECK_FALSE(called.error->transient());
    CHECK_THAT(called.error->what(), Catch::Contains("called AE title not recognised"));
    CHECK_FALSE(called.error->hint().empty());
    const Attempt busy{encode(AssociateRj{2, 3, 1})};
    CHECK(busy.error->transient());
}

TEST_CASE("an abort during negotiation is told")
{
    const Attempt attempt{encode(Abort{2, 1})};
    CHECK(attempt.error->fault() == PeerFault::aborted);
    CHECK(attempt.error->source() == 2);
    CHECK(attempt.after.type == 0);
}

TEST_CASE("a peer that closes instead of answering is a lost connection")
{
    const Attempt attempt{"", true};
    CHECK(attempt.error->fault() == PeerFault::connection_lost);
}

TEST_CASE("a web server, a TLS server and garbage are no DICOM peers")
{
    const Attempt http{"HTTP/1.1 400 Bad Request\r\n\r\n"};
    CHECK(http.error->fault() == PeerFault::not_dicom);
    CHECK_THAT(http.error->what(), Catch::Contains("HTTP"));
    const Attempt tls{std::string{"\x15\x03\x01\x00\x02\x02\x46", 7}};
    CHECK_THAT(tls.error->what(), Catch::Contains("TLS"));
    const Attempt garbage{std::string(100, '\xEE')};
    CHECK(garbage.error->fault() == PeerFault::not_dicom);
    CHECK(garbage.after.type == 7);
}

TEST_CASE("a silent peer is aborted at the deadline")
{
    const Attempt attempt{"", false, std::chrono::milliseconds{30}};
    CHECK(attempt.error->fault() == PeerFault::timed_out);
    CHECK(attempt.after.type == 7);
}

TEST_CASE("a peer that drips its answer gains no time")
{
    Pair pair;
    auto dripping = std::async(std::launch::async, [&] {
        (void)pair.peer->read_pdu();
        const auto bytes = encode(acceptance());
        pollfd input{pair.peer->fd(), POLLIN, 0};
        for (std::size_t i = 0; i < bytes.size() && ::poll(&input, 1, 10) == 0; ++i) {
            pair.peer->send(bytes.substr(i, 1));
        }
        pair.peer->close();
        return input.revents != 0;
    });
    RequestOptions options;
    options.negotiation_timeout = std::chrono::milliseconds{100};
    CHECK(fault_of([&] {
              (void)Association::request(std::move(pair.transport), "PEER", options, proposals());
          }) == PeerFault::timed_out);
    CHECK(dripping.get());
}

TEST_CASE("answers that were not asked for are a protocol violation")
{
    const auto violated = [](const auto& change) {
        auto pdu = acceptance();
        change(pdu);
        const Attempt attempt{encode(pdu)};
        CHECK(attempt.error->fault() == PeerFault::protocol_violation);
        REQUIRE(attempt.after.type == 7);
        CHECK(attempt.after.body == std::string{"\0\0\2\6", 4});
    };
    violated([](AssociateAc& pdu) { pdu.contexts[0].id = 9; });
    violated([](AssociateAc& pdu) { pdu.contexts[0].transfer_syntax = explicit_le; });
    violated([](AssociateAc& pdu) { pdu.user.max_pdu_bytes = 7; });
}

TEST_CASE("other PDUs in place of the answer are a protocol violation")
{
    for (const auto& pdu : {encode_release_rq(), p_data(1, 3, "x"), encode(request_pdu())}) {
        const Attempt attempt{pdu};
        CHECK(attempt.error->fault() == PeerFault::protocol_violation);
        CHECK(attempt.after.type == 7);
    }
    const Attempt huge{std::string{"\2\0\x40\0\0\0", 6}};
    CHECK(huge.error->fault() == PeerFault::protocol_violation);
}

TEST_CASE("no proposals, too many, and a bad title are mistakes of ours")
{
    const std::vector<Proposal> none;
    const std::vector<Proposal> many(129, proposals().front());
    CHECK_THROWS_AS(Association::request(Address{"A", "127.0.0.1", 1}, {}, none), Error);
    CHECK_THROWS_AS(Association::request(Address{"A", "127.0.0.1", 1}, {}, many), Error);
    RequestOptions options;
    options.calling_ae = "";
    CHECK_THROWS_AS(Association::request(Address{"A", "127.0.0.1", 1}, options, proposals()),
                    Error);
}

TEST_CASE("an acceptor answers each proposed context")
{
    auto request = request_pdu();
    request.contexts.push_back({5, "1.2.840.10008.5.1.4.31", {implicit_le}});
    request.contexts.push_back({7, "1.3.6.1.4.1.9999.1", {"1.2.840.113619.5.2"}});
    request.user.window = AsyncWindow{0, 1};
    Pair pair;
    pair.peer->send(encode(request));
    auto policy = rules();
    policy.max_window = {64, 1};
    const auto association = Association::accept(std::move(pair.transport), policy, {});
    const auto pdu = pair.peer->read_pdu();
    REQUIRE(pdu.type == 2);
    const auto acceptance = decode_associate_ac(std::as_bytes(std::span{pdu.body}));
    REQUIRE(acceptance.contexts.size() == 4);
    CHECK(acceptance.contexts[0].answer == ContextAnswer::accepted);
    CHECK(acceptance.contexts[1].transfer_syntax == explicit_le);
    CHECK(acceptance.contexts[2].answer == ContextAnswer::abstract_syntax_not_supported);
    CHECK(acceptance.contexts[3].transfer_syntax == "1.2.840.113619.5.2");
    CHECK(acceptance.user.window == AsyncWindow{64, 1});
    CHECK(acceptance.called_ae == "ARCHIVE");
    CHECK(association->negotiated().calling_ae == "PEER");
    CHECK(association->negotiated().window.invoked == 64);
    CHECK(association->established());
    pair.peer->close();
}

TEST_CASE("an acceptor rejects by its rules")
{
    auto policy = rules();
    policy.called_aes = {"OURS"};
    CHECK(Arrival{encode(request_pdu()), policy}.rejection() == "1.1.7");
    policy.called_aes = {"ARCHIVE"};
    policy.calling_aes = {"FRIEND"};
    CHECK(Arrival{encode(request_pdu()), policy}.rejection() == "1.1.3");
}

TEST_CASE("an acceptor rejects what it cannot speak")
{
    auto version = request_pdu();
    version.protocol_version = 2;
    CHECK(Arrival{encode(version)}.rejection() == "1.2.2");
    auto context = request_pdu();
    context.application_context = "1.2.3";
    CHECK(Arrival{encode(context)}.rejection() == "1.1.2");
    for (std::uint32_t length = 1; length < 8; ++length) {
        auto tiny = request_pdu();
        tiny.user.max_pdu_bytes = length;
        CHECK(Arrival{encode(tiny)}.rejection() == "1.2.1");
    }
}

TEST_CASE("titles that cannot be titles are rejected and not printed")
{
    for (const std::string title : {"\x1b[31m", "A\\B", "x\ny", " "}) {
        auto called = request_pdu();
        called.called_ae = title;
        CHECK(Arrival{encode(called)}.rejection() == "1.1.7");
        auto calling = request_pdu();
        calling.calling_ae = title;
        const Arrival arrival{encode(calling)};
        CHECK(arrival.rejection() == "1.1.3");
        CHECK(std::string{arrival.error->what()}.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a request that breaks PS3.8 is aborted")
{
    auto broken = encode(request_pdu());
    broken[5] = static_cast<char>(broken[5] - 1);  // the last item now reaches past the PDU
    CHECK(Arrival{broken}.error->fault() == PeerFault::protocol_violation);
    CHECK(Arrival{broken}.answer.type == 7);
    CHECK(Arrival{std::string{"\1\0\0\0\0\0", 6}}.answer.type == 7);
    for (const auto length : {"\x40\0\0\0", "\xff\xff\xff\xff"}) {
        CHECK(Arrival{std::string{"\1\0", 2} + std::string{length, 4}}.answer.type == 7);
    }
    for (const auto& pdu : {encode_release_rq(), p_data(1, 3, "x"), encode(acceptance())}) {
        CHECK(Arrival{pdu}.answer.type == 7);
    }
}

TEST_CASE("what does not speak DICOM is told apart from what breaks it")
{
    const Arrival http{"GET / HTTP/1.1\r\n\r\n"};
    CHECK(http.error->fault() == PeerFault::not_dicom);
    CHECK_THAT(http.error->what(), Catch::Contains("HTTP"));
    const Arrival tls{std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9}};
    CHECK_THAT(tls.error->what(), Catch::Contains("TLS"));
}

TEST_CASE("an acceptor waits for a request no longer than agreed")
{
    const Arrival silent{"", rules(), false, std::chrono::milliseconds{30}};
    CHECK(silent.error->fault() == PeerFault::timed_out);
    CHECK(silent.answer.type == 0);  // AA-2: nothing is said before the request
    const Arrival half{encode(request_pdu()).substr(0, 50), rules(), false,
                       std::chrono::milliseconds{30}};
    CHECK(half.error->fault() == PeerFault::timed_out);
}

TEST_CASE("a peer that leaves, or aborts, before its request is gone without a word")
{
    CHECK(Arrival("", rules(), true).error->fault() == PeerFault::connection_lost);
    const Arrival aborted{encode(Abort{})};
    CHECK(aborted.error->fault() == PeerFault::aborted);
    CHECK(aborted.answer.type == 0);
}
