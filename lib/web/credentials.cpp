#include "web/credentials.hpp"

#include "base/base64.hpp"
#include "base/command.hpp"
#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace pacs::web {

namespace {

constexpr std::chrono::seconds longest_run{30};
constexpr std::size_t longest_token = 16'384;

bool is_token(std::string_view text)
{
    static constexpr std::string_view others = "-._~+/=";  // RFC 6750 section 2.1
    return !text.empty() && text.size() <= longest_token &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      others.find(c) != std::string_view::npos;
           });
}

std::string first_line(std::string text)
{
    text.resize(std::min(text.find_first_of("\r\n"), text.size()));
    return text;
}

std::string basic_header(const PeerSettings& settings)
{
    if (settings.user.find(':') != std::string::npos) {
        throw Error(ErrorKind::usage, "identifying to a DICOMweb service: a colon in the user name",
                    "basic authentication has no way to say it (RFC 7617)");
    }
    return "Authorization: Basic " + base64(settings.user + ":" + passcode_of(settings));
}

void refuse_plain(const ServiceUrl& url)
{
    throw Error(ErrorKind::usage,
                fmt::format("identifying to {}: what is sent by http:// is read by all on the way",
                            url.str()),
                "use https://, or say --plain-auth (plain_auth = true) to send it all the same");
}

}  // namespace

Credentials::Credentials(const PeerSettings& settings, const ServiceUrl& url)
{
    const int ways = (settings.user.empty() ? 0 : 1) + (settings.token_file.empty() ? 0 : 1) +
                     (settings.token_command.empty() ? 0 : 1);
    if (ways > 1) {
        throw Error(ErrorKind::usage,
                    fmt::format("identifying to {}: user, token_file and token_command exclude "
                                "each other",
                                url.str()));
    }
    if (ways > 0 && !url.secure && !url.loopback() && !settings.plain_auth) {
        refuse_plain(url);
    }
    if (!settings.user.empty()) {
        way_ = Way::basic;
        header_ = basic_header(settings);
    } else if (!settings.token_file.empty()) {
        way_ = Way::file;
        token_file_ = settings.token_file;
        (void)header({});
    } else if (!settings.token_command.empty()) {
        way_ = Way::command;
        command_ = command_words(settings.token_command);
    }
}

std::string Credentials::read_token(Deadline deadline) const
{
    const std::string token =
        way_ == Way::file ? read_secret(token_file_, longest_token)
                          : first_line(output_of(command_, longest_token,
                                                 earliest(deadline, Deadline::after(longest_run))));
    if (!is_token(token)) {
        throw Error(ErrorKind::usage,
                    fmt::format("reading the bearer token: what {} is none",
                                way_ == Way::file ? token_file_.string() + " holds"
                                                  : command_.front() + " printed"),
                    "a line of letters, digits and -._~+/= is (RFC 6750)");
    }
    return "Authorization: Bearer " + token;
}

std::string Credentials::header(Deadline deadline)
{
    const std::lock_guard lock{mutex_};
    if (header_.empty() && way_ != Way::none) {
        header_ = read_token(deadline);
    }
    return header_;
}

bool Credentials::renew(const std::string& used, Deadline deadline)
{
    const std::lock_guard lock{mutex_};
    if (way_ != Way::file && way_ != Way::command) {
        return false;
    }
    if (header_ == used) {  // else another thread was here before
        header_ = read_token(deadline);
    }
    return header_ != used;
}

}  // namespace pacs::web
