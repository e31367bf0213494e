"""pacs-move between dcmqrscp, Orthanc, storescp and pacs-archived."""

import json
import urllib.request

import objects
import peers
from harness import case, equal, files, need

EVERYTHING = "AccessionNumber=*"


def told(records, kind="moved"):
    return [record for record in records if record["type"] == kind]


def all_moved(records, studies, instances):
    """Every study arrived, and the counts say so."""
    equal(sorted(record["outcome"] for record in told(records)), ["ok"] * studies, "outcomes")
    equal(sum(record["completed"] for record in told(records)), instances, "completed")
    equal((records[-1]["type"], records[-1]["completed"]), ("summary", instances), "summary")


def filled(context, server, count=24, *options):
    """Objects sent to a server: (files, studies, instances)."""
    made = files(context.objects(count, "--per-series", "4", "--ascii", *options))
    context.run("dcmsend", "-aec", server.aet, "127.0.0.1", server.port, *made)
    return made, -(-count // 8), count


def digests(paths):
    return sorted(objects.digest_of_data_set(path) for path in paths)


def archived_digests(context, name="archive"):
    return digests(objects.stored_files(context.folder / name).values())


@case
def move_from_dcmqrscp_to_storescp(context):
    """By an accession number, a study UID, series and instances from a list; what arrives is what was
    stored there."""
    with peers.storescp(context.folder, "+xa", "+B", "--fork") as target, \
            peers.dcmqrscp(context.folder, hosts=[("DEST", target.port)]) as source:
        made, studies, instances = filled(context, source)
        all_moved(context.ours("pacs-move", source.address, "DEST", EVERYTHING, "-j", 2), studies,
                  instances)
        equal(digests(files(context.folder / "received")), digests(made), "received data sets")
        below = context.ours("pacs-find", source.address, EVERYTHING, "--expand", "instance")
        for level, units in (("study", 3), ("series", 6), ("instance", 6)):
            listed = context.folder / f"{level}.ndjson"
            listed.write_text("".join(json.dumps(each) + "\n" for each in told(below, level)))
            out = context.run("sh", "-c", '"$1" "$2" DEST - --format ndjson <"$3"', "sh",
                              context.build / "pacs-move", source.address, listed)
            all_moved([json.loads(line) for line in out.splitlines()], units, instances)
        uid = told(below, "study")[0]["StudyInstanceUID"]
        all_moved(context.ours("pacs-move", source.address, "DEST", uid), 1, 8)
        patient = told(below, "study")[0]["PatientID"]
        moved = context.ours("pacs-move", source.address, "DEST", "--patient-root",
                             f"PatientID={patient}", EVERYTHING)
        equal({record["outcome"] for record in told(moved)}, {"ok"}, "under Patient Root")


@case
def move_from_dcmqrscp_is_verified(context):
    """To pacs-archived, where every instance is asked for; and where some were missing."""
    with context.archived() as target, \
            peers.dcmqrscp(context.folder, hosts=[("ARCHIVE", target.port)]) as source:
        made, studies, instances = filled(context, source)
        records = context.ours("pacs-move", source.address, target.address, EVERYTHING, "--verify")
        all_moved(records, studies, instances)
        equal([(record["found"], record["missing"]) for record in told(records)],
              [(8, 0)] * studies, "verified")
        equal(archived_digests(context), digests(made), "what pacs-archived has")
        with context.archived(name="empty") as other:
            records = context.ours("pacs-move", source.address, other.address, EVERYTHING,
                                   "--verify", "--verify-wait", "0s", status=1)
        equal([(record["outcome"], record["reason"], record["missing"])
               for record in told(records)], [("failed", "missing", 8)] * studies, "not there")
        equal(len(told(records, "instance")), instances, "missing instances, each told")
        equal(records[-1]["missing"], instances, "missing in the summary")


@case
def move_to_a_destination_that_is_not_there(context):
    """What the source says of a destination that is down, or that it does not know."""
    with peers.dcmqrscp(context.folder, hosts=[("DOWN", 9)]) as source:
        _, studies, _ = filled(context, source)
        records = context.ours("pacs-move", source.address, "DOWN", EVERYTHING, "--retries", 1,
                               "--retry-delay", "1ms", status=1)
        equal([(record["outcome"], record["reason"], record["attempts"])
               for record in told(records)], [("failed", "status", 2)] * studies, "down")
        records = context.ours("pacs-move", source.address, "NOBODY", EVERYTHING, status=3)
        equal([record["status"] for record in told(records)], ["A801"], "unknown, asked once")


@case
def move_from_orthanc_to_archived(context):
    need("Orthanc")
    with context.archived() as target:
        modalities = {"dest": ["ARCHIVE", "127.0.0.1", target.port],
                      "ourselves": ["PACS_UTILS", "127.0.0.1", 9]}
        with peers.orthanc(context.folder, DicomModalities=modalities,
                           DicomAlwaysAllowMove=True, DicomAlwaysAllowFind=True) as source:
            made, studies, instances = filled(context, source)
            records = context.ours("pacs-move", source.address, target.address, EVERYTHING,
                                   "--verify", "-j", 2)
            equal([(record["outcome"], record["found"]) for record in told(records)],
                  [("ok", 8)] * studies, "moved and verified")
            equal(len(archived_digests(context)), instances, "objects that arrived")
            series = context.ours("pacs-move", source.address, target.address, EVERYTHING,
                                  "--level", "series", "--relational", "--verify", status=None)
            equal({record["outcome"] for record in told(series)} - {"ok"}, set(), "series")


@case
def move_from_dcmqrscp_to_orthanc(context):
    need("Orthanc")
    with peers.orthanc(context.folder) as target, \
            peers.dcmqrscp(context.folder, hosts=[("ARCHIVE", target.port)]) as source:
        _, studies, instances = filled(context, source)
        records = context.ours("pacs-move", source.address, target.address, EVERYTHING, "--verify")
        all_moved(records, studies, instances)
        with urllib.request.urlopen("http://127.0.0.1:11117/statistics", timeout=10) as answer:
            equal(json.load(answer)["CountInstances"], instances, "what Orthanc counts")
