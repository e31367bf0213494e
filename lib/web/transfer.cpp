#include "web/transfer.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stopwatch.hpp"

#include <poll.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pacs::web {

namespace {

using net::PeerError;
using net::PeerFault;
using net::PeerStage;

constexpr std::size_t most_head_bytes = std::size_t{256} << 10U;
constexpr std::size_t most_line_bytes = 2048;  // of a header that is kept
constexpr long buffer_bytes = 256L << 10;

/// libcurl 7.84 and later do this themselves once, whatever the threads.
void initialize()
{
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) {
        throw Error(ErrorKind::bug, "starting libcurl: " + std::string{curl_easy_strerror(done)});
    }
}

void append(HeaderList& list, const std::string& line)
{
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc{};
    }
    (void)list.release();
    list.reset(longer);
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool same_word(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

template <typename T>
T info_of(CURL* easy, CURLINFO what)
{
    T value{};
    curl_easy_getinfo(easy, what, &value);
    return value;
}

std::string seconds_text(std::chrono::milliseconds span)
{
    return fmt::format("{:g} s", std::chrono::duration<double>(span).count());
}

PeerFault fault_of_errno(long number)
{
    return number == ECONNREFUSED ? PeerFault::connection_refused : PeerFault::unreachable;
}

bool about_tls_files(CURLcode code)
{
    return code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE;
}

}  // namespace

Client::Handles::Handles()
{
    initialize();
    multi.reset(curl_multi_init());
    easy.reset(curl_easy_init());
    if (!multi || !easy) {
        throw std::bad_alloc{};
    }
}

Client::Transfer::Transfer(Handles& handles, const ClientOptions& options, const Request& request,
                           const BodySink& sink)
    : handles_(handles), options_(options), request_(request), sink_(sink)
{
}

Client::Transfer::~Transfer()
{
    if (added_) {
        curl_multi_remove_handle(handles_.multi.get(), handles_.easy.get());
    }
    curl_easy_reset(handles_.easy.get());
}

template <typename T>
void Client::Transfer::set(CURLoption option, T value)
{
    const CURLcode code = curl_easy_setopt(handles_.easy.get(), option, value);
    if (code != CURLE_OK) {
        throw Error(ErrorKind::bug,
                    fmt::format("preparing a request: option {}: {}", static_cast<int>(option),
                                curl_easy_strerror(code)));
    }
}

void Client::Transfer::set_up(const std::string& authorization)
{
    curl_easy_reset(handles_.easy.get());
    ServiceUrl url = options_.url;
    if (url.secure && !options_.tls.name.empty()) {
        // libcurl takes the name that the certificate must have from the URL.
        append(connect_to_, fmt::format("::{}", url.host_port()));
        set(CURLOPT_CONNECT_TO, connect_to_.get());
        append(headers_, "Host: " + url.host_port());
        url.host = options_.tls.name;
    }
    set(CURLOPT_URL, (url.str() + request_.path).c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // a lookup that hangs is left behind
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_BUFFERSIZE, buffer_bytes);
    set(CURLOPT_UPLOAD_BUFFERSIZE, buffer_bytes);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(words_));
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set_tls();
    set_body();
    set_headers(authorization);
}

void Client::Transfer::set_tls()
{
    // The rules of net::TlsUse::secure: BCP 195 (RFC 9325 4.2).
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_CIPHER_LIST, net::strong_ciphers);
    set(CURLOPT_SSL_VERIFYPEER, options_.tls.insecure ? 0L : 1L);
    set(CURLOPT_SSL_VERIFYHOST, options_.tls.insecure ? 0L : 2L);
    if (!options_.tls.ca_file.empty()) {
        set(CURLOPT_CAINFO, options_.tls.ca_file.c_str());
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (!options_.tls.cert_file.empty()) {
        set(CURLOPT_SSLCERT, options_.tls.cert_file.c_str());
        const auto& key =
            options_.tls.key_file.empty() ? options_.tls.cert_file : options_.tls.key_file;
        set(CURLOPT_SSLKEY, key.c_str());
        set(CURLOPT_KEYPASSWD, "");  // OpenSSL would ask the terminal
    }
}

