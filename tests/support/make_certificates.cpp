// make_certificates FOLDER: certificates with their keys, right and wrong, one PEM file each, for
// tests of TLS. ca.pem has issued all but self-signed.pem, stranger.pem, which stranger-ca.pem has,
// and chained.pem, which intermediate.pem has.

#include "certificates.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

using namespace pacs::test;

void write(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream{path} << text;
}

void make_all(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    CertificateWish authority;
    authority.common_name = "Test Authority";
    authority.authority = true;
    const auto ca = make_identity(authority);
    authority.common_name = "Somebody Else's Authority";
    const auto stranger = make_identity(authority);
    write(folder / "ca.pem", ca.certificate_pem());

    CertificateWish wish;
    write(folder / "good.pem", make_identity(wish, &ca).pem());
    write(folder / "client.pem", make_identity(wish, &ca).pem());
    write(folder / "stranger.pem", make_identity(wish, &stranger).pem());
    write(folder / "stranger-ca.pem", stranger.certificate_pem());
    authority.common_name = "Test Intermediate";
    const auto intermediate = make_identity(authority, &ca);
    write(folder / "intermediate.pem", intermediate.certificate_pem());
    write(folder / "chained.pem", make_identity(wish, &intermediate).pem());
    write(folder / "self-signed.pem", make_identity(wish).pem());
    wish.key_type = "RSA";
    const auto rsa = make_identity(wish, &ca);
    write(folder / "rsa.crt", rsa.certificate_pem());
    write(folder / "rsa.key", rsa.key_pem());
    wish.key_type = "RSA-1024";
    write(folder / "weak.pem", make_identity(wish, &ca).pem());
    wish = {};
    wish.names = "DNS:other.example";
    write(folder / "other-name.pem", make_identity(wish, &ca).pem());
    wish = {};
    wish.first_day = -100;
    wish.last_day = -10;
    write(folder / "expired.pem", make_identity(wish, &ca).pem());
    wish.first_day = 10;
    wish.last_day = 90;
    write(folder / "future.pem", make_identity(wish, &ca).pem());
    wish = {};
    wish.last_day = 5;
    write(folder / "ending.pem", make_identity(wish, &ca).pem());
    wish = {};
    wish.common_name = "\x1b[31mred\x1b[0m";
    wish.names = "DNS:other.example";
    write(folder / "escape.pem", make_identity(wish, &ca).pem());
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: make_certificates FOLDER\n", stderr);
        return 2;
    }
    try {
        make_all(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
