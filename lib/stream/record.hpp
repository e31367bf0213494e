#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::stream {

/// Caps of what a line may be; beyond them it is a malformed one.
struct RecordLimits {
    std::size_t line_bytes = std::size_t{16} << 20U;
    std::size_t depth = 64;
};

/// One member of a JSON object: its name, and its value as it stood in the input, but that raw
/// control characters (DEL, C1) are escaped.
struct Member {
    std::string name;
    std::string json;

    bool operator==(const Member&) const = default;
};

/// One line of input understood, pacs-records(5): a flat record, an object of the DICOM JSON Model
/// (PS3.18 Annex F), a bare UID, or a file path.
struct Record {
    enum class Kind : std::uint8_t {
        object,     ///< JSON: a flat record or DICOM JSON
        uid,        ///< a bare UID
        path,       ///< any other text
        malformed,  ///< starts like JSON, or is longer than allowed, and cannot be read
    };
    Kind kind = Kind::malformed;
    std::vector<Member> members;  ///< all of them in their order; none for bare words
    std::string text;             ///< the bare word; for malformed the reason

    /// The value of a text member as UTF-8; of DICOM JSON also by keyword ("SOPInstanceUID").
    /// Empty when absent, not text, or a list (then its first text).
    std::string get(std::string_view name) const;
};

/// Understands lines. Keeps buffers between calls; one for each thread.
class RecordReader {
public:
    explicit RecordReader(const RecordLimits& limits = {});
    ~RecordReader();
    RecordReader(const RecordReader&) = delete;
    RecordReader& operator=(const RecordReader&) = delete;

    /// Reads one line, with or without its line end. Never throws on content. A blank line is a
    /// path of no text.
    Record parse(std::string_view line);
    const RecordLimits& limits() const noexcept { return limits_; }

private:
    struct Parser;
    RecordLimits limits_;
    std::unique_ptr<Parser> parser_;
};

}  // namespace pacs::stream
