"""Attacks on data sets, PS3.5: an object is stored unchanged or refused, nothing in between."""

import hashlib
import struct
import zlib

import attacks
import wire
from attacks import CONTEXTS, EITHER, FAILED, OK, add
from wire import explicit, implicit, uid_bytes

ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, wire.UNDEFINED)
ITEM_END = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
SEQUENCE_END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def instance_of(name):
    """A UID that is the same in every run, so that an attack can be repeated."""
    return "2.25." + str(int.from_bytes(hashlib.sha256(name.encode()).digest()[:12], "big"))


def ct(instance, study=None, series=None, sop_class=wire.CT_IMAGE, more=b"", pixels=True):
    """A small sound object in explicit VR little endian; `more` goes before the pixels."""
    rows = 8
    study = instance_of("study") if study is None else study
    series = instance_of("series") if series is None else series
    out = b"".join(explicit(group, element, vr, wire.even(value)) for group, element, vr, value in (
        (0x0008, 0x0005, b"CS", b"ISO_IR 100"), (0x0008, 0x0016, b"UI", uid_bytes(sop_class)),
        (0x0008, 0x0018, b"UI", uid_bytes(instance)), (0x0008, 0x0020, b"DA", b"20240131"),
        (0x0008, 0x0060, b"CS", b"CT"), (0x0010, 0x0010, b"PN", b"Invented^Hostile"),
        (0x0010, 0x0020, b"LO", b"HOSTILE-1"), (0x0020, 0x000D, b"UI", uid_bytes(study)),
        (0x0020, 0x000E, b"UI", uid_bytes(series)), (0x0020, 0x0013, b"IS", b"1"),
        (0x0028, 0x0002, b"US", b"\1\0"), (0x0028, 0x0004, b"CS", b"MONOCHROME2"),
        (0x0028, 0x0010, b"US", struct.pack("<H", rows)),
        (0x0028, 0x0011, b"US", struct.pack("<H", rows)), (0x0028, 0x0100, b"US", b"\x10\0"),
        (0x0028, 0x0101, b"US", b"\x10\0"), (0x0028, 0x0102, b"US", b"\x0f\0"),
        (0x0028, 0x0103, b"US", b"\0\0")))
    return out + more + (explicit(0x7FE0, 0x0010, b"OW", bytes(rows * rows * 2)) if pixels else b"")


def identified(instance):
    """The identifying elements alone, implicit VR little endian."""
    return b"".join(implicit(group, element, uid_bytes(value)) for group, element, value in (
        (0x0008, 0x0016, wire.CT_IMAGE), (0x0008, 0x0018, instance))), b"".join(
            implicit(0x0020, element, uid_bytes(instance_of(name)))
            for element, name in ((0x000D, "study"), (0x000E, "series")))


def stores(name, expect, build, context=attacks.CT_EXPLICIT):
    """Stores what `build` makes of an instance UID of its own."""
    instance = instance_of(name)
    add(f"data-{name}", expect, lambda scu: scu.associate(CONTEXTS).store(
        context, wire.CT_IMAGE, instance, build(instance)))


def nest(depth, head, closed=False):
    return (head + ITEM) * depth + ((ITEM_END + SEQUENCE_END) * depth if closed else b"")


EXPLICIT_SQ = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, wire.UNDEFINED)
EXPLICIT_UN = struct.pack("<HH2sHI", 0x0041, 0x1001, b"UN", 0, wire.UNDEFINED)
IMPLICIT_SQ = struct.pack("<HHI", 0x0040, 0xA730, wire.UNDEFINED)


def defined_nest(depth):
    """Sequences of defined length within each other; only the first few levels can be true."""
    out = b""
    for _ in range(depth):
        out = explicit(0x0040, 0xA730, b"SQ", struct.pack("<HHI", 0xFFFE, 0xE000, len(out)) + out)
    return out


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    out = packer.compress(data) + packer.flush()
    return out + b"\0" * (len(out) % 2)


# -- broken: must be refused -----------------------------------------------------------------------

