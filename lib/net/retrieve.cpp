#include "net/retrieve.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "dicom/data_set.hpp"
#include "dicom/uid.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

namespace pacs::net {

namespace {

constexpr dicom::Tag failed_sop_instance_uid_list{0x0008, 0x0058};

void take_failed_uids(const std::string& identifier, std::string_view transfer_syntax,
                      RetrieveResult& result)
{
    try {
        const auto data_set = dicom::decode(std::as_bytes(std::span{identifier}),
                                            dicom::TransferSyntax{transfer_syntax}, {4, 1000});
        for (auto& uid : data_set.texts(failed_sop_instance_uid_list)) {
            if (dicom::is_valid_uid(uid)) {
                result.failed_uids.push_back(std::move(uid));
            } else if (!uid.empty()) {
                result.failed_uids_unreadable = true;
            }
        }
    } catch (const Error&) {
        result.failed_uids_unreadable = true;
    }
}

/// A count that was not told again stands, but for the remaining ones: a final response has none
/// unless it was cancelled.
SubOperations merged(const SubOperations& last, SubOperations final_ones)
{
    const auto keep = [](auto& now, const auto& before) { now = now ? now : before; };
    keep(final_ones.completed, last.completed);
    keep(final_ones.failed, last.failed);
    keep(final_ones.warning, last.warning);
    return final_ones;
}

}  // namespace

SubOperations sub_operations(const Response& response) noexcept
{
    return {response.remaining, response.completed, response.failed, response.warning};
}

void take_final(Association& association, const Response& response,
                std::string_view transfer_syntax, std::size_t max_identifier_bytes,
                RetrieveResult& result)
{
    result.status = response.status;
    result.comment = response.error_comment;
    result.offending_elements = response.offending_elements;
    result.counts = merged(result.counts, sub_operations(response));
    if (!response.has_data) {
        return;
    }
    if (const auto identifier = association.receive_data(max_identifier_bytes)) {
        take_failed_uids(*identifier, transfer_syntax, result);
    } else {
        result.failed_uids_unreadable = true;
    }
}

ProgressWatch::ProgressWatch(Association& association, std::chrono::milliseconds idle_timeout)
    : association_(association), before_(association.idle_timeout())
{
    if (idle_timeout.count() > 0) {
        association_.set_idle_timeout(idle_timeout);
    }
    touches_ = association_.touches();
    until_ = Deadline::after(association_.idle_timeout());
}

ProgressWatch::~ProgressWatch()
{
    association_.set_idle_timeout(before_);
}

void ProgressWatch::pending(const SubOperations& counts, std::string_view service)
{
    const auto touches = association_.touches();
    // a peer that tells no counts shows no more than that it lives
    if (!counts.told() || counts_ != counts || touches != touches_) {
        counts_ = counts;
        touches_ = touches;
        until_ = Deadline::after(association_.idle_timeout());
        return;
    }
    if (!until_.expired()) {
        return;
    }
    const auto peer = log::printable(association_.negotiated().called_ae);
    const std::chrono::duration<double> idle = association_.idle_timeout();
    association_.abort();
    throw PeerError(PeerFault::timed_out, PeerStage::answer,
                    fmt::format("waiting for {} to end {}: timed out, pending without progress "
                                "for {:g} s",
                                peer, service, idle.count()));
}

}  // namespace pacs::net