void Client::Transfer::set_headers(const std::string& authorization)
{
    append(headers_, "Expect:");  // a server that does not know it costs a second
    append(headers_, "User-Agent: pacs-utils/" PACS_VERSION);
    for (const std::string& line : request_.headers) {
        append(headers_, line);
    }
    if (!authorization.empty()) {
        append(headers_, authorization);
    }
    set(CURLOPT_HTTPHEADER, headers_.get());
}

void Client::Transfer::set_body()
{
    if (request_.body == nullptr) {
        set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
        return;
    }
    set(CURLOPT_POST, 1L);
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
    set(CURLOPT_READFUNCTION, &Transfer::on_upload);
    set(CURLOPT_READDATA, static_cast<void*>(this));
    set(CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
    set(CURLOPT_SEEKDATA, static_cast<void*>(this));
}

std::size_t Client::Transfer::on_header(char* bytes, std::size_t size, std::size_t count,
                                        void* self)
{
    auto& transfer = *static_cast<Transfer*>(self);
    try {
        transfer.take_header({bytes, size * count});
        return size * count;
    } catch (...) {
        transfer.thrown_ = std::current_exception();
        return 0;
    }
}

std::size_t Client::Transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self)
{
    auto& transfer = *static_cast<Transfer*>(self);
    try {
        transfer.take_body(std::as_bytes(std::span{bytes, size * count}));
        return size * count;
    } catch (...) {
        transfer.thrown_ = std::current_exception();
        return size * count == 0 ? 1 : 0;
    }
}

std::size_t Client::Transfer::on_upload(char* bytes, std::size_t size, std::size_t count,
                                        void* self)
{
    auto& transfer = *static_cast<Transfer*>(self);
    try {
        transfer.idle_ = Deadline::after(transfer.options_.idle_timeout);
        return transfer.request_.body->read(std::as_writable_bytes(std::span{bytes, size * count}));
    } catch (...) {
        transfer.thrown_ = std::current_exception();
        return CURL_READFUNC_ABORT;
    }
}

/// libcurl goes back when a kept connection turns out to be closed.
int Client::Transfer::on_seek(void* self, curl_off_t offset, int origin)
{
    auto& transfer = *static_cast<Transfer*>(self);
    try {
        if (offset != 0 || origin != SEEK_SET) {
            return CURL_SEEKFUNC_FAIL;
        }
        transfer.request_.body->rewind();
        return CURL_SEEKFUNC_OK;
    } catch (...) {
        transfer.thrown_ = std::current_exception();
        return CURL_SEEKFUNC_FAIL;
    }
}

/// Header bytes are no progress: the whole head must be there when an answer is due.
void Client::Transfer::take_header(std::string_view line)
{
    head_bytes_ += line.size();
    if (head_bytes_ > most_head_bytes) {
        fail(PeerFault::protocol_violation, PeerStage::answer,
             fmt::format("the head of the answer is longer than {} bytes", most_head_bytes));
    }
    if (line.starts_with("HTTP/")) {  // after an interim answer (1xx) another one follows
        answer_.head = {};
        answer_.head.version = line.substr(0, std::min(line.find(' '), line.size()));
        answer_.head.version.resize(std::min<std::size_t>(answer_.head.version.size(), 16));
        return;
    }
    if (trimmed(line).empty()) {
        answer_.head.status =
            static_cast<unsigned>(info_of<long>(handles_.easy.get(), CURLINFO_RESPONSE_CODE));
        head_complete_ = answer_.head.status >= 200;
        idle_ = Deadline::after(options_.idle_timeout);
        return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || line.size() > most_line_bytes) {
        return;
    }
    const std::string_view name = line.substr(0, colon);
    const std::string value{trimmed(line.substr(colon + 1))};
    Head& head = answer_.head;
    for (const auto& [known, where] :
         {std::pair{"content-type", &head.content_type}, std::pair{"location", &head.location},
          std::pair{"server", &head.server}, std::pair{"allow", &head.allow},
          std::pair{"www-authenticate", &head.authenticate}}) {
        if (same_word(name, known)) {
            *where = value;
        }
    }
    constexpr std::size_t most_warnings = 20;
    if (same_word(name, "warning") && head.warnings.size() < most_warnings) {
        head.warnings.push_back(value);
    } else if (same_word(name, "retry-after")) {
        head.retry_after = parse_retry_after(value, std::chrono::system_clock::now());
    }
}

