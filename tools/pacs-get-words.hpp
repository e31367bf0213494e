// What pacs-get says of itself: the source of its help, manual page and completions.

#pragma once

#include "cli/tool.hpp"

inline const pacs::cli::ToolInfo info{
    .name = "pacs-get",
    .summary = "fetch objects from a peer, a DICOMweb service or an archive",
    .description =
        "Fetches what WHAT names from SOURCE, and prints a record for each object, then a "
        "summary. SOURCE is a peer (TITLE@HOST:PORT, or @NAME of pacs.toml), a DICOMweb service "
        "(its URL), the folder of an archive, or an index file. WHAT is Study Instance UIDs, or "
        "KEY=VALUE as in pacs-find(1), "
        "or - for records or UIDs on standard input: of patients, studies, series or instances, "
        "those of one study best one after the other.\n"
        "\n"
        "First SOURCE is asked what it has, instance by instance, with SOP classes and transfer "
        "syntaxes; just these are proposed, and what a class may come in where the source does "
        "not say. Objects are kept byte by byte as they come. What came is then held against what "
        "was announced, and what is missing is asked for again: by lists of instances, then one "
        "by one, then by the next way of --via. An object that is damaged, is not what it was said "
        "to be, or was not asked for is not kept. In the end each announced instance has a "
        "record, also one that did not come; what came stays. A series that SOURCE says has more "
        "instances than it names or sends has a record too, as incomplete: nothing proves then "
        "that all came.\n"
        "\n"
        "The ways: get is C-GET, where objects come on the association that asks for them. move "
        "is C-MOVE to ourselves: SOURCE sends to the address and port of --listen, and must know "
        "our title (--calling) to be there; only its own addresses may call, and only what was "
        "asked for is taken. With --listen-tls the source must send with TLS and show a "
        "certificate "
        "that --tls-ca trusts; it sees that of --tls-cert. web is WADO-RS, what a DICOMweb service "
        "has. copy reads the files of "
        "an archive or index, and holds them against "
        "their digest.\n"
        "\n"
        "Into a folder, a file appears when it is whole and on disk; a crash leaves no part of "
        "one. The source gets its answer as soon as an object is whole and sound, the record comes "
        "when it is on disk. A file that is there already and holds the same instance is skipped "
        "(exists); one with other content is left alone, and the object fails "
        "(different_content), unless --replace is given. With -o - objects go out as a tar stream, "
        "each as soon as it is whole; there are no records then, and failures are told on standard "
        "error.\n"
        "\n"
        "What a source sends is bounded. No object is read beyond --max-object-size, and none is "
        "written, or spooled for a tar stream in $TMPDIR or /tmp, while less than --min-free of "
        "that file system is free (by default 1 GiB, or 1 % of a small one): the object fails "
        "(too_large, storage), what there was of it is "
        "given back, the source is cut off where it goes on, and the others are asked for again. "
        "When there is no room even then, the run ends with 5.\n"
        "\n"
        "In --layout stand fields in braces between plain characters: study, series, instance, "
        "class (UIDs), patient, accession, modality, date, series_number, instance_number. What "
        "an object says there loses all but letters, digits and - _ . and the rest of a long "
        "value; what it does not say is none.\n"
        "\n"
        "Time limits: --connect-timeout to reach the source, --timeout without progress (an "
        "object, or a change of what the source counts; waiting alone is none), --max-duration for "
        "the whole run. An interrupt sends C-CANCEL; what came until then is kept and told.",
    .examples = {{"A study into a folder, or why not",
                  "pacs-get @archive 1.2.826.0.1.3680043.8.498.1 -o got", 1},
                 {"By patient and modality, over four associations",
                  "pacs-get @archive --since 30y -j 4 -o sorted --layout "
                  "'{patient}/{modality}/{series}/{instance}.dcm'"},
                 {"What a query found, as a tar stream into another archive",
                  "pacs-find @archive --since 30y | pacs-get @archive - -o - | pacs-store - @new"},
                 {"Packed, to be kept elsewhere",
                  "pacs-get @archive --since 30y -o - | zstd -q >archive.tar.zst"},
                 {"Once more: only what is not there yet",
                  "pacs-get @archive --since 30y -o got; pacs-get @archive --since 30y -o got"},
                 {"With bounds of disk and time",
                  "pacs-get @archive --since 30y -o got --min-free 500MB --max-object-size 4GB "
                  "--max-duration 6h"},
                 {"Files of an archive on this machine, held against their digests",
                  "pacs-get /srv/archive --since 30y -o copied"},
                 {"What the fetched objects say, the same whatever they are encoded in",
                  "pacs-get @archive --since 30y -o got | pacs-dump --digest content - | "
                  "jq -r 'select(.content_sha256) | [.SOPInstanceUID, .content_sha256] | @tsv'"},
                 {"What did not come, and why",
                  "pacs-get @archive --since 30y -o got | jq -r 'select(.outcome==\"failed\") "
                  "| [.SOPInstanceUID, .reason] | @tsv'"}},
    .see_also = {"pacs-find(1)", "pacs-store(1)", "pacs-records(5)", "pacs.toml(5)",
                 "pacs-exit-status(7)", "pacs-conformance(7)"},
    .exit_notes = {{"0", "every announced instance is there, also those that were there before"},
                   {"1",
                    "some did not come, or nothing matches; what came is kept, the records say "
                    "what is missing"},
                   {"3", "the source could not be reached, refused us, or went away for good"},
                   {"5", "nothing more could be written; what came before is kept"},
                   {"6", "--max-duration passed; run again to go on"}},
};
