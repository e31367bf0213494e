#pragma once

#include "stream/content.hpp"
#include "stream/record.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pacs::stream {

/// One thing a source came by: an object to be opened, or why there is none.
struct Item {
    enum class State : std::uint8_t {
        object,   ///< open() gives its bytes
        skipped,  ///< not meant to be an object, or done before; see reason
        failed,   ///< meant to be one, but cannot be had; see reason
    };
    State state = State::object;
    std::string name;             ///< path, member name, or the word; any bytes, for people
    std::string path;             ///< of a file; empty for members and standard input
    std::vector<Member> members;  ///< of the record it came with
    bool named = false;           ///< the user named this very thing, it was not found by walking
    std::string reason;           ///< a word of pacs-records(5): "not_a_file", "unreadable", ...
    std::string message;          ///< for people

    /// The bytes, opened now for files. Throws Error(storage). Once.
    Content open();
    std::optional<Content> content;  ///< of tar members and standard input
};

struct SourceOptions {
    int standard_input = 0;  ///< the descriptor read for "-"
    RecordLimits records = {};
    /// Says whether a record of an earlier run tells that its object is done; such an item is
    /// skipped with reason "already_stored". Empty: no record does.
    std::function<bool(const Record&)> is_done = {};
};

/// Yields the items of SOURCE words one after the other in constant memory:
/// - a file; a folder, walked as FolderWalk does; an archive (a folder with archive.toml), of which
///   only objects/ is walked;
/// - "-", standard input, which is told apart by its first bytes: a tar stream, one raw DICOM
///   object, or lines of records (record.hpp), whose `path` members, or bare paths, are the files.
/// A `path_base64` member comes before `path`, for paths that are not UTF-8. A record with nothing
/// that can be opened is a failed item ("no_path"), one of type `file` (a scan found no object) a
/// skipped one ("no_object"); records of type `summary` and `removed` and
/// blank lines are passed over.
class Source {
public:
    /// Throws Error(usage) for no words or "-" twice. Nothing is opened yet.
    explicit Source(std::vector<std::string> words, const SourceOptions& options = {});
    ~Source();
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    /// The next item; nullopt at the end, and once StopFlag is raised.
    /// Throws Error(data) when standard input is a damaged tar stream or nothing that is known.
    std::optional<Item> next();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pacs::stream
