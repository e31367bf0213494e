"""Looks at DICOM files and at the folder of an archive from the outside, with nothing of ours."""

import hashlib
import pathlib
import sqlite3
import struct

import wire


def data_set_offset(raw):
    """Where the data set of a file starts: behind the preamble and group 0002."""
    if raw[128:132] == b"DICM":
        at = 132
    elif raw[:4] == b"DICM":
        at = 4
    elif raw[:2] == b"\2\0":
        at = 0
    else:
        return 0
    while raw[at:at + 2] == b"\2\0":
        vr = raw[at + 4:at + 6]
        if vr in wire.LONG_VRS:
            at += 12 + struct.unpack_from("<I", raw, at + 8)[0]
        else:
            at += 8 + struct.unpack_from("<H", raw, at + 6)[0]
    return at


def data_set(path):
    raw = pathlib.Path(path).read_bytes()
    return raw[data_set_offset(raw):]


def digest_of_data_set(path):
    return hashlib.sha256(data_set(path)).hexdigest()


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def stored_files(archive):
    """{SOP Instance UID: path} of what lies in objects/."""
    return {path.stem: path for path in sorted(pathlib.Path(archive, "objects").rglob("*.dcm"))}


def rows(archive):
    """{SOP Instance UID: (path under the archive, sha256, size)} as the index says."""
    connection = sqlite3.connect(f"file:{archive}/index.db?mode=ro", uri=True)
    try:
        return {uid: (path, sha256, size) for uid, path, sha256, size in connection.execute(
            "SELECT SOPInstanceUID, path, sha256, size FROM instances")}
    finally:
        connection.close()


def inconsistencies(archive):
    """What is wrong between folder and index, in words; empty when each row has its file with its
    digest and each file its row, and nothing lies in incoming/."""
    archive = pathlib.Path(archive)
    wrong = [f"left in incoming/: {path.name}" for path in (archive / "incoming").iterdir()]
    files = {path.relative_to(archive).as_posix()
             for path in (archive / "objects").rglob("*") if path.is_file()}
    for uid, (path, sha256, size) in rows(archive).items():
        if path not in files:
            wrong.append(f"row without file: {uid} {path}")
            continue
        files.remove(path)
        raw = (archive / path).read_bytes()
        if len(raw) != size or hashlib.sha256(raw).hexdigest() != sha256:
            wrong.append(f"file differs from its row: {uid} {path}")
    return wrong + [f"file without row: {path}" for path in sorted(files)]
