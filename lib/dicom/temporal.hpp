#pragma once

#include "dicom/vr.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pacs::dicom {

/// All moments a value of DA, TM or DT may mean, first and last, in a form that compares as text:
/// "20240229", "235959.999999", "20240229235959.999999". A TM of "10" is the whole hour, PS3.5 6.2.
struct Span {
    std::string first;
    std::string last;
};

/// Reads a single DA, TM or DT (not a range), trimmed. The old forms 2024.02.29 and 10:30:00 are
/// understood. A DT with an offset from UTC is brought to UTC; one without is taken as UTC. nullopt
/// when it is no such value (25 o'clock, 30 February, "tomorrow").
std::optional<Span> read_span(Vr vr, std::string_view value);

/// How a value that is stored compares: the first moment it may mean, or nullopt as above. What an
/// index keeps beside the value to search for the from and to of a range Matcher.
std::optional<std::string> comparable(Vr vr, std::string_view value);

/// Where the hyphen of a range key stands, PS3.4 C.2.2.2.5: not that of an offset from UTC. npos
/// when the key is no range.
std::string_view::size_type range_hyphen(Vr vr, std::string_view key) noexcept;

}  // namespace pacs::dicom
