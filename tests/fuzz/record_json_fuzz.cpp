// Any data set that decode() takes becomes JSON that our own reader takes, on one line, without a
// byte that a terminal obeys.

#include "base/error.hpp"
#include "dicom/record_json.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace {

using namespace pacs;

bool is_harmless(const std::string& line)
{
    for (const char c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            return false;
        }
    }
    return true;
}

void check(stream::RecordReader& reader, const std::string& line)
{
    if (!is_harmless(line) || reader.parse(line).kind != stream::Record::Kind::object) {
        std::abort();
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const dicom::TransferSyntax syntax{(data[0] & 1U) != 0 ? "1.2.840.10008.1.2.1"
                                                           : "1.2.840.10008.1.2"};
    dicom::DecodeLimits limits;
    limits.depth = 16;
    try {
        const auto set =
            dicom::decode(std::as_bytes(std::span{data + 1, size - 1}), syntax, limits);
        const dicom::CharacterSet fallback{(data[0] & 2U) != 0 ? "GB18030" : ""};
        stream::RecordReader reader;
        std::string line = "{";
        dicom::append_record_members(line, set, fallback);
        check(reader, line + "}");
        line.clear();
        dicom::append_dicom_json(line, set, fallback);
        check(reader, line);
    } catch (const Error&) {
        return 0;  // no data set
    }
    return 0;
}
