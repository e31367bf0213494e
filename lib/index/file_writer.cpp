#include "index/file_statements.hpp"
#include "index/files.hpp"
#include "index/writer_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace pacs::index {

namespace {

using Id = std::int64_t;

constexpr std::size_t cache_limit = 20'000;

std::string text_of_tags(const std::vector<dicom::Tag>& tags)
{
    std::string text;
    for (const dicom::Tag tag : tags) {
        text += (text.empty() ? "" : ",") + tag.hex();
    }
    return text;
}

}  // namespace

FileWriter::FileWriter(Writer& writer)
    : writer_(writer),
      statements_(std::make_unique<Statements>(writer.connection_->database())),
      state_(std::make_unique<State>(writer.connection_->database()))
{
    state_->next_file =
        writer.connection_->database().number("SELECT coalesce(max(id), 0) + 1 FROM file");
    state_->settled = state_->next_file > 1;
}
FileWriter::~FileWriter() = default;

std::int64_t FileWriter::folder(const std::string& path, std::int64_t parent, std::int64_t device)
{
    if (const auto known = state_->folders.find(path); known != state_->folders.end()) {
        return known->second;
    }
    Statement& find = statements_->find_folder;
    find.bind_blob(1, path);
    Id id = find.step() ? find.number(0) : 0;
    const bool moved = id != 0 && device != 0 && find.number(1) != device;
    find.reset();
    Database& database = writer_.connection_->database();
    if (id == 0) {
        Statement& add = statements_->add_folder;
        parent == 0 ? add.bind_null(1) : add.bind(1, parent);
        add.bind_blob(2, path);
        device == 0 ? add.bind_null(3) : add.bind(3, device);
        add.run();
        id = database.last_row_id();
    } else if (parent != 0) {
        // A scan that began at this folder has made it.
        statements_->adopt_folder.bind(1, id);
        statements_->adopt_folder.bind(2, parent);
        statements_->adopt_folder.run();
    }
    if (moved) {
        statements_->place_folder.bind(1, id);
        statements_->place_folder.bind(2, device);
        statements_->place_folder.run();
    }
    if (state_->folders.size() >= cache_limit) {
        state_->folders.clear();
    }
    state_->folders.emplace(path, id);
    return id;
}

std::int64_t FileWriter::key_set(const std::vector<dicom::Tag>& tags)
{
    if (tags.empty()) {
        return 0;
    }
    const std::string text = text_of_tags(tags);
    Statement& find = statements_->find_keys;
    find.bind(1, std::string_view{text});
    Id id = find.step() ? find.number(0) : 0;
    find.reset();
    if (id == 0) {
        statements_->add_keys.bind(1, std::string_view{text});
        statements_->add_keys.run();
        id = writer_.connection_->database().last_row_id();
    }
    return id;
}

bool FileWriter::is_unread(Id file)
{
    Statement& find = statements_->is_unread;
    find.bind(1, file);
    const bool unread = find.step() && find.number(0) != 0;
    find.reset();
    return unread;
}

// One that changed stands in front of others in the walk that it now belongs together with: it may
// be the one that speaks for them.
void FileWriter::touch_study_of(Id instance)
{
    Statement& find = statements_->study_of;
    find.bind(1, instance);
    const Id study = find.step() ? find.number(0) : 0;
    find.reset();
    if (study != 0) {
        statements_->touch_now.bind(1, study);
        statements_->touch_now.run();
    }
}

// In a first scan files come in the order that decides.
bool FileWriter::stands_in_front(const FileRow& row, Id instance, bool holds)
{
    const std::string name{row.name};
    return state_->settled && (holds ? state_->order.before_speaker(row.folder, name, instance)
                                     : state_->order.before_holder(row.folder, name, instance));
}

void FileWriter::expect_any_order()
{
    state_->settled = true;
}

void FileWriter::expect_the_same()
{
    state_->same = true;
}

std::size_t FileWriter::put(std::span<const FileRow> rows)
{
    std::size_t copies = 0;
    while (!rows.empty()) {
        const auto known =
            std::find_if(rows.begin(), rows.end(), [](const FileRow& row) { return row.known; });
        const auto fresh = static_cast<std::size_t>(known - rows.begin());
        copies += fresh > 0 ? put_new(rows.first(fresh), false) : put_again(rows.front());
        rows = rows.subspan(std::max<std::size_t>(fresh, 1));
    }
    return copies;
}

std::size_t FileWriter::put_again(const FileRow& row)
{
    Statement& find = statements_->find_file;
    find.bind(1, row.folder);
    find.bind_blob(2, row.name);
    find.bind(3, row.member);
    const Id old = find.step() ? find.number(0) : 0;
    find.reset();
    const bool changed = old != 0 && !is_unread(old);
    if (old != 0) {
        remove(old);
    }
    return put_new({&row, 1}, changed);
}

