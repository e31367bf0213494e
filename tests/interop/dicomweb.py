"""Ours against Orthanc's DICOMweb: searched, stored to, what it then has, and fetched from."""

import hashlib
import json
import pathlib
import shutil
import urllib.request

import peers
import searching
from harness import Skip, case, equal, files, need, real_data

PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
MEDIA = 'multipart/related; type="application/dicom"; transfer-syntax='


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


def retrieved(url, record, syntax="*"):
    """The bytes that the server gives out for an object, in a transfer syntax."""
    path = f"{url}/studies/{record['StudyInstanceUID']}/series/{record['SeriesInstanceUID']}" \
           f"/instances/{record['SOPInstanceUID']}"
    with urllib.request.urlopen(urllib.request.Request(path, headers={"Accept": MEDIA + syntax})) as answer:
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


def contents(context, *paths):
    """{SOP Instance UID: content digest} of files."""
    records = context.ours("pacs-dump", "--digest", "content", "--select", "SOPInstanceUID", *paths)
    return {record["SOPInstanceUID"]: record["content_sha256"] for record in records[:-1]}


def fetched(context, url, *what, listed=None, status=0):
    """The contents that pacs-get has from a service; `listed`: records for its standard input."""
    folder = context.folder / "got"
    lines = context.folder / "listed"
    lines.write_text("".join(json.dumps(record) + "\n" for record in listed or []), encoding="utf-8")
    out = context.run("sh", "-c", 'in=$1; shift; exec "$@" <"$in"', "sh", lines,
                      context.build / "pacs-get", url, *what, "-o", folder, "--format", "ndjson",
                      status=status)
    records = [json.loads(line) for line in out.splitlines()]
    assert all(record["via"] == "web" for record in records[:-1] if record["outcome"] == "ok"), records
    got = contents(context, folder)
    equal(len(got), records[-1]["retrieved"], "retrieved, and files")
    shutil.rmtree(folder)
    return got


@case
def web_get_from_orthanc(context):
    """Studies, series, instances, and lists of them, from an Orthanc that got them by C-STORE: the
    contents are those of the files."""
    with orthanc(context) as server:
        made = files(context.objects(24, "--per-series", 4, "--ascii"))
        context.run("dcmsend", "-aec", "ARCHIVE", "127.0.0.1", server.port, *made)
        sent = contents(context, *made)
        below = context.ours("pacs-find", server.url, "--expand", "instance")
        first = {level: [record for record in below if record["type"] == level]
                 for level in ("study", "series", "instance")}

        def beneath(record):
            keys = [key for key in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID") if key in record]
            return {each["SOPInstanceUID"]: sent[each["SOPInstanceUID"]] for each in first["instance"]
                    if all(each[key] == record[key] for key in keys)}

        study = first["study"][0]
        name = context.ours("pacs-dump", "--select", "PatientName", made[0])[0]["PatientName"]
        assert "^" in name, name  # Orthanc decodes no %5E
        found = context.ours("pacs-find", server.url, "PatientName=" + name.replace("^", "?"))
        assert name in {record.get("PatientName") for record in found}, found
        equal(fetched(context, server.url, study["StudyInstanceUID"]), beneath(study), "a study")
        equal(fetched(context, server.url, study["StudyInstanceUID"], "--via", "web", "-j", 2),
              beneath(study), "a study, by two")
        equal(fetched(context, server.url, "PatientID=*"), sent, "all")
        for level, records in first.items():
            some = records[1:3]
            wanted = {uid: digest for record in some for uid, digest in beneath(record).items()}
            assert wanted, level
            equal(fetched(context, server.url, "-", listed=some), wanted, f"{level} records")
        streamed = context.folder / "streamed"
        streamed.mkdir()
        context.run("sh", "-c", '"$1" "$2" "PatientID=*" -o - | tar xf - -C "$3"', "sh",
                    context.build / "pacs-get", server.url, streamed)
        equal(contents(context, streamed), sent, "a tar stream")
        listed = [{"StudyInstanceUID": study["StudyInstanceUID"]}, {"StudyInstanceUID": "1.2.3.404"}]
        equal(fetched(context, server.url, "-", listed=listed, status=1), beneath(study),
              "with one that is not there")


@case
def web_get_with_credentials_from_orthanc(context):
    with orthanc(context, AuthenticationEnabled=True, RegisteredUsers={"night": "sesame"}) as server:
        for name, text in (("code", "sesame\n"), ("wrong", "open\n")):
            (context.folder / name).write_text(text, encoding="utf-8")
            (context.folder / name).chmod(0o600)
        known = ["--user", "night", "--passcode-file"]
        made = context.objects(4, "--ascii")
        context.ours("pacs-store", *known, context.folder / "code", made, server.url)
        equal(fetched(context, server.url, "PatientID=*", *known, context.folder / "code"),
              contents(context, made), "with the passcode")
        for words in ([], [*known, context.folder / "wrong"]):
            refused = context.ours("pacs-get", server.url, "PatientID=*", "-o", "none", *words, status=3)
            assert "401" in refused[-1]["message"], refused


@case
def web_real_files_to_orthanc_and_back(context):
    """Real files, of all transfer syntaxes: what is told as stored comes back, its content unchanged."""
    data = real_data()
    with orthanc(context) as server:
        records = context.ours("pacs-store", "--batch", 8, data, server.url, status=None)
        stored, studies = {}, []
        for record in records[:-1]:
            if record["outcome"] == "ok":  # the first of those with the same UID is kept
                stored.setdefault(record["SOPInstanceUID"], record["path"])
                studies.append({"StudyInstanceUID": record["StudyInstanceUID"]})
        assert len(stored) > 100, records[-1]
        got = fetched(context, server.url, "-", listed=studies, status=None)
        sent = contents(context, *stored.values())
        lost = sorted(stored[uid] for uid in stored if uid not in got)
        changed = sorted(stored[uid] for uid in stored if got.get(uid, sent[uid]) != sent[uid])
        equal((lost, changed), ([], []), "lost, changed")
