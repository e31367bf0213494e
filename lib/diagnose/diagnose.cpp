#include "diagnose/diagnose.hpp"

#include "base/log.hpp"
#include "base/stop.hpp"
#include "base/stopwatch.hpp"
#include "diagnose/identify.hpp"
#include "diagnose/judge.hpp"
#include "diagnose/web_probe.hpp"
#include "dicom/uid.hpp"
#include "net/echo.hpp"
#include "net/resolve.hpp"
#include "net/tls_transport.hpp"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <utility>

namespace pacs::diagnose {

namespace {

using net::PeerError;
using net::PeerFault;

/// The words after "doing X to Y: ", where Y may hold a colon but no colon and space.
std::string reason_in(const std::string& message)
{
    const auto colon = message.find(": ");
    return colon == std::string::npos ? message : message.substr(colon + 2);
}

std::vector<net::Proposal> verification()
{
    return {{std::string{dicom::uids::verification},
             {std::string{dicom::uids::implicit_le}, std::string{dicom::uids::explicit_le}},
             {}}};
}

/// One run of diagnose(): each step fills in what it found and says whether to go on.
class Examination {
public:
    Examination(std::string node, const net::Address& peer, const net::RequestOptions& options,
                const net::TlsSettings& tls, const Options& how)
        : options_(options), tls_(tls), how_(how)
    {
        facts_.node = std::move(node);
        facts_.address = peer;
        facts_.calling = options.calling_ae;
        facts_.tls = options.tls != nullptr;
        facts_.own_certificate = !tls.cert_file.empty();
        begin({"name", "tcp", "tls", "association", "echo"});
    }
    Examination(std::string node, const web::ClientOptions& service, const Options& how)
        : tls_(service.tls), how_(how), service_(service)
    {
        service_->retries = 0;
        options_.connect_timeout = service.connect_timeout;
        options_.stop = service.stop;
        options_.deadline = service.deadline;
        if (service.url.secure) {
            options_.tls = std::make_shared<const net::TlsContext>(service.tls);
        }
        facts_.node = std::move(node);
        facts_.url = service.url.str();
        facts_.address = {{}, service.url.host, service.url.port};
        facts_.tls = service.url.secure;
        facts_.own_certificate = !tls_.cert_file.empty();
        begin({"name", "tcp", "tls", "http", "dicomweb"});
    }

    Diagnosis run()
    {
        const bool reached = resolve() && connect() && secure();
        if (reached && service_) {
            ask_service();
        } else if (reached && associate() && echo()) {
            release();
        }
        facts_.verdict = judge(facts_, how_.certificate_days);
        return std::move(facts_);
    }

private:
    void begin(std::initializer_list<const char*> steps)
    {
        for (const auto* name : steps) {
            facts_.steps.push_back({name, Outcome::skipped, 0, {}, {}});
        }
        facts_.taken_at = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    }

    /// Runs one step with its clock; a fault of the peer ends the examination.
    template <typename Work>
    bool take(std::string_view name, const Work& work)
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

    void note_rejection(const PeerError& error)
    {
        if (error.fault() == PeerFault::rejected) {
            facts_.rejection = {error.result(), error.source(), error.reason()};
        }
    }

    Deadline connect_deadline() const
    {
        return earliest(options_.deadline, Deadline::after(options_.connect_timeout));
    }

    net::Address at(const std::string& host) const
    {
        return {facts_.address.ae, host, facts_.address.port};
    }

    bool resolve()
    {
        return take("name", [&](Step& step) {
            for (auto& host :
                 net::resolve(facts_.address.host, connect_deadline(), options_.stop)) {
                step.words += (step.words.empty() ? "" : ", ") + host;
                facts_.attempts.push_back({std::move(host), 0, {}, {}});
            }
        });
    }

    struct Tried {
        Attempt attempt;
        std::unique_ptr<net::Transport> transport;
    };

