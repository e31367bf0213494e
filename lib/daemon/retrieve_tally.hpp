#pragma once

#include "dicom/data_set.hpp"
#include "net/message.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace pacs::daemon {

/// How far the sub-operations of a retrieval are; every one counts once. Thread-safe.
class RetrieveTally {
public:
    struct Counts {
        std::uint64_t total = 0;
        std::uint64_t completed = 0;
        std::uint64_t failed = 0;
        std::uint64_t warning = 0;
        std::uint64_t bytes = 0;  ///< of the objects that were taken, warnings included

        std::uint64_t remaining() const noexcept { return total - completed - failed - warning; }
        bool operator==(const Counts&) const = default;
    };

    /// `total` sub-operations; of the UIDs of failed instances as many are kept as fit into
    /// `list_bytes`.
    RetrieveTally(std::uint64_t total, std::size_t list_bytes);

    void completed(std::uint64_t bytes);
    void warned(std::uint64_t bytes);
    void failed(const std::string& instance_uid);
    /// All that remain failed, although nobody knows their names.
    void fail_rest();

    Counts counts() const;
    bool list_full() const;  ///< further UIDs are counted, but not kept

    /// A pending response to `request`.
    net::Response pending(const net::Request& request) const;
    /// The final response, PS3.4 C.4.2.3.1: 0000 when all succeeded; A702 when all failed; B000
    /// when some failed or had a warning; FE00 with what remains when `cancelled`. The counts are
    /// of 16 bits on the wire: what is more is told as 65535.
    net::Response final_response(const net::Request& request, bool cancelled) const;
    /// Failed SOP Instance UID List (0008,0058); empty when nothing failed.
    dicom::DataSet failed_list() const;

private:
    mutable std::mutex mutex_;
    Counts counts_;
    const std::size_t list_bytes_;
    std::string list_;  ///< UIDs parted by backslashes
    bool full_ = false;
};

}  // namespace pacs::daemon
