// What pacs-move says of itself: the source of its help, manual page and completions.

#pragma once

#include "cli/tool.hpp"

inline const pacs::cli::ToolInfo info{
    .name = "pacs-move",
    .summary = "have one DICOM peer send to another",
    .description =
        "Has SOURCE send studies to DEST (C-MOVE) and prints a record for each, then a summary. "
        "SOURCE is a peer (TITLE@HOST:PORT, or @NAME of pacs.toml). DEST is an application entity "
        "that SOURCE knows: its title alone, or a peer written as SOURCE is, which --verify needs. "
        "Where DEST listens SOURCE must know by itself; it is not told.\n"
        "\n"
        "What is to be moved is named by Study Instance UIDs, by keys as in pacs-find(1), or with "
        "- by records or bare UIDs on standard input. SOURCE is asked first what it has of that, "
        "so that any key works which it can find by, and each study is then moved by its UID; with "
        "--level, or a key of a "
        "lower level, each series, or the instances of each series that come one after the "
        "other. An answer that does not match what was asked for is not moved.\n"
        "\n"
        "What SOURCE says is held against what it has: success with fewer instances than it "
        "announced fails as incomplete, and success of a source that does not count is a warning, "
        "uncounted. With --verify both are asked for the instances of each series afterwards, "
        "and those that DEST does not have are told one by one; what DEST then has counts more "
        "than what SOURCE said.\n"
        "\n"
        "SIGINT and SIGTERM send C-CANCEL; what was moved until then is told. A run that was "
        "stopped goes on with --resume and its own records.",
    .examples = {{"How much would be moved", "pacs-move @archive ARCHIVE --since 1y --dry-run"},
                 {"The studies of many years, and what arrived, asked of who has them then",
                  "pacs-move @old @new --since 30y --verify"},
                 {"A line for each study, two at a time",
                  "pacs-move @old @new --since 30y -j 2 | jq -r 'select(.type==\"moved\") | "
                  "[.outcome, .completed, .StudyInstanceUID] | @tsv'"},
                 {"What a query found, but nothing when that is more than 10,000 instances",
                  "pacs-find @archive ModalitiesInStudy=CT | pacs-move @archive NEW - "
                  "--max-instances 10000"},
                 {"Once more, but only what was not moved yet",
                  "pacs-move @old @new --since 30y >first.ndjson\n"
                  "pacs-move @old @new --since 30y --resume first.ndjson"}},
    .see_also = {"pacs-find(1)", "pacs-store(1)", "pacs-records(5)", "pacs.toml(5)",
                 "pacs-exit-status(7)", "pacs-conformance(7)"},
    .exit_notes = {{"0", "all was moved, and with --verify it is there; also when nothing matched"},
                   {"1", "something was not moved, or not all of it, or a query failed"},
                   {"3", "SOURCE cannot be reached, does not serve C-MOVE, or does not know DEST"},
                   {"8", "there is more than --max-instances; nothing was moved"}},
};