    Tried try_address(Attempt attempt) const
    {
        Tried tried{std::move(attempt), nullptr};
        const Stopwatch watch;
        try {
            tried.transport =
                net::connect(at(tried.attempt.host), connect_deadline(), options_.stop);
        } catch (const PeerError& error) {
            tried.attempt.fault = error.fault();
            tried.attempt.words = reason_in(error.what());
        }
        tried.attempt.seconds = watch.seconds();
        return tried;
    }

    bool connect()
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

    void sum_up_attempts(Step& step) const
    {
        std::size_t refused = 0;
        for (const auto& attempt : facts_.attempts) {
            const auto words = attempt.fault ? attempt.words : std::string{"connected"};
            step.words +=
                fmt::format("{}{}: {}", step.words.empty() ? "" : ", ", attempt.host, words);
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

    bool secure()
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
            step.words =
                fmt::format("{}, {}", facts_.tls_report->version, facts_.tls_report->cipher);
            transport_ = std::move(secured);
        });
        if (!good) {
            identify_after_failed_tls();
        }
        return good;
    }

    /// The handshake failed: again without any demands, to see all there is.
    void identify_after_failed_tls()
    {
        auto settings = tls_;
        if (settings.name.empty()) {
            settings.name = facts_.address.host;
        }
        note(identify(at(host_), settings, options_, patience()));
        if (!service_ &&
            (facts_.protocol == Protocol::closes || facts_.protocol == Protocol::unknown ||
             facts_.protocol == Protocol::silent)) {
            try_plainly();
        }
    }

    void note(Identified found)
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

    /// A plain peer that closes at a TLS hello without a word: it answers a request, whatever it
    /// says. No identity goes out in the clear.
    void try_plainly()
    {
        auto options = options_;
        options.tls = nullptr;
        options.identity = std::nullopt;
        options.connect_timeout = patience();
        options.negotiation_timeout = patience();
        try {
            const auto association = net::Association::request(at(host_), options, verification());
            facts_.protocol = Protocol::dicom;
            association->release();
        } catch (const PeerError& error) {
            if (error.fault() == PeerFault::stopped) {
                throw;
            }
            if (error.fault() == PeerFault::rejected || error.fault() == PeerFault::aborted) {
                facts_.protocol = Protocol::dicom;
            }
        }
    }

    std::chrono::milliseconds patience() const
    {
        return std::min(how_.identify_patience, options_.connect_timeout);
    }

    bool associate()
    {
        const bool good = take("association", [&](Step& step) {
            auto options = options_;
            if (options.identity) {
                options.identity->response_requested = true;
            }
            association_ = net::Association::request(std::move(transport_), facts_.address.ae,
                                                     options, verification());
            facts_.protocol = Protocol::dicom;
            note_peer(association_->negotiated());
            step.words = "accepted";
            (void)association_->require_context(dicom::uids::verification);
        });
        const auto fault = facts_.step("association").fault;
        if (fault == PeerFault::rejected || fault == PeerFault::aborted) {
            facts_.protocol = Protocol::dicom;
        }
        const bool stranger = fault == PeerFault::not_dicom || fault == PeerFault::timed_out ||
                              fault == PeerFault::connection_lost;
        if (!good && stranger && !facts_.tls) {
            auto settings = tls_;
            if (settings.name.empty()) {
                settings.name = facts_.address.host;
            }
            note(identify(at(host_), settings, options_, patience()));
        }
        return good;
    }

    void note_peer(const net::Negotiated& agreed)
    {
        facts_.peer = peer_of(agreed);
        if (options_.identity) {
            facts_.peer->identity = agreed.identity_response.has_value();
        }
    }

