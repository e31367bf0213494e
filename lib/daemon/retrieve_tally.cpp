#include "daemon/retrieve_tally.hpp"

#include "daemon/retrieve_statuses.hpp"

#include <algorithm>

namespace pacs::daemon {

namespace {

constexpr dicom::Tag failed_sop_instance_uid_list{0x0008, 0x0058};

std::uint16_t saturated(std::uint64_t count) noexcept
{
    return static_cast<std::uint16_t>(std::min<std::uint64_t>(count, UINT16_MAX));
}

net::Response with_counts(net::Response response, const RetrieveTally::Counts& counts)
{
    response.completed = saturated(counts.completed);
    response.failed = saturated(counts.failed);
    response.warning = saturated(counts.warning);
    return response;
}

net::Status final_status(const RetrieveTally::Counts& counts, bool cancelled) noexcept
{
    using namespace retrieve_statuses;
    if (cancelled) {
        return retrieve_statuses::cancelled.status;
    }
    if (counts.failed > 0 && counts.completed + counts.warning == 0) {
        return none_done.status;
    }
    return (counts.failed + counts.warning > 0 ? partly : complete).status;
}

}  // namespace

RetrieveTally::RetrieveTally(std::uint64_t total, std::size_t list_bytes) : list_bytes_(list_bytes)
{
    counts_.total = total;
}

// A selection never gives more than it counted; were it to, the counts would still add up.

void RetrieveTally::completed(std::uint64_t bytes)
{
    const std::scoped_lock lock{mutex_};
    ++counts_.completed;
    counts_.bytes += bytes;
    counts_.total = std::max(counts_.total, counts_.completed + counts_.failed + counts_.warning);
}

void RetrieveTally::warned(std::uint64_t bytes)
{
    const std::scoped_lock lock{mutex_};
    ++counts_.warning;
    counts_.bytes += bytes;
    counts_.total = std::max(counts_.total, counts_.completed + counts_.failed + counts_.warning);
}

void RetrieveTally::failed(const std::string& instance_uid)
{
    const std::scoped_lock lock{mutex_};
    ++counts_.failed;
    counts_.total = std::max(counts_.total, counts_.completed + counts_.failed + counts_.warning);
    if (list_.size() + instance_uid.size() + 1 > list_bytes_) {
        full_ = true;
    } else if (!full_) {
        list_ += (list_.empty() ? "" : "\\") + instance_uid;
    }
}

void RetrieveTally::fail_rest()
{
    const std::scoped_lock lock{mutex_};
    counts_.failed += counts_.remaining();
}

RetrieveTally::Counts RetrieveTally::counts() const
{
    const std::scoped_lock lock{mutex_};
    return counts_;
}

bool RetrieveTally::list_full() const
{
    const std::scoped_lock lock{mutex_};
    return full_;
}

net::Response RetrieveTally::pending(const net::Request& request) const
{
    const Counts now = counts();
    auto response =
        with_counts(net::Response::to(request, retrieve_statuses::going_on.status), now);
    response.remaining = saturated(now.remaining());
    return response;
}

net::Response RetrieveTally::final_response(const net::Request& request, bool cancelled) const
{
    const Counts now = counts();
    auto response = with_counts(net::Response::to(request, final_status(now, cancelled)), now);
    if (cancelled) {
        response.remaining = saturated(now.remaining());
    }
    return response;
}

dicom::DataSet RetrieveTally::failed_list() const
{
    const std::scoped_lock lock{mutex_};
    dicom::DataSet identifier;
    if (!list_.empty()) {
        identifier.set_text(failed_sop_instance_uid_list, list_);
    }
    return identifier;
}

}  // namespace pacs::daemon
