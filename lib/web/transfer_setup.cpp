#include "base/error.hpp"
#include "web/transfer.hpp"

#include <fmt/format.h>

namespace pacs::web {

namespace {

constexpr long buffer_bytes = 256L << 10;

void append(HeaderList& list, const std::string& line)
{
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc{};
    }
    (void)list.release();
    list.reset(longer);
}

}  // namespace

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

}  // namespace pacs::web
