#include "diagnose/examination.hpp"

#include "base/stopwatch.hpp"
#include "diagnose/judge.hpp"
#include "net/resolve.hpp"
#include "net/tls_transport.hpp"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <utility>

namespace pacs::diagnose {

using net::PeerError;
using net::PeerFault;

std::string reason_in(const std::string& message)
{
    const auto colon = message.find(": ");
    return colon == std::string::npos ? message : message.substr(colon + 2);
}

Examination::Examination(std::string node, net::Address address, net::RequestOptions options,
                         net::TlsSettings tls, const Options& how,
                         std::initializer_list<const char*> steps)
    : options_(std::move(options)), how_(how), tls_(std::move(tls))
{
    facts_.node = std::move(node);
    facts_.address = std::move(address);
    facts_.tls = options_.tls != nullptr;
    facts_.own_certificate = !tls_.cert_file.empty();
    for (const auto* name : steps) {
        facts_.steps.push_back({name, Outcome::skipped, 0, {}, {}});
    }
    facts_.taken_at = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
}

Diagnosis Examination::run()
{
    if (resolve() && connect() && secure()) {
        ask();
    }
    facts_.verdict = judge(facts_, how_.certificate_days);
    return std::move(facts_);
}

bool Examination::take(std::string_view name, const std::function<void(Step&)>& work)
{
    Step& step = facts_.step(name);
    const Stopwatch watch;
    bool good = false;
    try {
        step.outcome = Outcome::ok;
        work(step);
        good = step.outcome != Outcome::failed;
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::stopped) {
            throw;
        }
        step.outcome = Outcome::failed;
        step.fault = error.fault();
        step.words = reason_in(error.what());
        note_rejection(error);
    }
    step.seconds = watch.seconds();
    return good;
}

void Examination::note_rejection(const PeerError& error)
{
    if (error.fault() == PeerFault::rejected) {
        facts_.rejection = {error.result(), error.source(), error.reason()};
    }
}

Deadline Examination::connect_deadline() const
{
    return earliest(options_.deadline, Deadline::after(options_.connect_timeout));
}

net::Address Examination::at(const std::string& host) const
{
    return {facts_.address.ae, host, facts_.address.port};
}

bool Examination::resolve()
{
    return take("name", [&](Step& step) {
        for (auto& host : net::resolve(facts_.address.host, connect_deadline(), options_.stop)) {
            step.words += (step.words.empty() ? "" : ", ") + host;
            facts_.attempts.push_back({std::move(host), 0, {}, {}});
        }
    });
}

Examination::Tried Examination::try_address(Attempt attempt) const
{
    Tried tried{std::move(attempt), nullptr};
    const Stopwatch watch;
    try {
        tried.transport = net::connect(at(tried.attempt.host), connect_deadline(), options_.stop);
    } catch (const PeerError& error) {
        tried.attempt.fault = error.fault();
        tried.attempt.words = reason_in(error.what());
    }
    tried.attempt.seconds = watch.seconds();
    return tried;
}

bool Examination::connect()
{
    return take("tcp", [&](Step& step) {
        std::vector<std::future<Tried>> trying;
        for (const auto& attempt : facts_.attempts) {
            trying.push_back(
                std::async(std::launch::async, [&, attempt] { return try_address(attempt); }));
        }
        for (std::size_t i = 0; i < trying.size(); ++i) {
            auto tried = trying[i].get();
            facts_.attempts[i] = std::move(tried.attempt);
            if (tried.transport && !transport_) {
                transport_ = std::move(tried.transport);
                host_ = facts_.attempts[i].host;
            }
        }
        sum_up_attempts(step);
    });
}

void Examination::sum_up_attempts(Step& step) const
{
    std::size_t refused = 0;
    for (const auto& attempt : facts_.attempts) {
        const auto words = attempt.fault ? attempt.words : std::string{"connected"};
        step.words += fmt::format("{}{}: {}", step.words.empty() ? "" : ", ", attempt.host, words);
        if (attempt.fault == PeerFault::stopped) {
            throw PeerError(PeerFault::stopped, net::PeerStage::connect, "connecting: stopped");
        }
        if (attempt.fault) {
            ++refused;
            step.fault = attempt.fault;
        }
    }
    if (refused > 0) {
        step.outcome = refused == facts_.attempts.size() ? Outcome::failed : Outcome::warning;
    }
}

bool Examination::secure()
{
    if (!facts_.tls) {
        facts_.step("tls").words = "not asked for";
        return true;
    }
    const bool good = take("tls", [&](Step& step) {
        auto secured = std::make_unique<net::TlsTransport>(std::move(transport_), options_.tls,
                                                           facts_.address.host);
        const auto deadline = connect_deadline();
        try {
            secured->handshake(deadline);
        } catch (...) {
            facts_.tls_report = secured->report();
            secured->shutdown();
            throw;
        }
        facts_.tls_report = secured->report();
        step.words = fmt::format("{}, {}", facts_.tls_report->version, facts_.tls_report->cipher);
        transport_ = std::move(secured);
    });
    if (!good) {
        identify_peer();
        if (facts_.protocol == Protocol::closes || facts_.protocol == Protocol::unknown ||
            facts_.protocol == Protocol::silent) {
            look_closer();
        }
    }
    return good;
}

/// Again without any demands, to see all there is.
void Examination::identify_peer()
{
    auto settings = tls_;
    if (settings.name.empty()) {
        settings.name = facts_.address.host;
    }
    note(identify(at(host_), settings, options_, patience()));
}

void Examination::identify_stranger(std::optional<PeerFault> fault)
{
    const bool stranger = fault == PeerFault::not_dicom || fault == PeerFault::timed_out ||
                          fault == PeerFault::connection_lost;
    if (stranger && !facts_.tls) {
        identify_peer();
    }
}

void Examination::note(Identified found)
{
    facts_.protocol = found.protocol;
    facts_.greeting = std::move(found.greeting);
    if (!found.report) {
        return;
    }
    // who demands nothing takes weak keys, too: what was found wrong before stands
    const auto before = std::exchange(facts_.tls_report, std::move(found.report));
    for (const auto& fault : before ? before->faults : std::vector<net::TlsReport::Fault>{}) {
        if (facts_.tls_report->find(fault.kind) == nullptr) {
            facts_.tls_report->faults.push_back(fault);
        }
    }
}

std::chrono::milliseconds Examination::patience() const
{
    return std::min(how_.identify_patience, options_.connect_timeout);
}

}  // namespace pacs::diagnose
