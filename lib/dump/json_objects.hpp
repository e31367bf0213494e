#pragma once

#include "stream/input.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace pacs::dump {

/// The text of one JSON object of a stream.
struct JsonText {
    std::string text;          ///< the object with its braces, not yet known to be valid
    std::string defect;        ///< why there is none; the text is then empty
    std::uint64_t number = 0;  ///< from 1
};

/// Caps of one object; a longer or deeper one is a defect, and is passed over in constant memory.
struct JsonObjectLimits {
    std::size_t bytes = std::size_t{192} << 20U;
    unsigned depth = 200;  ///< brackets of both kinds; DICOM JSON has three a sequence
};

/// Cuts a stream into JSON objects: one, a list of them, or any number one after the other
/// (NDJSON), whatever white space, commas and lists are around them. It only counts brackets;
/// whether an object is valid is for its reader to say.
class JsonObjects {
public:
    /// `input` must outlive it.
    explicit JsonObjects(stream::Input& input, const JsonObjectLimits& limits = {});

    /// The next object, or what stands where one should be, up to the end of its line; nullopt at
    /// the end. Input that begins with no object is not JSON: that is told once. Throws
    /// Error(storage) when reading fails.
    std::optional<JsonText> next();

private:
    enum class Byte : std::uint8_t { inside, ends_object, starts_another };

    bool skip_to_object();
    JsonText stray_line();
    Byte take(char c);

    stream::Input& input_;
    JsonObjectLimits limits_;
    std::uint64_t number_ = 0;
    bool ended_ = false;

    unsigned depth_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
    char before_ = 0;  // the last byte that is neither space nor in a string
};

}  // namespace pacs::dump
