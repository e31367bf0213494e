#include "web/http.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/retry.hpp"
#include "base/stop.hpp"
#include "web/transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace pacs::web {

namespace {

using net::PeerError;
using net::PeerFault;

/// Who asks for a longer rest gets it: we do not come back in this run.
constexpr std::chrono::minutes longest_rest{10};

/// A status that says the request was not worked on, or may be repeated without harm.
bool worth_another(unsigned status, bool idempotent)
{
    return status == 429 || status == 503 || (idempotent && (status == 502 || status == 504));
}

/// With jitter, so that lanes that were refused together do not come back together.
double chance()
{
    static thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<double>{0, 1}(random);
}

/// A line of the server's words; of a page for people nothing.
std::string words_of(const Answer& answer)
{
    const auto html =
        answer.head.content_type.find("html") != std::string::npos || answer.text.starts_with("<");
    const auto first = answer.text.find_first_not_of(" \t\r\n");
    if (html || first == std::string::npos) {
        return {};
    }
    std::string line = answer.text.substr(first, 400);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    line.erase(
        std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
        line.end());
    line.resize(line.find_last_not_of(' ') + 1);
    return ": " + log::printable(line, 200);
}

std::string hint_of(const Client& client, const Answer& answer)
{
    const auto& credentials = client.options().credentials;
    const bool known = credentials != nullptr && credentials->present();
    switch (answer.head.status) {
    case 401:
        return known ? "what we identify with is not taken: is it still valid?"
                     : "name a token or a user in pacs.toml, or with --token-file or --user";
    case 403: return "the server knows us, but we may not do this";
    case 404:
    case 405:
    case 501: return "is that the root of a DICOMweb service that offers this?";
    case 413: return "the server, or a proxy before it, takes no request of that size";
    default: break;
    }
    if (answer.head.status >= 300 && answer.head.status < 400 && !answer.head.location.empty()) {
        return "it points to " + log::printable(answer.head.location) +
               "; name that as the address if it is to be trusted";
    }
    return {};
}

/// nginx lets a handshake pass without our certificate, or with one that it does not trust, and
/// then answers 400 with a page (its own 496 and 495).
void check_certificate_wish(const Client& client, const Request& request, const Answer& answer)
{
    constexpr unsigned bad_request = 400;
    const auto says = [&answer](const char* words) {
        return answer.text.find(words) != std::string::npos;
    };
    if (!client.options().url.secure || answer.head.status != bad_request) {
        return;
    }
    const bool none = says("No required SSL certificate was sent");
    if (none || says("The SSL certificate error")) {
        throw PeerError(
            PeerFault::tls_failed, net::PeerStage::answer,
            fmt::format("asking {}: the server {}", client.shown(request),
                        none ? "wants a certificate from us" : "does not take our certificate"),
            none ? "name it with --tls-cert, or tls_cert in pacs.toml"
                 : "is it from an authority that the server trusts, and still valid?");
    }
}

}  // namespace

ClientOptions client_options(const PeerSettings& settings, std::string_view url)
{
    ClientOptions options;
    options.url = parse_service_url(url);
    if (settings.tls && !options.url.secure) {
        throw Error(ErrorKind::usage,
                    fmt::format("speaking TLS to {}: it is plain http", options.url.str()),
                    "write https://");
    }
    options.connect_timeout = settings.connect_timeout;
    options.idle_timeout = settings.timeout;
    options.tls = {settings.tls_ca, settings.tls_cert, settings.tls_key, settings.tls_name,
                   settings.tls_insecure};
    options.credentials = std::make_shared<Credentials>(settings, options.url);
    options.stop.fd = StopFlag::instance().fd();
    return options;
}

std::string answer_words(const Answer& answer)
{
    const unsigned status = answer.head.status;
    const std::string_view phrase = reason_phrase(status);
    std::string words = fmt::format("the server answered {}", status);
    words += phrase.empty() ? "" : fmt::format(" ({})", phrase);
    if (answer.head.retry_after && may_pass(status)) {
        words += fmt::format(", to come back in {} s", answer.head.retry_after->count());
    }
    return words + words_of(answer);
}

Client::Client(ClientOptions options)
    : options_(std::move(options)), handles_(std::make_unique<Handles>())
{
}
Client::~Client() = default;

std::string Client::shown(const Request& request) const
{
    return options_.url.str() + request.shown_path();
}

HttpError Client::error_of(const Request& request, const Answer& answer) const
{
    return {answer.head.status, fmt::format("asking {}: {}", shown(request), answer_words(answer)),
            hint_of(*this, answer)};
}

Answer Client::attempt(const Request& request, const BodySink& sink, bool& taken)
{
    Credentials* const credentials = options_.credentials.get();
    const Deadline deadline = earliest(options_.deadline, request.deadline);
    std::string said = credentials == nullptr ? std::string{} : credentials->header(deadline);
    for (bool first = true;; first = false) {
        Transfer transfer{*handles_, options_, request, sink};
        try {
            Answer answer = transfer.run(said);
            taken = transfer.taken();
            log::info("{} {}: {} in {:.0f} ms", request.method, shown(request), answer.head.status,
                      answer.seconds * 1e3);
            check_certificate_wish(*this, request, answer);
            if (answer.head.status != 401 || !first || credentials == nullptr ||
                !credentials->renew(said, deadline)) {
                return answer;
            }
            said = credentials->header(deadline);
        } catch (...) {
            taken = transfer.taken();
            throw;
        }
    }
}

/// False when that is not to be waited for. `answer` is nullptr when none came.
bool Client::wait_before_retry(const Request& request, const Answer* answer, unsigned done) const
{
    auto wait = back_off({options_.retries, options_.retry_delay}, done + 1, chance());
    if (answer != nullptr && answer->head.retry_after) {
        const auto asked = *answer->head.retry_after;
        if (asked > longest_rest) {
            return false;
        }
        wait = std::max<std::chrono::milliseconds>(wait, asked);
    }
    const Deadline end = earliest(options_.deadline, request.deadline);
    const Deadline until = Deadline::after(wait);
    if (end.at() <= until.at() && !end.never()) {
        return false;
    }
    log::info("{} {}: again in {} ms", request.method, shown(request), wait.count());
    if (StopFlag::instance().wait(until)) {
        throw PeerError(PeerFault::stopped, net::PeerStage::answer,
                        fmt::format("asking {}: stopped", shown(request)));
    }
    return true;
}

Answer Client::send(const Request& request, const BodySink& sink)
{
    const bool idempotent = request.body == nullptr;
    for (unsigned done = 0;; ++done) {
        bool taken = false;
        try {
            Answer answer = attempt(request, sink, taken);
            answer.sent_again = done;
            if (!worth_another(answer.head.status, idempotent) || done >= options_.retries ||
                !wait_before_retry(request, &answer, done)) {
                return answer;
            }
        } catch (const PeerError& error) {
            const bool lost = error.fault() == PeerFault::connection_lost;
            if (!lost || !idempotent || taken || done >= options_.retries ||
                !wait_before_retry(request, nullptr, done)) {
                throw;
            }
            log::info("{}", error.what());
        }
    }
}

}  // namespace pacs::web
