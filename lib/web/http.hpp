#pragma once

#include "base/deadline.hpp"
#include "base/settings.hpp"
#include "net/tls.hpp"
#include "net/transport.hpp"
#include "web/credentials.hpp"
#include "web/http_error.hpp"
#include "web/url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::web {

/// How to speak to a service.
struct ClientOptions {
    ServiceUrl url;
    std::chrono::milliseconds connect_timeout{10'000};  ///< name, connection and TLS together
    std::chrono::milliseconds idle_timeout{60'000};     ///< without progress, or for an answer
    Deadline deadline;                                  ///< of everything
    net::TlsSettings tls;
    std::shared_ptr<Credentials> credentials;     ///< shared by clients; nullptr: none
    unsigned retries = 3;                         ///< of what can pass; see Client::send()
    std::chrono::milliseconds retry_delay{1000};  ///< before the first; each later one doubles
    net::StopPolicy stop;
};

/// The settings of a node, or of a command line, for a service; reads the files of credentials.
/// Throws Error(usage) as parse_service_url() and Credentials() do, and for `tls` with http://.
ClientOptions client_options(const PeerSettings& settings, std::string_view url);

/// What is sent with a request, as often as it takes.
class Upload {
public:
    virtual ~Upload() = default;
    virtual std::uint64_t size() const = 0;
    /// The next bytes, 0 at the end. Throws Error.
    virtual std::size_t read(std::span<std::byte> bytes) = 0;
    /// Goes to the front.
    virtual void rewind() = 0;
};

struct Request {
    std::string method = "GET";
    std::string path = {};                  ///< beneath the root, encoded: "/studies?limit=1"
    std::vector<std::string> headers = {};  ///< "Accept: application/dicom+json"
    Upload* body = nullptr;
    Deadline deadline = {};
    std::size_t text_bytes = std::size_t{64} << 10U;  ///< most to keep in Answer::text

    /// The path without its query, which may name patients, for messages.
    std::string shown_path() const { return path.substr(0, path.find('?')); }
};

/// What is known of an answer before its body. All text is foreign.
struct Head {
    unsigned status = 0;
    std::string content_type = {};
    std::string location = {};
    std::string server = {};
    std::string allow = {};
    std::string authenticate = {};           ///< WWW-Authenticate
    std::vector<std::string> warnings = {};  ///< Warning, RFC 7234 5.5; at most 20
    std::optional<std::chrono::seconds> retry_after = {};
    std::string version = {};  ///< "HTTP/2"

    bool good() const noexcept { return status >= 200 && status < 300; }
};

struct Answer {
    Head head;
    std::string text = {};    ///< the body, when no sink took it
    bool cut = false;         ///< it was longer
    unsigned sent_again = 0;  ///< how often, because of what can pass
    double seconds = 0;       ///< of the last attempt, from the request to the end of the answer
};

/// "the server answered 404 (Not Found): its words", the first 200 characters of these, made
/// printable; those of a page for people are left out.
std::string answer_words(const Answer& answer);

/// Takes the body of a good answer as it comes.
using BodySink = std::function<void(const Head& head, std::span<const std::byte> bytes)>;

/// HTTP/1.1 and 2 by libcurl, over connections that are kept. One thread.
///
/// Only http and https, TLS as in net::TlsUse::secure; no proxy, no netrc, no cookies, no content
/// encoding. Redirections are not followed: credentials and objects go where they were sent to, and
/// nowhere else. A head of more than 256 KiB is refused.
class Client {
public:
    explicit Client(ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    const ClientOptions& options() const noexcept { return options_; }

    /// Sends a request and takes its answer, whatever the status; a good one's body goes to `sink`
    /// when there is one, any other is kept. What `sink` and the upload throw ends the transfer and
    /// goes through.
    ///
    /// 401 is met once with credentials made anew (Credentials::renew). 429 and 503, of a request
    /// without a body also 502, 504 and a lost connection, are tried again after a wait while
    /// nothing came that a sink has taken: what Retry-After says, else the delay doubled each time
    /// with jitter. Who asks for more than ten minutes, or past the deadline, is not asked again.
    ///
    /// Throws net::PeerError when no (whole) answer came: name_not_found, connection_refused,
    /// unreachable, timed_out, tls_failed (also when the answer is that a certificate of ours is
    /// wanted), connection_lost, not_dicom (what came is no HTTP), protocol_violation, stopped; and
    /// Error(usage) for TLS files and credentials.
    Answer send(const Request& request, const BodySink& sink = {});

    /// The HttpError that says "asking URL: " and answer_words(), with a hint.
    HttpError error_of(const Request& request, const Answer& answer) const;
    /// URL and path for messages.
    std::string shown(const Request& request) const;

    class Transfer;

private:
    struct Handles;
    Answer attempt(const Request& request, const BodySink& sink, bool& taken);
    bool wait_before_retry(const Request& request, const Answer* answer, unsigned done) const;

    ClientOptions options_;
    std::unique_ptr<Handles> handles_;
};

}  // namespace pacs::web
