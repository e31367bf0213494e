#include "base/error.hpp"
#include "base/log.hpp"
#include "net/pdu.hpp"
#include "net/peer_error.hpp"
#include "net/tls_certificate.hpp"
#include "net/tls_transport.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace pacs::net {

namespace {

constexpr std::size_t raw_bytes = std::size_t{32} * 1024;
constexpr std::size_t most_certificates = 10;

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

/// Whether what is wrong with a certificate is only noted.
bool tolerant(const TlsContext& context) noexcept
{
    return context.use() == TlsUse::examine || context.settings().insecure;
}

/// The first bytes of an A-ASSOCIATE-RQ, PS3.8 9.3.2.
bool speaks_dicom(const std::string& first_bytes) noexcept
{
    return first_bytes.size() >= pdu_header_bytes && first_bytes[0] == '\1' &&
           first_bytes[1] == '\0';
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
        return tolerant(*self->context_) ? 1 : 0;
    }

    /// Called when the peer asks for our certificate; which one it gets is settled already.
    static int certificate_wanted(SSL* ssl, void* /*unused*/)
    {
        report_of(ssl).client_certificate_requested = true;
        return 1;
    }
};

TlsTransport::TlsTransport(std::unique_ptr<Transport> below,
                           std::shared_ptr<const TlsContext> context)
    : below_(std::move(below)),
      context_(std::move(context)),
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
    if (context_->server()) {
        host_ = below_->peer_host().empty() ? "the client" : below_->peer_host();
        SSL_set_verify(ssl_, SSL_CTX_get_verify_mode(context_->native()), Callbacks::verify);
        SSL_set_accept_state(ssl_);
    }
}

TlsTransport::TlsTransport(std::unique_ptr<Transport> below,
                           std::shared_ptr<const TlsContext> context, const std::string& host)
    : TlsTransport(std::move(below), std::move(context))
{
    host_ = host;
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
    throw PeerError(PeerFault::tls_failed, PeerStage::secure,
                    fmt::format("securing the connection {} {}: {}",
                                context_->server() ? "from" : "to", log::printable(host_), reason));
}

void TlsTransport::learn_session()
{
    if (const auto* const cipher = SSL_get_current_cipher(ssl_); cipher != nullptr) {
        report_.version = SSL_get_version(ssl_);  // before a ServerHello it is only ours
        report_.cipher = SSL_CIPHER_get_name(cipher);
    }
    session_ = {report_.version, report_.cipher, {}};
    if (X509* const certificate = SSL_get0_peer_certificate(ssl_); certificate != nullptr) {
        session_.certificate = describe(certificate);
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
    if (const auto words = certificate_words(report_); !words.empty() && !tolerant(*context_)) {
        fail(words);
    }
    const auto reason = reason_of_openssl();
    const auto protocol = guess_protocol(std::as_bytes(std::span{report_.first_bytes}));
    fail(report_.answered_tls() || protocol == "TLS" || report_.first_bytes.empty() ? reason
         : speaks_dicom(report_.first_bytes) ? "the peer speaks DICOM without TLS"
                                             : "the peer does not speak TLS");
}

}  // namespace pacs::net
