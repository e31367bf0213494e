#include "send/job.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "dicom/part10.hpp"
#include "send/job_core.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace pacs::send {

namespace {

using State = stream::Item::State;

/// Objects up to this size are read whole by the one that reads, so that the disk is not waited for
/// between two of them, and go out in few writes; larger ones go from file to socket.
constexpr std::uint64_t ahead_bytes = std::uint64_t{1} << 20U;

/// What a file that is no object means: found on the way it is nobody's fault, named it is.
void mark(stream::Item& item, stream::HeadFault fault, const char* message)
{
    using stream::HeadFault;
    item.message = message;
    item.state = State::failed;
    switch (fault) {
    case HeadFault::not_dicom:
        item.reason = "not_dicom";
        item.state = item.named ? State::failed : State::skipped;
        break;
    case HeadFault::directory:
        item.reason = "dicomdir";
        item.state = State::skipped;
        break;
    case HeadFault::damaged: item.reason = "damaged"; break;
    }
}

}  // namespace

bool JobCore::is_done(const Parcel& parcel)
{
    const auto uid = [this](dicom::Tag tag, const std::string& own) -> const std::string& {
        const std::string* set =
            options.coercion == nullptr ? nullptr : options.coercion->value_of(tag);
        return set == nullptr ? own : *set;
    };
    const stream::ObjectHead& head = parcel.head;
    Report report{.outcome = Outcome::skipped};
    if (options.done != nullptr && options.done->holds(head.sop_instance_uid)) {
        report.reason = "already_stored";
        report.message = "an earlier run stored it";
    } else if (options.existing != nullptr &&
               options.existing->holds(
                   uid(dicom::tags::study_instance_uid, head.study_instance_uid),
                   uid(dicom::tags::series_instance_uid, head.series_instance_uid),
                   head.sop_instance_uid)) {
        report.reason = "exists";
        report.message = "the destination has it";
    } else {
        return false;
    }
    options.on_record(stored_record(style, parcel, report), parcel.content.size());
    return true;
}

void JobCore::take(stream::Item item)
{
    if (item.state != State::object) {
        tell(item);
        return;
    }
    Parcel parcel;
    try {
        parcel.content = item.open();
        if (!options.dry && parcel.content.size() <= dicom::file_head_bytes) {
            parcel.content.load();  // the head is all of it, or most
        }
        parcel.head = stream::read_object_head(parcel.content);
    } catch (const stream::HeadError& error) {
        mark(item, error.fault(), error.what());
        tell(item);
        return;
    } catch (const Error& error) {
        tell_unreadable(item, error);
        return;
    }
    parcel.item = std::move(item);
    if (!is_done(parcel) && load(parcel)) {
        queue.put(std::move(parcel));
    }
}

bool JobCore::load(Parcel& parcel) const
{
    if (options.dry || parcel.content.size() > ahead_bytes) {
        return true;
    }
    try {
        parcel.content.load();
        return true;
    } catch (const Error& error) {
        tell_unreadable(parcel.item, error);
        return false;
    }
}

void JobCore::tell_unreadable(stream::Item& item, const Error& error) const
{
    item.state = State::failed;
    item.reason = "unreadable";
    item.message = error.what();
    tell(item);
}

void JobCore::read()
{
    try {
        while (auto item = source.next()) {
            take(std::move(*item));
            const std::lock_guard lock{mutex};
            if (failure) {
                break;
            }
        }
    } catch (const net::PeerError&) {
        fail(std::current_exception());  // asking what is there already
    } catch (...) {
        const std::lock_guard lock{mutex};
        failure = std::current_exception();  // what was read before is still sent
    }
    queue.end();
}

Job::Job(JobOptions options, stream::Source& source, LaneMaker make_lane)
    : core_(std::make_unique<JobCore>(std::move(options), source, std::move(make_lane)))
{
}
Job::~Job() = default;

void Job::run()
{
    std::vector<std::jthread> threads;
    threads.emplace_back([this] { core_->read(); });
    const JobOptions& how = core_->options;
    const unsigned lanes = how.max_lanes == 0 ? how.lanes : std::min(how.lanes, how.max_lanes);
    for (unsigned i = 0; i < lanes; ++i) {
        threads.emplace_back([this] {
            try {
                Sender{*core_}.run();
            } catch (...) {
                core_->fail(std::current_exception());
            }
        });
    }
    threads.clear();  // joins
    if (core_->failure) {
        std::rethrow_exception(core_->failure);
    }
}

void JobCounters::write(JsonLine& summary) const
{
    summary.add("bytes", bytes.load())
        .add("converted", converted.load())
        .add("repaired", repaired.load())
        .add("retries", retries.load())
        .add("associations", associations.load());
}

}  // namespace pacs::send
