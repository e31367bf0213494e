#include "web/transfer.hpp"

#include "base/error.hpp"
#include "base/stopwatch.hpp"

#include <poll.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::web {

namespace {

using net::PeerError;
using net::PeerFault;
using net::PeerStage;

/// libcurl 7.84 and later do this themselves once, whatever the threads.
void initialize()
{
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) {
        throw Error(ErrorKind::bug, "starting libcurl: " + std::string{curl_easy_strerror(done)});
    }
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
    switch (head_.take(line)) {
    case HeadReader::State::too_long:
        fail(PeerFault::protocol_violation, PeerStage::answer,
             fmt::format("the head of the answer is longer than {} bytes", HeadReader::most_bytes));
    case HeadReader::State::ended:
        answer_.head = head_.head();
        answer_.head.status =
            static_cast<unsigned>(info_of<long>(handles_.easy.get(), CURLINFO_RESPONSE_CODE));
        head_complete_ = answer_.head.status >= 200;
        idle_ = Deadline::after(options_.idle_timeout);
        break;
    case HeadReader::State::begun: break;
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

}  // namespace pacs::web
