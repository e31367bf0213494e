#include "catch.hpp"

#include "base/error.hpp"
#include "query/source.hpp"
#include "query/test_peer.hpp"

using namespace pacs;
using namespace pacs::query;
using namespace pacs::query::test;

namespace {

constexpr Day now{std::chrono::year{2024}, std::chrono::month{3}, std::chrono::day{31}};

Question question(const Wishes& wishes = {})
{
    return make_question(wishes, {}, now);
}

struct Asked {
    Ending ending;
    std::vector<Answer> answers;
};

Asked ask(Source& source, const Question& what, std::uint64_t limit = 0)
{
    Asked asked;
    asked.ending =
        source.ask(what, limit, [&](Answer&& answer, bool) { asked.answers.push_back(answer); });
    return asked;
}

Asked ask(const TestPeer& peer, std::uint64_t limit = 0, PeerSourceOptions options = {})
{
    const auto source = peer_source(peer.address(), std::move(options));
    Asked asked = ask(*source, question(), limit);
    source->close();
    return asked;
}

}  // namespace

TEST_CASE("all answers of a peer come in order and the end is told")
{
    const TestPeer peer{studies(3)};
    const Asked asked = ask(peer);
    REQUIRE(asked.answers.size() == 3);
    CHECK(asked.answers[0].identifier.text(dicom::tags::study_instance_uid) == "2.25.1");
    CHECK(asked.answers[2].identifier.text(dicom::tags::study_instance_uid) == "2.25.3");
    CHECK(asked.ending.status == net::statuses::success);
    CHECK(asked.ending.truncated == Truncated::no);
    CHECK_FALSE(asked.ending.cancelled);
}

TEST_CASE("the peer gets the identifier of the question")
{
    std::string patient;
    std::string level;
    const TestPeer peer{[&](const net::FindRequest& request, const dicom::DataSet& identifier,
                            const dicom::TransferSyntax&, net::Responder&) {
        patient = identifier.text(dicom::tags::patient_id);
        level = identifier.text(dicom::tags::query_retrieve_level);
        return net::Response::to(request, net::statuses::success);
    }};
    const auto source = peer_source(peer.address(), {});
    ask(*source, question({.patient_id = {"4711"}}));
    source->close();
    CHECK(patient == "4711");
    CHECK(level == "STUDY");
    CHECK(peer.window()->invoked == 1);
}

