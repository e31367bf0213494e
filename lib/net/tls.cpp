#include "net/tls.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <openssl/ssl.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace pacs::net {

namespace {

namespace fs = std::filesystem;

/// Forward secrecy and authenticated encryption only, as BCP 195 (RFC 9325 4.2) asks of TLS 1.2.
constexpr const char* strong_ciphers =
    "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL:!aDSS";

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

void identify(SSL_CTX* context, const TlsSettings& settings)
{
    if (settings.cert_file.empty()) {
        if (!settings.key_file.empty()) {
            refuse("key", settings.key_file, "there is no certificate to it");
        }
        return;
    }
    const auto& key = settings.key_file.empty() ? settings.cert_file : settings.key_file;
    require_readable("certificate", settings.cert_file);
    require_readable("key", key);
    if (SSL_CTX_use_certificate_chain_file(context, settings.cert_file.c_str()) != 1) {
        refuse("certificate", settings.cert_file, "there is no certificate in it, as PEM");
    }
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        refuse("key", key, "there is no private key without a pass phrase in it, as PEM");
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        refuse("key", key, "it does not fit the certificate");
    }
}

/// From the gravest: what a person must know first.
constexpr std::array gravity{CertificateFault::wrong_name,     CertificateFault::expired,
                             CertificateFault::not_yet_valid,  CertificateFault::self_signed,
                             CertificateFault::unknown_issuer, CertificateFault::weak,
                             CertificateFault::other};

std::string issuer_words(const TlsReport::Fault& fault)
{
    if (fault.issuer.empty()) {
        return "the certificate is from an issuer we do not trust";
    }
    const auto issuer = log::printable(fault.issuer);
    return fault.issuer == fault.subject
               ? fmt::format("the chain of certificates ends at {}, which we do not trust", issuer)
               : fmt::format(
                     "the chain of certificates breaks off: {}, the issuer of {}, was not "
                     "sent and is not among those we trust",
                     issuer, log::printable(fault.subject));
}

}  // namespace

TlsContext::TlsContext(const TlsSettings& settings, TlsUse use)
    : settings_(settings), use_(use), context_(SSL_CTX_new(TLS_client_method()))
{
    if (context_ == nullptr) {
        throw std::bad_alloc();
    }
    try {
        SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_default_passwd_cb(context_, no_pass_phrase);
        if (use == TlsUse::secure) {
            SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
            SSL_CTX_set_cipher_list(context_, strong_ciphers);
        } else {
            SSL_CTX_set_security_level(context_, 0);
            SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
            SSL_CTX_set_cipher_list(context_, "ALL:!aNULL:!eNULL");
            SSL_CTX_set_options(context_, SSL_OP_LEGACY_SERVER_CONNECT);
        }
        trust(context_, settings_.ca_file);
        identify(context_, settings_);
    } catch (...) {
        SSL_CTX_free(context_);
        throw;
    }
}

TlsContext::~TlsContext()
{
    SSL_CTX_free(context_);
}

std::string_view to_string(CertificateFault fault) noexcept
{
    switch (fault) {
    case CertificateFault::expired: return "has expired";
    case CertificateFault::not_yet_valid: return "is not yet valid";
    case CertificateFault::self_signed: return "is self-signed and not among those we trust";
    case CertificateFault::unknown_issuer: return "is from an issuer we do not trust";
    case CertificateFault::wrong_name: return "is for another host";
    case CertificateFault::weak: return "is too weak to be safe";
    case CertificateFault::other: return "is not to be trusted";
    }
    return "is not to be trusted";
}

const TlsReport::Fault* TlsReport::find(CertificateFault kind) const noexcept
{
    const auto found = std::find_if(faults.begin(), faults.end(),
                                    [&](const Fault& fault) { return fault.kind == kind; });
    return found == faults.end() ? nullptr : &*found;
}

std::string certificate_words(const TlsReport& report)
{
    for (const auto kind : gravity) {
        const auto* const fault = report.find(kind);
        if (fault == nullptr) {
            continue;
        }
        if (kind == CertificateFault::unknown_issuer) {
            return issuer_words(*fault);
        }
        const std::string_view whose =
            fault->depth == 0 ? "the certificate" : "a certificate of the chain";
        return kind == CertificateFault::other
                   ? fmt::format("{} {}: {}", whose, to_string(kind), fault->words)
                   : fmt::format("{} {}", whose, to_string(kind));
    }
    return {};
}

}  // namespace pacs::net
