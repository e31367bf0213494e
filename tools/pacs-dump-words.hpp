// What pacs-dump says of itself: the source of its help, manual page and completions.

#pragma once

#include "cli/tool.hpp"

inline const pacs::cli::ToolInfo info{
    .name = "pacs-dump",
    .summary = "print, compare and make DICOM objects: records, DICOM JSON, lines",
    .description =
        "Prints the objects of each SOURCE: a file, a folder (with all beneath it), an archive, or "
        "- "
        "for standard input, which is a tar stream, one DICOM object, or records with a path, one "
        "a line. The order is that of the input, whatever --jobs says.\n"
        "\n"
        "ndjson is a flat record for each object, by keyword. dicom-json is the DICOM JSON Model, "
        "PS3.18 Annex F, one object a line. path is for grep: a line for each element, with the "
        "whole path through sequences. table is for eyes.\n"
        "\n"
        "Text is converted to UTF-8, from any character set of PS3.3 C.12.1.1.2. What cannot be "
        "converted has U+FFFD in its place, and the record a warning that names the attributes.\n"
        "\n"
        "Values of bytes that are longer than --bulk-threshold are not printed but pointed at, as "
        "file:///PATH?offset=N&length=N. Of encapsulated pixel data these are all its fragments "
        "with their item headers, without the delimiter. DICOM JSON has no way to point into "
        "standard input, a tar member, a deflated or a byte-swapped data set: there they are "
        "printed, up to 64 MiB each. No value beyond 64 MiB is ever printed, and no object that "
        "needs more than 128 MiB of text.\n"
        "\n"
        "In DICOM JSON numbers of IS and DS are numbers, digit by digit, where a double holds "
        "them, "
        "else text; SV and UV beyond 2^53 are text. NaN and infinity of FL and FD are the strings "
        "NaN, Infinity and -Infinity, as in other tools: PS3.18 F.2.3 wants a number there, and "
        "has no word for what JSON has no number for; of OF and OD they are among the bytes. The "
        "File Meta Information is no part of it; --meta "
        "adds it, as others do, and so tells the transfer syntax.\n"
        "\n"
        "--digest content adds what an object says as one number, content_sha256, which is the "
        "same "
        "in every lossless encoding of it: pacs-content(7). --diff compares two objects so, and "
        "prints a record for each place where they differ; nothing is printed for what is encoding "
        "only, such as the transfer syntax, the character set, or padding.\n"
        "\n"
        "--to-dicom is the way back: each SOURCE is DICOM JSON, one object, a list of them, or one "
        "after the other; without SOURCE standard input is. The objects go to --output; to "
        "standard "
        "output one object goes as it is, several as a tar stream, and what fails is told on "
        "standard error. References are followed only into the folders of --bulk-from. What comes "
        "back is the same data set but for what DICOM JSON cannot carry: the character set, which "
        "becomes UTF-8; padding and insignificant spaces, an empty last group of a name, the bits "
        "of a NaN, which may also be null, as some write it; group lengths, and whether lengths "
        "were undefined; a sequence inside UN, which "
        "becomes SQ; and all of the meta header but the transfer syntax.",
    .examples =
        {{"Everything about an object, a line for each attribute",
          "pacs-dump --format path /srv/export/0000/000000.dcm | grep Study"},
         {"Some attributes of all objects of an archive, as a table of CSV",
          "pacs-dump /srv/archive --select PatientID --select StudyDate --select Modality | "
          "jq -r 'select(.type==\"instance\") | [.PatientID, .StudyDate, .Modality] | @csv'"},
         {"DICOM JSON with all in it, and the objects of it again",
          "pacs-dump --format dicom-json --meta --bulk-threshold 64MiB /srv/export "
          ">export.json; pacs-dump --to-dicom export.json -o copies/"},
         {"Change an attribute on the way, pixels left where they are meanwhile",
          "pacs-dump --format dicom-json --meta /srv/export/0000/000000.dcm | "
          "jq -c '.\"00100020\".Value = [\"TRIAL-7\"]' | "
          "pacs-dump --to-dicom --bulk-from /srv/export >trial.dcm"},
         {"Whether an object says the same after it was DICOM JSON",
          "pacs-dump --format dicom-json --bulk-threshold 64MiB /srv/export/0000/000000.dcm | "
          "pacs-dump --to-dicom | pacs-dump --diff /srv/export/0000/000000.dcm -"},
         {"What of a tar stream has private elements",
          "tar cf - /srv/export | pacs-dump --format path --select private -"}},
    .see_also = {"pacs-find(1)", "pacs-store(1)", "pacs-content(7)", "pacs-records(5)",
                 "pacs-exit-status(7)"},
    .exit_notes = {{"0",
                    "every object is printed or made, perhaps with a warning; with --diff: "
                    "they say the same"},
                   {"1", "some could not be read wholly, or not be made; with --diff: they differ"},
                   {"4",
                    "nothing of the input is DICOM or DICOM JSON, or all of it is damaged; with "
                    "--diff: one of the two"}},
};