void FileWriter::add_row(const FileRow& row, Id id, Id instance, bool copy, bool differs)
{
    const std::span<Cell> cells = statements_->new_files.add_row();
    const auto set_text = [&cells](std::size_t at, std::string_view text) {
        if (!text.empty()) {
            cells[at].set(text);
        }
    };
    const auto set_digest = [&](std::size_t at, const std::string& hex) {
        if (!hex.empty()) {
            cells[at].set_blob(state_->digests.emplace_back(bytes_of_hex(hex)));
        }
    };
    cells[0].set(id);
    cells[1].set(row.folder);
    cells[2].set_blob(row.name);
    cells[3].set(row.member);
    if (row.member != 0) {
        cells[4].set_blob(row.member_name);
    }
    cells[5].set(row.facts.size);
    cells[6].set(row.facts.mtime_ns);
    cells[7].set(row.facts.inode);
    set_text(8, row.outcome);
    set_text(9, row.reason);
    set_text(10, row.message);
    if (instance != 0) {
        cells[11].set(instance);
    }
    cells[12].set(Id{copy ? 1 : 0});
    cells[13].set(Id{differs ? 1 : 0});
    if (row.key_set != 0) {
        cells[14].set(row.key_set);
    }
    if (row.digests != nullptr) {
        set_digest(15, row.digests->sha256);
        set_digest(16, row.digests->content_sha256);
        set_text(17, row.digests->content_note);
    }
}

void FileWriter::add_extras(const FileRow& row, Id id)
{
    for (const auto& [tag, value] : row.extras) {
        statements_->add_extra.bind(1, id);
        statements_->add_extra.bind(2, Id{tag.value});
        statements_->add_extra.bind(3, std::string_view{value});
        statements_->add_extra.run();
    }
}

// All files have rows by now: those that were put with it, too.
void FileWriter::judge_order(const FileRow& row, Id instance, bool added, bool differs,
                             bool changed)
{
    if ((differs || !added) && (changed || stands_in_front(row, instance, added))) {
        touch_study_of(instance);
    }
}

std::size_t FileWriter::put_new(std::span<const FileRow> rows, bool changed)
{
    const Id first = state_->next_file;
    auto& arrivals = state_->arrivals;
    arrivals.clear();
    for (const FileRow& row : rows) {
        const Id id = state_->next_file++;
        if (row.record != nullptr) {
            arrivals.push_back({row.record, id});
        }
    }
    writer_.connection_->place(arrivals);
    add_rows(rows, first);
    std::size_t copies = 0;
    auto arrival = arrivals.begin();
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const FileRow& row = rows[at];
        const Id id = first + static_cast<Id>(at);
        add_extras(row, id);
        if (row.record == nullptr) {
            continue;
        }
        const auto& placed = (arrival++)->placed;
        copies += placed.added ? 0 : 1;
        if (placed.differs) {
            ++state_->differing[placed.study];
        }
        judge_order(row, placed.instance, placed.added, placed.differs, changed);
        if (placed.new_study_of != 0 && state_->settled) {
            statements_->touch_patient.bind(1, placed.new_study_of);
            statements_->touch_patient.run();
        }
        if (!placed.same_study) {
            add_claim(id, placed.instance, placed.added, *row.record);
        }
    }
    return copies;
}

void FileWriter::add_rows(std::span<const FileRow> rows, Id id)
{
    statements_->new_files.clear();
    state_->digests.clear();
    state_->digests.reserve(rows.size());  // the cells refer to them
    auto arrival = state_->arrivals.cbegin();
    for (const FileRow& row : rows) {
        if (row.record == nullptr) {
            add_row(row, id++, 0, false, false);
        } else {
            const auto& placed = (arrival++)->placed;
            add_row(row, id++, placed.instance, !placed.added, placed.differs);
        }
    }
    statements_->add_files.run();
}

// Only what disagrees is written down: in a sound collection nothing does.
void FileWriter::add_claim(Id file, Id instance, bool added, const InstanceRecord& record)
{
    const std::string& id = record.values.text(dicom::tags::patient_id);
    const std::string& issuer = record.values.text(dicom::Tag{0x0010, 0x0021});
    const std::string& name = record.values.text(dicom::tags::patient_name);
    const std::string mine = person(id, issuer, name);
    const auto known = state_->persons.find(record.study_uid);
    if (added && known != state_->persons.end() && known->second == mine) {
        return;
    }
    Statement& find = statements_->place_of;
    find.bind(1, instance);
    const bool there = find.step();
    const std::string theirs =
        there ? person(find.text(2), find.text(3), find.text(4)) : std::string{};
    const bool in_place =
        there && find.text(0) == record.study_uid && find.text(1) == record.series_uid;
    find.reset();
    if (in_place) {
        state_->persons.size() < cache_limit ? void() : state_->persons.clear();
        state_->persons[record.study_uid] = theirs;
    }
    if (in_place && theirs == mine) {
        return;
    }
    Statement& add = statements_->add_claim;
    add.bind(1, file);
    add.bind(2, std::string_view{record.study_uid});
    add.bind(3, std::string_view{record.series_uid});
    add.bind_unless_empty(4, id);
    add.bind_unless_empty(5, issuer);
    add.bind_unless_empty(6, name);
    add.run();
}

}  // namespace pacs::index
