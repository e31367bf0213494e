#include "index/writer_connection.hpp"

#include <algorithm>
#include <cstddef>

namespace pacs::index {

using Id = std::int64_t;

// False: its UID is there.
bool WriterConnection::add_instance(const InstanceRecord& record, Id series, Id file)
{
    const std::string digest = bytes_of_hex(record.sha256);
    add_instance_.bind(1, series);
    add_instance_.bind(2, record.instance_uid);
    add_instance_.bind(3, uid_number(record.class_uid));
    add_instance_.bind(4, uid_number(record.transfer_syntax_uid));
    add_instance_.bind_blob(5, digest);
    add_instance_.bind(6, static_cast<Id>(record.size));
    add_instance_.bind(7, record.received_ms);
    add_instance_.bind(8, record.source);
    if (file == 0) {
        add_instance_.bind_null(9);
    } else {
        add_instance_.bind(9, file);
    }
    instance_columns_.bind(add_instance_, 10, record.values);
    add_instance_.run();
    const bool added = database_.changes() == 1;
    next_instance_ = added ? database_.last_row_id() + 1 : next_instance_;
    return added;
}

Id WriterConnection::instance_of(const std::string& uid)
{
    exists_.bind(1, uid);
    const Id found = exists_.step() ? exists_.number(0) : 0;
    exists_.reset();
    return found;
}

// The instance itself must not be there: what it needs above it is made.
void WriterConnection::go_to_series_of(const InstanceRecord& record)
{
    last_ = {};
    const StudyRow study = study_row(record);
    const SeriesRow series = series_row(record, study);
    add_class(study.id, uid_number(record.class_uid));
    last_ = {record.study_uid,
             record.series_uid,
             record.class_uid,
             study,
             series,
             &patient_deltas_[study.patient],
             &study_deltas_[study.id],
             &series_deltas_[series.id]};
}

bool WriterConnection::is_beside_last(const InstanceRecord& record) const noexcept
{
    return !last_.study_uid.empty() && last_.series_uid == record.series_uid &&
           last_.study_uid == record.study_uid && last_.class_uid == record.class_uid;
}

WriterConnection::Placed WriterConnection::count_beside_last(const InstanceRecord& record,
                                                             Id instance, Id file)
{
    ++last_.series_delta->instances;
    ++last_.study_delta->instances;
    ++last_.patient_delta->instances;
    const bool same_study = record.study_said != 0 && last_.study.said == record.study_said;
    if (file == 0 && !same_study) {
        other_patients_.note(record, last_.study.id, instance);
    }
    return {true, instance, last_.study.id,
            last_.study.said != record.study_said || last_.series.said != record.series_said,
            same_study};
}

WriterConnection::Placed WriterConnection::place_beside_last(const InstanceRecord& record, Id file)
{
    return add_instance(record, last_.series.id, file)
               ? count_beside_last(record, database_.last_row_id(), file)
               : Placed{false, instance_of(record.instance_uid)};
}

WriterConnection::Placed WriterConnection::place(const InstanceRecord& record, Id file)
{
    const std::uint64_t made_before = studies_made_;
    if (!is_beside_last(record)) {
        if (const Id there = instance_of(record.instance_uid); there != 0) {
            return {false, there};
        }
        go_to_series_of(record);
    }
    Placed placed = place_beside_last(record, file);
    placed.new_study_of = studies_made_ == made_before ? 0 : last_.study.patient;
    return placed;
}

void WriterConnection::add_row(const Arrival& arrival, std::string_view digest)
{
    const InstanceRecord& record = *arrival.record;
    const Id sop_class = uid_number(record.class_uid);
    const Id syntax = uid_number(record.transfer_syntax_uid);
    const std::span<Cell> row = new_instances_.add_row();
    row[0].set(last_.series.id);
    row[1].set(record.instance_uid);
    row[2].set(sop_class);
    row[3].set(syntax);
    row[4].set_blob(digest);
    row[5].set(static_cast<Id>(record.size));
    row[6].set(record.received_ms);
    row[7].set(record.source);
    if (arrival.file != 0) {
        row[8].set(arrival.file);
    }
    instance_columns_.fill(row.subspan(9), record.values);
    row.back().set(arrival.placed.instance);
}

void WriterConnection::place_beside_last(std::span<Arrival> arrivals)
{
    if (next_instance_ == 0) {
        next_instance_ = database_.number("SELECT coalesce(max(id), 0) + 1 FROM instance_row");
    }
    digests_.resize(arrivals.size());
    new_instances_.clear();
    for (std::size_t at = 0; at < arrivals.size(); ++at) {
        Arrival& arrival = arrivals[at];
        arrival.placed.instance = next_instance_++;
        digests_[at] = bytes_of_hex(arrival.record->sha256);
        add_row(arrival, digests_[at]);
    }
    const bool all = add_instances_.run_within_constraints();
    for (Arrival& arrival : arrivals) {
        const Id made = arrival.placed.instance;
        const Id there = all ? made : instance_of(arrival.record->instance_uid);
        arrival.placed = there == made ? count_beside_last(*arrival.record, made, arrival.file)
                         : there == 0  ? place_beside_last(*arrival.record, arrival.file)
                                       : Placed{false, there};
    }
}

void WriterConnection::place(std::span<Arrival> arrivals)
{
    while (!arrivals.empty()) {
        Arrival& first = arrivals.front();
        const std::uint64_t made_before = studies_made_;
        if (!is_beside_last(*first.record)) {
            if (const Id there = instance_of(first.record->instance_uid); there != 0) {
                first.placed = {false, there};
                arrivals = arrivals.subspan(1);
                continue;
            }
            go_to_series_of(*first.record);
        }
        const auto other = std::find_if(
            arrivals.begin(), arrivals.end(),
            [this](const Arrival& arrival) { return !is_beside_last(*arrival.record); });
        const auto beside = static_cast<std::size_t>(other - arrivals.begin());
        place_beside_last(arrivals.first(beside));
        first.placed.new_study_of = studies_made_ == made_before ? 0 : last_.study.patient;
        arrivals = arrivals.subspan(beside);
    }
}

}  // namespace pacs::index
