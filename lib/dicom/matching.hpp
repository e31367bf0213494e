#pragma once

#include "dicom/vr.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pacs::dicom {

/// One query key understood, PS3.4 C.2.2.2; everything in UTF-8.
struct Matcher {
    enum class Kind {
        universal,  ///< zero length, or only "*": C.2.2.2.3
        single,     ///< C.2.2.2.1; several keys with \\ are each tried: list
        list,       ///< UI lists, C.2.2.2.2, and multi-valued keys
        wildcard,   ///< * and ?, C.2.2.2.4
        range,      ///< DA TM DT with -, C.2.2.2.5; either bound may be absent
        empty,      ///< two double quotes: matches an attribute without a value, C.2.2.2.7
    };
    Kind kind = Kind::universal;
    Vr vr = Vr::none;
    std::vector<std::string> values;  ///< single, list, wildcard: the values; as compared
    std::optional<std::string> from;  ///< range, inclusive, complete to the VR's finest precision
    std::optional<std::string> to;
    bool ignore_case = false;
    bool fuzzy = false;
};

struct MatchOptions {
    bool fuzzy = false;  ///< names without case and accents, each name component by itself
    bool ignore_case_names = true;  ///< PN case-insensitively, as PS3.4 C.2.2.2.1 allows
};

/// Understands the key `value` (UTF-8, untrimmed) of an attribute of VR `vr`.
/// Throws Error(data) for a value that can be no key of that VR (a date of 25 June, a UID of
/// letters).
Matcher make_matcher(Vr vr, std::string_view value, const MatchOptions& options = {});

/// Whether an attribute with these values (UTF-8, trimmed; empty for absent or zero length)
/// matches.
bool matches(const Matcher& matcher, const std::vector<std::string>& values);

/// The text up to the first wildcard of a pattern, for an index range scan.
std::string wildcard_prefix(std::string_view pattern);
/// PS3.4 wildcard matching over code points of UTF-8, linear in the product at worst, never
/// exponential.
bool wildcard_match(std::string_view pattern, std::string_view text) noexcept;

}  // namespace pacs::dicom
