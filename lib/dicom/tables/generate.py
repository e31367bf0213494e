#!/usr/bin/env python3
"""Writes the .inc tables of lib/dicom from the CSV files beside this script.

    generate.py [FOLDER]    writes into FOLDER (default: the script's own)

The tables are plain initializers, sorted for binary search, and free of pointers, so that they
cost nothing when a program starts. tests/unit/dicom/tables.sh checks that they are up to date.
"""
import csv
import pathlib
import sys
import unicodedata

here = pathlib.Path(__file__).resolve().parent

# Transfer syntaxes whose decoding gives back exactly the pixels that were encoded.
lossless = {"1.2.840.10008.1.2." + end for end in (
    "1.98", "4.57", "4.58", "4.65", "4.66", "4.70", "4.80", "4.90", "4.92", "4.110", "4.201",
    "4.202", "5", "8.1")}
# Data sets whose pixels are elsewhere (JPIP), or that are no DICOM data sets at all.
not_pixels = {"1.2.840.10008.1.2." + end for end in (
    "4.94", "4.95", "4.204", "4.205", "6.1", "6.2", "7.1", "7.2", "7.3")}
deflated = {"1.2.840.10008.1.2." + end for end in ("1.99", "4.95", "4.205")}
implicit = {"1.2.840.10008.1.2", "1.2.840.10008.1.20"}
big_endian = {"1.2.840.10008.1.2.2"}
# A DICOMDIR is a storage SOP class by name only: PS3.4 B.5 has it not, nobody can C-STORE it.
not_stored = {"1.2.840.10008.1.3.10"}

# Blocks whose case and decompositions no later Unicode version changes: Latin, combining marks,
# Greek, Cyrillic, kana, and the width forms.
folded_blocks = ((0x0080, 0x024F), (0x0300, 0x036F), (0x0370, 0x03FF), (0x0400, 0x052F),
                 (0x1E00, 0x1FFF), (0x3040, 0x30FF), (0xFB00, 0xFB06), (0xFF00, 0xFFEF))
# Letters that Unicode does not decompose, as names write them without the stroke or ligature.
plain_letters = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l",
                 "ŋ": "n", "þ": "th", "ŧ": "t", "ĸ": "k"}
# Kana keep their voicing, which tells names apart.
kept_marks = "\u3099\u309a"


def read(name):
    with open(here / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def flag(value):
    return "true" if value else "false"


def dictionary_row(row, mask=None):
    vr = "Vr::" + row["vr"].split("|")[0]
    vm = row["vm"].split(" ")[0]
    tag = row["tag"].lower().replace("x", "0")
    first = f"0x{tag}" if mask is None else f"0x{tag}, 0x{mask}"
    return f"{{{first}, {vr}, {flag(row['retired'] == 'Y')}, {quoted(vm)}, {quoted(row['keyword'])}}},\n"


def dictionary_tables():
    rows = [row for row in read("ps37_command_dictionary.csv") + read("ps36_data_dictionary.csv")
            if row["vr"]]
    single = sorted((row for row in rows if "x" not in row["tag"]), key=lambda row: row["tag"])
    repeating = [row for row in rows if "x" in row["tag"]]
    masks = ["".join("0" if digit == "x" else "f" for digit in row["tag"]) for row in repeating]
    named = [(row["keyword"], index) for index, row in enumerate(single + repeating)
             if row["keyword"]]
    assert len(set(row["tag"] for row in rows)) == len(rows)
    assert len(set(keyword for keyword, _ in named)) == len(named)
    assert max(len(row["keyword"]) for row in rows) < 64
    assert max(len(row["vm"].split(" ")[0]) for row in rows) < 8
    yield "dictionary.inc", "".join(dictionary_row(row) for row in single)
    yield "dictionary_repeating.inc", "".join(map(dictionary_row, repeating, masks))
    # what PS3.6 leaves to the data set; in repeating groups it is always bytes or words
    choices = [(row["tag"].lower(), row["vr"].split("|")[1:]) for row in single if "|" in row["vr"]]
    yield "dictionary_choices.inc", "".join(
        f"{{0x{tag}, {flag('SS' in others)}, {flag('OW' in others)}}},\n" for tag, others in choices)
    yield "dictionary_by_keyword.inc", "".join(f"{index},\n" for _, index in sorted(named))


def uid_tables():
    storage = {row["uid"] for row in read("sop_classes.csv") if row["storage"] == "Y"} - not_stored
    rows = sorted((row for row in read("uid_registry.csv") if row["name"]),
                  key=lambda row: row["uid"])
    assert max(len(row["uid"]) for row in rows) < 40
    assert max(len(row["name"]) for row in rows) < 96
    assert max(len(row["keyword"]) for row in rows) < 72
    kinds = {row["uid"]: "sop_class" for row in read("sop_classes.csv")}
    kinds.update({row["uid"]: "transfer_syntax" for row in read("transfer_syntaxes.csv")})
    kinds.update({uid: "storage_class" for uid in storage})
    kinds.update({uid: "other" for uid in not_stored})
    yield "uids.inc", "".join(
        f"{{{quoted(row['uid'])}, {quoted(row['name'])}, {quoted(row['keyword'])}, "
        f"Kind::{kinds.get(row['uid'], 'other')}, {flag(row['retired'] == 'Y')}}},\n"
        for row in rows)


def transfer_syntax_tables():
    rows = sorted(read("transfer_syntaxes.csv"), key=lambda row: row["uid"])
    text = ""
    for row in rows:
        uid = row["uid"]
        encapsulated = row["encapsulated"] == "Y"
        exact = uid not in not_pixels and (not encapsulated or uid in lossless)
        values = (uid not in implicit, uid in big_endian, uid in deflated, encapsulated, exact)
        text += f"{{{quoted(uid)}, {', '.join(map(flag, values))}}},\n"
    yield "transfer_syntaxes.inc", text


def plain(character):
    """Lower case, compatibility forms resolved, marks left out."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = (c for c in text if not unicodedata.combining(c) or c in kept_marks)
    return "".join(plain_letters.get(c, c) for c in kept)


def lower(character):
    """Simple case folding: one character for one."""
    return next((text for text in (character.casefold(), character.lower()) if len(text) == 1),
                character)


def c_text(text):
    return '"' + "".join(f"\\{byte:03o}" for byte in text.encode()) + '"'


def fold_tables():
    letters = [chr(code) for first, last in folded_blocks for code in range(first, last + 1)
               if unicodedata.category(chr(code)) != "Cn"]
    for name, function in (("fold.inc", plain), ("fold_case.inc", lower)):
        rows = [(letter, function(letter)) for letter in letters if function(letter) != letter]
        assert max(len(text.encode()) for _, text in rows) < 7
        yield name, "".join(f"{{0x{ord(letter):04x}, {c_text(text)}}},\n"
                            for letter, text in rows)


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    for tables in (dictionary_tables, uid_tables, transfer_syntax_tables, fold_tables):
        for name, text in tables():
            (target / name).write_text("// Written by generate.py.\n" + text, encoding="utf-8")


main()
