#pragma once

#include "web/head_reader.hpp"
#include "web/http.hpp"

#include <curl/curl.h>

#include <chrono>
#include <exception>
#include <memory>

namespace pacs::web {

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// libcurl's handles of one client: the multi keeps the connections.
struct Client::Handles {
    Handles();
    std::unique_ptr<CURLM, FreeMulti> multi;
    std::unique_ptr<CURL, FreeEasy> easy;
};

/// What libcurl knows of a transfer.
template <typename T>
T info_of(CURL* easy, CURLINFO what)
{
    T value{};
    curl_easy_getinfo(easy, what, &value);
    return value;
}

/// "2.5 s".
std::string seconds_text(std::chrono::milliseconds span);

/// Ends a transfer of which enough is known.
struct CutOff {};

/// One request and its answer.
class Client::Transfer {
public:
    Transfer(Handles& handles, const ClientOptions& options, const Request& request,
             const BodySink& sink);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// Throws as Client::send() does.
    Answer run(const std::string& authorization);
    /// Something was given to the sink.
    bool taken() const noexcept { return taken_; }

private:
    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_upload(char* bytes, std::size_t size, std::size_t count, void* self);
    static int on_seek(void* self, curl_off_t offset, int origin);

    template <typename T>
    void set(CURLoption option, T value);
    void set_up(const std::string& authorization);
    void set_tls();
    void set_headers(const std::string& authorization);
    void set_body();
    void take_header(std::string_view line);
    void take_body(std::span<const std::byte> bytes);
    void drive();
    void check_time();
    Deadline next_deadline() const;
    bool connected() const;
    bool head_complete() const noexcept { return head_complete_; }
    [[noreturn]] void fail(CURLcode code) const;
    [[noreturn]] void fail_connecting(const std::string& words) const;
    [[noreturn]] void fail(net::PeerFault fault, net::PeerStage stage, const std::string& words,
                           std::string hint = {}) const;

    Handles& handles_;
    const ClientOptions& options_;
    const Request& request_;
    const BodySink& sink_;
    HeaderList headers_;
    HeaderList connect_to_;
    char words_[CURL_ERROR_SIZE] = {};  // NOLINT: libcurl's
    Answer answer_;
    HeadReader head_;
    bool head_complete_ = false;
    bool taken_ = false;
    bool added_ = false;
    std::exception_ptr thrown_;
    Deadline idle_;
    Deadline stop_;
};

}  // namespace pacs::web
