#include "diagnose/web_probe.hpp"

#include "base/log.hpp"
#include "stream/json_reader.hpp"
#include "web/json_array.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

namespace pacs::diagnose {

namespace {

/// One study with all that a service may add is some kilobytes.
constexpr std::size_t most_answer_bytes = std::size_t{1} << 20U;

web::Request search_request()
{
    web::Request request;
    request.path = "/studies?limit=1&includefield=0020000D";
    request.headers = {"Accept: application/dicom+json"};
    request.text_bytes = most_answer_bytes;
    return request;
}

[[noreturn]] void refuse(const web::Client& client, const std::string& reason)
{
    throw net::PeerError(net::PeerFault::protocol_violation, net::PeerStage::answer,
                         fmt::format("asking {}: {}", client.shown(search_request()), reason));
}

}  // namespace

web::ClientOptions service_options(const net::KnownPeer& service)
{
    auto options = web::client_options(service.settings, service.url);
    options.retries = 0;
    return options;
}

web::Answer search(web::Client& client)
{
    return client.send(search_request());
}

void check_search(const web::Client& client, const web::Answer& answer)
{
    if (!answer.head.good()) {
        throw web::HttpError{client.error_of(search_request(), answer)};
    }
    if (answer.cut) {
        return;  // it does not keep to the limit; what it answers was read often enough
    }
    web::JsonArray array{client.shown(search_request()),
                         [&](std::string&& text, std::string_view defect) {
                             if (!defect.empty()) {
                                 refuse(client, std::string{defect});
                             }
                             stream::JsonReader reader;
                             try {
                                 (void)reader.read(std::move(text), [](const stream::BulkElement&) {
                                     return std::string{};
                                 });
                             } catch (const Error& error) {
                                 refuse(client, log::printable(error.what(), 200));
                             }
                         },
                         {most_answer_bytes, 200}};
    array.feed(std::as_bytes(std::span{answer.text}));
    array.finish();
}

std::string allowed_methods(web::Client& client)
{
    web::Request request;
    request.method = "OPTIONS";
    request.path = "/studies";
    try {
        const web::Answer answer = client.send(request);
        return answer.head.good() ? answer.head.allow : std::string{};
    } catch (const net::PeerError& error) {
        if (error.fault() == net::PeerFault::stopped) {
            throw;
        }
        return {};  // few services know it
    }
}

net::Probe probe(const web::ClientOptions& service)
{
    net::Probe result;
    try {
        web::Client client{service};
        const web::Answer answer = search(client);
        result.http_status = answer.head.status;
        result.echo_seconds = answer.seconds;
        result.implementation = answer.head.server;
        check_search(client, answer);
    } catch (const net::PeerError& error) {
        result.fault = error.fault();
        result.stage = error.stage();
        result.message = error.what();
        result.hint = error.hint();
    }
    return result;
}

}  // namespace pacs::diagnose
