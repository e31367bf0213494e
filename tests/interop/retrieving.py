"""pacs-archived hands out what it has: DCMTK's getscu and movescu, and Orthanc, ask; storescp, dcmrecv
and Orthanc receive."""

import json
import os
import re
import time
import urllib.request

import objects
import peers
from from_peers import SYNTAXES, same_when_read
from harness import case, equal, files, need
from to_peers import made_of_all, received_as_sent

MOVE_PORTS = {"STORESCP": 11113, "DCMRECV": 11114, "ORTHANC": 11116, "MOVESCU": 11119}
KNOWN = [word for title, port in MOVE_PORTS.items()
         for word in ("--destination", f"{title}@127.0.0.1:{port}")]


def filled(context, server, made):
    """The studies among the files made, now in the archive: {UID: how many instances}."""
    context.ours("pacs-store", "-j", 2, *made, server.address)
    records = context.ours("pacs-find", server.address, "NumberOfStudyRelatedInstances=")
    return {record["StudyInstanceUID"]: int(record["NumberOfStudyRelatedInstances"])
            for record in records if record["type"] == "study"}


def keys(level, **values):
    words = ["-k", f"QueryRetrieveLevel={level}"]
    for key, value in values.items():
        words += ["-k", f"{key}={value}"]
    return words


def getscu(context, server, *words, into="got"):
    folder = context.folder / into
    folder.mkdir(exist_ok=True)
    context.run("getscu", "-aec", "ARCHIVE", "+B", "-od", folder, *words, "127.0.0.1", server.port)
    return files(folder)


def movescu(context, server, destination, *words):
    """Its log, where statuses and counts are."""
    return context.run("sh", "-c", 'exec "$@" 2>&1', "sh", "movescu", "-d", "-aet", "MOVESCU",
                       "-aec", "ARCHIVE", "-aem", destination, *words, "127.0.0.1", server.port,
                       status=None)


def final_status(told):
    """The last one that movescu was answered, its own answers as a receiver left out."""
    moves = told.split("C-MOVE RSP")
    assert len(moves) > 1, told[-2000:]
    return re.search(r"DIMSE Status +: 0x([0-9a-f]{4})", moves[-1]).group(1).upper()


def retrievals(server):
    return [record for record in map(json.loads, server.log.read_text(encoding="utf-8").splitlines())
            if record["type"] == "retrieval"]


def digests(paths):
    return sorted(objects.digest_of_data_set(path) for path in paths)


@case
def getscu_gets_each_level(context):
    """Patients, studies, series and lists of instances, bit by bit as they were sent."""
    made = files(context.objects(40))
    with context.archived() as server:
        studies = filled(context, server, made)
        equal(digests(getscu(context, server, "-S", *keys(
            "STUDY", StudyInstanceUID="\\".join(studies)))), digests(made), "studies")
        instances = [record for record in context.ours(
            "pacs-find", server.address, "--relational", "--level", "instance", "PatientID=", *[
                f"StudyInstanceUID={uid}" for uid in list(studies)[:1]])
            if record["type"] == "instance"]
        one = instances[0]
        series = [record["SOPInstanceUID"] for record in instances
                  if record["SeriesInstanceUID"] == one["SeriesInstanceUID"]]
        equal(len(getscu(context, server, "-S", *keys(
            "SERIES", StudyInstanceUID=one["StudyInstanceUID"],
            SeriesInstanceUID=one["SeriesInstanceUID"]), into="series")), len(series), "of a series")
        equal(len(getscu(context, server, "-S", *keys(
            "IMAGE", StudyInstanceUID=one["StudyInstanceUID"],
            SeriesInstanceUID=one["SeriesInstanceUID"], SOPInstanceUID="\\".join(series[:3])),
            into="images")), 3, "of a list")
        patient = sum(count for uid, count in studies.items() if any(
            record["PatientID"] == one["PatientID"] for record in context.ours(
                "pacs-find", server.address, f"StudyInstanceUID={uid}", "PatientID=")
            if record["type"] == "study"))
        equal(len(getscu(context, server, "-P", *keys("PATIENT", PatientID=one["PatientID"]),
                         into="patient")), patient, "of a patient")
        equal(server.stop(), 0, "exit status")
        equal({record["status"] for record in retrievals(server)}, {"0000"}, "statuses")


