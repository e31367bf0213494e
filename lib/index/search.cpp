#include "index/search.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "dicom/matching.hpp"
#include "index/combined_time.hpp"
#include "index/extras.hpp"
#include "index/plan.hpp"
#include "index/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace pacs::index {

namespace {

constexpr int steps_between_looks = 10'000;  // of SQLite's machine: a millisecond or less
constexpr std::chrono::milliseconds time_between_questions{10};

/// Whether a search that takes its time should go on.
class Watch {
public:
    Watch(Deadline deadline, GiveUp give_up) : deadline_(deadline), give_up_(std::move(give_up)) {}

    bool over()
    {
        if (!over_ && give_up_ && next_question_.expired()) {
            next_question_ = Deadline::after(time_between_questions);
            over_ = give_up_();
        }
        over_ = over_ || deadline_.expired();
        return over_;
    }

private:
    Deadline deadline_;
    GiveUp give_up_;
    Deadline next_question_ = Deadline::after(time_between_questions);
    bool over_ = false;
};

std::vector<std::string> values_of(const Attribute& attribute, std::string_view text)
{
    if (attribute.storage == Storage::extra) {
        return extra_values(attribute, text);
    }
    std::vector<std::string> values;
    const bool several = attribute.storage == Storage::name ||
                         attribute.storage == Storage::modalities ||
                         attribute.storage == Storage::classes;
    while (!text.empty()) {
        const std::size_t end = several ? std::min(text.find('\\'), text.size()) : text.size();
        values.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return values;
}

bool all_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void put(dicom::DataSet& answer, const Attribute& attribute, std::string_view text, bool& ascii)
{
    if (attribute.storage == Storage::extra && !dicom::is_text(attribute.vr)) {
        answer.put({attribute.tag, attribute.vr, extra_element_value(attribute, text)});
        return;
    }
    if (attribute.vr == dicom::Vr::US && !text.empty()) {
        answer.set_u16(attribute.tag, static_cast<std::uint16_t>(std::stoul(std::string{text})));
        return;
    }
    ascii = ascii && all_ascii(text);
    answer.set_text(attribute.tag, text, attribute.vr);
}

constexpr const char* place_sql =
    "SELECT CASE WHEN i.file IS NULL THEN 'objects/' || s.shard || '/' || s.study_instance_uid || "
    "'/' || e.series_instance_uid || '/' || i.sop_instance_uid || '.dcm' END, "
    "d.path, f.name, f.member, f.member_name, i.size, i.sha256, f.content_sha256, f.content_note "
    "FROM instance_row i "
    "JOIN series_row e ON e.id = i.series JOIN study_row s ON s.id = e.study "
    "LEFT JOIN file f ON f.id = i.file LEFT JOIN folder d ON d.id = f.folder WHERE i.id = ?1";

FoundPlace place_of(const Statement& row)
{
    FoundPlace place;
    place.in_archive = !row.null(0);
    place.from_pipe = row.blob(1) == "-";
    place.path = place.in_archive ? std::string{row.text(0)}
                 : place.from_pipe
                     ? std::string{}
                     : fmt::format("{}/{}", row.blob(1) == "/" ? "" : row.blob(1), row.blob(2));
    place.member = row.number(3);
    place.member_name = row.blob(4);
    place.size = static_cast<std::uint64_t>(row.number(5));
    place.digests.sha256 = to_hex(std::as_bytes(std::span{row.blob(6)}));
    place.digests.content_sha256 = to_hex(std::as_bytes(std::span{row.blob(7)}));
    place.digests.content_note = row.text(8);
    return place;
}

/// "SELECT a, b FROM request WHERE series = ?1 ORDER BY id" for the keys of the item.
std::string request_sql(const Key& key)
{
    std::string columns;
    for (const Key& item : key.items) {
        columns += fmt::format("{}{}", columns.empty() ? "" : ", ", item.attribute->column);
    }
    return fmt::format("SELECT {} FROM request INDEXED BY request_series WHERE series = ?1",
                       columns.empty() ? "1" : columns);
}

}  // namespace

struct Search::State {
    State(std::shared_ptr<ReaderPool> readers, Query asked, Deadline until, GiveUp give_up)
        : pool(std::move(readers)),
          query(std::move(asked)),
          watch(until, std::move(give_up)),
          plan(make_plan(query)),
          reader(pool->take()),
          combined(query)
    {
        sqlite3_progress_handler(reader->database.handle(), steps_between_looks, look, &watch);
        reader->database.run("BEGIN");
        rows.emplace(reader->database, plan.sql);
        bind();
        for (const Key& key : query.keys) {
            if (key.attribute->storage == Storage::requests) {
                requests.emplace(reader->database, request_sql(key));
            }
        }
    }

