#pragma once

#include "net/association.hpp"
#include "net/find.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What C-MOVE and C-GET have in common, seen from the one that asks: PS3.7 9.1.3 and 9.1.4.
namespace pacs::net {

/// The counts of sub-operations as a response tells them, PS3.7 9.1.4.1.7 to 9.1.4.1.10. Any may be
/// absent, and peers have been seen to leave all of them out; nothing says that they are true.
struct SubOperations {
    std::optional<std::uint16_t> remaining = {};
    std::optional<std::uint16_t> completed = {};
    std::optional<std::uint16_t> failed = {};
    std::optional<std::uint16_t> warning = {};

    bool operator==(const SubOperations&) const = default;
    bool told() const noexcept { return remaining || completed || failed || warning; }
};
SubOperations sub_operations(const Response& response) noexcept;

/// How a C-MOVE or C-GET ended.
struct RetrieveResult {
    Status status;        ///< final: success, cancel, warning or failure
    std::string comment;  ///< (0000,0902): foreign text
    std::vector<dicom::Tag> offending_elements;
    /// Of the final response; a count that it leaves out is the one last told by a pending one.
    SubOperations counts;
    /// Failed SOP Instance UID List (0008,0058) of the final response, PS3.4 C.4.2.3.1: valid UIDs.
    std::vector<std::string> failed_uids;
    /// The final response had an identifier that could not be read, was too long, or named what
    /// are no UIDs: `failed_uids` is not all of it.
    bool failed_uids_unreadable = false;
    bool cancelled = false;     ///< we sent C-CANCEL
    std::uint64_t pending = 0;  ///< responses before the final one
};

struct RetrieveOptions {
    Priority priority = Priority::medium;
    /// The most of the final identifier: 65,535 failed instances fit.
    std::size_t max_identifier_bytes = std::size_t{5} << 20U;
    /// How long the peer may take to end after C-CANCEL before the association is aborted.
    std::chrono::milliseconds cancel_timeout{30'000};
    Deadline deadline;  ///< of the whole operation: "pending for ever" ends here
    /// The longest time without progress: no response, or responses whose counts stand still (these
    /// are looked at as they come, so up to twice that long). Association::touch() is progress,
    /// too. It replaces the association's own idle time-out while the operation lasts. Zero: the
    /// association's.
    std::chrono::milliseconds idle_timeout{0};
    /// A descriptor that becomes readable when C-CANCEL is to go out, looked at while waiting:
    /// StopFlag::fd(). -1: none. An association that ends for the same descriptor (StopPolicy)
    /// needs a grace as long as `cancel_timeout`.
    int cancel_fd = -1;
};

/// Puts the final response's words into `result`; with `has_data` takes its identifier, bytes in
/// `transfer_syntax`, from the association. Never throws for what is in it.
void take_final(Association& association, const Response& response,
                std::string_view transfer_syntax, std::size_t max_identifier_bytes,
                RetrieveResult& result);

/// Tells standing still from progress while one operation lasts.
class ProgressWatch {
public:
    /// Puts `idle_timeout`, unless it is zero, in the place of the association's.
    ProgressWatch(Association& association, std::chrono::milliseconds idle_timeout);
    ~ProgressWatch();
    ProgressWatch(const ProgressWatch&) = delete;
    ProgressWatch& operator=(const ProgressWatch&) = delete;

    /// A pending response has come. Aborts and throws PeerError(timed_out) when `counts` stand as
    /// they did for the whole idle time, and nothing touched the association.
    void pending(const SubOperations& counts, std::string_view service);

private:
    Association& association_;
    std::chrono::milliseconds before_;
    std::optional<SubOperations> counts_;
    std::uint64_t touches_ = 0;
    Deadline until_;
};

}  // namespace pacs::net