@case
def getscu_gets_other_transfer_syntaxes_converted(context):
    """getscu takes little endian, explicit first: what is stored otherwise reads the same."""
    made = made_of_all(context, 6)
    with context.archived() as server:
        studies = filled(context, server, made)
        got = getscu(context, server, "-S", *keys("STUDY", StudyInstanceUID="\\".join(studies)))
        equal(sorted(same_when_read(context, path) for path in got),
              sorted(same_when_read(context, path) for path in made), "attributes and pixels")


@case
def movescu_has_storescp_and_dcmrecv_receive(context):
    """As it is, in every transfer syntax, over one association and over three."""
    made = made_of_all(context, 12)
    for jobs in (1, 3):
        with context.archived(*KNOWN, "-j", str(jobs), name=f"archive-{jobs}") as server:
            studies = "\\".join(filled(context, server, made))
            for start, title, options in ((peers.storescp, "STORESCP", ["+xa", "+B", "--fork"]),
                                          (peers.dcmrecv, "DCMRECV", ["+B"])):
                for path in files(context.folder / "received"):
                    path.unlink()
                with start(context.folder, *options):
                    told = movescu(context, server, title, "-S",
                                   *keys("STUDY", StudyInstanceUID=studies))
                    equal(final_status(told), "0000", "final status")
                received_as_sent(context, made)
            equal(server.stop(), 0, "exit status")
            equal([record["completed"] for record in retrievals(server)[-2:]], [len(made)] * 2,
                  "counts")


@case
def movescu_to_a_receiver_of_implicit_only(context):
    made = made_of_all(context, 5)
    with context.archived(*KNOWN) as server, \
            peers.storescp(context.folder, "+xi", "+B", "--fork"):
        studies = "\\".join(filled(context, server, made))
        told = movescu(context, server, "STORESCP", "-S", *keys("STUDY", StudyInstanceUID=studies))
        equal(final_status(told), "0000", "final status")
    equal(sorted(same_when_read(context, path) for path in files(context.folder / "received")),
          sorted(same_when_read(context, path) for path in made), "attributes and pixels")


@case
def movescu_has_objects_sent_to_itself(context):
    """Only where that is allowed does an unknown title stand for the one that asks."""
    made = files(context.objects(10))
    arguments = ["+P", MOVE_PORTS["MOVESCU"], "-od", context.folder / "received"]
    (context.folder / "received").mkdir()
    with context.archived("--allow-any", "--allow-any-port", str(MOVE_PORTS["MOVESCU"])) as server:
        studies = "\\".join(filled(context, server, made))
        told = movescu(context, server, "ANYBODY", *arguments, "-S",
                       *keys("STUDY", StudyInstanceUID=studies))
        equal(final_status(told), "0000", "final status")
        equal(len(files(context.folder / "received")), len(made), "received")
    with context.archived(name="strict") as server:
        studies = "\\".join(filled(context, server, made))
        told = movescu(context, server, "ANYBODY", "-S", *keys("STUDY", StudyInstanceUID=studies))
        equal(final_status(told), "A801", "final status")


@case
def movescu_changes_its_mind(context):
    """C-CANCEL at the first answer, to a receiver that takes a second for each object: what was under
    way arrives, the answer counts what remains."""
    made = files(context.objects(12, "--per-series", 12))
    with context.archived(*KNOWN) as server, \
            peers.storescp(context.folder, "+xa", "+B", "--fork", "--sleep-during", "1"):
        studies = "\\".join(filled(context, server, made))
        told = movescu(context, server, "STORESCP", "--cancel", "1", "-S",
                       *keys("STUDY", StudyInstanceUID=studies))
        equal(final_status(told), "FE00", "final status")
        equal(server.stop(), 0, "exit status")
        record = retrievals(server)[-1]
        assert record["remaining"] > 0, record
        equal((record["status"], record["completed"] + record["remaining"]), ("FE00", len(made)), "told")
        equal(len(files(context.folder / "received")), record["completed"], "received")


