// A storage and verification SCP that takes everything and keeps nothing: the other end for interop
// tests and benchmarks of the upper layer. Prints the port it chose.
#include "base/error.hpp"
#include "dicom/uid.hpp"
#include "net/server.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

namespace {

using namespace pacs;
using namespace pacs::net;

class DropSink : public StoreSink {
public:
    void write(std::span<const std::byte> bytes) override { size_ += bytes.size(); }
    void finish(StoreReply reply) override { reply(statuses::success); }

private:
    std::uint64_t size_ = 0;
};

class DropSession : public Session {
public:
    explicit DropSession(std::uint64_t matches) : matches_(matches) {}

    StoreDecision on_store(const StoreRequest& /*request*/, const Context& /*context*/) override
    {
        return {std::make_unique<DropSink>(), {}, {}};
    }
    Response on_find(const FindRequest& request, const Context& context,
                     const std::string& identifier, Responder& responder) override
    {
        (void)context;
        for (std::uint64_t i = 0; i < matches_; ++i) {
            if (!responder.send(identifier)) {
                return Response::to(request, statuses::cancel);
            }
        }
        return Response::to(request, statuses::success);
    }

private:
    std::uint64_t matches_;
};

class Probe : public Application {
public:
    explicit Probe(std::uint64_t matches)
        : matches_(matches), rules_(std::make_shared<AcceptRules>())
    {
        rules_->any_storage = true;
        rules_->max_window = {64, 1};
        for (const auto uid : {dicom::uids::verification, dicom::uids::patient_root_find,
                               dicom::uids::study_root_find}) {
            rules_->classes.push_back({std::string{uid}, {}, false});
        }
    }
    std::shared_ptr<const AcceptPolicy> policy() override { return rules_; }
    std::unique_ptr<Session> open(const Negotiated& /*negotiated*/) override
    {
        return std::make_unique<DropSession>(matches_);
    }
    void on_closed(const AssociationReport& report) override
    {
        const std::lock_guard lock{mutex_};
        const auto outcome = to_string(report.outcome);
        std::fprintf(stderr, "%s from %s (%s): %.*s %s, %lld ms, %llu bytes in, %llu out\n",
                     report.calling_ae.c_str(), report.peer_host.c_str(),
                     report.peer_implementation_version.c_str(), static_cast<int>(outcome.size()),
                     outcome.data(), report.detail.c_str(),
                     static_cast<long long>(report.duration.count()),
                     static_cast<unsigned long long>(report.traffic.bytes_in),
                     static_cast<unsigned long long>(report.traffic.bytes_out));
        for (const auto& [name, count] : report.operations) {
            std::fprintf(stderr, "  %s: %llu ok, %llu warning, %llu failed, %llu unanswered\n",
                         name.c_str(), static_cast<unsigned long long>(count.success),
                         static_cast<unsigned long long>(count.warning),
                         static_cast<unsigned long long>(count.failure),
                         static_cast<unsigned long long>(count.unanswered));
        }
    }

private:
    std::uint64_t matches_;
    std::shared_ptr<AcceptRules> rules_;
    std::mutex mutex_;
};

}  // namespace

int main(int argc, char** argv)
{
    CLI::App app{"SCP that takes everything and keeps nothing"};
    std::string listen = "0";
    std::uint64_t matches = 3;
    app.add_option("--listen", listen, "Where to listen");
    app.add_option("--matches", matches, "How many times a query is echoed as its own answer");
    CLI11_PARSE(app, argc, argv);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    try {
        Probe probe{matches};
        const auto address = parse_listen_address(listen);
        Server server{{&address, 1}, probe};
        std::printf("%d\n", static_cast<int>(server.addresses().front().port));
        std::fflush(stdout);
        server.start();
        int signal_number = 0;
        sigwait(&signals, &signal_number);
        server.stop(std::chrono::seconds{2});
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "scp_probe: %s\n", error.what());
        return 1;
    }
}