    bool echo()
    {
        return take("echo", [&](Step& step) {
            for (std::uint64_t i = 0; i < how_.echoes; ++i) {
                const Deadline next = Deadline::after(how_.echo_interval);
                const Stopwatch watch;
                ++facts_.echoes_sent;
                const auto answer = net::echo(*association_);
                facts_.round_trips.add(watch.seconds());
                facts_.status = answer.status;
                if (!answer.status.success()) {
                    step.outcome = Outcome::failed;
                    step.words = fmt::format("answered {}: {}{}{}", answer.status.hex(),
                                             answer.status.meaning(net::Service::echo),
                                             answer.comment.empty() ? "" : ": ",
                                             log::printable(answer.comment));
                    return;
                }
                if (i + 1 < how_.echoes && StopFlag::instance().wait(next)) {
                    throw PeerError(PeerFault::stopped, net::PeerStage::send, "echoing: stopped");
                }
            }
            step.words = fmt::format("{} answered", facts_.round_trips.count());
        });
    }

    /// The echo counts; trouble on the way out is told and no more.
    void release()
    {
        Step& step = facts_.step("echo");
        try {
            association_->release();
        } catch (const PeerError& error) {
            if (error.fault() == PeerFault::stopped) {
                throw;
            }
            step.outcome = Outcome::warning;
            step.fault = error.fault();
            step.words += fmt::format("; releasing: {}", reason_in(error.what()));
        }
    }

    void ask_service()
    {
        transport_->shutdown();  // libcurl makes its own
        web::Client client{*service_};
        std::optional<web::Answer> answer;
        const bool http = take("http", [&](Step& step) {
            answer = search(client);
            note_service(client, *answer);
            step.words = fmt::format("{} {}", facts_.service->version, answer->head.status);
        });
        if (!http) {
            identify_web_stranger();
            return;
        }
        take("dicomweb", [&](Step& step) { judge_searches(client, *answer, step); });
    }

    void note_service(web::Client& client, const web::Answer& answer)
    {
        facts_.protocol = Protocol::http;
        Service& service = facts_.service.emplace();
        service.http_status = answer.head.status;
        service.version = answer.head.version;
        service.server = answer.head.server;
        service.allow = answer.head.good() ? allowed_methods(client) : answer.head.allow;
        service.identified = service_->credentials != nullptr && service_->credentials->present();
    }

    void judge_searches(web::Client& client, const web::Answer& first, Step& step)
    {
        web::Answer answer = first;
        for (std::uint64_t i = 0; i < how_.echoes; ++i) {
            const Deadline next = Deadline::after(how_.echo_interval);
            if (i > 0) {
                answer = search(client);
            }
            ++facts_.echoes_sent;
            facts_.round_trips.add(answer.seconds);
            facts_.service->http_status = answer.head.status;
            check_search(client, answer);
            if (i + 1 < how_.echoes && StopFlag::instance().wait(next)) {
                throw PeerError(PeerFault::stopped, net::PeerStage::send, "searching: stopped");
            }
        }
        step.words = fmt::format("{} searches answered", facts_.round_trips.count());
    }

    void identify_web_stranger()
    {
        const auto fault = facts_.step("http").fault;
        const bool stranger = fault == PeerFault::not_dicom || fault == PeerFault::timed_out ||
                              fault == PeerFault::connection_lost;
        if (stranger && !facts_.tls) {
            auto settings = tls_;
            if (settings.name.empty()) {
                settings.name = facts_.address.host;
            }
            note(identify(at(host_), settings, options_, patience()));
        }
    }

    net::RequestOptions options_;
    net::TlsSettings tls_;
    Options how_;
    std::optional<web::ClientOptions> service_;
    Diagnosis facts_;
    std::string host_;  // the address that is used
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<net::Association> association_;
};

}  // namespace

Diagnosis diagnose(std::string node, const web::ClientOptions& service, const Options& how)
{
    return Examination{std::move(node), service, how}.run();
}

Diagnosis diagnose(std::string node, const net::Address& peer, const net::RequestOptions& options,
                   const net::TlsSettings& tls, const Options& how)
{
    return Examination{std::move(node), peer, options, tls, how}.run();
}

}  // namespace pacs::diagnose
