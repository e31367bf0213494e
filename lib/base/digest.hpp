#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace pacs {

using Sha256Value = std::array<std::byte, 32>;

/// SHA-256 (FIPS 180-4) of bytes that come in pieces, by OpenSSL.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const std::byte> bytes);
    /// The digest of all bytes so far; the object starts anew afterwards.
    Sha256Value finish();

    static Sha256Value of(std::span<const std::byte> bytes);

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Lower-case hex.
std::string to_hex(std::span<const std::byte> bytes);

}  // namespace pacs
