#include "base/error.hpp"
#include "base/log.hpp"
#include "web/transfer.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace pacs::web {

namespace {

using net::PeerError;
using net::PeerFault;
using net::PeerStage;

PeerFault fault_of_errno(long number)
{
    return number == ECONNREFUSED ? PeerFault::connection_refused : PeerFault::unreachable;
}

bool about_tls_files(CURLcode code)
{
    return code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE;
}

}  // namespace

std::string seconds_text(std::chrono::milliseconds span)
{
    return fmt::format("{:g} s", std::chrono::duration<double>(span).count());
}

void Client::Transfer::fail(PeerFault fault, PeerStage stage, const std::string& words,
                            std::string hint) const
{
    const char* const doing =
        stage == PeerStage::resolve || stage == PeerStage::connect || stage == PeerStage::secure
            ? "connecting to"
            : "asking";
    throw PeerError(
        fault, stage,
        fmt::format("{} {}{}: {}", doing, options_.url.str(), request_.shown_path(), words),
        std::move(hint));
}

/// Out of time on the way to the server: curl's words tell no stage.
void Client::Transfer::fail_connecting(const std::string& words) const
{
    CURL* const easy = handles_.easy.get();
    const bool resolved = info_of<curl_off_t>(easy, CURLINFO_NAMELOOKUP_TIME_T) > 0;
    const bool reached = info_of<curl_off_t>(easy, CURLINFO_CONNECT_TIME_T) > 0;
    const auto stage = !resolved  ? PeerStage::resolve
                       : !reached ? PeerStage::connect
                                  : PeerStage::secure;
    fail(PeerFault::timed_out, stage,
         fmt::format("{} within {}",
                     !resolved  ? "its name was not resolved"
                     : !reached ? "no connection"
                                : words,
                     seconds_text(options_.connect_timeout)));
}

void Client::Transfer::fail(CURLcode code) const
{
    std::string words = words_[0] == '\0' ? curl_easy_strerror(code) : words_;
    words = log::printable(words, 200);
    if (about_tls_files(code)) {
        throw Error(ErrorKind::usage,
                    fmt::format("preparing TLS for {}: {}", options_.url.str(), words));
    }
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        fail(PeerFault::name_not_found, PeerStage::resolve, "the name does not resolve");
    case CURLE_COULDNT_CONNECT: {
        const auto number = info_of<long>(handles_.easy.get(), CURLINFO_OS_ERRNO);
        fail(fault_of_errno(number), PeerStage::connect,
             number == 0 ? words : std::strerror(static_cast<int>(number)));
    }
    case CURLE_OPERATION_TIMEDOUT: fail_connecting("no TLS");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
        fail(PeerFault::tls_failed, PeerStage::secure, words,
             "pacs-echo --diagnose tells what is wrong with it");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        fail(PeerFault::not_dicom, PeerStage::answer, "what answers does not speak HTTP",
             options_.url.secure ? "" : "check the port; a TLS port wants https://");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        if (words.find("alert") != std::string::npos) {  // TLS 1.3 tells of certificates so late
            fail(PeerFault::tls_failed, PeerStage::secure, words);
        }
        [[fallthrough]];
    case CURLE_GOT_NOTHING:
        fail(PeerFault::connection_lost, PeerStage::answer,
             "the server closed the connection without an answer");
    case CURLE_PARTIAL_FILE:
        fail(PeerFault::connection_lost, PeerStage::answer, "the answer ended before its end");
    case CURLE_OUT_OF_MEMORY:
        if (!head_complete_) {  // what libcurl says to a line of more than 100 KiB
            fail(PeerFault::protocol_violation, PeerStage::answer,
                 "a line in the head of the answer is too long");
        }
        throw std::bad_alloc{};
    default: fail(PeerFault::protocol_violation, PeerStage::answer, words);
    }
}

}  // namespace pacs::web
