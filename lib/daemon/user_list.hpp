#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace pacs::daemon {

/// Users and the hashes of their passcodes, for user identity by name and passcode (PS3.7 D.3.3.7).
/// A file has a line NAME:HASH for each, as `openssl passwd -6` or mkpasswd(1) make the hash;
/// further fields after a colon, empty lines and lines that begin with # do not count.
class UserList {
public:
    UserList() = default;
    /// Reads the file. Throws Error(usage), naming file and line and never a hash, for one that
    /// others may read or write, a user who is there twice, a hash of a kind that crypt(5) calls
    /// weak or does not know, more than 10,000 users; Error(storage) when it cannot be read.
    explicit UserList(const std::filesystem::path& file);

    bool empty() const noexcept { return hashes_.empty(); }
    std::size_t size() const noexcept { return hashes_.size(); }
    /// Whether that is the passcode of that user. Takes as long for users who are not there. Slow
    /// on purpose: about as long as a login.
    bool proves(std::string_view user, const std::string& passcode) const;

private:
    std::map<std::string, std::string, std::less<>> hashes_;
};

}  // namespace pacs::daemon
