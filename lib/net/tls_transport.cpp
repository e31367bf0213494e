#include "net/tls_transport.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/pdu.hpp"
#include "net/peer_error.hpp"
#include "net/tls_certificate.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pacs::net {

namespace {

constexpr std::size_t raw_bytes = std::size_t{32} * 1024;
/// Plain bytes sealed at a time: four records, one write below.
constexpr std::size_t plain_bytes = std::size_t{64} * 1024;
constexpr std::size_t most_certificates = 10;
constexpr std::size_t first_bytes_kept = 64;
/// How long a full send buffer may keep our last alert from being written.
constexpr std::chrono::milliseconds alert_patience{200};

bool is_ip_address(const std::string& host)
{
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// OpenSSL's reason in its words: "wrong version number".
std::string reason_of_openssl()
{
    const auto code = ERR_peek_last_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "no reason given" : reason;
}

/// The peer's alert in words; OpenSSL 3.0 does not know the newest of RFC 8446 6.
std::string alert_words(int value)
{
    constexpr int certificate_required = 116;
    const int code = value & 0xFF;
    if (code == certificate_required) {
        return "certificate required";
    }
    const std::string words = SSL_alert_desc_string_long(value);
    return words == "unknown" ? fmt::format("alert {}", code) : words;
}

/// The words after "doing X: ".
std::string_view tail_of(std::string_view message) noexcept
{
    const auto colon = message.find(": ");
    return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

void append(std::string& out, BIO* bio)
{
    std::array<char, 4096> buffer{};
    for (int count = 0; (count = BIO_read(bio, buffer.data(), buffer.size())) > 0;) {
        out.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

void read_file_piece(const FileRange& file, std::uint64_t at, std::span<std::byte> to)
{
    while (!to.empty()) {
        const auto count =
            ::pread(file.fd, to.data(), to.size(), static_cast<off_t>(file.offset + at));
        if (count == 0) {
            throw Error(ErrorKind::storage, "reading the file being sent: it became shorter");
        }
        if (count < 0 && errno != EINTR) {
            throw Error(ErrorKind::storage,
                        fmt::format("reading the file being sent: {}", std::strerror(errno)));
        }
        if (count > 0) {
            to = to.subspan(static_cast<std::size_t>(count));
            at += static_cast<std::uint64_t>(count);
        }
    }
}

}  // namespace

struct TlsTransport::Callbacks {
    static TlsReport& report_of(const SSL* ssl)
    {
        return static_cast<TlsTransport*>(SSL_get_app_data(ssl))->report_;
    }

    static std::vector<Certificate> described(const STACK_OF(X509) * chain)
    {
        std::vector<Certificate> result;
        const int count = chain == nullptr ? 0 : sk_X509_num(chain);
        for (int i = 0; i < count && result.size() < most_certificates; ++i) {
            result.push_back(describe(sk_X509_value(chain, i)));
        }
        return result;
    }

    /// Alerts are the peer's own words for what it did not like.
    static void info(const SSL* ssl, int where, int value)
    {
        if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
            (value & 0xFF) != SSL3_AD_CLOSE_NOTIFY) {
            report_of(ssl).alert = alert_words(value);
        }
    }

    /// One call for each thing wrong with a chain; to examine is to go on all the same.
    static int verify(int good, X509_STORE_CTX* store)
    {
        const auto* const ssl = static_cast<const SSL*>(
            X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
        const auto* const self = static_cast<const TlsTransport*>(SSL_get_app_data(ssl));
        if (good == 1) {
            return 1;
        }
        auto& report = report_of(ssl);
        if (report.chain.empty()) {
            report.chain = described(X509_STORE_CTX_get0_untrusted(store));
        }
        const int code = X509_STORE_CTX_get_error(store);
        const auto kind = fault_of_verification(code);
        if (report.find(kind) == nullptr) {
            auto* const certificate = X509_STORE_CTX_get_current_cert(store);
            const auto about = certificate == nullptr ? Certificate{} : describe(certificate);
            report.faults.push_back({kind, X509_STORE_CTX_get_error_depth(store),
                                     X509_verify_cert_error_string(code), about.subject,
                                     about.issuer});
        }
        return self->context_->use() == TlsUse::examine ? 1 : 0;
    }

    /// Called when the peer asks for our certificate; which one it gets is settled already.
    static int certificate_wanted(SSL* ssl, void* /*unused*/)
    {
        report_of(ssl).client_certificate_requested = true;
        return 1;
    }
};

TlsTransport::TlsTransport(std::unique_ptr<Transport> below,
                           std::shared_ptr<const TlsContext> context, const std::string& host)
    : below_(std::move(below)),
      context_(std::move(context)),
      host_(host),
      ssl_(SSL_new(context_->native())),
      incoming_(BIO_new(BIO_s_mem())),
      outgoing_(BIO_new(BIO_s_mem())),
      raw_(raw_bytes)
{
    if (ssl_ == nullptr || incoming_ == nullptr || outgoing_ == nullptr) {
        SSL_free(ssl_);
        BIO_free(incoming_);
        BIO_free(outgoing_);
        throw std::bad_alloc();
    }
    SSL_set_bio(ssl_, incoming_, outgoing_);
    SSL_set_app_data(ssl_, this);
    SSL_set_info_callback(ssl_, Callbacks::info);
    SSL_set_cert_cb(ssl_, Callbacks::certificate_wanted, nullptr);
    SSL_set_verify(ssl_, SSL_VERIFY_PEER, Callbacks::verify);
    SSL_set_connect_state(ssl_);
    require_peer_name(host);
}

TlsTransport::~TlsTransport()
{
    SSL_free(ssl_);
}

void TlsTransport::require_peer_name(const std::string& host)
{
    const auto& wanted = context_->settings().name;
    const auto& name = wanted.empty() ? host : wanted;
    auto* const rules = SSL_get0_param(ssl_);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool address = is_ip_address(name);
    const bool done = address ? X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1
                              : X509_VERIFY_PARAM_set1_host(rules, name.c_str(), 0) == 1 &&
                                    SSL_set_tlsext_host_name(ssl_, name.c_str()) == 1;
    if (!done || name.empty()) {
        SSL_free(std::exchange(ssl_, nullptr));
        throw Error(ErrorKind::usage,
                    fmt::format("preparing TLS: '{}' is no name of a host", log::printable(name)));
    }
}

void TlsTransport::fail(const std::string& reason)
{
    throw PeerError(
        PeerFault::tls_failed, PeerStage::secure,
        fmt::format("securing the connection to {}: {}", log::printable(host_), reason));
}

void TlsTransport::learn_session()
{
    if (const auto* const cipher = SSL_get_current_cipher(ssl_); cipher != nullptr) {
        report_.version = SSL_get_version(ssl_);  // before a ServerHello it is only ours
        report_.cipher = SSL_CIPHER_get_name(cipher);
    }
    if (report_.chain.empty()) {
        report_.chain = Callbacks::described(SSL_get_peer_cert_chain(ssl_));
    }
}

TlsTransport::Progress TlsTransport::after(int result)
{
    switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE: return Progress::done;
    case SSL_ERROR_WANT_READ: return Progress::wants_more;
    case SSL_ERROR_ZERO_RETURN: return Progress::closed;
    default: break;
    }
    if (!report_.alert.empty()) {
        fail(fmt::format("the peer ended TLS: {}", report_.alert));
    }
    if (const auto words = certificate_words(report_);
        !words.empty() && context_->use() == TlsUse::secure) {
        fail(words);
    }
    const auto reason = reason_of_openssl();
    const auto protocol = guess_protocol(std::as_bytes(std::span{report_.first_bytes}));
    fail(report_.answered_tls() || protocol == "TLS" || report_.first_bytes.empty()
             ? reason
             : "the peer does not speak TLS");
}

std::string TlsTransport::take_output()
{
    std::string output;
    append(output, outgoing_);
    return output;
}

/// What OpenSSL wants sent on its own: alerts and handshake messages. Not what reading brought
/// about: an answer to a key update leaves with the next data we send (RFC 8446 4.6.3), because who
/// reads must never wait for a peer that does not.
void TlsTransport::flush(Deadline deadline)
{
    const std::lock_guard in_order{output_mutex_};
    send_output(deadline);
}

void TlsTransport::send_output(Deadline deadline)
{
    std::string output;
    {
        const std::lock_guard lock{ssl_mutex_};
        output = take_output();
    }
    if (!output.empty()) {
        const Piece piece{std::as_bytes(std::span{output})};
        below_->write({&piece, 1}, deadline);
    }
}

/// The alert of a connection that is over, when it can leave at once.
void TlsTransport::tell_why() noexcept
{
    const std::unique_lock in_order{output_mutex_, std::try_to_lock};
    if (!in_order) {
        return;  // a writer is at it, and will fail by itself
    }
    try {
        send_output(Deadline::after(alert_patience));
    } catch (const std::exception&) {
        below_->shutdown();  // the peer learns of it from the closed connection
    }
}

/// Takes what has come below, waiting for it; false at the end of the stream.
bool TlsTransport::feed(Deadline deadline)
{
    const auto count = below_->read(raw_, deadline);
    if (count == 0) {
        return false;
    }
    const std::lock_guard lock{ssl_mutex_};
    if (report_.first_bytes.size() < first_bytes_kept && !report_.completed) {
        report_.first_bytes.append(reinterpret_cast<const char*>(raw_.data()),
                                   std::min(count, first_bytes_kept - report_.first_bytes.size()));
    }
    if (BIO_write(incoming_, raw_.data(), static_cast<int>(count)) != static_cast<int>(count)) {
        throw std::bad_alloc();
    }
    return true;
}

void TlsTransport::handshake(Deadline deadline)
{
    const auto step = [this] {
        const std::lock_guard lock{ssl_mutex_};
        ERR_clear_error();
        const int result = SSL_do_handshake(ssl_);
        try {
            return after(result);
        } catch (...) {
            learn_session();
            throw;
        }
    };
    try {
        for (;;) {
            auto progress = Progress::wants_more;
            try {
                progress = step();
            } catch (...) {
                flush(earliest(deadline, Deadline::after(alert_patience)));
                throw;
            }
            flush(deadline);
            if (progress == Progress::done) {
                break;
            }
            if (!feed(deadline)) {
                throw PeerError(PeerFault::connection_lost, PeerStage::secure,
                                "securing: the peer closed the connection");
            }
        }
    } catch (const PeerError& error) {
        if (error.fault() == PeerFault::tls_failed) {
            throw;
        }
        throw PeerError(error.fault(), PeerStage::secure,
                        fmt::format("securing the connection to {}: {}", log::printable(host_),
                                    tail_of(error.what())));
    }
    learn_session();
    report_.completed = true;
}

TlsTransport::Progress TlsTransport::take(std::span<std::byte> buffer, std::size_t& count)
{
    const std::lock_guard lock{ssl_mutex_};
    ERR_clear_error();
    return after(SSL_read_ex(ssl_, buffer.data(), buffer.size(), &count));
}

bool TlsTransport::readable_now()
{
    if (ended_) {
        return true;
    }
    const std::lock_guard lock{ssl_mutex_};
    ERR_clear_error();
    std::byte peeked{};
    std::size_t count = 0;
    const int result = SSL_peek_ex(ssl_, &peeked, 1, &count);
    return result == 1 || SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ;
}

Transport::Wait TlsTransport::wait(Deadline deadline, int wake_fd)
{
    while (!readable_now()) {
        const auto found = below_->wait(deadline, wake_fd);
        if (found != Wait::readable) {
            return found;
        }
        ended_ = !feed(deadline);  // does not wait: there is something
    }
    return Wait::readable;
}

std::size_t TlsTransport::read(std::span<std::byte> buffer, Deadline deadline)
{
    while (!ended_) {
        std::size_t count = 0;
        auto progress = Progress::done;
        try {
            progress = take(buffer, count);
        } catch (...) {
            tell_why();
            throw;
        }
        if (progress == Progress::done) {
            return count;
        }
        ended_ = progress == Progress::closed || !feed(deadline);
    }
    return 0;
}

void TlsTransport::seal(std::span<const std::byte> plain, Deadline deadline)
{
    const std::lock_guard in_order{output_mutex_};
    std::string output;
    {
        const std::lock_guard lock{ssl_mutex_};
        ERR_clear_error();
        std::size_t written = 0;  // memory takes all of it
        const int result = SSL_write_ex(ssl_, plain.data(), plain.size(), &written);
        if (result != 1 && after(result) != Progress::done) {
            fail("it was ended already");
        }
        output = take_output();
    }
    const Piece piece{std::as_bytes(std::span{output})};
    below_->write({&piece, 1}, deadline);
}

void TlsTransport::write(std::span<const Piece> pieces, Deadline deadline)
{
    plain_.resize(plain_bytes);
    std::size_t filled = 0;
    for (const auto& piece : pieces) {
        for (std::uint64_t at = 0; at < piece.size();) {
            const auto count = static_cast<std::size_t>(
                std::min<std::uint64_t>(piece.size() - at, plain_.size() - filled));
            const auto to = std::span{plain_}.subspan(filled, count);
            if (piece.in_file()) {
                read_file_piece(piece.file, at, to);
            } else {
                std::memcpy(to.data(), piece.bytes.data() + at, count);
            }
            at += count;
            filled += count;
            if (filled == plain_.size()) {
                seal(plain_, deadline);
                filled = 0;
            }
        }
    }
    if (filled > 0) {
        seal(std::span{plain_}.first(filled), deadline);
    }
}

void TlsTransport::close_gently(Deadline deadline) noexcept
{
    try {
        {
            const std::lock_guard lock{ssl_mutex_};
            ERR_clear_error();
            (void)SSL_shutdown(ssl_);  // only fails where the peer has broken TLS already
        }
        flush(earliest(deadline, Deadline::after(alert_patience)));
    } catch (const std::exception&) {
        below_->shutdown();  // the peer learns of it from the closed connection
        return;
    }
    below_->close_gently(deadline);
}

std::unique_ptr<Transport> connect(const Address& peer,
                                   const std::shared_ptr<const TlsContext>& tls, Deadline deadline,
                                   const StopPolicy& stop)
{
    auto plain = connect(peer, deadline, stop);
    if (!tls) {
        return plain;
    }
    auto secured = std::make_unique<TlsTransport>(std::move(plain), tls, peer.host);
    secured->handshake(deadline);
    return secured;
}

}  // namespace pacs::net
