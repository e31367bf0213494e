"""The content digest against the converters of others: what DCMTK's and GDCM's tools write again says
the same, in whatever encoding, and an implementation of its description in another language comes to
the same number. Synthetic objects always, real ones where PACS_TEST_DATA names them."""

import hashlib
import shutil
import struct

import dicomweb
import objects
import wire
from harness import case, equal, files, need, real_data

# DCMTK's encoders, and GDCM's in places, add attributes: those are named, nothing else may differ.
NATIVE = {
    "implicit": ("dcmconv", "+ti"),
    "explicit": ("dcmconv", "+te"),
    "big-endian": ("dcmconv", "+tb"),
    "deflated": ("dcmconv", "+td"),
    "undefined-lengths": ("dcmconv", "+te", "-e"),
    "group-lengths": ("dcmconv", "+te", "+g"),
    "utf-8": ("dcmconv", "+te", "+U8"),
    "run-length": ("dcmcrle",),
}
# of the odd objects those with private elements, sequences and unknown VRs
PARTS = ("private", "sequence", "padding", "deflated", "rle", "implicit")
ENCODERS = {"jpeg": ("dcmcjpeg",), "jpeg-ls": ("dcmcjpls",)}


def digests(context, *paths):
    """{path: content digest}, of those that have one."""
    records = context.ours("pacs-dump", "--digest", "content", "--select", "SOPInstanceUID", *paths,
                           status=None)
    return {record["path"]: record["content_sha256"] for record in records
            if "content_sha256" in record and record.get("content_note") is None}


def cut_by_encoder(context, path, to):
    """An encoder drops pixels behind those that the object says it has; that is another content."""
    told = [record for record in context.ours("pacs-dump", "--diff", path, to, status=1)
            if record["type"] == "difference"]
    return [record["name"] for record in told] == ["PixelData"] and \
        not told[0]["left"].endswith(" of pixels") and told[0]["right"].endswith(" of pixels")


def judged_converters(context, folder, least):
    first = digests(context, folder)
    compared, found = 0, []
    for name, command in NATIVE.items():
        made = context.folder / name
        made.mkdir()
        origin = {}
        for number, path in enumerate(sorted(first)):
            to = made / f"{number:04}.dcm"
            if context.run(*command, path, to, status=None) is not None and to.exists():
                origin[str(to)] = path
        for to, digest in digests(context, made).items():
            compared += 1
            if digest != first[origin[to]] and not cut_by_encoder(context, origin[to], to):
                found.append(f"{name}: {origin[to]}")
        shutil.rmtree(made)
    equal(found, [], "other contents after a conversion")
    assert compared >= least, f"only {compared} conversions could be compared"


@case
def content_survives_the_converters_of_dcmtk(context):
    need("dcmconv")
    folder = context.objects(6, "--per-series", 1, "--per-study", 1)
    context.run(context.build / "tests" / "make_objects", folder / "big", "--count", 2, "--syntax", "big")
    for path in sorted((context.odd_objects() / "legal").iterdir()):
        if path.stat().st_size < 100_000 and any(word in path.name for word in PARTS):
            shutil.copy(path, folder)
    judged_converters(context, folder, 80)


@case
def content_of_real_files_survives_the_converters_of_dcmtk(context):
    need("dcmconv")
    judged_converters(context, real_data(), 800)


@case
def content_survives_the_encoders_of_others(context):
    """Lossless ones; what a lossy one left is another content, and says so."""
    encoders = dict(ENCODERS)
    if shutil.which("gdcmconv"):
        encoders |= {f"gdcm-{name}": ("gdcmconv", f"--{name}") for name in ("j2k", "jpegls", "rle")}
    source = files(context.objects(4))
    for name, command in encoders.items():
        for path in source:
            to = context.folder / f"{name}.dcm"
            context.run(*command, path, to)
            records = context.ours("pacs-dump", "--diff", path, to, status=None)
            other = [record["name"] for record in records if record["type"] == "difference"]
            assert set(other) <= {"DerivationDescription"}, f"{name}: {other}"
    lossy = context.folder / "lossy.dcm"
    context.run("dcmcjpeg", "+eb", "+un", "+cl", source[0], lossy, status=None)
    if lossy.exists():
        summary = context.ours("pacs-dump", "--diff", source[0], lossy, status=1)[-1]
        equal(summary["right_content_note"], "lossy", "a lossy one")


