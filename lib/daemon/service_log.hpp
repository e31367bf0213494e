#pragma once

#include "archive/archive.hpp"
#include "archive/ingest.hpp"
#include "daemon/repeat_filter.hpp"
#include "net/server.hpp"

#include <string>
#include <string_view>

namespace pacs::daemon {

/// The line of one association, pacs-records(5) "association": who, what, how many, how long and
/// how it ended. Foreign text is escaped and cut at 128 characters; no patient attribute is in it.
std::string association_record(const net::AssociationReport& report);

/// What the start found and did, pacs-records(5) "recovery".
std::string recovery_record(const archive::Archive& archive);

/// One instance that was not simply stored, pacs-records(5) "instance_problem".
std::string problem_record(const archive::Announcement& announcement,
                           const archive::StoreResult& result);

/// Now, in UTC: "2024-01-31T12:00:00.000Z".
std::string time_text();

/// Writes the daemon's lines to the log. Lines that a peer can cause without having done anything
/// (rejected, silent, no DICOM) or at will (objects that are refused) are counted when they repeat
/// (RepeatFilter) and told once a minute, pacs-records(5) "repeated". Thread-safe; never throws.
class ServiceLog {
public:
    void association(const net::AssociationReport& report) noexcept;
    void problem(const archive::Announcement& announcement,
                 const archive::StoreResult& result) noexcept;
    /// Any other line that a peer can cause at will, with the words it is counted under.
    void tell(std::string_view kind, const std::string& record) noexcept;
    /// Tells what was only counted and is due; `all`: also what is not due yet.
    void tell_repeated(bool all = false) noexcept;

private:
    RepeatFilter filter_;
};

}  // namespace pacs::daemon
