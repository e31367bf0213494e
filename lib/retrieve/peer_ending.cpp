#include "base/log.hpp"
#include "retrieve/peer_ways.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pacs::retrieve {

namespace {

using net::Status;

/// Statuses that another try by the same way does not change.
constexpr std::array<Status, 6> final_ones{
    net::statuses::class_not_supported,      net::statuses::not_authorised,
    net::statuses::unrecognised_operation,   net::statuses::no_such_class,
    net::statuses::move_destination_unknown, net::statuses::mistyped_argument};

std::string words_of(const net::RetrieveResult& result, net::Service service)
{
    std::string words = fmt::format("the source ended with {}: {}", result.status.hex(),
                                    result.status.meaning(service));
    if (!result.comment.empty()) {
        words += ": " + log::printable(result.comment);
    }
    if (result.counts.failed.value_or(0) > 0) {
        words += fmt::format("; {} failed by its own count", *result.counts.failed);
    }
    return words;
}

}  // namespace

dicom::DataSet identifier_of(const Errand& errand, bool patient_root)
{
    const Study& study = *errand.study;
    dicom::DataSet identifier;
    identifier.set_text(dicom::tags::query_retrieve_level, dicom::level_value(errand.level));
    if (patient_root) {
        identifier.set_text(dicom::tags::patient_id, study.patient_id);
    }
    identifier.set_text(dicom::tags::study_instance_uid, study.uid);
    if (errand.level != dicom::QueryLevel::study) {
        identifier.set_text(dicom::tags::series_instance_uid, errand.series());
    }
    if (errand.level == dicom::QueryLevel::instance) {
        std::string list;
        for (const std::uint32_t place : errand.instances) {
            list += (list.empty() ? "" : "\\") + study.instances[place].uid;
        }
        identifier.set_text(dicom::tags::sop_instance_uid, list);
    }
    return identifier;
}

net::PeerError not_granted(const net::Association& association, const net::Address& peer,
                           std::string_view sop_class, std::string_view words, std::string hint)
{
    const auto& contexts = association.negotiated().contexts;
    const bool not_to_us = std::ranges::any_of(contexts, [&](const net::Context& each) {
        return each.abstract_syntax == sop_class &&
               each.answer == net::ContextAnswer::user_rejection;
    });
    return {
        net::PeerFault::nothing_accepted, net::PeerStage::negotiate,
        fmt::format("negotiating with {}: it does not {} {}", peer.str(),
                    not_to_us ? "let us use" : "offer", words),
        not_to_us ? "have it allow this to our title, address or certificate" : std::move(hint)};
}

WayEnding ending_of(const net::RetrieveResult& result, net::Service service)
{
    WayEnding ending;
    ending.status = result.status;
    ending.completed = result.counts.completed;
    ending.failed = result.counts.failed;
    ending.warning = result.counts.warning;
    ending.failed_instances = result.failed_uids;
    if (result.cancelled) {
        ending.reason = "stopped";
        ending.message = "it was cancelled";
        ending.may_pass = false;
    } else if (!result.status.success()) {
        ending.reason = "status";
        ending.message = words_of(result, service);
        ending.may_pass = std::ranges::find(final_ones, result.status) == final_ones.end();
    }
    return ending;
}

}  // namespace pacs::retrieve
