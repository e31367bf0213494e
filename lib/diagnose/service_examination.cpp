#include "base/stop.hpp"
#include "base/stopwatch.hpp"
#include "diagnose/examination.hpp"
#include "diagnose/web_probe.hpp"

#include <fmt/format.h>

namespace pacs::diagnose {

namespace {

using net::PeerError;
using net::PeerFault;

net::RequestOptions way_to(const web::ClientOptions& service)
{
    net::RequestOptions options;
    options.connect_timeout = service.connect_timeout;
    options.stop = service.stop;
    options.deadline = service.deadline;
    if (service.url.secure) {
        options.tls = std::make_shared<const net::TlsContext>(service.tls);
    }
    return options;
}

/// Searches, and holds the answers against the standard.
class ServiceExamination final : public Examination {
public:
    ServiceExamination(std::string node, const web::ClientOptions& service, const Options& how)
        : Examination(std::move(node), {{}, service.url.host, service.url.port}, way_to(service),
                      service.tls, how, {"name", "tcp", "tls", "http", "dicomweb"}),
          service_(service)
    {
        service_.retries = 0;
        facts_.url = service.url.str();
    }

private:
    void ask() override;
    void note_service(web::Client& client, const web::Answer& answer);
    void judge_searches(web::Client& client, const web::Answer& first, Step& step);

    web::ClientOptions service_;
};

void ServiceExamination::ask()
{
    transport_->shutdown();  // libcurl makes its own
    web::Client client{service_};
    std::optional<web::Answer> answer;
    const bool http = take("http", [&](Step& step) {
        answer = search(client);
        note_service(client, *answer);
        step.words = fmt::format("{} {}", facts_.service->version, answer->head.status);
    });
    if (!http) {
        identify_stranger(facts_.step("http").fault);
        return;
    }
    take("dicomweb", [&](Step& step) { judge_searches(client, *answer, step); });
}

void ServiceExamination::note_service(web::Client& client, const web::Answer& answer)
{
    facts_.protocol = Protocol::http;
    Service& service = facts_.service.emplace();
    service.http_status = answer.head.status;
    service.version = answer.head.version;
    service.server = answer.head.server;
    service.allow = answer.head.good() ? allowed_methods(client) : answer.head.allow;
    service.identified = service_.credentials != nullptr && service_.credentials->present();
}

void ServiceExamination::judge_searches(web::Client& client, const web::Answer& first, Step& step)
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

}  // namespace

Diagnosis diagnose(std::string node, const web::ClientOptions& service, const Options& how)
{
    return ServiceExamination{std::move(node), service, how}.run();
}

}  // namespace pacs::diagnose
