"""Ours against Orthanc's DICOMweb: searched, stored to, and what it then has."""

import hashlib
import pathlib
import urllib.request

import peers
import searching
from harness import Skip, case, equal, files, need, real_data

PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
MEDIA = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def orthanc(context, **changes):
    """Orthanc with DICOMweb; the URL of its service is in `url`."""
    need("Orthanc")
    if not pathlib.Path(PLUGIN).exists():
        raise Skip("Orthanc's DICOMweb plugin is not installed")
    server = peers.orthanc(context.folder, Plugins=[PLUGIN], StableAge=1,
                           DicomWeb={"Enable": True, "Root": "/dicom-web/"}, **changes)
    server.url = "http://127.0.0.1:11117/dicom-web"
    peers.await_port(11117, server.process)
    return server


def retrieved(url, record):
    """The bytes that the server gives out for an object."""
    path = f"{url}/studies/{record['StudyInstanceUID']}/series/{record['SeriesInstanceUID']}" \
           f"/instances/{record['SOPInstanceUID']}"
    with urllib.request.urlopen(urllib.request.Request(path, headers={"Accept": MEDIA})) as answer:
        body = answer.read()
    return body.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]


@case
def web_find_in_orthanc(context):
    """By QIDO-RS the same answers as by C-FIND, at each level."""
    with orthanc(context) as server:
        context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port,
                    *searching.some_objects(context))
        searching.same_answers(context, server.url, server.address)
        equal(searching.beneath(context, server.url), searching.beneath(context, server.address),
              "series and instances")
        for words in (["--expand", "instance", "--only"], ["--complete", "--only"],
                      ["--modality", "CT", "--modality", "MR", "--only"], ["--relational", "--level", "series", "--only"]):
            def told(source):
                found = context.ours("pacs-find", source, *words)
                return sorted((record["type"], record.get("StudyInstanceUID", ""), record.get("SeriesInstanceUID", ""),
                               record.get("SOPInstanceUID", "")) for record in found[:-1])
            equal(told(server.url), told(server.address), " ".join(words))
        limited = context.ours("pacs-find", server.url, "--limit", 3)[-1]
        equal((limited["answers"], limited["truncated"]), (3, True), "three of them")


@case
def web_store_to_orthanc(context):
    """Each object that is told as stored is there, and its bytes are those of the file."""
    with orthanc(context, OverwriteInstances=True) as server:
        made = context.objects(120)
        records = context.ours("pacs-store", "-j", 3, "--batch", 16, made, server.url)
        equal((records[-1]["ok"], records[-1]["failed"]), (120, 0), "stored")
        for record in records[:-1:10]:
            equal(hashlib.sha256(retrieved(server.url, record)).hexdigest(),
                  hashlib.sha256((context.folder / record["path"]).read_bytes()).hexdigest(),
                  record["path"])
        again = context.ours("pacs-store", "--skip-existing", made, server.url)
        equal((again[-1]["ok"], again[-1]["skipped"]), (0, 120), "skipped")
        changed = context.ours("pacs-store", "--set", "PatientID=OTHER", made, server.url)
        equal(changed[-1]["ok"], 120, "stored anew")
        found = context.ours("pacs-find", server.url, "PatientID=OTHER", "NumberOfStudyRelatedInstances")
        equal(sum(record["NumberOfStudyRelatedInstances"] for record in found[:-1]), 120, "under another ID")


@case
def web_store_broken_to_orthanc(context):
    """An object that is cut off fails alone, in the middle of a batch."""
    with orthanc(context) as server:
        made = files(context.objects(9))
        made[4].write_bytes(made[4].read_bytes()[:1500])
        records = context.ours("pacs-store", "--batch", 100, *made, server.url, status=1)
        failed = [record["path"] for record in records[:-1] if record["outcome"] == "failed"]
        equal(failed, [str(made[4])], "failed")
        equal(records[-1]["ok"], 8, "stored")


@case
def web_identified_by_orthanc(context):
    """Basic authentication, right, wrong, and none."""
    with orthanc(context, AuthenticationEnabled=True, RegisteredUsers={"night": "sesame"}) as server:
        code = context.folder / "code"
        code.write_text("sesame\n", encoding="utf-8")
        code.chmod(0o600)
        wrong = context.folder / "wrong"
        wrong.write_text("open\n", encoding="utf-8")
        wrong.chmod(0o600)
        made = context.objects(5)
        context.ours("pacs-store", "--user", "night", "--passcode-file", code, made, server.url)
        found = context.ours("pacs-find", "--user", "night", "--passcode-file", code, server.url)
        assert found[-1]["answers"] > 0, found
        for words in ([], ["--user", "night", "--passcode-file", wrong]):
            for tool, more in (("pacs-find", []), ("pacs-store", [made])):
                refused = context.ours(tool, *words, *more, server.url, status=3)
                assert "401" in refused[-1]["message"], refused


@case
def web_real_files_to_orthanc(context):
    """Real files, of all transfer syntaxes: what is stored is given back byte by byte."""
    data = real_data()
    with orthanc(context) as server:
        records = context.ours("pacs-store", "--batch", 8, data, server.url, status=None)
        stored = {record["SOPInstanceUID"]: record for record in records[:-1] if record["outcome"] == "ok"}
        assert len(stored) > 100, records[-1]
        for record in stored.values():
            if record["size"] < 1_000_000 and not record.get("repaired"):
                assert retrieved(server.url, record), record["path"]