for _name, _build in {
    "empty": lambda uid: b"",
    "random": lambda uid: bytes((at * at * 7 + at * 13) % 251 for at in range(3000)),
    "text": lambda uid: b"this is no data set at all. " * 40,
    "part-10-file": lambda uid: bytes(128) + b"DICM" + ct(uid),
    "group-0000": lambda uid: explicit(0x0000, 0x0002, b"UI", b"1.2.3\0") + ct(uid),
    "group-0002": lambda uid: explicit(0x0002, 0x0010, b"UI", b"1.2.3\0") + ct(uid),
    "no-instance": lambda uid: ct(uid).replace(explicit(0x0008, 0x0018, b"UI", uid_bytes(uid)), b""),
    "no-study": lambda uid: ct(uid).replace(
        explicit(0x0020, 0x000D, b"UI", uid_bytes(instance_of("study"))), b""),
    "no-series": lambda uid: ct(uid).replace(
        explicit(0x0020, 0x000E, b"UI", uid_bytes(instance_of("series"))), b""),
    "other-instance": lambda uid: ct(instance_of("somebody else")),
    "other-class": lambda uid: ct(uid, sop_class="1.2.840.10008.5.1.4.1.1.4"),
    "overrun-element": lambda uid: ct(uid, pixels=False) + explicit(
        0x7FE0, 0x0010, b"OW", bytes(100), length=0x7FFFFFF0),
    "overrun-4-gib": lambda uid: ct(uid, pixels=False) + explicit(
        0x7FE0, 0x0010, b"OW", bytes(100), length=0xFFFFFFFE),
    "overrun-item": lambda uid: ct(uid, pixels=False) + explicit(
        0x0040, 0xA730, b"SQ", struct.pack("<HHI", 0xFFFE, 0xE000, 5000) + bytes(100)),
    "stray-item": lambda uid: ct(uid, pixels=False) + struct.pack("<HHI", 0xFFFE, 0xE000, 0),
    "stray-delimiter": lambda uid: ct(uid, pixels=False) + SEQUENCE_END,
    "unclosed-sequence": lambda uid: ct(uid, pixels=False) + EXPLICIT_SQ + ITEM,
    "nested-10000": lambda uid: ct(uid, pixels=False) + nest(10_000, EXPLICIT_SQ),
    "nested-10000-closed": lambda uid: ct(uid, pixels=False) + nest(10_000, EXPLICIT_SQ, True),
    "nested-10000-un": lambda uid: ct(uid, pixels=False) + EXPLICIT_UN + ITEM
                                   + nest(10_000, IMPLICIT_SQ),
    "nested-2000-defined": lambda uid: ct(uid, pixels=False) + defined_nest(2000),
    "wrong-syntax": lambda uid: b"".join(identified(uid)) + implicit(0x7FE0, 0x0010, bytes(128)),
}.items():
    stores(_name, FAILED, _build)
for _cut in (1, 7, 9, 90, 200, 330, 420):
    stores(f"cut-{_cut}", FAILED, lambda uid, cut=_cut: ct(uid)[:cut])
stores("cut-in-pixels", FAILED, lambda uid: ct(uid)[:-3])
stores("nested-10000-implicit", FAILED, lambda uid: b"".join(identified(uid))
       + nest(10_000, IMPLICIT_SQ), attacks.CT_IMPLICIT)
stores("deflate-garbage", FAILED, lambda uid: bytes(range(256)) * 8, attacks.CT_DEFLATED)
stores("deflate-truncated", FAILED, lambda uid: deflated(ct(uid) * 1)[:-40], attacks.CT_DEFLATED)
stores("deflate-empty", FAILED, lambda uid: b"", attacks.CT_DEFLATED)
stores("fragments-unclosed", FAILED, lambda uid: ct(uid, pixels=False) + encapsulated(b"x" * 90)[:-8],
       attacks.CT_JPEG)