@case
def damaged_and_lost_objects_fail_alone(context):
    """A flipped byte, a lost file and one cut short never leave, and are named; the rest arrives."""
    made = files(context.objects(20))
    with context.archived(*KNOWN) as server:
        studies = "\\".join(filled(context, server, made))
        stored = objects.stored_files(context.folder / "archive")
        paths = sorted(stored.values())
        raw = bytearray(paths[0].read_bytes())
        raw[-1] ^= 1
        paths[0].write_bytes(raw)
        paths[1].unlink()
        os.truncate(paths[2], paths[2].stat().st_size - 2)
        bad = {path.stem for path in paths[:3]}
        sound = digests(paths[3:])
        got = getscu(context, server, "-S", *keys("STUDY", StudyInstanceUID=studies))
        equal(digests(got), sound, "got")
        with peers.storescp(context.folder, "+xa", "+B", "--fork"):
            told = movescu(context, server, "STORESCP", "-S",
                           *keys("STUDY", StudyInstanceUID=studies))
        equal(final_status(told), "B000", "final status")
        for uid in bad:
            assert uid in told, f"{uid} is not named"
        equal(digests(files(context.folder / "received")), sound, "moved")
        equal(server.stop(), 0, "exit status")
        for record in retrievals(server):
            equal((record["status"], record["completed"], record["failed"]), ("B000", 17, 3), "told")


def orthanc_count(server, path="statistics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}/{path}") as answer:
        return json.load(answer)


@case
def orthanc_receives_and_asks(context):
    """Orthanc as the destination of a C-MOVE, and as the one that has us send to itself."""
    need("Orthanc")
    made = files(context.objects(30))
    with context.archived(*KNOWN) as server:
        changes = {"DicomAet": "ORTHANC",
                   "DicomModalities": {"ours": ["ARCHIVE", "127.0.0.1", server.port]}}
        studies = list(filled(context, server, made))
        with peers.orthanc(context.folder, **changes) as orthanc:
            orthanc.http_port = 11117
            told = movescu(context, server, "ORTHANC", "-S",
                           *keys("STUDY", StudyInstanceUID=studies[0]))
            equal(final_status(told), "0000", "final status")
            assert orthanc_count(orthanc)["CountStudies"] == 1

            def post(path, body):
                request = urllib.request.Request(
                    f"http://127.0.0.1:{orthanc.http_port}/{path}", json.dumps(body).encode())
                with urllib.request.urlopen(request) as answer:
                    return json.load(answer)
            query = post("modalities/ours/query", {"Level": "Study", "Query": {"PatientID": ""}})
            post(f"queries/{query['ID']}/retrieve", {"TargetAet": "ORTHANC", "Synchronous": True})
            equal(orthanc_count(orthanc)["CountInstances"], len(made), "instances in Orthanc")


@case
def killed_in_the_middle_of_a_move(context):
    """kill -9 while a C-MOVE runs: what arrived is whole, nothing is lost, and it can be asked for
    again."""
    made = files(context.objects(300, "--bytes", "200000"))
    archive = context.archived(*KNOWN)
    with peers.storescp(context.folder, "+xa", "+B", "--fork"):
        studies = "\\".join(filled(context, archive, made))
        asking = context.start_other("movescu", "-aec", "ARCHIVE", "-aem", "STORESCP", "-S",
                                     *keys("STUDY", StudyInstanceUID=studies), "127.0.0.1",
                                     archive.port)
        until = time.monotonic() + 20
        while not files(context.folder / "received") and time.monotonic() < until:
            time.sleep(0.005)
        archive.kill()
        asking.wait(30)
        with context.archived(*KNOWN) as again:
            told = movescu(context, again, "STORESCP", "-S",
                           *keys("STUDY", StudyInstanceUID=studies))
            equal(final_status(told), "0000", "final status")
    received_as_sent(context, made)
