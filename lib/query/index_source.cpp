#include "archive/archive.hpp"
#include "base/deadline.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "dicom/data_set.hpp"
#include "dicom/dictionary.hpp"
#include "index/index.hpp"
#include "query/source.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pacs::query {

namespace {

class IndexSource : public Source {
public:
    IndexSource(const std::filesystem::path& path, std::chrono::milliseconds max_duration)
        : max_duration_(max_duration)
    {
        if (std::filesystem::is_directory(path)) {
            archive_ = archive::Archive::open_for_reading(path);
            root_ = path;
        } else {
            file_.emplace(path);
            root_ = path.parent_path();
        }
    }

    Ending ask(const Question& question, std::uint64_t limit, const AnswerSink& sink) override;
    bool tells_when_cut() const override { return true; }
    std::vector<std::string> not_granted() const override { return {}; }
    void close() override {}

private:
    const index::Index& index() const { return archive_ ? archive_->index() : *file_; }

    std::optional<archive::Archive> archive_;
    std::optional<index::Index> file_;
    std::filesystem::path root_;  ///< of the archive, when it is one
    std::chrono::milliseconds max_duration_;
};

/// The index speaks of broken identifiers as a server does; here the person at the shell made it.
index::Query understood(const Question& question, std::span<const index::Attribute> extras)
{
    try {
        return index::parse_query(
            question.root, question.identifier,
            {.relational = question.relational, .fuzzy = question.fuzzy, .extras = extras});
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::data) {
            throw;
        }
        throw Error(ErrorKind::usage, error.what(), error.hint());
    }
}

/// Whether a key of that tag, at whatever depth, has a value, or is a sequence in which one has.
bool was_to_match(const dicom::DataSet& identifier, dicom::Tag tag)
{
    std::vector<std::pair<const dicom::DataSet*, bool>> open{{&identifier, false}};
    while (!open.empty()) {
        const auto [data, within] = open.back();
        open.pop_back();
        for (const dicom::Element& element : data->elements()) {
            const bool here = within || element.tag == tag;
            if (here && !data->text(element.tag).empty()) {
                return true;
            }
            for (const dicom::DataSet& item : element.items) {
                open.emplace_back(&item, here);
            }
        }
    }
    return false;
}

/// An unknown key that was to match is as good as none; that must not go unsaid.
void warn_of_unmatched(const std::vector<dicom::Tag>& unsupported, const dicom::DataSet& identifier,
                       std::span<const index::Attribute> extras)
{
    for (const dicom::Tag tag : unsupported) {
        if (!was_to_match(identifier, tag)) {
            continue;
        }
        const std::string name = dicom::name_of(tag);
        if (std::ranges::find(extras, tag, &index::Attribute::tag) != extras.end()) {
            log::warning("the index has {} of instances only: it was not matched", name);
        } else {
            log::warning("the index does not know {}: it was not matched", name);
        }
    }
}

/// A search answers the unique keys of the levels above too; a server sends what was asked for.
dicom::DataSet asked_part(const dicom::DataSet& found, const dicom::DataSet& identifier)
{
    dicom::DataSet answer;
    for (const dicom::Element& element : found.elements()) {
        if (identifier.has(element.tag) || element.tag == dicom::tags::specific_character_set) {
            answer.put(element);
        }
    }
    return answer;
}

AnswerPlace place_of(const index::FoundPlace& found, const std::filesystem::path& root)
{
    AnswerPlace place;
    place.path = found.in_archive ? (root / found.path).string() : found.path;
    place.inside = found.member != 0;
    place.member = found.member_name;
    place.size = found.size;
    place.digests = found.digests;
    return place;
}

Ending IndexSource::ask(const Question& question, std::uint64_t limit, const AnswerSink& sink)
{
    const auto extras = index().extras();
    index::Search search =
        index().search(understood(question, extras), Deadline::after(max_duration_),
                       [] { return StopFlag::instance().raised(); });
    Ending ending;
    ending.keys_unsupported = !search.query().unsupported.empty();
    warn_of_unmatched(search.query().unsupported, question.identifier, extras);
    auto found = search.next();
    while (found && !StopFlag::instance().raised()) {
        if (limit != 0 && ending.answers == limit) {
            break;
        }
        ++ending.answers;
        Answer answer{asked_part(*found, question.identifier)};
        if (const auto place = search.place()) {
            answer.place = place_of(*place, root_);
        }
        found = search.next();
        sink(std::move(answer), found.has_value());
    }
    ending.truncated = found ? Truncated::yes : Truncated::no;
    return ending;
}

}  // namespace

std::unique_ptr<Source> index_source(const std::filesystem::path& path,
                                     std::chrono::milliseconds max_duration)
{
    return std::make_unique<IndexSource>(path, max_duration);
}

}  // namespace pacs::query
