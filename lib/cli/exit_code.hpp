#pragma once

#include "base/error.hpp"

#include <array>
#include <string_view>

namespace pacs::cli {

/// The exit status of every tool, documented in pacs-exit-status(7).
/// Codes may be added, never changed; scripts treat any unknown non-zero code as failure.
enum class ExitCode : int {
    ok = 0,             ///< everything asked for was done; a DIMSE warning counts as done
    findings = 1,       ///< ran to the end, but some items failed or differ; the records say which
    usage = 2,          ///< usage or configuration; nothing was started
    peer = 3,           ///< the remote side was unreachable, refused, aborted or timed out
    data = 4,           ///< input is not valid DICOM, NDJSON or tar
    storage = 5,        ///< local file, database or disk failure
    limit = 6,          ///< stopped at a limit the user set; run again to go on
    locked = 7,         ///< another run holds the lock
    refused = 8,        ///< a safety gate said no: proof missing, or --yes needed
    bug = 70,           ///< a defect of ours; please report
    interrupted = 130,  ///< SIGINT
    output_closed = 141,  ///< the reader of standard output went away, as if by SIGPIPE
    terminated = 143,     ///< SIGTERM
};

constexpr ExitCode exit_code(ErrorKind kind) noexcept
{
    switch (kind) {
    case ErrorKind::usage: return ExitCode::usage;
    case ErrorKind::peer: return ExitCode::peer;
    case ErrorKind::data: return ExitCode::data;
    case ErrorKind::storage: return ExitCode::storage;
    case ErrorKind::limit: return ExitCode::limit;
    case ErrorKind::locked: return ExitCode::locked;
    case ErrorKind::refused: return ExitCode::refused;
    case ErrorKind::bug: return ExitCode::bug;
    }
    return ExitCode::bug;
}

struct ExitCodeWords {
    ExitCode code;
    std::string_view meaning;
};

/// All of them with their words, for manual pages.
inline constexpr std::array<ExitCodeWords, 13> exit_codes{{
    {ExitCode::ok, "everything asked for was done"},
    {ExitCode::findings,
     "ran to the end, but some items failed, differ or are missing; the records say which"},
    {ExitCode::usage, "usage or configuration; nothing was started"},
    {ExitCode::peer, "the peer was unreachable, refused, aborted or timed out"},
    {ExitCode::data, "input is not valid DICOM, NDJSON or tar"},
    {ExitCode::storage, "local file, database or disk failure"},
    {ExitCode::limit, "stopped at a limit that was set; run again to go on"},
    {ExitCode::locked, "another run holds the lock"},
    {ExitCode::refused, "refused by a safety gate"},
    {ExitCode::bug, "a defect of the tool"},
    {ExitCode::interrupted, "interrupted (SIGINT); what was recorded is consistent"},
    {ExitCode::output_closed, "the reader of standard output went away"},
    {ExitCode::terminated, "terminated (SIGTERM); what was recorded is consistent"},
}};

}  // namespace pacs::cli
