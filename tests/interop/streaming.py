"""Pipes with pacs-get in them, among pacs-find, pacs-store, pacs-index, pacs-dump, tar, zstd and a stage
as ssh is one: all arrives as it was; when a stage dies the others end soon, each with a status that is
true; and neither the number of objects nor their size shows in memory."""

import io
import os
import signal
import tarfile

import objects
from harness import case, equal, files, need
from piping import LONG, Gate, Pipe, held, made, measured, peak_kib, stored

EVERYTHING = "StudyInstanceUID"
REMOTE = ("sh", "-c", "cat")


def contents(context, *words):
    """{SOP Instance UID: content digest} of what a folder, or an archive, holds."""
    records = context.ours("pacs-index", "scan", "--digest", "content", *words)
    return {record["SOPInstanceUID"]: record["content_sha256"] for record in records
            if "content_sha256" in record}


@case
def pipe_from_one_archive_to_another(context):
    """pacs-find, pacs-get and pacs-store, zstd and a shell elsewhere between: six stages, and what
    arrives has the same content, object by object."""
    need("zstd")
    tree = made(context)
    with context.archived() as old, context.archived(name="new") as new:
        context.ours("pacs-store", tree, old.address)
        pipe = Pipe(context, ("pacs-find", old.address, EVERYTHING),
                    ("pacs-get", old.address, "-", "-o", "-"), ("zstd", "-q1"), REMOTE,
                    ("zstd", "-qd"), ("pacs-store", "-", new.address))
        equal(pipe.statuses(), [0] * 6, pipe.said())
        equal(pipe.records()[-1]["ok"], 40, "stored")
    before = contents(context, tree)
    equal(len(before), 40, "objects")
    equal(contents(context, context.folder / "new" / "objects"), before, "contents")


@case
def pipe_of_what_was_fetched_to_others(context):
    """tar, pacs-index and pacs-dump take what pacs-get gives."""
    tree = made(context, 12)
    whole = held(context, tree)
    with context.archived() as source:
        context.ours("pacs-store", tree, source.address)
        get = ("pacs-get", source.address, EVERYTHING, "-o", "-")
        (context.folder / "unpacked").mkdir()
        pipe = Pipe(context, get, ("tar", "xf", "-", "-C", context.folder / "unpacked"))
        equal(pipe.statuses(), [0, 0], pipe.said())
        equal(held(context, context.folder / "unpacked"), whole, "unpacked by tar")
        for reader in (("pacs-index", "scan", "-"), ("pacs-dump", "--select", "SOPInstanceUID", "-")):
            pipe = Pipe(context, get, ("zstd", "-q"), REMOTE, ("zstd", "-qd"), reader)
            equal(pipe.statuses(), [0] * 5, pipe.said())
            equal({record["SOPInstanceUID"] for record in pipe.records() if "SOPInstanceUID" in record},
                  whole, f"read by {reader[0]}")


@case
def pipe_of_records_of_every_tool(context):
    """What pacs-find, pacs-index, pacs-dump, pacs-store and pacs-get itself print names what
    is to be fetched, and each record of what came has what the one that named it brought along."""
    need("jq")
    tree = made(context, 12)
    whole = held(context, tree)
    packed = context.folder / "packed.tar"
    context.run("tar", "cf", packed, "-C", tree, ".")
    with context.archived("--allow-any") as source:
        first = Pipe(context, ("pacs-store", tree, source.address))
        equal(first.statuses(), [0], first.said())
        (context.folder / "stored").write_bytes(first.output.read_bytes())
        for name, *words in (
                ("studies", "pacs-find", source.address, EVERYTHING),
                ("series", "pacs-find", source.address, EVERYTHING, "--level", "series", "--relational"),
                ("instances", "pacs-find", source.address, EVERYTHING, "--expand", "instance"),
                ("files", "pacs-index", "scan", tree), ("members", "pacs-index", "scan", packed),
                ("dumped", "pacs-dump", tree), ("stored", "cat", "stored"),
                ("fetched", "pacs-get", source.address, EVERYTHING, "-o", "first")):
            pipe = Pipe(context, words, ("jq", "-c", ". + {note: .type}"),
                        ("pacs-get", source.address, "-", "-o", f"got-{name}"))
            equal(pipe.statuses(), [0] * 3, f"{name}: {pipe.said()}")
            came = [record for record in pipe.records() if record["type"] == "retrieved"]
            equal({record["SOPInstanceUID"] for record in came}, whole, name)
            equal({type(record.get("note")) for record in came}, {str}, f"{name}: what came along")
            equal(held(context, context.folder / f"got-{name}"), whole, f"{name}: files")


def ends_with(context, stages, dead, gate_bytes=2_000_000):
    """Kills a stage while data stand in the pipe; what the others ended with."""
    gate = Gate(context, gate_bytes)
    pipe = Pipe(context, *[gate.stage if stage is None else stage for stage in stages])
    gate.wait(pipe.output)
    pipe.kill(dead)
    if stages[dead] is not None:
        gate.open()
    statuses = pipe.statuses()
    assert statuses[dead] == -signal.SIGKILL or dead == 0, (pipe.names, statuses)
    return pipe, statuses


