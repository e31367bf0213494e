// Lines from anybody: each is a record or malformed, and what passes through is valid again.

#include "base/json_line.hpp"
#include "stream/record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using pacs::stream::Record;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static pacs::stream::RecordReader reader;
    const Record record = reader.parse({reinterpret_cast<const char*>(data), size});
    for (const char* name : {"type", "path", "SOPInstanceUID", "outcome"}) {
        static_cast<void>(record.get(name));
    }
    if (record.kind != Record::Kind::object) {
        return 0;
    }
    pacs::JsonLine line{"again"};
    for (const auto& member : record.members) {
        line.add_raw(member.name, member.json);
    }
    const Record again = reader.parse(line.str());
    if (again.kind != Record::Kind::object || again.members.size() != record.members.size() + 1) {
        std::abort();
    }
    for (std::size_t i = 0; i < record.members.size(); ++i) {
        if (!(again.members[i + 1] == record.members[i])) {
            std::abort();
        }
    }
    return 0;
}
