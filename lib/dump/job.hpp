#pragma once

#include "dump/dump.hpp"

#include <functional>

namespace pacs::dump {

/// Called for each item, in the order of the source, by one thread at a time; `more`: another
/// result is already being made.
using OnDumped = std::function<void(const Dumped& dumped, bool more)>;

/// Dumps all items of `source` with `threads` threads (0: one a core).
/// Returns how many failed because they are no DICOM, or damaged. Throws what Source::next()
/// throws; what came before it was handed on.
std::uint64_t dump_all(stream::Source& source, const DumpOptions& options, unsigned threads,
                       const OnDumped& on_dumped);

}  // namespace pacs::dump
