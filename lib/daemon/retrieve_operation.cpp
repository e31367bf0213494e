#include "daemon/retrieve_operation.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pacs::daemon {

namespace {

constexpr std::chrono::milliseconds between_pending{100};
constexpr std::chrono::milliseconds sign_of_life{5'000};

}  // namespace

bool RetrievePulse::beat()
{
    const auto now = Deadline::Clock::now();
    const bool changed = parts_.tally.counts() != told_;
    if (begun_ && now - told_at_ < (changed ? between_pending : sign_of_life)) {
        return parts_.responder.cancelled();
    }
    begun_ = true;
    told_at_ = now;
    told_ = parts_.tally.counts();
    const bool going_on = parts_.responder.send(parts_.tally.pending(parts_.request), {});
    parts_.responder.flush();
    return !going_on;
}

send::Parcel parcel_of(archive::ProvenObject&& object)
{
    send::Parcel parcel;
    parcel.head.file = std::move(object.head);
    parcel.head.sop_class_uid = std::move(object.stored.class_uid);
    parcel.head.sop_instance_uid = std::move(object.stored.instance_uid);
    parcel.head.study_instance_uid = std::move(object.stored.study_uid);
    parcel.head.series_instance_uid = std::move(object.stored.series_uid);
    parcel.head.data_size =
        object.content.size() - std::min(parcel.head.file.data_offset, object.content.size());
    parcel.content = std::move(object.content);
    return parcel;
}

void note_fault(const RetrieveParts& parts, const archive::ProvenObject& object)
{
    parts.tally.failed(object.stored.instance_uid);
    parts.log.problem(object.stored.class_uid, object.stored.instance_uid,
                      {.reason = to_string(object.fault), .message = object.message});
}

void note_report(const RetrieveParts& parts, const send::Parcel& parcel, const send::Report& report)
{
    const std::string& uid = parcel.head.sop_instance_uid;
    const std::uint64_t bytes = parcel.head.file.data_offset + parcel.head.data_size;
    if (report.outcome == Outcome::ok) {
        parts.tally.completed(bytes);
        return;
    }
    const bool warning = report.outcome == Outcome::warning;
    if (warning) {
        parts.tally.warned(bytes);
    } else {
        parts.tally.failed(uid);
    }
    parts.log.problem(parcel.head.sop_class_uid, uid,
                      {.warning = warning,
                       .reason = report.reason,
                       .message = report.message,
                       .status = report.status});
}

void fail_rest(const RetrieveParts& parts)
{
    parts.feed.drain([&](const std::string& instance_uid) {
        parts.tally.failed(instance_uid);
        return !parts.tally.list_full();
    });
    parts.tally.fail_rest();
}

}  // namespace pacs::daemon