@case
def content_survives_orthanc(context):
    """What it transcodes to: the same digest, but where its JPEG encoder adds a Derivation Description,
    which then is the only difference."""
    made = files(context.objects(3, "--ascii"))
    first = digests(context, *made)
    with dicomweb.orthanc(context) as server:
        context.ours("pacs-store", *made, server.url)
        for syntax in ("1.2", "1.2.2", "1.2.1.99", "1.2.4.80", "1.2.4.70", "1.2.4.57"):
            for path in made:
                record = context.ours("pacs-dump", path)[0]
                to = context.folder / "transcoded.dcm"
                to.write_bytes(dicomweb.retrieved(server.url, record, f"1.2.840.10008.{syntax}"))
                told = context.ours("pacs-dump", "--digest", "content", to)[0]
                equal(told["transfer_syntax"], f"1.2.840.10008.{syntax}", "transfer syntax")
                if told["content_sha256"] != first[str(path)]:
                    other = context.ours("pacs-dump", "--diff", path, to, status=1)
                    equal([(each["change"], each["name"]) for each in other[:-1]],
                          [("added", "DerivationDescription")], syntax)
                    assert syntax in ("1.2.4.70", "1.2.4.57"), syntax


TEXT = {b"AE", b"AS", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"LT", b"PN", b"SH", b"ST", b"TM",
        b"UC", b"UI", b"UR", b"UT"}
WHOLE = {b"ST", b"LT", b"UT", b"UR"}
LEADING = {b"AE", b"CS", b"DS", b"IS", b"LO", b"SH"}


def canonical_text(vr, value):
    values = [value] if vr in WHOLE else value.split(b"\\")
    values = [one.rstrip(b" \0") for one in values]
    values = [one.lstrip(b" ") if vr in LEADING else one for one in values]
    return b"" if value.strip(b" \0") == b"" else b"\\".join(values)


def described(raw):
    """The content digest as pacs-content(7) has it, of a data set in explicit VR little endian with
    text in ASCII, known elements, and defined lengths. One page of code, as it should be."""
    form, at, found = b"pacs-content-1\n", 0, {}
    while at < len(raw):
        group, element, vr = struct.unpack_from("<HH2s", raw, at)
        length, = struct.unpack_from("<I" if vr in wire.LONG_VRS else "<H", raw, at + (8 if vr in wire.LONG_VRS else 6))
        at += 12 if vr in wire.LONG_VRS else 8
        found[group, element] = vr, raw[at:at + length]
        at += length
    number = lambda tag, default: struct.unpack("<H", found[tag][1])[0] if tag in found else default
    pixels = number((0x28, 0x10), 0) * number((0x28, 0x11), 0) * number((0x28, 2), 1)
    frames = int(found.get((0x28, 8), (b"IS", b"1"))[1])
    size = (pixels * frames * number((0x28, 0x100), 0) + 7) // 8
    for (group, element), (vr, value) in sorted(found.items()):
        if element == 0 or (group, element) in ((8, 1), (8, 5), (0xFFFC, 0xFFFC)):
            continue
        kind = b"B"
        if vr == b"SQ":
            kind, items, value = b"S", value, b""
            while items:
                length, = struct.unpack_from("<I", items, 4)
                value += described(items[8:8 + length])
                items = items[8 + length:]
        elif vr in TEXT:
            kind, value = b"T", canonical_text(vr, value)
        elif (group, element) == (0x7FE0, 0x10) and len(value) == size + size % 2:
            kind, value = b"P", value[:size]
        form += struct.pack(">HHsQ", group, element, kind, len(value))
        form += value if len(value) <= 32 else hashlib.sha256(value).digest()
    return hashlib.sha256(form).digest()


@case
def content_is_what_its_description_says(context):
    need("dcmconv")
    folder = context.objects(20, "--ascii")
    again = context.folder / "explicit"
    again.mkdir()
    for number, path in enumerate(files(folder)):
        context.run("dcmconv", "+te", "+e", "-g", path, again / f"{number}.dcm")
    ours = digests(context, again)
    equal({path: described(objects.data_set(path)).hex() for path in ours}, ours, "digests")
    assert len(ours) == 20, f"only {len(ours)} objects"
