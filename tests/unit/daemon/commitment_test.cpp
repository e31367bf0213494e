#include "daemon/commitment_service.hpp"

#include "daemon/commitment_check.hpp"
#include "daemon/service_fixture.hpp"
#include "net/commitment.hpp"

#include "catch.hpp"

#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace pacs;
using namespace pacs::test;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds patience{20};

net::SopReference reference(unsigned number)
{
    const auto object = instance(number);
    return {object.text(dicom::tags::sop_class_uid), object.text(dicom::tags::sop_instance_uid)};
}

fs::path file_of(const fs::path& archive, unsigned number)
{
    const auto object = instance(number);
    return storage::Layout{archive}.object({object.text(dicom::tags::study_instance_uid),
                                            object.text(dicom::tags::series_instance_uid),
                                            object.text(dicom::tags::sop_instance_uid)});
}

std::vector<net::Proposal> proposals()
{
    auto all = net::commitment_proposals(false);
    all.push_back(proposal(ct_image));
    return all;
}

/// The next N-EVENT-REPORT on an association, answered with success.
net::CommitmentResult await_report(net::Association& association)
{
    const auto message = association.receive();
    REQUIRE(message);
    const auto request = net::parse_request(message->command);
    REQUIRE(std::holds_alternative<net::EventReportRequest>(request));
    const auto& context = *association.negotiated().find(message->context_id);
    const auto data = association.receive_data(std::size_t{1} << 20U);
    REQUIRE(data);
    const auto result = net::parse_commitment_result(*data, context.transfer_syntax);
    CHECK(std::get<net::EventReportRequest>(request).event_type == result.event_type());
    association.send(message->context_id, net::Response::to(request, net::statuses::success));
    return result;
}

std::size_t kept_in(const fs::path& archive)
{
    const fs::directory_iterator all{archive / "commitments"};
    return static_cast<std::size_t>(std::distance(fs::begin(all), fs::end(all)));
}

/// Waits until nothing is pending: the folder is empty only after the answer was taken.
template <typename Pending>
void await_nothing(const Pending& pending)
{
    const Deadline until = Deadline::after(patience);
    while (pending() > 0 && !until.expired()) {
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    REQUIRE(pending() == 0);
}

/// A requestor that listens for reports.
class Requestor : public net::Application {
public:
    explicit Requestor(std::uint16_t port = 0, net::Status first = net::statuses::success)
        : rules_(std::make_shared<net::AcceptRules>()), status_(first)
    {
        rules_->classes = {{std::string{dicom::uids::storage_commitment}, {}, true}};
        const net::ListenAddress address{"", port};
        server_ = std::make_unique<net::Server>(std::span{&address, 1}, *this);
        server_->start();
    }
    ~Requestor() override { server_.reset(); }
    std::shared_ptr<const net::AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<net::Session> open(const net::Negotiated& negotiated) override
    {
        const std::lock_guard lock{mutex_};
        caller_ = negotiated.calling_ae;
        return std::make_unique<Listening>(*this);
    }
    void on_closed(const net::AssociationReport&) override {}

    daemon::CommitmentPeer peer() const
    {
        const auto bound = server_->addresses().front();
        daemon::CommitmentPeer peer{{"TESTER", bound.host, bound.port}, {}};
        peer.request.calling_ae.clear();
        return peer;
    }
    std::vector<net::CommitmentResult> await(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, patience, [&] { return results_.size() >= count; });
        return results_;
    }
    std::string caller()
    {
        const std::lock_guard lock{mutex_};
        return caller_;
    }

private:
    class Listening : public net::Session {
    public:
        explicit Listening(Requestor& requestor) : requestor_(requestor) {}
        net::Response on_other(const net::Request& request, const net::Context& context,
                               const std::string& data, net::Responder&) override
        {
            const std::lock_guard lock{requestor_.mutex_};
            requestor_.results_.push_back(
                net::parse_commitment_result(data, context.transfer_syntax));
            requestor_.changed_.notify_all();
            return net::Response::to(request,
                                     std::exchange(requestor_.status_, net::statuses::success));
        }

    private:
        Requestor& requestor_;
    };

    std::shared_ptr<net::AcceptRules> rules_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<net::CommitmentResult> results_;
    std::string caller_;
    net::Status status_;
    std::unique_ptr<net::Server> server_;
};

/// An archive with eight instances and nobody who serves it.
struct Stored {
    ScratchFolder folder;
    std::unique_ptr<archive::Archive> archive;

    Stored()
    {
        ArchivedSettings settings;
        settings.archive = folder.path() / "archive";
        settings.listen = {"127.0.0.1:0"};
        settings.aet = {"ARCHIVE"};
        {
            daemon::Service service{settings};
            service.start();
            const auto port = service.addresses().at(0).port;
            const std::vector<net::Proposal> wanted{proposal(ct_image)};
            const auto association =
                net::Association::request({"ARCHIVE", "127.0.0.1", port}, {}, wanted);
            for (unsigned i = 0; i < 8; ++i) {
                REQUIRE(store(*association, instance(i)).stored());
            }
            association->release();
        }
        archive = std::make_unique<archive::Archive>(
            archive::Archive::open_for_writing(settings.archive));
    }
};

