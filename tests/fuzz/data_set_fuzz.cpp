// Any bytes: reading them ends in a data set or an Error, what was read encodes and comes back the
// same, and a file's head never points outside the file.
#include "base/error.hpp"
#include "dicom/data_set.hpp"
#include "dicom/part10.hpp"
#include "dicom/uid.hpp"

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

using namespace pacs::dicom;

namespace {

const TransferSyntax syntaxes[] = {
    TransferSyntax{uids::implicit_le}, TransferSyntax{uids::explicit_le},
    TransferSyntax{uids::explicit_be}, TransferSyntax{uids::deflated_le}};

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void read_head(std::span<const std::byte> bytes)
{
    try {
        const FileHead head = read_file_head(bytes);
        require(head.data_offset <= bytes.size());
    } catch (const pacs::Error& error) {
        require(error.kind() == pacs::ErrorKind::data);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const TransferSyntax& syntax = syntaxes[data[0] % 4];
    const auto bytes = std::as_bytes(std::span{data, size}).subspan(1);
    read_head(bytes);
    DecodeLimits limits;
    limits.depth = 8;
    limits.elements = 10'000;
    limits.inflated_bytes = 1U << 20U;
    try {
        const DataSet first = decode(bytes, syntax, limits);
        const TransferSyntax explicit_le{uids::explicit_le};
        const std::string once = encode(first, explicit_le);
        const DataSet again = decode(std::as_bytes(std::span{once}), explicit_le);
        require(encode(again, explicit_le) == once);
    } catch (const pacs::Error& error) {
        require(error.kind() == pacs::ErrorKind::data);
    }
    return 0;
}
