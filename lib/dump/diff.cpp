#include "dump/diff.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "dicom/content_compare.hpp"
#include "stream/object_head.hpp"
#include "stream/source.hpp"

#include <fmt/format.h>

#include <optional>

namespace pacs::dump {

namespace {

using dicom::ContentDifference;
using stream::Item;

/// Two objects are in memory at once, some hundred bytes an element.
constexpr std::uint64_t most_elements = 2'000'000;

[[noreturn]] void fail(ErrorKind kind, const std::string& word, const std::string& reason)
{
    throw Error(kind, fmt::format("comparing {}: {}", word, reason));
}

/// The one object of a source.
stream::Content open_object(const std::string& word)
{
    stream::Source source{{word}};
    std::optional<Item> found;
    while (auto item = source.next()) {
        if (item->state == Item::State::failed) {
            const bool unreadable = item->reason == "unreadable" || item->reason == "not_found";
            fail(unreadable ? ErrorKind::storage : ErrorKind::data, word, item->message);
        }
        if (item->state == Item::State::object && found) {
            fail(ErrorKind::usage, word, "more than one object");
        }
        if (item->state == Item::State::object) {
            found = std::move(item);
        }
    }
    if (!found) {
        fail(ErrorKind::data, word, "no object");
    }
    return found->open();
}

dicom::Content read(const std::string& word)
{
    const stream::Content content = open_object(word);
    try {
        const dicom::FileHead head = stream::read_file_head(content);
        const auto read_at = [&content](std::uint64_t offset, std::span<std::byte> bytes) {
            return content.read_at(offset, bytes);
        };
        dicom::ContentOptions options;
        options.scan.elements = most_elements;
        dicom::Content read =
            dicom::read_content(read_at, head.data_offset, content.size(), head.syntax, options);
        if (!read.digest.defect.empty()) {
            fail(ErrorKind::data, word, read.digest.defect);
        }
        return read;
    } catch (const stream::HeadError& error) {
        fail(ErrorKind::data, word, error.what());
    }
}

const char* word_of(ContentDifference::Kind kind)
{
    switch (kind) {
    case ContentDifference::Kind::removed: return "removed";
    case ContentDifference::Kind::added: return "added";
    case ContentDifference::Kind::changed: break;
    }
    return "changed";
}

/// Whether a key names the element, or a sequence around it.
bool is_ignored(const ContentDifference& difference, const Selection& ignored)
{
    if (ignored.everything()) {
        return false;  // of no keys
    }
    Selection::Wish wish = ignored.all();
    std::size_t depth = 0;
    for (const auto& [sequence, number] : difference.around) {
        const auto inside = ignored.of(sequence, wish, depth);
        wish = ignored.of_item(static_cast<std::uint32_t>(number), inside, depth);
        ++depth;
        if (wish.whole) {
            return true;
        }
    }
    const auto last = ignored.of(difference.tag, wish, depth);
    return last.whole ||
           (difference.item != 0 &&
            ignored.of_item(static_cast<std::uint32_t>(difference.item), last, depth).whole);
}

JsonLine record_of(const ContentDifference& difference)
{
    using Kind = ContentDifference::Kind;
    JsonLine line{"difference"};
    line.add("change", word_of(difference.kind)).add("tag", difference.tag.formatted());
    if (difference.vr != dicom::Vr::none) {
        line.add("vr", dicom::to_string(difference.vr));
    }
    line.add("name", difference.path());
    if (difference.kind != Kind::added) {
        line.add("left", difference.left);
    }
    if (difference.kind != Kind::removed) {
        line.add("right", difference.right);
    }
    if (difference.frames_differing != 0) {
        std::string frames;
        for (const std::uint64_t frame : difference.frames) {
            frames += (frames.empty() ? "[" : ",") + std::to_string(frame);
        }
        line.add("frames_differing", difference.frames_differing).add_raw("frames", frames + "]");
    }
    return line;
}

}  // namespace

void DiffResult::write(JsonLine& summary) const
{
    summary.add("equal", differences == 0).add("differences", differences);
    if (ignored != 0) {
        summary.add("ignored", ignored);
    }
    const auto add = [&summary](const std::string& side, const dicom::ContentDigest& digest) {
        summary.add(side + "_content_sha256", to_hex(digest.sha256));
        if (const auto note = digest.note(); !note.empty()) {
            summary.add(side + "_content_note", note);
        }
    };
    add("left", left);
    add("right", right);
}

DiffResult diff(const std::string& left, const std::string& right, const Selection& ignored,
                const std::function<void(const JsonLine&)>& tell)
{
    if (left == "-" && right == "-") {
        throw Error(ErrorKind::usage, "comparing - with -: standard input can be read once");
    }
    const dicom::Content one = read(left);
    const dicom::Content other = read(right);
    DiffResult result;
    result.left = one.digest;
    result.right = other.digest;
    dicom::compare(one.root, other.root, [&](const ContentDifference& difference) {
        if (is_ignored(difference, ignored)) {
            ++result.ignored;
            return;
        }
        ++result.differences;
        tell(record_of(difference));
    });
    return result;
}

std::vector<Column> diff_columns()
{
    return {{"change", "CHANGE", 7},
            {"tag", "TAG", 11},
            {"name", "NAME", 36},
            {"left", "LEFT", 30},
            {"right", "RIGHT"}};
}

}  // namespace pacs::dump
