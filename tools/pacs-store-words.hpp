#pragma once

// What pacs-store says of itself: help, manual page and completions are made of it.

#include "cli/tool.hpp"

namespace {

const pacs::cli::ToolInfo info{
    .name = "pacs-store",
    .summary = "send DICOM objects to a peer, a DICOMweb service or an archive",
    .description =
        "Sends the objects of each SOURCE to DEST and prints a record for each, then a summary. "
        "SOURCE is a file, a folder (with all beneath it), an archive, or - for standard input: "
        "a tar stream, one DICOM object, or records with a path, one a line. DEST is a peer "
        "(TITLE@HOST:PORT, or @NAME of pacs.toml), a DICOMweb service (http://... or https://...), "
        "or the folder of an archive, which then no daemon may be using.\n"
        "\n"
        "Only the contexts that the objects need are proposed, for more than 128 over several "
        "associations. An object goes out byte by byte as it is in the file when the peer accepts "
        "its transfer syntax; else it is converted to one that the peer accepts, without loss and "
        "never without its pixels; else it fails with the reason. A file without preamble or meta "
        "header is sent and marked repaired. Files that are no DICOM are skipped when they were "
        "found in a folder, and fail when they were named.\n"
        "\n"
        "What can pass (a peer out of resources or busy, a lost connection) is tried again after "
        "a wait that doubles each time; what cannot is not. A run that was stopped goes on with "
        "--resume and its own records: what they say is stored at the same DEST is skipped.\n"
        "\n"
        "To a DICOMweb service (STOW-RS) objects go many in one request, each as it is, and what "
        "its answer does not name as stored has failed. What it refuses for its transfer syntax is "
        "sent again in Explicit VR Little Endian, as above. A request that is too large is sent in "
        "parts; 429 and 503 are tried again when Retry-After says.\n"
        "\n"
        "Into an archive bytes go as they are, as safely as the daemon stores them; an object "
        "that is there already is skipped (exists), one with other content follows --on-conflict.",
    .examples = {{"Send a folder", "pacs-store /srv/export @archive"},
                 {"What would be accepted, without sending",
                  "pacs-store --dry-run /srv/export @archive"},
                 {"Send what an index or a query named, four associations at once",
                  "find /srv/export -name '*.dcm' | pacs-store -j 4 - @archive"},
                 {"Go on after an interruption",
                  "pacs-store /srv/export @archive > run1.ndjson; pacs-store --resume run1.ndjson "
                  "/srv/export @archive"},
                 {"Send a folder to a DICOMweb service, 20 objects in a request",
                  "pacs-store --batch 20 /srv/export @cloud"},
                 {"Send a tar stream with another patient ID, skipping what is there",
                  "tar cf - /srv/export | pacs-store --set PatientID=TRIAL-7 --skip-existing - "
                  "@archive"}},
    .see_also = {"pacs-echo(1)", "pacs-find(1)", "pacs-archived(1)", "pacs-records(5)",
                 "pacs-exit-status(7)", "pacs-conformance(7)"},
    .exit_notes = {{"0", "every object is stored, perhaps with a warning, or was there already"},
                   {"1", "some objects failed; their records say why"},
                   {"3",
                    "the peer could not be reached, refused us, or went away for good; "
                    "objects that were not tried have no record"},
                   {"4", "standard input is neither tar, nor an object, nor records"},
                   {"7", "DEST is an archive that a daemon is using"}},
};

}  // namespace