void Client::Transfer::take_body(std::span<const std::byte> bytes)
{
    idle_ = Deadline::after(options_.idle_timeout);
    if (answer_.head.good() && sink_) {
        taken_ = true;
        sink_(answer_.head, bytes);
        idle_ = Deadline::after(options_.idle_timeout);  // the sink may have taken its time
        return;
    }
    const std::size_t room = request_.text_bytes - answer_.text.size();
    answer_.text.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
    answer_.cut = answer_.cut || bytes.size() > room;
    if (answer_.cut) {
        throw CutOff{};
    }
}

bool Client::Transfer::connected() const
{
    return info_of<curl_off_t>(handles_.easy.get(), CURLINFO_PRETRANSFER_TIME_T) > 0;
}

Deadline Client::Transfer::next_deadline() const
{
    Deadline next = earliest(earliest(options_.deadline, request_.deadline), stop_);
    return connected() ? earliest(next, idle_) : next;
}

void Client::Transfer::check_time()
{
    pollfd stop{options_.stop.fd, POLLIN, 0};
    if (stop_.never() && options_.stop.fd >= 0 && ::poll(&stop, 1, 0) > 0) {
        stop_ = Deadline::after(options_.stop.grace);
    }
    if (stop_.expired()) {
        fail(PeerFault::stopped, PeerStage::answer, "stopped");
    }
    if (earliest(options_.deadline, request_.deadline).expired()) {
        fail(PeerFault::timed_out, PeerStage::answer, "the time for it is over");
    }
    if (!connected()) {
        idle_ = Deadline::after(options_.idle_timeout);
    } else if (idle_.expired()) {
        fail(PeerFault::timed_out, PeerStage::answer,
             fmt::format("{} for {}", head_complete() ? "no progress" : "no answer",
                         seconds_text(options_.idle_timeout)));
    }
}

void Client::Transfer::drive()
{
    CURLM* const multi = handles_.multi.get();
    curl_multi_add_handle(multi, handles_.easy.get());
    added_ = true;
    idle_ = Deadline::after(options_.idle_timeout);
    for (;;) {
        int running = 0;
        if (curl_multi_perform(multi, &running) != CURLM_OK) {
            throw Error(ErrorKind::bug, "working on a request: libcurl gave up");
        }
        int left = 0;
        if (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
            const CURLcode code = message->data.result;
            if (thrown_) {
                std::rethrow_exception(thrown_);
            }
            return code == CURLE_OK ? void() : fail(code);
        }
        check_time();
        curl_waitfd stop{options_.stop.fd, CURL_WAIT_POLLIN, 0};
        const bool watch = options_.stop.fd >= 0 && stop_.never();
        constexpr int longest_ms = 1000;
        const int wait = next_deadline().poll_ms();
        curl_multi_poll(multi, &stop, watch ? 1 : 0,
                        wait < 0 ? longest_ms : std::min(wait, longest_ms), nullptr);
    }
}

Answer Client::Transfer::run(const std::string& authorization)
{
    const Stopwatch watch;
    if (request_.body != nullptr) {
        request_.body->rewind();
    }
    set_up(authorization);
    try {
        drive();
    } catch (const CutOff&) {
        // what is kept is enough
    }
    answer_.seconds = watch.seconds();
    return std::move(answer_);
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