@case
def a_stage_around_pacs_get_dies_and_the_others_end(context):
    """Each of five in turn. Those before it end by the closed pipe; pacs-store behind it never with 0,
    and all it says was stored is stored."""
    tree = made(context, 60, 300_000)
    whole = held(context, tree)
    by_pipe = {-signal.SIGPIPE, 141, 0}
    with context.archived() as source:
        context.ours("pacs-store", tree, source.address)
        for dead in range(1, 5):
            name = f"copy-{dead}"
            with context.archived(name=name) as target:
                stages = [("pacs-find", source.address, EVERYTHING),
                          ("pacs-get", source.address, "-", "-o", "-"), None, REMOTE,
                          ("pacs-store", "-", target.address)]
                pipe, statuses = ends_with(context, stages, dead)
            there = stored(context, name)
            assert there < whole, f"all came although {pipe.names[dead]} was killed"
            for i in range(dead):
                assert statuses[i] in by_pipe, (pipe.names, statuses, pipe.said())
            assert statuses[1] != 0 or dead > 2, f"pacs-get, whose reader died: {statuses}"
            if dead < 4:
                assert statuses[4] in (1, 4), f"pacs-store behind a dead {pipe.names[dead]}: {statuses}"
                told = {record["SOPInstanceUID"] for record in pipe.records()
                        if record["type"] == "stored" and record["outcome"] == "ok"}
                equal(told, there, "told and stored")


@case
def a_source_dies_and_the_pipe_ends(context):
    """The archive that is fetched from goes away: pacs-get says so, and the tar stream ends as one that
    is whole, for each object in it is; pacs-store stores those."""
    tree = made(context, 60, 300_000)
    with context.archived() as target:
        with context.archived(name="source") as source:
            context.ours("pacs-store", tree, source.address)
            gate = Gate(context, 2_000_000)
            pipe = Pipe(context, ("pacs-get", source.address, EVERYTHING, "-o", "-", "--retries", "0",
                                  "--timeout", "20s"), gate.stage, ("pacs-store", "-", target.address))
            gate.wait(pipe.output)
            source.kill()
            gate.open()
            statuses = pipe.statuses()
        assert statuses[0] in (1, 3), (statuses, pipe.said())
        equal(statuses[1:], [0, 0], pipe.said())
        there = stored(context, "archive")
        assert 0 < len(there) < 60, f"{len(there)} objects"


def write_studies(template, uids, count, per_study, writer):
    """A tar stream of so many objects, each study and instance with a UID of its own, in no memory."""
    with os.fdopen(writer, "wb", buffering=1 << 16) as out, \
            tarfile.open(fileobj=out, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
        for number in range(count):
            raw = template
            for uid, own in zip(uids, (number // per_study, number // per_study, number)):
                raw = raw.replace(uid, uid[:-6] + f"{own:06}".encode())
            member = tarfile.TarInfo(f"{number}.dcm")
            member.size = len(raw)
            tar.addfile(member, io.BytesIO(raw))


def fill(context, address, count):
    source, = files(context.objects(1, "--ascii", "--bytes", 1200))
    record, = [record for record in context.ours("pacs-dump", source) if "SOPInstanceUID" in record]
    uids = [record[key].encode() for key in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")]
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            write_studies(source.read_bytes(), uids, count, 100, writer)
        finally:
            os._exit(0)
    os.close(writer)
    pipe = Pipe(context, ("pacs-store", "-q", "-", address), source=reader)
    equal(pipe.statuses(limit_s=1500), [0], pipe.said())
    os.waitpid(child, 0)


@case
def objects_through_pacs_get_in_constant_memory(context):
    """As records of studies in, as a tar stream out: 5,000 and 50,000 in the long run, 300 and 2,000
    always."""
    peaks = {}
    few, many = (5_000, 50_000) if LONG else (300, 2_000)
    for count in (few, many):
        name = f"archive-{count}"
        with context.archived("--durability", "os", name=name) as server:
            fill(context, server.address, count)
            pipe = Pipe(context, ("pacs-find", server.address, EVERYTHING),
                        measured(context, "pacs-get", server.address, "-", "-o", "-"),
                        ("tar", "tf", "-"))
            equal(pipe.statuses(limit_s=1500), [0] * 3, pipe.said())
            equal(len(pipe.output.read_bytes().splitlines()), count, "members")
            peaks[count] = peak_kib(context)
    print(f"peak memory of pacs-get: {peaks[few]} KiB for {few} objects, {peaks[many]} KiB for {many}")
    assert context.sanitized or peaks[many] < peaks[few] + 8 * 1024, peaks
    assert context.sanitized or peaks[many] < 64 * 1024, peaks


@case
def large_object_through_pacs_get_in_constant_memory(context):
    """One of 200 MB, into a folder and into a tar stream, against one of 1 MB."""
    peaks = {}
    for size in ("1MB", "200MB"):
        with context.archived("--durability", "os", name=f"archive-{size}") as server:
            tree = context.objects(1, "--bytes", size)
            context.ours("pacs-store", tree, server.address)
            for output in ("-", f"got-{size}"):
                pipe = Pipe(context, measured(context, "pacs-get", server.address, EVERYTHING, "-o",
                                              output, "--durability", "os"), ("wc", "-c"))
                equal(pipe.statuses(), [0, 0], pipe.said())
                peaks[size, output == "-"] = peak_kib(context)
            got, = files(context.folder / f"got-{size}")
            equal(objects.digest_of_data_set(got), objects.digest_of_data_set(files(tree)[0]), "data set")
    print("peak memory of pacs-get, KiB, by size and whether it is a stream:", peaks)
    for stream in (True, False):
        assert context.sanitized or peaks["200MB", stream] < 64 * 1024, peaks
