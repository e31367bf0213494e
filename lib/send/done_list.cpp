#include "send/done_list.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "stream/input.hpp"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <span>
#include <utility>

namespace pacs::send {

bool is_stored_record(const stream::Record& record, std::string_view node)
{
    if (record.get("type") != "stored" || record.get("node") != node) {
        return false;
    }
    const std::string outcome = record.get("outcome");
    const std::string reason = record.get("reason");
    return outcome == "ok" || outcome == "warning" ||
           (outcome == "skipped" && (reason == "already_stored" || reason == "exists"));
}

DoneList::DoneList(std::string node, const std::vector<std::string>& files) : node_(std::move(node))
{
    for (const std::string& file : files) {
        read(file);
    }
}

DoneList::Key DoneList::key_of(std::string_view uid)
{
    const Sha256Value digest = Sha256::of(std::as_bytes(std::span{uid}));
    Key key{};
    std::memcpy(&key, digest.data(), sizeof key);
    return key;
}

void DoneList::read(const std::filesystem::path& file)
{
    const Descriptor descriptor = open_for_reading(file);
    stream::Input input{descriptor.get(), file.string()};
    stream::RecordReader reader;
    stream::Input::Line line;
    std::optional<std::uint64_t> broken;
    for (std::uint64_t number = 1; input.read_line(line, reader.limits().line_bytes); ++number) {
        if (broken) {
            break;
        }
        const stream::Record record = reader.parse(line.text);
        if (record.kind == stream::Record::Kind::malformed && !line.last_open) {
            broken = number;
        } else if (is_stored_record(record, node_)) {
            done_.insert(key_of(record.get("SOPInstanceUID")));
        }
    }
    if (broken) {
        throw Error(ErrorKind::data,
                    fmt::format("reading {}: line {} is no record", file.string(), *broken));
    }
}

bool DoneList::holds(std::string_view sop_instance_uid) const
{
    return done_.contains(key_of(sop_instance_uid));
}

}  // namespace pacs::send