    ~State()
    {
        rows.reset();
        requests.reset();
        places.reset();
        sqlite3_progress_handler(reader->database.handle(), 0, nullptr, nullptr);
        // A connection that cannot even end its transaction is not used again.
        if (sqlite3_exec(reader->database.handle(), "ROLLBACK", nullptr, nullptr, nullptr) ==
            SQLITE_OK) {
            pool->give_back(std::move(reader));
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static int look(void* watch) { return static_cast<Watch*>(watch)->over() ? 1 : 0; }

    void bind()
    {
        int parameter = 1;
        for (const Plan::Value& value : plan.parameters) {
            if (const auto* text = std::get_if<std::string>(&value)) {
                rows->bind(parameter++, std::string_view{*text});
            } else {
                rows->bind(parameter++, std::get<std::int64_t>(value));
            }
        }
    }

    bool step()
    {
        if (watch.over()) {
            throw Error(ErrorKind::limit, "searching the index: the time is over");
        }
        try {
            return rows->step();
        } catch (const Error&) {
            if (watch.over()) {
                throw Error(ErrorKind::limit, "searching the index: the time is over");
            }
            throw;
        }
    }

    bool matches()
    {
        for (std::size_t at = 0; at < query.keys.size(); ++at) {
            const Key& key = query.keys[at];
            if (plan.judged[at] && key.attribute->storage != Storage::requests &&
                !combined.covers(key.attribute->tag) &&
                !dicom::matches(key.matcher, values_of(*key.attribute, text(at)))) {
                return false;
            }
        }
        return combined.matches([this](std::size_t at) { return text(at); });
    }

    std::string_view text(std::size_t key) const { return rows->text(static_cast<int>(key)); }

    /// Puts the items that match; false when the keys ask for one and there is none.
    bool put_requests(dicom::DataSet& answer, std::size_t at, bool& ascii)
    {
        const Key& key = query.keys[at];
        dicom::Element sequence{key.attribute->tag, dicom::Vr::SQ, {}};
        requests->bind(1, rows->number(static_cast<int>(at)));
        while (requests->step()) {
            dicom::DataSet item;
            bool fits = true;
            for (std::size_t column = 0; column < key.items.size() && fits; ++column) {
                const Key& wanted = key.items[column];
                const std::string_view value = requests->text(static_cast<int>(column));
                fits = dicom::matches(wanted.matcher, values_of(*wanted.attribute, value));
                put(item, *wanted.attribute, value, ascii);
            }
            if (fits) {
                sequence.items.push_back(std::move(item));
            }
        }
        requests->reset();
        const bool found = !sequence.items.empty() || !plan.judged[at];
        answer.put(std::move(sequence));
        return found;
    }

    std::optional<dicom::DataSet> answer()
    {
        dicom::DataSet answer;
        bool ascii = true;
        answer.set_text(dicom::tags::query_retrieve_level, dicom::level_value(query.level));
        for (std::size_t at = 0; at < query.keys.size(); ++at) {
            const Attribute& attribute = *query.keys[at].attribute;
            if (attribute.storage != Storage::requests) {
                put(answer, attribute, text(at), ascii);
            } else if (!put_requests(answer, at, ascii)) {
                return std::nullopt;
            }
        }
        if (!ascii) {
            answer.set_text(dicom::tags::specific_character_set, "ISO_IR 192");
        }
        return answer;
    }

    std::shared_ptr<ReaderPool> pool;
    Query query;
    Watch watch;
    Plan plan;
    std::unique_ptr<Reader> reader;
    CombinedTimes combined;
    std::optional<Statement> rows;
    std::optional<Statement> requests;
    std::optional<Statement> places;
};

Search::Search(std::shared_ptr<ReaderPool> pool, Query query, Deadline deadline, GiveUp give_up)
    : state_(
          std::make_unique<State>(std::move(pool), std::move(query), deadline, std::move(give_up)))
{
}
Search::~Search() = default;
Search::Search(Search&&) noexcept = default;
Search& Search::operator=(Search&&) noexcept = default;

std::optional<dicom::DataSet> Search::next()
{
    while (state_->step()) {
        if (!state_->matches()) {
            continue;
        }
        if (auto answer = state_->answer()) {
            return answer;
        }
    }
    return std::nullopt;
}

std::optional<FoundPlace> Search::place()
{
    if (state_->plan.row_column < 0) {
        return std::nullopt;
    }
    if (!state_->places) {
        state_->places.emplace(state_->reader->database, place_sql);
    }
    Statement& find = *state_->places;
    find.bind(1, state_->rows->number(state_->plan.row_column));
    auto place = find.step() ? std::optional{place_of(find)} : std::nullopt;
    find.reset();
    return place;
}

const Query& Search::query() const noexcept
{
    return state_->query;
}

const std::string& Search::sql() const noexcept
{
    return state_->plan.sql;
}

std::string Search::plan() const
{
    Statement statement{state_->reader->database, "EXPLAIN QUERY PLAN " + state_->plan.sql};
    std::string lines;
    while (statement.step()) {
        lines += fmt::format("{}\n", statement.text(3));
    }
    return lines;
}

}  // namespace pacs::index
