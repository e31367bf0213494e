#include "send/done.hpp"

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

stream::DoneList stored_before(std::string node, const std::vector<std::string>& files)
{
    return {[node = std::move(node)](const stream::Record& record) {
                return is_stored_record(record, node) ? record.get("SOPInstanceUID")
                                                      : std::string{};
            },
            files};
}

}  // namespace pacs::send
