#include "send/archive_lane.hpp"

#include "base/error.hpp"
#include "send/payload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pacs::send {

namespace {

/// So many wait for one commit of the index; more bring nothing and hold open files.
constexpr std::size_t most_outstanding = 128;
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;

Report judge(Report report, const archive::StoreResult& result)
{
    report.status = result.status;
    report.outcome = Outcome::failed;
    if (result.status.success()) {
        report.outcome = Outcome::ok;
    } else if (result.status.warning()) {
        report.outcome = Outcome::warning;
    }
    if (result.kind == archive::StoreKind::duplicate) {
        report.outcome = Outcome::skipped;
        report.reason = "exists";
    } else if (report.outcome != Outcome::ok) {
        report.reason = archive::to_string(result.kind);
        report.message = result.detail.empty() ? result.comment : result.detail;
        report.may_pass = result.status.transient();
    }
    return report;
}

}  // namespace

ArchiveLane::~ArchiveLane()
{
    std::unique_lock lock{mutex_};
    answered_.wait(lock, [this] { return outstanding_ == 0; });
}

void ArchiveLane::send(Parcel& parcel, Done done)
{
    Report sent;
    sent.transfer_syntax = parcel.head.file.syntax.uid();
    if (ingest_ == nullptr) {
        sent.outcome = Outcome::ok;
        done(std::move(sent));
        return;
    }
    settle(most_outstanding - 1);
    try {
        const auto reception =
            ingest_->begin({parcel.head.sop_class_uid, parcel.head.sop_instance_uid,
                            sent.transfer_syntax, source_, "local"});
        if (reception->refusal() == nullptr) {
            write(parcel, *reception);
        }
        parcel.content.unload();
        finish(*reception, std::move(sent), std::move(done));
    } catch (const Error& error) {
        sent.reason = error.kind() == ErrorKind::storage ? "unreadable" : "conversion_failed";
        sent.message = error.what();
        done(std::move(sent));
    }
}

void ArchiveLane::write(const Parcel& parcel, archive::Reception& reception)
{
    if (!coercion_.empty()) {
        const Payload payload = make_payload(parcel, parcel.head.file.syntax.uid(), coercion_);
        reception.write(std::as_bytes(std::span{payload.data_set}));
        return;
    }
    const std::uint64_t start = parcel.head.file.data_offset;
    const auto memory = parcel.content.memory();
    if (!memory.empty() || parcel.content.fd() < 0) {
        reception.write(memory.subspan(std::min<std::size_t>(start, memory.size())));
        return;
    }
    std::vector<std::byte> buffer(std::min<std::size_t>(piece_bytes, parcel.head.data_size));
    for (std::uint64_t at = start; at < start + parcel.head.data_size;) {
        const std::size_t count = parcel.content.read_at(at, buffer);
        if (count == 0) {
            throw Error(ErrorKind::storage,
                        fmt::format("reading {}: it became shorter", parcel.item.name));
        }
        reception.write(std::span{buffer}.first(count));
        at += count;
    }
}

void ArchiveLane::finish(archive::Reception& reception, Report sent, Done done)
{
    {
        const std::lock_guard lock{mutex_};
        ++outstanding_;
    }
    reception.finish([this, sent = std::move(sent),
                      done = std::move(done)](const archive::StoreResult& result) mutable {
        const std::lock_guard lock{mutex_};
        answers_.push_back({std::move(done), judge(std::move(sent), result)});
        --outstanding_;
        answered_.notify_all();
    });
}

void ArchiveLane::settle(std::size_t allowed)
{
    std::vector<Answer> told;
    {
        std::unique_lock lock{mutex_};
        answered_.wait(lock, [&] { return outstanding_ <= allowed; });
        told.swap(answers_);
    }
    for (Answer& answer : told) {
        answer.done(std::move(answer.report));
    }
}

}  // namespace pacs::send
