#include "net/tls.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "net/tls_certificate.hpp"

#include <openssl/ssl.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <new>

namespace pacs::net {

namespace {

namespace fs = std::filesystem;

/// As server elliptic curves alone: RFC 9325 4.1 advises against the finite fields.
constexpr const char* strong_server_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!aDSS";

[[noreturn]] void refuse(const char* what, const fs::path& file, const std::string& reason)
{
    throw Error(ErrorKind::usage,
                fmt::format("reading the TLS {} {}: {}", what, file.string(), reason));
}

/// OpenSSL's own words for a file that is not there are not the system's.
void require_readable(const char* what, const fs::path& file)
{
    try {
        (void)open_for_reading(file);
    } catch (const Error&) {
        refuse(what, file, std::strerror(errno));
    }
}

int no_pass_phrase(char*, int, int, void*)
{
    return 0;  // OpenSSL would ask the terminal
}

void trust(SSL_CTX* context, const fs::path& file)
{
    if (file.empty()) {
        SSL_CTX_set_default_verify_paths(context);
        return;
    }
    require_readable("certificates", file);
    if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
        refuse("certificates", file, "there is no certificate in it, as PEM");
    }
    // a certificate named there is trusted itself: a device's own, without any authority
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

void identify(SSL_CTX* context, const fs::path& certificate, const fs::path& key_file)
{
    if (certificate.empty()) {
        if (!key_file.empty()) {
            refuse("key", key_file, "there is no certificate to it");
        }
        return;
    }
    const auto& key = key_file.empty() ? certificate : key_file;
    require_readable("certificate", certificate);
    require_readable("key", key);
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
        refuse("certificate", certificate, "there is no certificate in it, as PEM");
    }
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        refuse("key", key, "there is no private key without a pass phrase in it, as PEM");
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        refuse("key", key, "it does not fit the certificate");
    }
}

void be_strong(SSL_CTX* context, const char* ciphers)
{
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, ciphers);
}

void be_curious(SSL_CTX* context)
{
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_cipher_list(context, "ALL:!aNULL:!eNULL");
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
}

/// Sessions are neither cached nor given away as tickets.
void forget_sessions(SSL_CTX* context)
{
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
}

/// The authority's name is sent along, so that a client with several certificates finds its own.
void ask_clients(SSL_CTX* context, const TlsServerSettings& settings)
{
    if (settings.client == ClientCertificate::none) {
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
        return;
    }
    if (settings.ca_file.empty()) {
        throw Error(ErrorKind::usage,
                    "preparing TLS: certificates of clients are wanted, but of no authority",
                    "name its certificate as tls_ca, or set tls_client to none");
    }
    trust(context, settings.ca_file);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(settings.ca_file.c_str()));
    SSL_CTX_set_verify(
        context,
        SSL_VERIFY_PEER |
            (settings.client == ClientCertificate::required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        nullptr);
}

SSL_CTX* new_context(const SSL_METHOD* method)
{
    SSL_CTX* const context = SSL_CTX_new(method);
    if (context == nullptr) {
        throw std::bad_alloc();
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
    return context;
}

}  // namespace

TlsContext::TlsContext(const TlsSettings& settings, TlsUse use)
    : settings_(settings), use_(use), context_(new_context(TLS_client_method()))
{
    try {
        if (use == TlsUse::secure) {
            be_strong(context_, strong_ciphers);
        } else {
            be_curious(context_);
        }
        trust(context_, settings_.ca_file);
        identify(context_, settings_.cert_file, settings_.key_file);
    } catch (...) {
        SSL_CTX_free(context_);
        throw;
    }
}

TlsContext::TlsContext(const TlsServerSettings& settings)
    : use_(TlsUse::secure), client_(settings.client), context_(new_context(TLS_server_method()))
{
    try {
        be_strong(context_, strong_server_ciphers);
        SSL_CTX_set_options(context_, SSL_OP_CIPHER_SERVER_PREFERENCE);
        forget_sessions(context_);
        if (settings.cert_file.empty()) {
            throw Error(ErrorKind::usage, "preparing TLS: there is no certificate to show",
                        "name it as tls_cert, and its key as tls_key");
        }
        identify(context_, settings.cert_file, settings.key_file);
        ask_clients(context_, settings);
    } catch (...) {
        SSL_CTX_free(context_);
        throw;
    }
}

TlsContext::~TlsContext()
{
    SSL_CTX_free(context_);
}

ClientCertificate TlsContext::client() const noexcept
{
    return client_.value_or(ClientCertificate::none);
}

std::optional<Certificate> TlsContext::certificate() const
{
    X509* const certificate = SSL_CTX_get0_certificate(context_);
    return certificate == nullptr ? std::nullopt : std::optional{describe(certificate)};
}

}  // namespace pacs::net
