#include "stream/source.hpp"

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "dicom/part10.hpp"
#include "stream/folder_walk.hpp"
#include "stream/input.hpp"
#include "stream/tar_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

namespace pacs::stream {

namespace {

namespace fs = std::filesystem;

Item bad_item(Item::State state, std::string name, std::string reason, std::string message)
{
    Item item;
    item.state = state;
    item.name = std::move(name);
    item.reason = std::move(reason);
    item.message = std::move(message);
    return item;
}

Item bad_path(Item::State state, std::string path, std::string reason, std::string message)
{
    Item item = bad_item(state, path, std::move(reason), std::move(message));
    item.path = std::move(path);
    return item;
}

Item file_item(std::string path)
{
    Item item;
    item.name = path;
    item.path = std::move(path);
    return item;
}

/// "DICM" after a preamble that may hold anything, PS3.10 7.1.
bool has_mark(std::span<const std::byte> start) noexcept
{
    return start.size() >= 132 && std::memcmp(start.data() + 128, "DICM", 4) == 0;
}

bool is_raw_object(std::span<const std::byte> start)
{
    try {
        dicom::read_file_head(start);
        return true;
    } catch (const Error&) {
        return has_mark(start);
    }
}

/// Nothing at all, the start of JSON, or a line of text with nothing but text after it.
bool is_record(std::span<const std::byte> buffered)
{
    const auto holds = [buffered](char c) {
        return std::find(buffered.begin(), buffered.end(), static_cast<std::byte>(c)) !=
               buffered.end();
    };
    const bool json =
        !buffered.empty() && (buffered[0] == std::byte{'{'} || buffered[0] == std::byte{'['});
    return buffered.empty() || json || (holds('\n') && !holds('\0') && !has_mark(buffered));
}

/// One SOURCE word being read.
class Part {
public:
    Part() = default;
    virtual ~Part() = default;
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    virtual std::optional<Item> next() = 0;
};

class OneItem : public Part {
public:
    explicit OneItem(Item item) : item_(std::move(item)) { item_->named = true; }
    std::optional<Item> next() override { return std::exchange(item_, std::nullopt); }

private:
    std::optional<Item> item_;
};

class Folder : public Part {
public:
    explicit Folder(const fs::path& top) : walk_(top) {}

    std::optional<Item> next() override
    {
        auto entry = walk_.next();
        if (!entry) {
            return std::nullopt;
        }
        std::string path = entry->path.string();
        switch (entry->kind) {
        case WalkEntry::Kind::file: return file_item(std::move(path));
        case WalkEntry::Kind::skipped:
            return bad_path(Item::State::skipped, std::move(path), "not_a_file", entry->message);
        default: break;
        }
        return bad_path(Item::State::failed, std::move(path), "unreadable", entry->message);
    }

private:
    FolderWalk walk_;
};

class Tar : public Part {
public:
    explicit Tar(Input& input) : reader_(input) {}

    std::optional<Item> next() override
    {
        auto member = reader_.next();
        if (!member) {
            return std::nullopt;
        }
        if (!member->refused.empty()) {
            return bad_item(Item::State::skipped, std::move(member->name), "not_a_file",
                            "the tar member is a " + member->refused);
        }
        Item item;
        item.name = std::move(member->name);
        item.content = std::move(member->content);
        return item;
    }

private:
    TarReader reader_;
};

class Records : public Part {
public:
    Records(Input& input, const SourceOptions& options)
        : input_(input), options_(options), reader_(options.records)
    {
    }

    std::optional<Item> next() override
    {
        while (input_.read_line(line_, options_.records.line_bytes)) {
            ++number_;
            Record record = line_.cut ? too_long() : reader_.parse(line_.text);
            if (auto item = item_of(std::move(record))) {
                return item;
            }
        }
        return std::nullopt;
    }

private:
    Record too_long() const
    {
        Record record;
        record.text = fmt::format("longer than {} bytes", options_.records.line_bytes);
        return record;
    }

    std::string place() const { return fmt::format("{} line {}", input_.name(), number_); }

    /// The bytes of a path that is not UTF-8 come beside it.
    static std::string path_of(const Record& record)
    {
        const auto bytes = from_base64(record.get("path_base64"));
        return bytes && !bytes->empty() ? *bytes : record.get("path");
    }

    std::optional<Item> item_of(Record record)
    {
        switch (record.kind) {
        case Record::Kind::malformed:
            return bad_item(Item::State::failed, place(), "malformed_record", record.text);
        case Record::Kind::uid:
            return bad_item(Item::State::failed, record.text, "no_path",
                            "a UID alone says not where the object is");
        case Record::Kind::path:
            return record.text.empty() ? std::nullopt : std::optional{file_item(record.text)};
        case Record::Kind::object: break;
        }
        return item_of_object(std::move(record));
    }

