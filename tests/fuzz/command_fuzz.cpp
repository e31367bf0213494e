// Command sets as a peer may send them: a request or response that is understood must survive being
// written and read again; every other one ends in a CommandError.
#include "net/message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace {

using namespace pacs::net;

template <typename Parse>
void round_trip(const pacs::dicom::DataSet& command, const Parse& parse)
{
    try {
        const auto understood = parse(command);
        const auto once = encode_command(to_command(understood));
        const auto again = decode_command(std::as_bytes(std::span{once}));
        if (encode_command(to_command(parse(again))) != once) {
            std::abort();
        }
    } catch (const CommandError& error) {
        if (error.response()) {
            (void)encode_command(to_command(*error.response()));
        }
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto command = decode_command(std::as_bytes(std::span{data, size}));
        if (is_response(command)) {
            round_trip(command, [](const auto& set) { return parse_response(set); });
        } else {
            round_trip(command, [](const auto& set) { return parse_request(set); });
        }
    } catch (const CommandError&) {
    }
    return 0;
}
