// What pacs-index says of itself: the source of its help, manual page and completions.

#pragma once

#include "cli/tool.hpp"

inline const pacs::cli::ToolInfo info{
    .name = "pacs-index",
    .summary = "scan folders for DICOM objects and keep an index of them",
    .description =
        "scan prints a record for each object it finds: attributes that are worth knowing, path, "
        "size, transfer syntax. PATH is a file, a folder (with all beneath it), an archive, a tar "
        "file (in folders those named *.tar), a DICOMDIR (the files that it names), or - for "
        "standard input: a tar stream, one object, or records or paths, one a line. What is no "
        "object, damaged or unreadable has a record that says so, and the scan goes on. Links to "
        "folders are not followed. The first 64 KiB of a file are read, more where its UIDs come "
        "later, all of it with --digest: file is SHA-256 of the bytes, content that of what the "
        "object says, the same in every lossless encoding, pacs-content(7).\n"
        "\n"
        "With --index the findings are kept in a file that pacs-find searches; one that is there "
        "is brought up to date, and records tell only of what is new, changed, removed or not "
        "well. A file is not read again while its size, time of modification and inode are the "
        "same; what "
        "is gone is removed when its folder could be read to the end, unless all of a folder is "
        "gone and the folder is on another device than before: then its disk is not mounted, which "
        "is said (not_mounted), and nothing is removed. So it is when PATH itself is not there. "
        "Where it is gone for good, --forget removes it. Of several files with one instance the "
        "first counts, in the order of names, as for what a study is called; so an index that was "
        "brought up to date says what a new one would. What --add keeps pacs-find returns and "
        "matches at the level of instances, of files that were scanned with it. A scan may be "
        "stopped at any time: the next one goes on.\n"
        "\n"
        "duplicates lists files whose instance another one holds with the same content; conflicts "
        "one instance with several contents, one study with several patients, one series in "
        "several studies; stats counts. Contents are compared by SHA-256 where --digest file "
        "computed it, by what they say where --digest content did, else by size: not_compared in "
        "the summary counts the pairs where only that was done. "
        "INDEX is an index file or an archive; that one keeps the first content of an instance and "
        "puts others into conflicts/, which are listed too.\n"
        "\n"
        "rebuild makes the index of an archive again from its objects, and replaces the old one at "
        "the end; no daemon may be using it.",
    .examples =
        {{"What is there, by modality",
          "pacs-index scan /srv/export | jq -r '.Modality // empty' | sort | uniq -c"},
         {"Keep an index, and search it",
          "pacs-index scan /srv/export --index export.db; pacs-find export.db --modality MR"},
         {"Objects with names burned in, as far as they say so",
          "pacs-index scan /srv/export --index export.db --add BurnedInAnnotation; "
          "pacs-find export.db --level instance --relational BurnedInAnnotation=YES"},
         {"Send what of it is MR",
          "pacs-find export.db --level instance --relational Modality=MR | pacs-store - @new"},
         {"Which files are twofold?", "pacs-index duplicates export.db"},
         {"What contradicts itself?", "pacs-index conflicts export.db"},
         {"Count by modality, class, year", "pacs-index stats export.db"},
         {"Not under a running daemon", "pacs-index rebuild /srv/archive", 7}},
    .see_also = {"pacs-find(1)", "pacs-store(1)", "pacs-archived(1)", "pacs-archive(5)",
                 "pacs-exit-status(7)"},
    .exit_notes = {{"1", "some files are damaged or unreadable, or there are conflicts"},
                   {"7", "another scan writes the index, or a daemon uses the archive"},
                   {"8", "--index names an archive's own index"}},
};
