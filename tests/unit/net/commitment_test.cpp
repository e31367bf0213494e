#include "net/commitment.hpp"

#include "base/error.hpp"
#include "dicom/uid.hpp"
#include "net/test_server.hpp"

using namespace pacs;
using namespace pacs::net;
using namespace pacs::net::test;

namespace {

const std::string commitment{dicom::uids::storage_commitment};

CommitmentRequest a_request()
{
    return {"2.25.1", {{ct_storage, "1.2.1"}, {ct_storage, "1.2.2"}}};
}

/// A session that keeps its outbox, and takes N-EVENT-REPORTs itself.
class CommittingApplication : public Application {
public:
    CommittingApplication() : rules_(std::make_shared<AcceptRules>())
    {
        rules_->classes = {{commitment, {}, true}, {verification, {}, false}};
    }
    std::shared_ptr<const AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<Session> open(const Negotiated&) override
    {
        class Committing : public Session {
        public:
            explicit Committing(CommittingApplication& application) : application_(application) {}
            void on_open(const std::shared_ptr<EventOutbox>& events) override
            {
                application_.outbox.set_value(events);
            }
            Response on_other(const Request& request, const Context& context,
                              const std::string& data, Responder&) override
            {
                if (std::holds_alternative<EventReportRequest>(request)) {
                    application_.reported = parse_commitment_result(data, context.transfer_syntax);
                }
                return Response::to(request, application_.status);
            }

        private:
            CommittingApplication& application_;
        };
        return std::make_unique<Committing>(*this);
    }
    void on_closed(const AssociationReport&) override {}

    std::promise<std::shared_ptr<EventOutbox>> outbox;
    Status status = statuses::success;
    CommitmentResult reported;

private:
    std::shared_ptr<AcceptRules> rules_;
};

struct Committer {
    CommittingApplication application;
    Server server;
    std::unique_ptr<Association> association;

    explicit Committer(bool as_scp = false) : server(listening(), application)
    {
        server.start();
        const auto bound = server.addresses().front();
        auto proposals = commitment_proposals(as_scp);
        proposals.push_back({verification, {implicit_le}, {}});
        association = Association::request({"SERVER", bound.host, bound.port}, {}, proposals);
    }
    static std::span<const ListenAddress> listening()
    {
        static const ListenAddress address{};
        return {&address, 1};
    }
};

}  // namespace

TEST_CASE("a commitment request and its result travel as data sets")
{
    for (const auto& syntax : {explicit_le, implicit_le}) {
        const auto request = parse_commitment_request(encode(a_request(), syntax), syntax);
        CHECK(request.transaction_uid == "2.25.1");
        CHECK(request.references == a_request().references);
        const CommitmentResult mixed{
            "2.25.1", {{ct_storage, "1.2.1"}}, {{{ct_storage, "1.2.2"}, 0x0112}}};
        CHECK(mixed.event_type() == 2);
        const auto read = parse_commitment_result(encode(mixed, syntax), syntax);
        CHECK(read.committed == mixed.committed);
        CHECK(read.failed == mixed.failed);
        const CommitmentResult none{"2.25.1", {}, mixed.failed};
        const auto set =
            dicom::decode(bytes_of(encode(none, syntax)), dicom::TransferSyntax{syntax});
        CHECK_FALSE(set.has({0x0008, 0x1199}));  // type 1C
    }
    CHECK(CommitmentResult{"1.2", {{"1.2", "1.3"}}, {}}.event_type() == 1);
}

