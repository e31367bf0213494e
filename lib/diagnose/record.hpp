#pragma once

#include "diagnose/diagnosis.hpp"

#include <string>

namespace pacs::diagnose {

/// The record of type `diagnosis`, pacs-records(5).
JsonLine diagnosis_record(const Diagnosis& diagnosis);

/// The same for eyes: a line for each step, then what was learned, and at the end the one line that
/// begins with "verdict: ", with a line "hint: " below it where there is one. Foreign text in it is
/// harmless to a terminal. Ends with a newline.
std::string diagnosis_text(const Diagnosis& diagnosis);

/// "2026-11-22" of seconds since 1970, UTC.
std::string date_text(std::int64_t time);

}  // namespace pacs::diagnose
