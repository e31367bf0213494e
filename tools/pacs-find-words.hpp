// What pacs-find says of itself: the source of its help, manual page and completions.

#pragma once

#include "cli/tool.hpp"

inline const pacs::cli::ToolInfo info{
    .name = "pacs-find",
    .summary = "query a DICOM peer, a DICOMweb service, an archive or an index",
    .description =
        "Asks SOURCE and prints a record for each answer, then a summary. SOURCE is a peer "
        "(TITLE@HOST:PORT, or @NAME of pacs.toml), the root of a DICOMweb service (http://... or "
        "https://..., asked by QIDO-RS), the folder of an archive, or an index file; the same "
        "question gets the same answers from each.\n"
        "\n"
        "KEY=VALUE matches as PS3.4 C.2.2.2 says: a value, alternatives parted by \\, the "
        "wildcards * and ?, ranges of dates and times with -, and \"\" for an attribute without "
        "value. KEY alone asks for the attribute to be returned. KEY is a keyword or a tag, "
        "with dots through sequences; the same key again is one more alternative. A UID of the "
        "registry may be named by its keyword: SOPClassUID=CTImageStorage. What is worth "
        "knowing at the level is asked for too, unless --only is given.\n"
        "\n"
        "The level is study, or that of the UID that is given, or --level. The unique keys of the "
        "levels above are needed, or --relational, which not every peer grants.\n"
        "\n"
        "With - among the keys a question is asked for each record or bare UID of standard "
        "input, at the level of its lowest UID or at --level. Answers keep what the record came "
        "with; a record without answer fails as not_found.\n"
        "\n"
        "With --expand each answer is asked for what is beneath it, level by level, in the same "
        "association. All levels are told; a record keeps what those above it said. KEYs of a "
        "lower level are asked there.\n"
        "\n"
        "Answers are held against the question: one that does not match its keys has outcome "
        "warning and reason mismatch, one that cannot be used has outcome failed. The summary "
        "says whether they were truncated: true, false, or unknown when the peer ended with a "
        "warning or a failure, or after a number of answers at which servers are known to stop "
        "in silence (100, 200, 250, 500 and their tenfolds).\n"
        "\n"
        "Of a DICOMweb service that says that it left answers out, or stops at one of these "
        "numbers, "
        "the rest is asked for at once. Alternatives that are not UIDs take a request each. A "
        "service that does not decode a blank or ^ in a value (Orthanc's plugin 1.7) finds it when "
        "? stands there. A service is "
        "asked again up to three times where it is busy (429, 503; when Retry-After says) or loses "
        "the connection. How we identify to it, and its certificate, is in pacs.toml(5).\n"
        "\n"
        "With --complete more is asked until it is proven that no answer is missing, and the "
        "summary says complete: proven or unproven. A question is proven when it ended with "
        "success and has fewer than 10 answers, or fewer than the peer gave to another question of "
        "that level, "
        "for a cap on their number cannot be lower; or as many as UIDs are named or the level "
        "above states (Number of Study Related Series, of Series Related Instances), or when the "
        "peer has shown that it says so itself when it leaves answers out. Any other question is "
        "split into parts, by StudyDate, then StudyTime within a day, then the last characters of "
        "PatientID, and is proven when all of them are. No range matches what has no date or "
        "time: where a part was cut, has such answers, or has one of the above numbers of "
        "answers, those are asked for by PatientID, the unique key that PS3.4 C.2.2.1.1 wants "
        "never to be empty. Each answer of a part must be "
        "among those of its parts, and within what they asked for; a peer that does not match a "
        "key is noticed, and the key is not used. Each answer is told once, as soon as it comes. "
        "gaps of the summary names what is not proven, cap is the number at which the peer was "
        "seen to stop. An archive, an index and a server of ours are asked once: they say "
        "themselves when something is missing. No proof holds against a peer that stops for "
        "another reason than the number of answers and calls that success.\n"
        "\n"
        "What it costs: of a peer that leaves nothing out, three questions, the whole and its "
        "halves, so that each answer comes twice; one, where it is proven at once; and some 90 "
        "short ones more, for the characters that Patient IDs are made of, as soon as anything is "
        "to be asked for by PatientID. Of a peer that stops at 500 answers, 2,300 studies took 105 "
        "questions, 20,000 took 333. Two million answers are remembered at a time, in about 100 "
        "MB; "
        "where there are more nothing is proven.",
    .examples = {{"The studies of the last week", "pacs-find @archive --since 7d"},
                 {"CT studies of a month, by name",
                  "pacs-find @archive --date 20240101-20240131 --modality CT --name doe"},
                 {"The series of these studies, in one association",
                  "pacs-find @archive --since 1y | pacs-find @archive - --level series"},
                 {"Really all of last year's studies, from a peer that may keep some back",
                  "pacs-find @archive --since 1y --complete"},
                 {"A patient's studies with their series and instances",
                  "pacs-find @archive --patient-id PAT00001 --expand instance"},
                 {"The studies of a DICOMweb service, with a token that a program prints",
                  "pacs-find --token-command 'echo s3cret' @cloud --since 7d"},
                 {"What would be sent, and nothing else",
                  "pacs-find @archive PatientBirthDate=19700101- StudyDescription --explain"}},
    .see_also = {"pacs-echo(1)", "pacs-store(1)", "pacs-records(5)", "pacs.toml(5)",
                 "pacs-exit-status(7)", "pacs-conformance(7)"},
    .exit_notes = {{"0",
                    "all was answered, or as much as --limit allows, also when that is nothing; "
                    "with --complete it is proven that this is all"},
                   {"1",
                    "a query failed, an answer cannot be used, a record has no answer, or "
                    "--complete could not prove that nothing is missing"},
                   {"6", "--question-duration or --max-duration passed"}},
};
