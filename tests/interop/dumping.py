"""pacs-dump beside DCMTK: its DICOM JSON says what dcm2json's says, and what it makes of its own DICOM
JSON is to dcmdump what was there. Synthetic objects always, real ones where PACS_TEST_DATA names
them."""

import base64
import json
import re
import struct

from harness import case, equal, files, real_data

WHOLE = ("--format", "dicom-json", "--bulk-threshold", "64MiB")


def ours(context, path, *options):
    """Our DICOM JSON as text; None where pacs-dump refuses the object."""
    out = context.run(context.build / "pacs-dump", *WHOLE, *options, path, status=None)
    return out or None


def theirs(context, path):
    """dcm2json's; None where it refuses: encapsulated pixel data, character sets DCMTK cannot convert,
    deflated data sets on some systems."""
    out = context.run("dcm2json", "-q", "-ee", path, status=None)
    try:
        # 3.6.7 writes NaN and infinity as they are no JSON
        return json.loads(re.sub(r"-?\b(nan|inf)\b", "null", out)) if out else None
    except json.JSONDecodeError:
        return None


def numbers(values, binary32):
    """As numbers, in the precision that the VR has: dcm2json prints other digits of them."""
    def one(value):
        try:
            number = float(value)
        except (TypeError, ValueError):
            return value
        return struct.unpack("f", struct.pack("f", number))[0] if binary32 else float(f"{number:.13g}")
    return [one(value) for value in values]


def names(values):
    """dcm2json takes empty components off the end of a name, and the name with them; we do not."""
    short = [{group: text.rstrip("^") for group, text in (value or {}).items()} for value in values]
    return [{group: text for group, text in value.items() if text} or None for value in short]


def padded(text):
    """Bytes of odd length, which dcm2json makes even."""
    return text.rstrip("=").rstrip("A")


def unconverted(values):
    """dcm2json leaves some text as it is: that of items with a character set of their own."""
    return any(sign in text for sign in ("\ufffd", "\x1b") for value in values
               for text in (value.values() if isinstance(value, dict) else [str(value)]))


def same_values(vr, mine, other):
    if unconverted(other):
        return not unconverted(mine)
    if vr in ("FL", "FD", "DS", "IS", "SV", "UV"):
        return numbers(mine, vr == "FL") == numbers(other, vr == "FL")
    if vr == "PN":
        kept = [name for name in names(mine) if name], [name for name in names(other) if name]
        return kept[0] == kept[1]
    return mine == other


def differences(mine, other, path=""):
    """What one says otherwise than the other, but for what is known and told above."""
    for tag in sorted(set(mine) | set(other)):
        where = path + tag
        if tag not in mine or tag not in other:
            yield f"{where} is in one only"
            continue
        a, b = mine[tag], other[tag]
        if a["vr"] == "UN" and b["vr"] != "UN" and int(tag[3], 16) % 2 == 1:
            continue  # DCMTK's dictionary of private elements
        if a["vr"] != b["vr"]:
            yield f"{where} is {a['vr']}, not {b['vr']}"
        elif tag == "00080005":
            continue  # text is UTF-8 in both; dcm2json says so of data sets that say nothing
        elif a["vr"] == "SQ":
            items = a.get("Value", []), b.get("Value", [])
            if len(items[0]) != len(items[1]):
                yield f"{where} has {len(items[0])} items, not {len(items[1])}"
            for number, (x, y) in enumerate(zip(*items), 1):
                yield from differences(x, y or {}, f"{where}[{number}].")
        elif padded(a.get("InlineBinary", "")) != padded(b.get("InlineBinary", "")):
            yield f"{where}: other bytes"
        elif not same_values(a["vr"], a.get("Value", []), b.get("Value", [])):
            yield f"{where} {a['vr']}: {a.get('Value')!r}, not {b.get('Value')!r}"[:200]


def judged_beside_dcm2json(context, folder, least):
    compared, found = 0, []
    for path in files(folder):
        mine, other = ours(context, path), theirs(context, path)
        if mine is None or other is None:
            continue
        compared += 1
        found += [f"{path.name}: {text}" for text in differences(json.loads(mine), other)]
    equal(found, [], "beside dcm2json")
    assert compared >= least, f"only {compared} objects could be compared"


def shown(context, path):
    """What dcmdump shows of the data set, in UTF-8: without lengths and how they are told, the meta
    header, group lengths, padding, the bytes that make a value even, empty last groups of a name, and
    which of the VRs that PS3.6 leaves open in implicit VR it is."""
    out = context.run("dcmdump", "-q", "-Un", "+U8", "+L", path, status=None)
    lines = []
    for line in (out or "").splitlines():
        line = line.rsplit(" #", 1)[0].rstrip()
        if re.match(r"# |\s*\((0002,|fffe,e00d|fffe,e0dd|[0-9a-f]{4},0000\)|0008,0005)|$", line):
            continue
        line = re.sub(r"\((Sequence|Item|PixelSequence|Pixel Sequence)[^)]*", r"(\1", line)
        line = re.sub(r"[ \0=]+(\]|\\)", r"\1", re.sub(r"\[ +", "[", line))
        line = re.sub(r"(\([0-9a-f]{4},[0-9a-f]{4}\)) (xs|US|SS) ", r"\1 ", line)
        lines.append(re.sub(r"\\00$", "", line))
    return lines


def even(attributes):
    """DICOM JSON with values of bytes made even, as they come back."""
    for attribute in attributes.values():
        value = base64.b64decode(attribute.get("InlineBinary", ""))
        if len(value) % 2:
            attribute["InlineBinary"] = base64.b64encode(value + b"\0").decode()
        for item in attribute.get("Value", []) if attribute["vr"] == "SQ" else []:
            even(item)
    return attributes


def judged_there_and_back(context, folder, least):
    compared, found = 0, []
    back = context.folder / "back.dcm"
    for path in files(folder):
        there = ours(context, path, "--meta")
        before = shown(context, path)
        if there is None or not before:
            continue
        source = context.folder / "there.json"
        source.write_text(there)
        back.unlink(missing_ok=True)
        context.run(context.build / "pacs-dump", "--to-dicom", source, "-o", back, status=None)
        if not back.exists():
            continue  # without UIDs nothing is made
        compared += 1
        if even(json.loads(ours(context, back))) != even(json.loads(ours(context, path))):
            found.append(f"{path.name}: other DICOM JSON")
        after = shown(context, back)
        if before != after:
            first = next((pair for pair in zip(before, after) if pair[0] != pair[1]), "lines")
            found.append(f"{path.name}: {first!r}"[:300])
    equal(found, [], "there and back")
    assert compared >= least, f"only {compared} objects came back"


def synthetic(context):
    """A folder of objects in each of our transfer syntaxes and many character sets, and odd ones."""
    folder = context.odd_objects() / "legal"
    for syntax in ("explicit", "implicit", "big", "deflated"):
        context.run(context.build / "tests" / "make_objects", folder / syntax, "--count", 12,
                    "--per-series", 1, "--per-study", 1, "--syntax", syntax)
    return folder


@case
def dumping_beside_dcm2json(context):
    judged_beside_dcm2json(context, synthetic(context), 50)


@case
def dumping_real_files_beside_dcm2json(context):
    judged_beside_dcm2json(context, real_data(), 120)


@case
def dumping_there_and_back(context):
    judged_there_and_back(context, synthetic(context), 50)


@case
def dumping_real_files_there_and_back(context):
    judged_there_and_back(context, real_data(), 150)
