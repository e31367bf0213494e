#include "dump/dump.hpp"

#include "dump/object_reader.hpp"
#include "dump/sinks.hpp"
#include "stream/object_head.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

namespace pacs::dump {

namespace {

using stream::Item;

/// What is wrong with an item, or nothing.
struct Verdict {
    Outcome outcome = Outcome::ok;
    std::string reason;
    std::string message;
};

/// What is known of an object besides its elements.
struct Facts {
    std::uint64_t size = 0;
    std::optional<dicom::FileHead> head;
    std::vector<std::string> undecoded;
    dicom::Digests digests;
    std::string members;             ///< of a flat record
    std::vector<std::string> names;  ///< of them
};

void add_text(JsonLine& line, std::string_view name, const std::string& text)
{
    if (!text.empty()) {
        line.add(name, text);
    }
}

/// What a record came with stays, but for what this tool says itself.
void add_kept(JsonLine& line, const Item& item, const Facts& facts)
{
    constexpr std::array<std::string_view, 12> ours{
        "type", "outcome",         "reason",    "message", "path",           "member",
        "size", "transfer_syntax", "undecoded", "sha256",  "content_sha256", "content_note"};
    for (const stream::Member& member : item.members) {
        const bool said =
            std::find(ours.begin(), ours.end(), member.name) != ours.end() ||
            std::find(facts.names.begin(), facts.names.end(), member.name) != facts.names.end();
        if (!said) {
            line.add_raw(member.name, member.json);
        }
    }
}

JsonLine record_of(const Item& item, const Verdict& verdict, const Facts& facts)
{
    JsonLine line{"instance", verdict.outcome};
    add_text(line, "reason", verdict.reason);
    add_text(line, "message", verdict.message);
    add_text(line, item.path.empty() ? "member" : "path",
             item.path.empty() ? item.name : item.path);
    if (facts.head) {
        line.add("size", facts.size).add("transfer_syntax", facts.head->syntax.uid());
        if (facts.head->repaired()) {
            line.add("repaired", true);
        }
    }
    facts.digests.write(line);
    if (!facts.undecoded.empty()) {
        line.add("undecoded", facts.undecoded);
    }
    line.add_members(facts.members);
    add_kept(line, item, facts);
    return line;
}

void tell_meta(const dicom::FileHead& head, const Selection& selection, ElementSink& sink)
{
    for (const dicom::Element& element : head.meta.elements()) {
        const bool wanted = selection.of(element.tag, selection.all(), 0).whole;
        if (wanted && element.tag.element() != 0) {
            sink.element(dicom::Element{element}, dicom::CharacterSet{});
        }
    }
}

Verdict verdict_of(const ReadResult& read, const NamingSink& sink)
{
    if (!read.defect.empty()) {
        return {Outcome::failed, read.too_large ? "too_large" : "damaged",
                "reading the object: " + read.defect};
    }
    if (!sink.undecoded().empty()) {
        return {
            Outcome::warning, "character_set",
            "text is in no character set that the object declares: " + sink.undecoded().front()};
    }
    return {};
}

/// One item on its way.
class Dumper {
public:
    Dumper(Item& item, const DumpOptions& options) : item_(item), options_(options) {}

    Dumped run() &&
    {
        const Verdict verdict = read();
        Dumped dumped{record_of(item_, verdict, facts_), std::move(text_), std::move(rows_), {}};
        dumped.bytes = facts_.size;
        dumped.foreign = verdict.reason == "not_dicom" || verdict.reason == "damaged";
        if (verdict.outcome == Outcome::failed || verdict.outcome == Outcome::warning) {
            dumped.complaint = item_.name + ": " + verdict.message;
        }
        return dumped;
    }

private:
    Verdict read()
    {
        if (item_.state != Item::State::object) {
            const bool failed = item_.state == Item::State::failed;
            return {failed ? Outcome::failed : Outcome::skipped, item_.reason, item_.message};
        }
        try {
            const stream::Content content = item_.open();
            facts_.size = content.size();
            facts_.head = stream::read_file_head(content);
            compute_digests(content);
            return read_in_shape(content);
        } catch (const stream::HeadError& error) {
            const bool foreign = error.fault() == stream::HeadFault::not_dicom;
            return {foreign && !item_.named ? Outcome::skipped : Outcome::failed,
                    foreign ? "not_dicom" : "damaged", error.what()};
        } catch (const Error& error) {
            return {Outcome::failed, "unreadable", error.what()};
        }
    }

    void compute_digests(const stream::Content& content)
    {
        if (options_.digests.any()) {
            const auto read_at = [&content](std::uint64_t offset, std::span<std::byte> bytes) {
                return content.read_at(offset, bytes);
            };
            facts_.digests =
                dicom::compute_digests(read_at, content.size(), facts_.head->data_offset,
                                       facts_.head->syntax, options_.digests);
        }
    }

    Verdict read_in_shape(const stream::Content& content)
    {
        switch (options_.shape) {
        case Shape::record: return read_record(content);
        case Shape::dicom_json: return read_dicom_json(content);
        case Shape::path: return read_paths(content);
        case Shape::table: break;
        }
        return read_rows(content);
    }

    Verdict read_into(const stream::Content& content, NamingSink& sink)
    {
        const bool people = options_.shape == Shape::path || options_.shape == Shape::table;
        if (options_.meta || people) {
            tell_meta(*facts_.head, options_.selection, sink);
        }
        ReadOptions how;
        how.selection = &options_.selection;
        how.named_file = !item_.path.empty();
        how.bulk_threshold = options_.bulk_threshold;
        how.carry_unreachable = options_.shape == Shape::dicom_json;
        how.understand_unknown = options_.shape != Shape::dicom_json;
        const ReadResult read = read_object(content, *facts_.head, how, sink);
        facts_.undecoded = sink.undecoded();
        return verdict_of(read, sink);
    }

    Verdict read_record(const stream::Content& content)
    {
        FlatSink sink{item_.path};
        Verdict verdict = read_into(content, sink);
        if (verdict.reason != "too_large") {
            facts_.members = sink.text();
            facts_.names = sink.names();
        }
        return verdict;
    }

    Verdict read_dicom_json(const stream::Content& content)
    {
        AnnexFSink sink{item_.path};
        Verdict verdict = read_into(content, sink);
        if (verdict.outcome != Outcome::failed) {
            text_ = std::move(sink).finish();
        }
        return verdict;
    }

    Verdict read_paths(const stream::Content& content)
    {
        PathSink sink{options_.name_files ? item_.name + ": " : "",
                      options_.selection.everything()};
        Verdict verdict = read_into(content, sink);
        text_ = sink.text().substr(0, sink.text().size() - (sink.text().empty() ? 0 : 1));
        return verdict;
    }

    Verdict read_rows(const stream::Content& content)
    {
        TableSink sink;
        Verdict verdict = read_into(content, sink);
        rows_ = std::move(sink).take_rows();
        return verdict;
    }

    Item& item_;
    const DumpOptions& options_;
    Facts facts_;
    std::string text_;
    std::vector<JsonLine> rows_;
};

}  // namespace

Dumped dump(stream::Item& item, const DumpOptions& options)
{
    return Dumper{item, options}.run();
}

std::size_t cost(const Dumped& dumped) noexcept
{
    return dumped.text.size() + dumped.record.size() + 512 * dumped.rows.size();
}

}  // namespace pacs::dump