TEST_CASE("a limit below the number of answers cancels, and truncated is true")
{
    const TestPeer peer{studies(1'000'000'000)};
    const Asked asked = ask(peer, 5);
    CHECK(asked.answers.size() == 5);
    CHECK(asked.ending.answers == 5);
    CHECK(asked.ending.truncated == Truncated::yes);
    CHECK(asked.ending.cancelled);
    CHECK(asked.ending.status == net::statuses::cancel);
}

TEST_CASE("a limit of just the number of answers, or above it, truncates nothing")
{
    const TestPeer peer{studies(5)};
    for (const std::uint64_t limit : {5U, 6U}) {
        CAPTURE(limit);
        const Asked asked = ask(peer, limit);
        CHECK(asked.answers.size() == 5);
        CHECK(asked.ending.truncated == Truncated::no);
    }
}

TEST_CASE("a peer that sends what the limit allows and waits is cancelled after the grace")
{
    const TestPeer peer{[](const net::FindRequest& request, const dicom::DataSet&,
                           const dicom::TransferSyntax& syntax, net::Responder& responder) {
        responder.send(study(1, syntax));
        responder.flush();
        while (!responder.cancelled()) {
        }
        return net::Response::to(request, net::statuses::cancel);
    }};
    PeerSourceOptions options;
    options.limit_grace = std::chrono::milliseconds{10};
    const Asked asked = ask(peer, 1, options);
    CHECK(asked.answers.size() == 1);
    CHECK(asked.ending.cancelled);
    CHECK(asked.ending.truncated == Truncated::yes);
}

TEST_CASE("a peer that goes on after C-CANCEL is cut off, and what was asked for stands")
{
    const TestPeer peer{[](const net::FindRequest& request, const dicom::DataSet&,
                           const dicom::TransferSyntax& syntax, net::Responder& responder) {
        for (std::uint64_t i = 1;; ++i) {
            responder.send(study(i, syntax));
        }
        return net::Response::to(request, net::statuses::success);
    }};
    PeerSourceOptions options;
    options.cancel_timeout = std::chrono::milliseconds{100};
    const Asked asked = ask(peer, 3, options);
    CHECK(asked.answers.size() == 3);
    CHECK_FALSE(asked.ending.status);
    CHECK(asked.ending.truncated == Truncated::yes);
}

TEST_CASE("a warning or a failure at the end leaves open whether that was all")
{
    for (const net::Status status : {net::Status{0xB001}, net::statuses::out_of_resources,
                                     net::Status{0xC123}, net::statuses::cancel}) {
        CAPTURE(status.hex());
        const TestPeer peer{studies(2, status)};
        const Asked asked = ask(peer);
        CHECK(asked.answers.size() == 2);
        CHECK(asked.ending.status == status);
        CHECK(asked.ending.truncated == Truncated::unknown);
    }
}

TEST_CASE("comment and offending elements of a failure are told")
{
    const TestPeer peer{[](const net::FindRequest& request, const dicom::DataSet&,
                           const dicom::TransferSyntax&, net::Responder&) {
        net::Response response =
            net::Response::to(request, net::statuses::identifier_mismatch, "no such key");
        response.offending_elements = {dicom::tags::patient_id};
        return response;
    }};
    const Asked asked = ask(peer);
    CHECK(asked.ending.comment == "no such key");
    CHECK(asked.ending.offending_elements == std::vector<dicom::Tag>{dicom::tags::patient_id});
}

TEST_CASE("an answer that is no data set is told as such and the others still come")
{
    const TestPeer peer{[](const net::FindRequest& request, const dicom::DataSet&,
                           const dicom::TransferSyntax& syntax, net::Responder& responder) {
        responder.send("not a data set");
        responder.send(study(1, syntax));
        return net::Response::to(request, net::statuses::success);
    }};
    const Asked asked = ask(peer);
    REQUIRE(asked.answers.size() == 2);
    CHECK_FALSE(asked.answers[0].defect.empty());
    CHECK(asked.answers[0].identifier.empty());
    CHECK(asked.answers[1].defect.empty());
}

TEST_CASE("a peer that repeats the same answer for ever is given up")
{
    const TestPeer peer{[](const net::FindRequest& request, const dicom::DataSet&,
                           const dicom::TransferSyntax& syntax, net::Responder& responder) {
        while (responder.send(study(1, syntax))) {
        }
        return net::Response::to(request, net::statuses::cancel);
    }};
    CHECK_THROWS_AS(ask(peer), net::PeerError);
}

TEST_CASE("answers without end stop when the time for a question is over")
{
    const TestPeer peer{studies(1'000'000'000)};
    PeerSourceOptions options;
    options.max_duration = std::chrono::milliseconds{100};
    const auto source = peer_source(peer.address(), options);
    try {
        ask(*source, question());
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::limit);
    }
}

TEST_CASE("one association carries all questions, and a new one comes when the peer ended it")
{
    std::atomic<bool> leave = false;
    const TestPeer peer{[&](const net::FindRequest& request, const dicom::DataSet&,
                            const dicom::TransferSyntax&, net::Responder&) -> net::Response {
        if (leave.exchange(false)) {
            throw net::PeerError(net::PeerFault::stopped, net::PeerStage::answer, "leaving");
        }
        return net::Response::to(request, net::statuses::success);
    }};
    const auto source = peer_source(peer.address(), {});
    ask(*source, question());
    ask(*source, question());
    CHECK(peer.associations() == 1);
    leave = true;
    CHECK(ask(*source, question()).ending.status == net::statuses::success);
    CHECK(peer.associations() == 2);
    source->close();
}

TEST_CASE("the first question is not asked twice")
{
    std::atomic<int> asked = 0;
    const TestPeer peer{[&](const net::FindRequest&, const dicom::DataSet&,
                            const dicom::TransferSyntax&, net::Responder&) -> net::Response {
        ++asked;
        throw net::PeerError(net::PeerFault::stopped, net::PeerStage::answer, "leaving");
    }};
    const auto source = peer_source(peer.address(), {});
    CHECK_THROWS_AS(ask(*source, question()), net::PeerError);
    CHECK(asked == 1);
}

TEST_CASE("relational and fuzzy queries are negotiated, and what was not granted is told")
{
    for (const bool granted : {true, false}) {
        CAPTURE(granted);
        TestPeer peer{studies(0)};
        std::string asked;
        peer.rules().extended_answer =
            [&](const net::ExtendedNegotiation& item) -> std::optional<std::string> {
            asked = item.info;
            return granted ? std::optional{item.info} : std::nullopt;
        };
        const auto source = peer_source(peer.address(), {});
        ask(*source, question({.relational = true, .fuzzy = true}));
        source->close();
        CHECK(asked == std::string("\1\0\1", 3));
        CHECK(source->not_granted() == (granted ? std::vector<std::string>{}
                                                : std::vector<std::string>{"relational", "fuzzy"}));
    }
}

TEST_CASE("a peer that serves only the other root is told apart in the hint")
{
    const TestPeer peer{studies(0), std::string{dicom::uids::patient_root_find}};
    try {
        ask(peer);
        FAIL("no error");
    } catch (const net::PeerError& error) {
        CHECK(error.fault() == net::PeerFault::nothing_accepted);
        CHECK(error.hint().find("--patient-root") != std::string::npos);
    }
    const auto source = peer_source(peer.address(), {});
    CHECK(ask(*source, question({.level = dicom::QueryLevel::patient})).ending.status ==
          net::statuses::success);
}

TEST_CASE("what is neither peer nor archive nor index is no source")
{
    for (const auto kind :
         {net::EndpointKind::url, net::EndpointKind::path, net::EndpointKind::alias}) {
        try {
            open_source({kind, "x", {}}, {});
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
        }
    }
}
