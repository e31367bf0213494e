#include "base/digest.hpp"

#include "base/error.hpp"

#include <openssl/evp.h>

#include <utility>

namespace pacs {

namespace {

void check(int result, const char* doing)
{
    if (result != 1) {
        throw Error(ErrorKind::bug, std::string{doing} + " SHA-256: OpenSSL refused");
    }
}

/// Fetched once: an implicit fetch at each start costs more than hashing a small header.
const EVP_MD* algorithm()
{
    static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> fetched{
        EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
    check(fetched != nullptr ? 1 : 0, "fetching");
    return fetched.get();
}

}  // namespace

struct Sha256::Context {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> handle{EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free};
    void start() { check(EVP_DigestInit_ex2(handle.get(), algorithm(), nullptr), "starting"); }
};

Sha256::Sha256() : context_(std::make_unique<Context>())
{
    context_->start();
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes)
{
    check(EVP_DigestUpdate(context_->handle.get(), bytes.data(), bytes.size()), "adding to");
}

Sha256Value Sha256::finish()
{
    Sha256Value value{};
    check(EVP_DigestFinal_ex(context_->handle.get(), reinterpret_cast<unsigned char*>(value.data()),
                             nullptr),
          "finishing");
    context_->start();
    return value;
}

Sha256Value Sha256::of(std::span<const std::byte> bytes)
{
    Sha256 digest;
    digest.update(bytes);
    return digest.finish();
}

std::string to_hex(std::span<const std::byte> bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        text += digits[value >> 4U];
        text += digits[value & 15U];
    }
    return text;
}

}  // namespace pacs