TEST_CASE("a commitment request that cannot be one is refused")
{
    const auto refused = [](const CommitmentRequest& request) {
        CHECK_THROWS_AS(parse_commitment_request(encode(request, implicit_le), implicit_le), Error);
    };
    refused({"", {{ct_storage, "1.2.1"}}});
    refused({"1.2.x", {{ct_storage, "1.2.1"}}});
    refused({"2.25.1", {}});
    refused({"2.25.1", {{ct_storage, ""}}});
    refused({"2.25.1", {{"../..", "1.2.1"}}});
    CommitmentRequest many{"2.25.1", {}};
    many.references.assign(max_commitment_references, {ct_storage, "1.2.1"});
    CHECK(parse_commitment_request(encode(many, implicit_le), implicit_le).references.size() ==
          max_commitment_references);
    many.references.push_back({ct_storage, "1.2.1"});
    refused(many);
    CHECK_THROWS_AS(parse_commitment_request("garbage", implicit_le), Error);
    CHECK_THROWS_AS(parse_commitment_request("", explicit_le), Error);
}

TEST_CASE("an SCP by role selection reports on an association of its own")
{
    Committer committer{true};
    const CommitmentResult result{"2.25.1", {{ct_storage, "1.2.1"}}, {}};
    CHECK(report_commitment(*committer.association, result).status.success());
    CHECK(committer.application.reported.committed == result.committed);
    committer.application.status = statuses::processing_failure;
    CHECK(report_commitment(*committer.association, result).status == statuses::processing_failure);
    // who is SCP only may not request
    CHECK(request_commitment(*committer.association, a_request()).status ==
          statuses::class_not_supported);
}

TEST_CASE("who was not granted the role does not report")
{
    Committer committer{false};
    CHECK(fault_of([&] {
              report_commitment(*committer.association, {"2.25.1", {}, {}});
          }) == PeerFault::nothing_accepted);
    CHECK(request_commitment(*committer.association, a_request()).status.success());
}

TEST_CASE("a server reports on the association of its requestor, between other operations")
{
    Committer committer;
    const auto events = committer.application.outbox.get_future().get();
    const CommitmentResult result{"2.25.1", {{ct_storage, "1.2.1"}}, {}};
    std::promise<std::optional<Status>> answered;
    events->report(1, event_report(result), encode(result, explicit_le),
                   [&](std::optional<Status> status) { answered.set_value(status); });
    auto& association = *committer.association;
    const auto message = association.receive();
    REQUIRE(message);
    const auto request = parse_request(message->command);
    REQUIRE(std::holds_alternative<EventReportRequest>(request));
    CHECK(std::get<EventReportRequest>(request).event_type == 1);
    CHECK(std::get<EventReportRequest>(request).sop_instance ==
          dicom::uids::storage_commitment_instance);
    const auto data = association.receive_data(10'000);
    REQUIRE(data);
    CHECK(parse_commitment_result(*data, explicit_le).committed == result.committed);
    CHECK(echo(association).status.success());  // the answer is still owed
    association.send(1, Response::to(request, statuses::success));
    auto status = answered.get_future();
    REQUIRE(status.wait_for(patience) == std::future_status::ready);
    CHECK(status.get() == statuses::success);
    association.release();
}

TEST_CASE("a report that is never answered is told when the association ends")
{
    Committer committer;
    const auto events = committer.application.outbox.get_future().get();
    const auto report = [&] {
        auto answered = std::make_shared<std::promise<std::optional<Status>>>();
        const CommitmentResult result{"2.25.1", {{ct_storage, "1.2.1"}}, {}};
        events->report(1, event_report(result), encode(result, explicit_le),
                       [answered](std::optional<Status> status) { answered->set_value(status); });
        return answered->get_future();
    };
    auto unanswered = report();
    (void)committer.association->receive();
    (void)committer.association->skip_data();
    committer.association->release();
    REQUIRE(unanswered.wait_for(patience) == std::future_status::ready);
    CHECK(unanswered.get() == std::nullopt);
    auto late = report();
    REQUIRE(late.wait_for(patience) == std::future_status::ready);
    CHECK(late.get() == std::nullopt);
}

TEST_CASE("an answer to a report that was never sent is a protocol violation")
{
    Committer committer;
    EventReportRequest request = event_report({"2.25.1", {}, {}});
    request.message_id = 77;
    committer.association->send(1, Response::to(Request{request}, statuses::success));
    CHECK(fault_of([&] { (void)committer.association->receive(); }) == PeerFault::aborted);
}
