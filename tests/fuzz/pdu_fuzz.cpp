// Bodies of association PDUs as a peer may send them. What is understood must survive being written
// and read again; nothing else may happen but a PduError.
#include "base/error.hpp"
#include "net/pdu.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace {

using namespace pacs;
using namespace pacs::net;

using Bytes = std::span<const std::byte>;

/// Reads `body`, writes what was understood, reads that: the same must come out. Not everything
/// that can be read may be written (empty titles, for one); Error(usage) says so.
template <typename Decode>
void round_trip(Bytes body, const Decode& decode)
{
    try {
        const auto first = decode(body);
        const auto pdu = encode(first);
        const auto second = decode(std::as_bytes(std::span{pdu}).subspan(pdu_header_bytes));
        if (!(first == second)) {
            std::abort();
        }
    } catch (const PduError&) {
    } catch (const Error&) {
    }
}

void pdv_headers(Bytes bytes)
{
    while (bytes.size() >= pdv_header_bytes) {
        try {
            const auto pdv = decode_pdv_header(bytes.first<pdv_header_bytes>(), bytes.size());
            if (pdv.length > bytes.size() - pdv_header_bytes) {
                std::abort();
            }
            bytes = bytes.subspan(pdv_header_bytes + pdv.length);
        } catch (const PduError&) {
            return;
        }
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto body = std::as_bytes(std::span{data, size});
    round_trip(body, [](Bytes bytes) { return decode_associate_rq(bytes); });
    round_trip(body, [](Bytes bytes) { return decode_associate_ac(bytes); });
    round_trip(body, [](Bytes bytes) { return decode_associate_rj(bytes); });
    round_trip(body, [](Bytes bytes) { return decode_abort(bytes); });
    pdv_headers(body);
    (void)guess_protocol(body);
    return 0;
}
