"""pacs-get from dcmqrscp and Orthanc: by C-GET and by C-MOVE to its own listener."""

import json
import shutil

import objects
import peers
from harness import case, equal, files, need

EVERYTHING = "AccessionNumber=*"
LISTEN = 11222


def filled(context, server, count=24, *options):
    """Objects sent to a server: three studies of two series of four."""
    made = files(context.objects(count, "--per-series", "4", "--ascii", *options))
    context.run("dcmsend", "-aec", server.aet, "127.0.0.1", server.port, *made)
    return made


def all_there(records, instances, via):
    """Every announced instance has its record, ok, and came by that way."""
    got = [record for record in records if record["type"] == "retrieved"]
    equal(sorted({(record["outcome"], record["via"]) for record in got}), [("ok", via)], "records")
    summary = records[-1]
    equal((summary["announced"], summary["retrieved"], summary["missing"], summary["retries"]),
          (instances, instances, 0, 0), "summary")
    for record in got:
        equal(objects.digest(record["path"]), record["sha256"], "digest of a file")


def digests(paths):
    return sorted(objects.digest_of_data_set(path) for path in paths)


def uids(paths):
    return sorted(path.stem for path in paths)


def each_way(context, source, made, same_bytes):
    """The whole source, by each way and in each form; `same_bytes`: it sends what it was sent."""
    got = context.folder / "got"
    for via, options in (("get", ()), ("get", ("-j", 3)), ("move", ("--listen", LISTEN)),
                         ("move", ("--listen", LISTEN, "-j", 2))):
        records = context.ours("pacs-get", source.address, EVERYTHING, "-o", got, "--via", via,
                               *options)
        all_there(records, len(made), via)
        equal(len(files(got)), len(made), "files")
        if same_bytes:
            equal(digests(files(got)), digests(made), "data sets")
        again = context.ours("pacs-get", source.address, EVERYTHING, "-o", got)
        equal((again[-1]["existed"], again[-1]["retrieved"]), (len(made), 0), "once more")
        shutil.rmtree(got)
    below = context.ours("pacs-find", source.address, EVERYTHING, "--expand", "instance")
    for level, count in (("study", len(made)), ("series", len(made)), ("instance", 5)):
        listed = [record for record in below if record["type"] == level]
        text = "".join(json.dumps(record) + "\n" for record in listed[:5])
        (context.folder / "list").write_text(text)
        out = context.run("sh", "-c", '"$1" "$2" - -o "$3" <list', "sh", context.build / "pacs-get",
                          source.address, got)
        kept = [json.loads(line) for line in out.splitlines()]
        asked = min(count, 8 * len(listed[:5]) if level == "study" else 4 * len(listed[:5])
                    if level == "series" else 5)
        equal((kept[-1]["retrieved"], kept[-1]["missing"]), (asked, 0), f"by {level} records")
        shutil.rmtree(got)
    context.run("sh", "-c", '"$1" "$2" "$3" -o - | tar xf - -C "$4"', "sh",
                context.build / "pacs-get", source.address, EVERYTHING, context.folder / "made-1")
    streamed = [path for path in files(context.folder / "made-1") if path.name.startswith("2.25")]
    equal(len(streamed), len(made), "files of the tar stream")


@case
def get_from_dcmqrscp(context):
    with peers.dcmqrscp(context.folder, hosts=[("PACS_UTILS", LISTEN)]) as source:
        each_way(context, source, filled(context, source), True)


@case
def get_from_orthanc(context):
    need("Orthanc")
    with peers.orthanc(context.folder, DicomAlwaysAllowGet=True, DicomAlwaysAllowMove=True,
                       DicomModalities={"us": ["PACS_UTILS", "127.0.0.1", LISTEN]}) as source:
        each_way(context, source, filled(context, source), False)


@case
def get_goes_on_with_move_where_get_is_refused(context):
    """Orthanc that lets us have C-MOVE but not C-GET: what it aborts comes by the next way."""
    need("Orthanc")
    us = {"AET": "PACS_UTILS", "Host": "127.0.0.1", "Port": LISTEN, "AllowGet": False}
    with peers.orthanc(context.folder, DicomModalities={"us": us}) as source:
        made = filled(context, source, 8)
        records = context.ours("pacs-get", source.address, EVERYTHING, "-o", "got", "--listen",
                               LISTEN, "--retries", 1, "--retry-delay", "1ms")
        equal(sorted({record["via"] for record in records[:-1]}), ["move"], "the way")
        equal(records[-1]["retrieved"], len(made), "retrieved")


@case
def get_in_a_transfer_syntax_that_is_refused(context):
    """Only what is named by --transfer-syntax is taken; a source that cannot give it sends nothing,
    and that is told."""
    with peers.dcmqrscp(context.folder) as source:
        made = filled(context, source, 8)
        records = context.ours("pacs-get", source.address, EVERYTHING, "-o", "got",
                               "--transfer-syntax", "1.2.840.10008.1.2.4.90", "--retries", 0,
                               status=1)
        equal((records[-1]["retrieved"], records[-1]["missing"]), (0, len(made)), "summary")
        equal(len({record["reason"] for record in records[:-1]}), 1, "one reason")


@case
def get_by_a_listener_that_the_source_does_not_know(context):
    """C-MOVE to a title that is unknown: nothing comes, and the status says why."""
    with peers.dcmqrscp(context.folder) as source:
        made = filled(context, source, 8)
        records = context.ours("pacs-get", source.address, EVERYTHING, "-o", "got", "--via", "move",
                               "--listen", LISTEN, status=1)
        equal({record["reason"] for record in records[:-1]}, {"status"}, "reason")
        equal(records[-1]["missing"], len(made), "missing")
