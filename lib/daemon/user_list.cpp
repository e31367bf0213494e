#include "daemon/user_list.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <crypt.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>

namespace pacs::daemon {

namespace {

constexpr std::size_t largest_file = std::size_t{4} << 20U;
constexpr std::size_t most_users = 10'000;
constexpr std::size_t longest_name = 64;
constexpr std::size_t shortest_hash = 40;  ///< salt and all; below it was cut
/// What a passcode is compared with when there is no such user: of no passcode anybody knows.
constexpr const char* nobody =
    "$6$bTKdPNvRWONRe6l0$TfMryJ3604iQxWimhx8uUYX4uXL3L3.Pm4hhxyXK6vqWh.f4TBv82xY1OZW41WIbpyljxw5yrM"
    "wgShbIHrfp80";

[[noreturn]] void refuse(const std::filesystem::path& file, std::size_t line,
                         const std::string& why, std::string hint = {})
{
    const auto where = line == 0 ? file.string() : fmt::format("{}:{}", file.string(), line);
    throw Error(ErrorKind::usage, fmt::format("reading the users {}: {}", where, why),
                std::move(hint));
}

void require_private(const std::filesystem::path& file)
{
    const Descriptor opened = open_for_reading(file);
    struct stat status {};
    constexpr unsigned group_writes_others_anything = 027;
    if (::fstat(opened.get(), &status) != 0 ||
        (status.st_uid != ::geteuid() && status.st_uid != 0) ||
        (status.st_mode & group_writes_others_anything) != 0) {
        refuse(
            file, 0, "others may read or change it",
            fmt::format("chmod 640 {}, owned by the user who runs this or by root", file.string()));
    }
}

/// Whether crypt(3) still makes hashes of that kind for passcodes that are new.
bool is_strong(const std::string& hash)
{
    return ::crypt_checksalt(hash.c_str()) == CRYPT_SALT_OK;
}

/// The hash of `passcode` with the kind and salt of `setting`; empty when there is none.
std::string hash_of(const std::string& passcode, const std::string& setting)
{
    const auto work = std::make_unique<crypt_data>();  // 32 KiB: too much for a stack
    const char* const hash = ::crypt_r(passcode.c_str(), setting.c_str(), work.get());
    std::string result = hash == nullptr || hash[0] == '*' ? "" : hash;
    ::explicit_bzero(work.get(), sizeof *work);
    return result;
}

/// Equal, in a time that tells nothing of where they differ.
bool same(const std::string& a, const std::string& b) noexcept
{
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        difference |= static_cast<unsigned>(a[i] ^ b[i]);
    }
    return difference == 0;
}

}  // namespace

UserList::UserList(const std::filesystem::path& file)
{
    require_private(file);
    std::istringstream lines{read_file(file, largest_file)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos || line.front() == '#') {
            continue;
        }
        const auto colon = line.find(':');
        const std::string name = line.substr(0, colon);
        if (colon == std::string::npos || name.empty() || name.size() > longest_name) {
            refuse(file, number, "not NAME:HASH");
        }
        const std::string rest = line.substr(colon + 1);
        const std::string hash = rest.substr(0, rest.find_first_of(": \t\r"));
        if (hash.size() < shortest_hash || !is_strong(hash)) {
            refuse(file, number,
                   fmt::format("the hash of '{}' is none, or of a weak kind", log::printable(name)),
                   "make it with openssl passwd -6, or mkpasswd");
        }
        if (!hashes_.emplace(name, hash).second) {
            refuse(file, number, fmt::format("'{}' is there twice", log::printable(name)));
        }
        if (hashes_.size() > most_users) {
            refuse(file, number, fmt::format("more than {} users", most_users));
        }
    }
}

bool UserList::proves(std::string_view user, const std::string& passcode) const
{
    const auto found = hashes_.find(user);
    const bool known = found != hashes_.end();
    const std::string wanted = known ? found->second : nobody;
    const std::string hash = hash_of(passcode, wanted);
    const bool whole = passcode.find('\0') == std::string::npos;  // crypt(3) stops there
    return known && whole && !hash.empty() && same(hash, wanted);
}

}  // namespace pacs::daemon
