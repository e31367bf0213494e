#include "scan/rebuilt_record.hpp"

namespace pacs::scan {

JsonLine rebuilt_record(const archive::RecoveryReport& report, const std::string& node)
{
    const bool clean = report.set_aside == 0 && report.foreign.empty();
    JsonLine line{"rebuilt", clean ? Outcome::ok : Outcome::warning};
    if (!clean) {
        line.add("reason", "left_out");
    }
    line.add("node", node).add("instances", report.adopted).add("set_aside", report.set_aside);
    return line.add("foreign", report.foreign);
}

}  // namespace pacs::scan