net::Negotiated asker(const std::string& title = "TESTER")
{
    net::Negotiated negotiated;
    negotiated.calling_ae = title;
    negotiated.called_ae = "ARCHIVE";
    negotiated.peer_host = "127.0.0.1";
    return negotiated;
}

net::Status ask(daemon::CommitmentService& service, const net::CommitmentRequest& request,
                const std::string& title = "TESTER")
{
    net::ActionRequest action;
    action.message_id = 1;
    action.sop_class = dicom::uids::storage_commitment;
    action.sop_instance = dicom::uids::storage_commitment_instance;
    action.action_type = net::request_commitment_action;
    net::Context context;
    context.transfer_syntax = dicom::uids::explicit_le;
    return service
        .answer(action, context, asker(title), net::encode(request, context.transfer_syntax))
        .status;
}

daemon::CommitmentOptions quick()
{
    daemon::CommitmentOptions options;
    options.first_delay = std::chrono::milliseconds{20};
    options.longest_delay = std::chrono::milliseconds{40};
    return options;
}

daemon::CommitmentService::FindPeer nobody()
{
    return [](const std::string&) { return std::nullopt; };
}

}  // namespace

TEST_CASE("what is stored whole is committed, and told on the association of the request")
{
    Archived archived;
    const auto association = archived.call(proposals());
    for (unsigned i = 0; i < 4; ++i) {
        REQUIRE(store(*association, instance(i)).stored());
    }
    std::fstream{file_of(archived.path(), 1), std::ios::in | std::ios::out} << "x";
    fs::remove(file_of(archived.path(), 2));
    net::CommitmentRequest request{"2.25.1", {}};
    for (unsigned i = 0; i < 3; ++i) {
        request.references.push_back(reference(i));
    }
    request.references.push_back({"1.2.840.10008.5.1.4.1.1.4", reference(3).sop_instance});
    request.references.push_back(reference(7));
    REQUIRE(net::request_commitment(*association, request).status.success());
    const auto result = await_report(*association);
    CHECK(result.transaction_uid == "2.25.1");
    CHECK(result.committed == std::vector{reference(0)});
    REQUIRE(result.failed.size() == 4);
    CHECK(result.failed[0].reason == 0x0110);  // damaged
    CHECK(result.failed[1].reason == 0x0110);  // gone
    CHECK(result.failed[2].reason == 0x0119);  // another class
    CHECK(result.failed[3].reason == 0x0112);  // never stored
    association->release();
    await_nothing([&] { return archived.service().commitments_pending(); });
    CHECK(kept_in(archived.path()) == 0);
}

TEST_CASE("a requestor without an address is told when it associates again")
{
    Archived archived;
    {
        const auto association = archived.call(proposals());
        REQUIRE(store(*association, instance(0)).stored());
        REQUIRE(net::request_commitment(*association, {"2.25.1", {reference(0)}}).status.success());
        association->abort();
    }
    const auto later = archived.call(proposals());
    CHECK(await_report(*later).committed == std::vector{reference(0)});
    later->release();
    await_nothing([&] { return archived.service().commitments_pending(); });
}

TEST_CASE("a commitment request that makes no sense is answered with why")
{
    Archived archived;
    const auto association = archived.call(proposals());
    const auto& context = association->require_context(dicom::uids::storage_commitment);
    const auto asked = [&](const std::string& sop_instance, std::uint16_t action,
                           const std::string& data) {
        net::ActionRequest request;
        request.message_id = association->next_message_id();
        request.sop_class = dicom::uids::storage_commitment;
        request.sop_instance = sop_instance;
        request.action_type = action;
        request.has_data = !data.empty();
        const net::Piece piece{as_bytes(data)};
        association->send(context.id, net::Request{request}, {&piece, data.empty() ? 0U : 1U});
        const auto message = association->receive();
        REQUIRE(message);
        return net::parse_response(message->command).status;
    };
    const std::string well_known{dicom::uids::storage_commitment_instance};
    const auto good =
        net::encode(net::CommitmentRequest{"2.25.1", {reference(0)}}, context.transfer_syntax);
    CHECK(asked("1.2.3", 1, good) == net::statuses::no_such_instance);
    CHECK(asked(well_known, 2, good) == net::statuses::no_such_action);
    CHECK(asked(well_known, 1, {}) == net::statuses::invalid_argument);
    CHECK(asked(well_known, 1, std::string(40, '\xff')) == net::statuses::invalid_argument);
    CHECK(archived.service().commitments_pending() == 0);
    net::StoreRequest object;
    object.sop_class = dicom::uids::storage_commitment;
    object.sop_instance = "1.2.3";
    net::StoreScu scu{*association};
    net::StoreOutcome outcome;
    const net::Piece piece{as_bytes(good)};
    scu.submit(object, context.id, {&piece, 1},
               [&](const net::StoreOutcome& got) { outcome = got; });
    scu.finish();
    CHECK(outcome.status.failure());
}

