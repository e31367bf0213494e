// Any bytes as what a web server answers: multipart bodies and JSON arrays in two ways of cutting
// them, which must come to the same; Content-Type lines; answers to STOW-RS; URLs of services.

#include "net/peer_error.hpp"
#include "web/http_error.hpp"
#include "web/json_array.hpp"
#include "web/multipart.hpp"
#include "web/stow.hpp"
#include "web/url.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace {

using namespace pacs;

using Bytes = std::span<const std::byte>;

template <typename Reader>
void feed(Reader& reader, Bytes bytes, std::size_t piece)
{
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size()))) {
        reader.feed(bytes.first(std::min(piece, bytes.size())));
    }
    reader.finish();
}

/// Everything that came out of it; parts that did not end, and what came before a refusal, are the
/// only thing that may depend on the pieces, so they are left out.
std::string parts(Bytes bytes, std::size_t piece)
{
    std::string told;
    std::string part;
    web::MultipartReader reader{
        "x",
        "B",
        {[&](const web::PartHeaders& headers) {
             part = std::string{headers.get("content-type")} + ":";
         },
         [&](Bytes data) { part.append(reinterpret_cast<const char*>(data.data()), data.size()); },
         [&] { told += part + "|"; }}};
    try {
        feed(reader, bytes, piece);
    } catch (const net::PeerError&) {
        told += "!";
    }
    return told;
}

std::string elements(Bytes bytes, std::size_t piece)
{
    std::string told;
    web::JsonArray array{"x",
                         [&](std::string&& text, std::string_view defect) {
                             told += text + std::string{defect} + "|";
                         },
                         {64, 8}};
    try {
        feed(array, bytes, piece);
    } catch (const net::PeerError&) {
        told += "!";
    }
    return told;
}

/// What is a URL is the same URL again when it is written, and nothing in it ends a line.
void check_url(const std::string& text)
{
    try {
        const web::ServiceUrl url = web::parse_service_url(text);
        const std::string again = url.str();
        if (!(web::parse_service_url(again) == url) ||
            again.find_first_of("\r\n \t") != std::string::npos) {
            std::abort();
        }
    } catch (const Error&) {
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const Bytes bytes = std::as_bytes(std::span{data, size});
    const std::string text{reinterpret_cast<const char*>(data), size};
    if (parts(bytes, 1) != parts(bytes, size + 1) ||
        elements(bytes, 1) != elements(bytes, size + 1)) {
        std::abort();
    }
    check_url(text);
    (void)web::boundary_of(text);
    (void)web::read_stow_answer(text);
    (void)web::parse_retry_after(text, {});
    return 0;
}
