// Any bytes as a data set: whatever is printed of them is one line of valid DICOM JSON that our own
// reader takes, and an object made of that comes back the same; no form of output has a byte that a
// terminal obeys.

#include "base/error.hpp"
#include "dicom/part10.hpp"
#include "dump/dump.hpp"
#include "dump/object_maker.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace pacs;

dump::Dumped dumped(const std::string& file, dump::Shape shape)
{
    stream::Item item;
    item.name = "fuzz";
    item.content = stream::Content::of_memory(file);
    dump::DumpOptions options;
    options.shape = shape;
    options.meta = true;
    return dump::dump(item, options);
}

void check_harmless(const std::string& text, bool lines)
{
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && !(lines && c == '\n')) || byte == 0x7F) {
            std::abort();
        }
    }
}

/// The file that is made of DICOM JSON; empty when it has not what a file needs.
std::string made(const std::string& json)
{
    const dump::BulkSource nowhere;
    try {
        return dump::ObjectMaker{nowhere, ""}.make(json).content.read_from(0);
    } catch (const dump::MakeError& error) {
        if (error.reason() == "malformed_record") {
            std::abort();  // we wrote it
        }
        return {};
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    constexpr std::array<const char*, 5> syntaxes{"1.2.840.10008.1.2", "1.2.840.10008.1.2.1",
                                                  "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.5",
                                                  "1.2.840.10008.1.2.1.99"};
    const std::string file = dicom::make_file_head("1.2.840.10008.5.1.4.1.1.7", "1.2.3",
                                                   syntaxes.at(data[0] % syntaxes.size())) +
                             std::string{reinterpret_cast<const char*>(data + 1), size - 1};
    check_harmless(dumped(file, dump::Shape::path).text, true);
    std::string record = dumped(file, dump::Shape::record).record.str();
    record.pop_back();
    check_harmless(record, false);
    for (const JsonLine& row : dumped(file, dump::Shape::table).rows) {
        check_harmless(row.str().substr(0, row.str().size() - 1), false);
    }
    const std::string json = dumped(file, dump::Shape::dicom_json).text;
    check_harmless(json, false);
    const std::string back = json.empty() ? "" : made(json);
    if (!back.empty()) {
        // made once, lengths are even, tags in order and text is UTF-8: from then on all is exact
        const std::string again = dumped(back, dump::Shape::dicom_json).text;
        if (again.empty() || made(again) != back) {
            std::abort();
        }
    }
    return 0;
}
