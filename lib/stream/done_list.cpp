#include "stream/done_list.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "stream/input.hpp"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <span>
#include <utility>

namespace pacs::stream {

DoneList::DoneList(KeyOf key_of, const std::vector<std::string>& files) : key_of_(std::move(key_of))
{
    for (const std::string& file : files) {
        read(file);
    }
}

DoneList::Key DoneList::digest_of(std::string_view text)
{
    const Sha256Value digest = Sha256::of(std::as_bytes(std::span{text}));
    Key key{};
    std::memcpy(&key, digest.data(), sizeof key);
    return key;
}

void DoneList::read(const std::filesystem::path& file)
{
    const Descriptor descriptor = open_for_reading(file);
    Input input{descriptor.get(), file.string()};
    RecordReader reader;
    Input::Line line;
    std::optional<std::uint64_t> broken;
    for (std::uint64_t number = 1; input.read_line(line, reader.limits().line_bytes); ++number) {
        if (broken) {
            break;
        }
        const Record record = reader.parse(line.text);
        if (record.kind == Record::Kind::malformed && !line.last_open) {
            broken = number;
        } else if (const std::string key = key_of_(record); !key.empty()) {
            done_.insert(digest_of(key));
        }
    }
    if (broken) {
        throw Error(ErrorKind::data,
                    fmt::format("reading {}: line {} is no record", file.string(), *broken));
    }
}

bool DoneList::holds(std::string_view key) const
{
    return done_.contains(digest_of(key));
}

}  // namespace pacs::stream
