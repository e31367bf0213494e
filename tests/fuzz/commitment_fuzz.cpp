// What a storage commitment says, PS3.4 Annex J: a request or result that is taken is written again
// and read as the same.

#include "base/error.hpp"
#include "dicom/uid.hpp"
#include "net/commitment.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace pacs;

void require(bool condition)
{
    if (!condition) {
        std::abort();
    }
}

void try_request(std::string_view bytes, std::string_view syntax)
{
    try {
        const auto request = net::parse_commitment_request(bytes, syntax);
        const auto again = net::parse_commitment_request(net::encode(request, syntax), syntax);
        require(again.transaction_uid == request.transaction_uid);
        require(again.references == request.references);
    } catch (const Error& error) {
        require(error.kind() == ErrorKind::data);
    }
}

void try_result(std::string_view bytes, std::string_view syntax)
{
    try {
        const auto result = net::parse_commitment_result(bytes, syntax);
        const auto again = net::parse_commitment_result(net::encode(result, syntax), syntax);
        require(again.committed == result.committed && again.failed == result.failed);
    } catch (const Error& error) {
        require(error.kind() == ErrorKind::data);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    for (const std::string_view syntax :
         {dicom::uids::implicit_le, dicom::uids::explicit_le, dicom::uids::explicit_be}) {
        try_request(bytes, syntax);
        try_result(bytes, syntax);
    }
    return 0;
}
