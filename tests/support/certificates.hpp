#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

/// Certificates made on the spot, right and wrong, for tests of TLS.
namespace pacs::test {

struct FreeKey {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using X509Pointer = std::unique_ptr<X509, FreeKey>;

inline void must_have(bool condition, const char* what)
{
    if (!condition) {
        throw std::runtime_error(std::string{"making certificates: "} + what);
    }
}

/// A key and its certificate.
struct Identity {
    Key key;
    X509Pointer certificate;

    /// Both as PEM, the certificate first.
    std::string pem() const { return certificate_pem() + key_pem(); }
    std::string certificate_pem() const
    {
        const std::unique_ptr<BIO, FreeKey> bio{BIO_new(BIO_s_mem())};
        must_have(PEM_write_bio_X509(bio.get(), certificate.get()) == 1, "certificate");
        return content(bio.get());
    }
    std::string key_pem() const
    {
        const std::unique_ptr<BIO, FreeKey> bio{BIO_new(BIO_s_mem())};
        must_have(PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                           nullptr) == 1,
                  "key");
        return content(bio.get());
    }

private:
    static std::string content(BIO* bio)
    {
        char* data = nullptr;
        const auto size = BIO_get_mem_data(bio, &data);
        return {data, static_cast<std::size_t>(size)};
    }
};

/// What to put into a certificate; `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
struct CertificateWish {
    std::string common_name = "peer";
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    long first_day = -1;  ///< from now
    long last_day = 90;
    bool authority = false;
    const char* key_type = "EC";  ///< or "RSA", of 2048 bits, or "RSA-1024"
};

inline void add_extension(X509* certificate, X509* issuer, int id, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
    must_have(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
}

inline Key make_key(const std::string& type)
{
    return Key{type == "RSA"        ? EVP_RSA_gen(2048)
               : type == "RSA-1024" ? EVP_RSA_gen(1024)
                                    : EVP_EC_gen("P-256")};
}

/// An identity signed by `issuer`, or by itself without one.
inline Identity make_identity(const CertificateWish& wish, const Identity* issuer = nullptr)
{
    constexpr long day = 86'400;
    static long serial = 1;
    Identity made;
    made.key = make_key(wish.key_type);
    made.certificate.reset(X509_new());
    X509* const certificate = made.certificate.get();
    must_have(made.key && certificate != nullptr, "key");
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wish.first_day * day);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wish.last_day * day + day / 2);
    auto* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                               -1, 0);
    X509* const signer = issuer == nullptr ? certificate : issuer->certificate.get();
    X509_set_issuer_name(certificate, X509_get_subject_name(signer));
    X509_set_pubkey(certificate, made.key.get());
    if (wish.authority) {
        add_extension(certificate, signer, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(certificate, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
    } else if (!wish.names.empty()) {
        add_extension(certificate, signer, NID_subject_alt_name, wish.names);
    }
    EVP_PKEY* const signing_key = issuer == nullptr ? made.key.get() : issuer->key.get();
    must_have(X509_sign(certificate, signing_key, EVP_sha256()) > 0, "signature");
    return made;
}

}  // namespace pacs::test