TEST_CASE("a requestor that has gone is called, where it is known to listen")
{
    Stored stored;
    Requestor requestor;
    daemon::CommitmentService service{*stored.archive, quick(), [&](const std::string& title) {
                                          return title == "TESTER" ? std::optional{requestor.peer()}
                                                                   : std::nullopt;
                                      }};
    REQUIRE(ask(service, {"2.25.1", {reference(0), reference(99)}}).success());
    const auto results = requestor.await(1);
    REQUIRE(results.size() == 1);
    CHECK(results[0].committed.size() == 1);
    CHECK(results[0].failed.size() == 1);
    CHECK(requestor.caller() == "ARCHIVE");
    await_nothing([&] { return service.pending(); });
}

TEST_CASE("a report is repeated until it is taken")
{
    Stored stored;
    // it fails for now, at first; another one is not there at all, at first
    Requestor busy{0, net::statuses::processing_failure};
    std::uint16_t port = 0;
    {
        const Requestor soon;
        port = soon.peer().address.port;
    }
    daemon::CommitmentService service{*stored.archive, quick(), [&](const std::string& title) {
                                          auto peer = busy.peer();
                                          if (title == "LATER") {
                                              peer.address = {"LATER", "127.0.0.1", port};
                                          }
                                          return std::optional{peer};
                                      }};
    REQUIRE(ask(service, {"2.25.1", {reference(0)}}).success());
    REQUIRE(ask(service, {"2.25.2", {reference(1)}}, "LATER").success());
    CHECK(busy.await(2).size() == 2);
    Requestor later{port};
    CHECK(later.await(1).at(0).committed == std::vector{reference(1)});
    await_nothing([&] { return service.pending(); });
    CHECK(busy.await(2).size() == 2);
}

TEST_CASE("what was not reported when the daemon ended is reported by the next one")
{
    Stored stored;
    {
        daemon::CommitmentService service{*stored.archive, quick(), nobody()};
        REQUIRE(ask(service, {"2.25.1", {reference(0)}}).success());
        REQUIRE(ask(service, {"2.25.2", {reference(1)}}).success());
    }
    const auto folder = stored.archive->layout().commitments();
    CHECK(kept_in(stored.archive->layout().root()) == 2);
    std::ofstream{folder / ".2.25.3-x.ndjson.1-1.tmp"} << "cut";
    std::ofstream{folder / "2.25.4-0123456789abcdef.ndjson"} << "{\"type\":\"commitment\"}\n";
    std::ofstream{folder / "somebody's notes"} << "x";
    Requestor requestor;
    daemon::CommitmentService next{*stored.archive, quick(), [&](const std::string&) {
                                       return std::optional{requestor.peer()};
                                   }};
    CHECK(requestor.await(2).size() == 2);
    await_nothing([&] { return next.pending(); });
    CHECK(kept_in(stored.archive->layout().root()) == 2);  // what is not ours is left alone
    CHECK(fs::exists(folder / "somebody's notes"));
}

TEST_CASE("requests are bounded, and the same one again is no other one")
{
    Stored stored;
    auto options = quick();
    options.max_pending = 3;
    options.max_pending_per_requestor = 2;
    daemon::CommitmentService service{*stored.archive, options, nobody()};
    CHECK(ask(service, {"2.25.1", {reference(0)}}).success());
    CHECK(ask(service, {"2.25.1", {reference(0)}}).success());
    CHECK(service.pending() == 1);
    CHECK(ask(service, {"2.25.1", {reference(1)}}) == net::statuses::invalid_argument);
    CHECK(ask(service, {"2.25.1", {reference(0)}}, "OTHER").success());
    CHECK(ask(service, {"2.25.2", {reference(0)}}).success());
    CHECK(ask(service, {"2.25.3", {reference(0)}}) == net::statuses::resource_limitation);
    CHECK(ask(service, {"2.25.3", {reference(0)}}, "THIRD") == net::statuses::resource_limitation);
    CHECK(service.pending() == 3);
}

TEST_CASE("what nobody takes for so long is given up")
{
    Stored stored;
    auto options = quick();
    options.retry = std::chrono::milliseconds{1};
    daemon::CommitmentService service{*stored.archive, options, nobody()};
    REQUIRE(ask(service, {"2.25.1", {reference(0)}}).success());
    await_nothing([&] { return service.pending(); });
    CHECK(kept_in(stored.archive->layout().root()) == 0);
}

TEST_CASE("reading back can be given up")
{
    Stored stored;
    const auto result =
        daemon::check_commitment(*stored.archive, "2.25.1", {reference(3)}, [] { return false; });
    REQUIRE(result);
    CHECK(result->committed.size() == 1);
    CHECK_FALSE(
        daemon::check_commitment(*stored.archive, "2.25.1", {reference(3)}, [] { return true; }));
}
