#include "net/tls_certificate.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include <arpa/inet.h>

#include <fmt/format.h>

#include <array>
#include <memory>

namespace pacs::net {

namespace {

constexpr std::size_t most_names = 20;

struct Free {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

std::string text_of(const X509_NAME* name)
{
    const std::unique_ptr<BIO, Free> bio{BIO_new(BIO_s_mem())};
    if (!bio || X509_NAME_print_ex(
                    bio.get(), name, 0,
                    (XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB))) < 0) {
        return {};
    }
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return size > 0 ? std::string{data, static_cast<std::size_t>(size)} : std::string{};
}

std::int64_t seconds_of(const ASN1_TIME* time)
{
    tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

std::string text_of(const GENERAL_NAME& name)
{
    int type = 0;
    const void* const value = GENERAL_NAME_get0_value(&name, &type);
    if (type != GEN_DNS && type != GEN_IPADD) {
        return {};
    }
    const auto* const bytes = static_cast<const ASN1_STRING*>(value);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(bytes));
    const auto* const data = ASN1_STRING_get0_data(bytes);
    if (type == GEN_DNS) {
        return "DNS:" + std::string{reinterpret_cast<const char*>(data), size};
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = size == 4 ? AF_INET : AF_INET6;
    const bool known = size == 4 || size == 16;
    return known && ::inet_ntop(family, data, text.data(), text.size()) != nullptr
               ? fmt::format("IP:{}", text.data())
               : std::string{};
}

std::vector<std::string> names_of(const X509* certificate)
{
    std::vector<std::string> texts;
    const std::unique_ptr<GENERAL_NAMES, Free> names{static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < count && texts.size() < most_names; ++i) {
        auto text = text_of(*sk_GENERAL_NAME_value(names.get(), i));
        if (!text.empty()) {
            texts.push_back(std::move(text));
        }
    }
    return texts;
}

std::string key_of(const X509* certificate)
{
    const EVP_PKEY* const key = X509_get0_pubkey(certificate);
    if (key == nullptr) {
        return {};
    }
    const char* const name = EVP_PKEY_get0_type_name(key);
    return fmt::format("{} {} bits", name == nullptr ? "key" : name, EVP_PKEY_get_bits(key));
}

std::string fingerprint(const X509* certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    std::string hex;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1) {
        for (unsigned i = 0; i < size; ++i) {
            hex += fmt::format("{:02x}", digest.at(i));
        }
    }
    return hex;
}

}  // namespace

Certificate describe(X509* certificate)
{
    Certificate result;
    const auto* const subject = X509_get_subject_name(certificate);
    const auto* const issuer = X509_get_issuer_name(certificate);
    result.subject = text_of(subject);
    result.issuer = text_of(issuer);
    result.names = names_of(certificate);
    result.key = key_of(certificate);
    result.sha256 = fingerprint(certificate);
    result.not_before = seconds_of(X509_get0_notBefore(certificate));
    result.not_after = seconds_of(X509_get0_notAfter(certificate));
    result.self_issued = X509_NAME_cmp(subject, issuer) == 0;
    return result;
}

CertificateFault fault_of_verification(int code) noexcept
{
    switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return CertificateFault::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return CertificateFault::not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return CertificateFault::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED: return CertificateFault::unknown_issuer;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return CertificateFault::wrong_name;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return CertificateFault::weak;
    default: return CertificateFault::other;
    }
}

}  // namespace pacs::net