stores("fragments-overrun", FAILED, lambda uid: ct(uid, pixels=False) + struct.pack(
    "<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, wire.UNDEFINED) + struct.pack("<HHI", 0xFFFE, 0xE000, 1 << 30)
    + bytes(50), attacks.CT_JPEG)
stores("fragments-sequence", FAILED, lambda uid: ct(uid, pixels=False) + struct.pack(
    "<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, wire.UNDEFINED) + nest(5, EXPLICIT_SQ), attacks.CT_JPEG)


def encapsulated(data):
    return (struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, wire.UNDEFINED)
            + struct.pack("<HHI", 0xFFFE, 0xE000, 0)
            + struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data + SEQUENCE_END)


# -- odd: stored as it is or refused ---------------------------------------------------------------

for _name, _build in {
    "bad-vr": lambda uid: ct(uid, more=struct.pack("<HH2sH", 0x0028, 0x1050, b"??", 4) + b"1234"),
    "vr-of-blanks": lambda uid: ct(uid, more=struct.pack("<HH2sH", 0x0028, 0x1050, b"  ", 0)),
    "descending-tags": lambda uid: ct(uid) + explicit(0x0008, 0x0008, b"CS", b"ORIGINAL"),
    "doubled-instance": lambda uid: ct(uid, more=explicit(0x0008, 0x0018, b"UI", uid_bytes("1.2.3"))),
    "after-the-end": lambda uid: ct(uid) + bytes(2048),
    "charset-lie": lambda uid: ct(uid).replace(b"ISO_IR 100", b"ISO_IR 999"),
    "escape-name": lambda uid: ct(uid).replace(b"Invented^Hostile", b"\x1b[2J\x1b]0;x\x07\r\nAB"),
    "escapes-unclosed": lambda uid: ct(uid).replace(
        b"Invented^Hostile", b"\x1b$B;3\x1b$)C\xff\xfe^\x1b(I\xb1"),
    "elements-100000": lambda uid: ct(uid, more=b"".join(
        explicit(0x0029 + at // 60000 * 2, at % 60000 + 0x1000, b"SH", b"x ")
        for at in range(100_000))),
    "odd-length": lambda uid: ct(uid, more=explicit(0x0028, 0x1050, b"DS", b"123")),
}.items():
    stores(_name, EITHER, _build)
stores("deflate-bomb", EITHER, lambda uid: deflated(
    ct(uid, pixels=False) + explicit(0x7FE0, 0x0010, b"OW", bytes(1 << 28))), attacks.CT_DEFLATED)
stores("deflate-bomb-of-elements", EITHER, lambda uid: deflated(
    ct(uid, pixels=False) + explicit(0x0029, 0x1010, b"SH", b"") * 20_000_000), attacks.CT_DEFLATED)

# -- legal: must pass ------------------------------------------------------------------------------

for _name, _build in {
    "sound": ct,
    "no-pixels": lambda uid: ct(uid, pixels=False),
    "absurd-rows": lambda uid: ct(uid).replace(explicit(0x0028, 0x0010, b"US", b"\x08\0"),
                                               explicit(0x0028, 0x0010, b"US", b"\xff\xff")),
    "private-elements": lambda uid: ct(uid, more=explicit(0x0029, 0x0010, b"LO", b"INVENTED")
                                       + explicit(0x0029, 0x1001, b"OB", bytes(range(200)))),
    "nested-30": lambda uid: ct(uid, more=nest(30, EXPLICIT_SQ, True)),
    "empty-sequence": lambda uid: ct(uid, more=EXPLICIT_SQ + SEQUENCE_END),
    "trailing-padding": lambda uid: ct(uid) + explicit(0xFFFC, 0xFFFC, b"OB", bytes(126)),
    "un-undefined": lambda uid: ct(uid, more=EXPLICIT_UN + ITEM + implicit(0x41, 0x1002, b"x ")
                                   + ITEM_END + SEQUENCE_END),
    "group-length": lambda uid: explicit(0x0008, 0x0000, b"UL", struct.pack("<I", 999)) + ct(uid),
}.items():
    stores(_name, OK, _build)
stores("implicit", OK, lambda uid: b"".join(identified(uid)) + implicit(0x7FE0, 0x0010, bytes(128)),
       attacks.CT_IMPLICIT)
stores("deflated", OK, lambda uid: deflated(ct(uid)), attacks.CT_DEFLATED)
stores("jpeg-fragments", OK, lambda uid: ct(uid, pixels=False) + encapsulated(b"\xff\xd8" * 50),
       attacks.CT_JPEG)
stores("big-endian", OK, lambda uid: b"".join(
    explicit(group, element, b"UI", uid_bytes(value), order=">") for group, element, value in (
        (0x0008, 0x0016, wire.CT_IMAGE), (0x0008, 0x0018, uid),
        (0x0020, 0x000D, instance_of("study")), (0x0020, 0x000E, instance_of("series")))),
    attacks.CT_BIG)