    std::optional<Item> item_of_object(Record record)
    {
        const std::string type = record.get("type");
        if (type == "summary" || type == "removed") {
            return std::nullopt;
        }
        const std::string path = path_of(record);
        Item item = file_item(path);
        if (type == "file") {
            item = bad_path(Item::State::skipped, path, "no_object", "its record says so");
            item.members = std::move(record.members);
            return item;
        }
        if (options_.is_done && options_.is_done(record)) {
            item.state = Item::State::skipped;
            item.reason = "already_stored";
            item.message = "its record says so";
        } else if (path.empty()) {
            item = bad_item(Item::State::failed, place(), "no_path",
                            "the record has no path of a file");
        }
        item.members = std::move(record.members);
        return item;
    }

    Input& input_;
    const SourceOptions& options_;
    RecordReader reader_;
    Input::Line line_;
    std::uint64_t number_ = 0;
};

/// The whole of a raw object, spooled: it has no length in front, so its end is the input's.
Item raw_item(Input& input)
{
    Spool spool;
    for (auto bytes = input.chunk(); !bytes.empty(); bytes = input.chunk()) {
        spool.append(bytes);
        input.take(bytes.size());
    }
    Item item;
    item.name = input.name();
    item.content = spool.finish(input.name());
    return item;
}

}  // namespace

Content Item::open()
{
    if (content) {
        return std::move(*std::exchange(content, std::nullopt));
    }
    return Content::of_file(path);
}

struct Source::State {
    std::vector<std::string> words;
    SourceOptions options;
    std::size_t next_word = 0;
    Input input;
    std::unique_ptr<Part> part;

    State(std::vector<std::string> w, const SourceOptions& o)
        : words(std::move(w)), options(o), input(o.standard_input, "standard input")
    {
    }

    /// Decides on as few bytes as it can, so that records are read as they come.
    std::unique_ptr<Part> open_input()
    {
        for (auto start = input.chunk();; start = input.chunk()) {
            const std::size_t seen = start.size();
            if (is_record(start)) {
                return std::make_unique<Records>(input, options);
            }
            if (TarReader::recognise(start)) {
                return std::make_unique<Tar>(input);
            }
            if (is_raw_object(start)) {
                return std::make_unique<OneItem>(raw_item(input));
            }
            const auto more = input.peek(seen + 1);
            const bool ended = more.size() == seen;
            if (ended && std::find(more.begin(), more.end(), std::byte{0}) == more.end()) {
                return std::make_unique<Records>(input, options);  // one bare word, no newline
            }
            if (ended || seen >= dicom::file_head_bytes) {
                break;
            }
        }
        throw Error(ErrorKind::data,
                    "reading standard input: neither tar, nor a DICOM object, nor records");
    }

    std::unique_ptr<Part> open_word(const std::string& word)
    {
        if (word == "-") {
            return open_input();
        }
        std::error_code error;
        const fs::file_status status = fs::status(word, error);
        if (fs::is_directory(status)) {
            const bool archive = fs::exists(fs::path{word} / "archive.toml", error);
            try {
                return std::make_unique<Folder>(archive ? fs::path{word} / "objects"
                                                        : fs::path{word});
            } catch (const Error& unreadable) {
                return std::make_unique<OneItem>(
                    bad_path(Item::State::failed, word, "unreadable", unreadable.what()));
            }
        }
        if (!fs::exists(status) || !fs::is_regular_file(status)) {
            const bool missing = status.type() == fs::file_type::not_found;
            return std::make_unique<OneItem>(
                bad_path(Item::State::failed, word, missing ? "not_found" : "not_a_file",
                         missing ? "no such file or folder"
                                 : (error ? error.message() : "neither a file nor a folder")));
        }
        return std::make_unique<OneItem>(file_item(word));
    }
};

Source::Source(std::vector<std::string> words, const SourceOptions& options)
    : state_(std::make_unique<State>(std::move(words), options))
{
    const auto& all = state_->words;
    if (all.empty() || std::count(all.begin(), all.end(), "-") > 1) {
        throw Error(ErrorKind::usage, all.empty() ? "reading sources: none was named"
                                                  : "reading sources: - can be named once only");
    }
}
Source::~Source() = default;

std::optional<Item> Source::next()
{
    while (!StopFlag::instance().raised()) {
        if (!state_->part) {
            if (state_->next_word == state_->words.size()) {
                return std::nullopt;
            }
            state_->part = state_->open_word(state_->words[state_->next_word++]);
        }
        if (auto item = state_->part->next()) {
            return item;
        }
        state_->part.reset();
    }
    return std::nullopt;
}

}  // namespace pacs::stream
