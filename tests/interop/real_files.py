"""Every real file that is a DICOM object goes in, by our tool and by dcmsend; what lies in objects/
has the same data set, byte by byte. Runs where PACS_TEST_DATA names a folder of real files."""

import collections

import objects
import peers
from harness import case, equal, files, real_data

LACKING = "no SOP Class or Instance, Study or Series Instance UID"


def identity(context, path):
    """(SOP class, SOP instance, study, series) as DCMTK reads them; "" for what is not there."""
    out = context.run("dcmdump", "-q", "+f", "-s", "--load-all", "+L", *[
        word for tag in ("0008,0016", "0008,0018", "0020,000d", "0020,000e")
        for word in ("+P", tag)], path, status=None)
    if not out.strip():
        out = context.run("dcmdump", "-q", "-f", "+L", "-Un", "+P", "0008,0018", path, status=None)
    found = collections.defaultdict(str)
    for line in out.splitlines():
        if line.startswith("(") and "[" in line:
            found.setdefault(line[1:10], line.split("[", 1)[1].split("]", 1)[0])
        elif line.startswith("(") and "=" in line:
            found.setdefault(line[1:10], line.split("=", 1)[1].split(" ", 1)[0])
    return tuple(found[tag] for tag in ("0008,0016", "0008,0018", "0020,000d", "0020,000e"))


def sound(context):
    """{path: SOP Instance UID} of the real files that are whole DICOM objects: DCMTK can read them
    to their end, and they say what and whose they are."""
    out = {}
    for path in files(real_data()):
        if path.suffix == ".csv" or path.name == "README.md":
            continue
        names = identity(context, path)
        whole = context.run("dcmdump", "-q", "-M", "+P", "7fe0,0010", path, status=None)
        if all(names) and whole is not None:
            out[path] = names[1]
    return out


def judged(archive, sent):
    """Each instance in objects/ is one of the files sent under its UID, and each other file of that
    UID lies in conflicts/ or has the same data set."""
    stored = objects.stored_files(archive)
    aside = {objects.digest_of_data_set(path)
             for path in files(archive / "conflicts") if path.suffix == ".dcm"}
    by_uid = collections.defaultdict(set)
    for path, uid in sent.items():
        by_uid[uid].add(objects.digest_of_data_set(path))
    for uid, digests in by_uid.items():
        assert uid in stored, f"{uid} was answered with success and is not there"
        kept = objects.digest_of_data_set(stored[uid])
        assert kept in digests, f"{uid} is not what was sent"
        assert digests - {kept} <= aside, f"{uid}: another content is neither kept nor set aside"
    equal(set(stored) - set(by_uid), set(), "instances that nobody sent")
    equal(objects.inconsistencies(archive), [], "folder and index")


@case
def real_files_by_pacs_store(context):
    whole = sound(context)
    with context.archived() as server:
        records = [record for record in context.ours("pacs-store", real_data(), server.address,
                                                     status=None) if record["type"] == "stored"]
    taken = {record["path"]: record["SOPInstanceUID"] for record in records
             if record["outcome"] in ("ok", "warning")}
    refused = {str(path) for path in whole} - set(taken)
    told = {record["path"]: record.get("message", record.get("reason")) for record in records}
    equal({path: told.get(path, "no record") for path in sorted(refused)}, {}, "refused whole objects")
    judged(context.folder / "archive", {path: uid for path, uid in taken.items()})
    assert len(taken) >= 150, f"only {len(taken)} of the real files went in"


@case
def real_files_by_dcmsend(context):
    """dcmsend itself cannot read some; what it reports as sent must be there. Some of the files have
    the SOP Instance UID of another one and other content: those are answered with a warning."""
    report = context.folder / "report.txt"
    sent, conflicts = {}, {}
    with context.archived() as server:
        for path, uid in sound(context).items():
            context.run("dcmsend", "-aec", "ARCHIVE", "-dn", "-nuc", "+f", "+crf", report,
                        "127.0.0.1", server.port, path, status=None)
            told = report.read_text(errors="replace") if report.exists() else ""
            if "with status SUCCESS  : 1" in told:
                sent[path] = uid
            elif "with status WARNING  : 1" in told:
                conflicts[path] = uid
            report.unlink(missing_ok=True)
    judged_normalized(context, sent)
    equal(set(conflicts.values()) - set(sent.values()), set(), "warnings without a conflict")
    taken = len(sent) + len(conflicts)
    assert taken >= 150, f"dcmsend sent only {taken} of the real files"


def judged_normalized(context, sent):
    """dcmsend parses and writes what it sends anew, so what it put on the wire is compared: the
    bytes that DCMTK's own storescp, bit preserving, received from the same command; or, where that
    knows the transfer syntax less well than we do, those of the file."""
    archive = context.folder / "archive"
    stored = objects.stored_files(archive)
    with peers.storescp(context.folder, "+xa", "+B", "-pm", "+uf") as witness:
        for path in sent:
            context.run("dcmsend", "-aec", "ARCHIVE", "-dn", "-nuc", "+f", "127.0.0.1",
                        witness.port, path, status=None)
    seen = {objects.digest_of_data_set(path)
            for path in [*files(context.folder / "received"), *sent]}
    missing = {uid for uid in sent.values() if uid not in stored}
    equal(missing, set(), "answered with success and not there")
    other = [uid for uid in set(sent.values())
             if objects.digest_of_data_set(stored[uid]) not in seen]
    equal(other, [], "not as it was on the wire")
    equal(objects.inconsistencies(archive), [], "folder and index")
