"""Pipes of three tools and more, ours among tar, jq, zstd and a stage as ssh is one: all objects arrive;
when any stage dies, the others end soon, each with a status that is true; and the number of objects
does not show in memory."""

import fcntl
import io
import json
import os
import pathlib
import signal
import subprocess
import tarfile
import time

import objects
import peak
from harness import case, equal, files, need

LONG = os.environ.get("PACS_TEST_LONG", "") != ""
SOON_S = 60  # on a slow and busy machine; alone it is a fraction of a second
PIPE_BYTES = 4096


class Pipe:
    """Stages, each the words of a command, from left to right, with small pipes between. Each has a
    process group of its own, so that one with all it started can die at once."""

    def __init__(self, context, *stages, source=None):
        environment = dict(os.environ, PATH=f"{context.build}:{context.build}/tests:{os.environ['PATH']}")
        self.names = [pathlib.Path(stage[0]).name for stage in stages]
        self.output = context.folder / "pipe.out"
        self.errors = [context.folder / f"pipe-{i}.err" for i in range(len(stages))]
        self.processes = []
        before = source if source is not None else subprocess.DEVNULL
        for i, stage in enumerate(stages):
            last = i + 1 == len(stages)
            reader, writer = (None, self.output.open("wb")) if last else os.pipe()
            if not last:
                fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            with self.errors[i].open("wb") as errors:
                self.processes.append(subprocess.Popen(
                    [str(word) for word in stage], stdin=before, stdout=writer, stderr=errors,
                    cwd=context.folder, env=environment, start_new_session=True))
            for end in (before, writer):
                if isinstance(end, int) and end >= 0:
                    os.close(end)
            before = reader

    def kill(self, stage):
        os.killpg(self.processes[stage].pid, signal.SIGKILL)

    def statuses(self, limit_s=SOON_S):
        """How each ended: a status, or minus a signal."""
        deadline, left = time.monotonic() + limit_s, dict(enumerate(self.processes))
        while left:
            for i, process in list(left.items()):
                if process.poll() is not None:
                    del left[i]
            if left and time.monotonic() > deadline:
                names = [self.names[i] for i in left]
                for i in left:
                    self.kill(i)
                raise AssertionError(f"still running after {limit_s} s: {names}")
            time.sleep(0.005)
        return [process.returncode for process in self.processes]

    def records(self):
        return [json.loads(line) for line in self.output.read_bytes().splitlines()]

    def said(self):
        return "".join(f"{name}: {path.read_text(errors='replace')}"
                       for name, path in zip(self.names, self.errors) if path.stat().st_size)


def measured(context, *stage):
    """A stage whose peak_kib() is known once it has ended."""
    return peak.words(context.folder / "peak", *stage)


def peak_kib(context):
    return peak.kib(context.folder / "peak")


class Gate:
    """A stage as ssh is one: it knows nothing of what it passes on. Behind so many bytes it stops
    until it is opened."""

    def __init__(self, context, pass_bytes):
        self.fifo, self.reached = context.folder / "gate", context.folder / "reached"
        for path in (self.fifo, self.reached):
            path.unlink(missing_ok=True)
        os.mkfifo(self.fifo)
        self.stage = ("sh", "-c", f"head -c {pass_bytes}; : >reached; cat gate; cat")

    def wait(self, output):
        """Until it has stopped, and something came out of the last stage."""
        deadline = time.monotonic() + SOON_S
        while not self.reached.exists() or output.stat().st_size == 0:
            assert time.monotonic() < deadline, "nothing came through the pipe"
            time.sleep(0.005)

    def open(self):
        """Lets the rest pass."""
        deadline = time.monotonic() + SOON_S
        while True:
            try:
                os.close(os.open(self.fifo, os.O_WRONLY | os.O_NONBLOCK))
                return
            except OSError:  # it says that it waits a moment before it does
                assert time.monotonic() < deadline, "nobody waits at the gate"
                time.sleep(0.005)


def made(context, count=40, size=20_000):
    return context.objects(count, "--ascii", "--bytes", size)


def stored(context, name):
    return set(objects.stored_files(context.folder / name))


def held(context, folder):
    """The SOP Instance UIDs in a folder."""
    return {record["SOPInstanceUID"] for record in context.ours(
        "pacs-dump", "--select", "SOPInstanceUID", folder) if "SOPInstanceUID" in record}


@case
def pipe_of_tar_zstd_and_a_remote_shell(context):
    """tar here, zstd, a shell elsewhere, zstd again, and pacs-store there: five stages."""
    need("zstd")
    tree = made(context)
    with context.archived() as server:
        pipe = Pipe(context, ("tar", "cf", "-", tree), ("zstd", "-q"), ("sh", "-c", "cat"),
                    ("zstd", "-qd"), ("pacs-store", "-", server.address))
        equal(pipe.statuses(), [0] * 5, pipe.said())
        equal(stored(context, "archive"), held(context, tree), "instances")
        equal(pipe.records()[-1]["ok"], 40, "stored")


@case
def pipe_from_question_to_store(context):
    """pacs-find, jq, pacs-find again with what it was given, and pacs-store: four stages."""
    need("jq")
    tree = made(context)
    with context.archived() as first, context.archived(name="second") as second:
        context.ours("pacs-store", tree, first.address)
        folder = context.folder / "archive"
        pipe = Pipe(context, ("pacs-find", folder, "--level", "study"),
                    ("jq", "-c", 'select(.type == "study")'),
                    ("pacs-find", folder, "-", "--level", "instance", "--relational"),
                    ("pacs-store", "-", second.address))
        equal(pipe.statuses(), [0] * 4, pipe.said())
        equal(stored(context, "second"), stored(context, "archive"), "instances")


@case
def pipe_from_scan_to_other_values(context):
    """pacs-index scan, jq, pacs-dump, jq, pacs-dump back to objects, pacs-store: six stages, four of
    them ours. What arrives differs from what there was in the one value that was changed."""
    need("jq")
    tree = made(context, 6)
    with context.archived() as server:
        pipe = Pipe(context, ("pacs-index", "scan", tree),
                    ("jq", "-c", 'select(.type == "instance") | {path}'),
                    ("pacs-dump", "--format", "dicom-json", "--bulk-threshold", "64MiB", "-"),
                    ("jq", "-c", '."00104000" = {"vr": "LT", "Value": ["by a pipe"]}'),
                    ("pacs-dump", "--to-dicom"), ("pacs-store", "-", server.address))
        equal(pipe.statuses(), [0] * 6, pipe.said())
    there = objects.stored_files(context.folder / "archive")
    equal(len(there), 6, "instances")
    for path in files(tree):
        uid, = held(context, path)
        told = context.ours("pacs-dump", "--diff", path, there[uid], status=1)
        equal([(record["change"], record["name"]) for record in told[:-1]],
              [("added", "PatientComments")], "differences")


def died(context, server, tree, gate_bytes, stages, dead):
    """Kills one stage while data stand in the pipe; what the others ended with, and our records."""
    gate = Gate(context, gate_bytes)
    stages = [gate.stage if stage is None else stage for stage in stages]
    pipe = Pipe(context, *stages)
    gate.wait(pipe.output)
    pipe.kill(dead)
    if stages[dead] != gate.stage:
        gate.open()
    statuses = pipe.statuses()
    equal(statuses[dead], -signal.SIGKILL, f"{pipe.names[dead]}, which was killed")
    return pipe, statuses


@case
def a_stage_dies_and_the_others_end(context):
    """Each of five stages in turn: those in front of it end by the closed pipe, those behind it with
    what a cut stream is to them; pacs-store never with 0, and all it says was stored is stored."""
    need("zstd")
    tree = made(context, 60, 300_000)  # more than all stages together hold
    whole = held(context, tree)
    tar = ("tar", "cf", "-", tree)
    broken_pipe = {-signal.SIGPIPE, 141, 2}  # tar says 2 when its output is gone
    for dead in range(5):
        name = f"archive-{dead}"
        with context.archived(name=name) as server:
            stages = [tar, None, ("zstd", "-q1"), ("zstd", "-qd"), ("pacs-store", "-", server.address)]
            pipe, statuses = died(context, server, tree, 8_000_000, stages, dead)
            there = stored(context, name)
        for i in range(dead):
            assert statuses[i] in broken_pipe | {0}, \
                f"{pipe.names[i]} before the dead {pipe.names[dead]}: {statuses}\n{pipe.said()}"
        if dead == 4:
            assert there < whole, "all was stored although pacs-store was killed"
            continue
        assert statuses[4] in (1, 4), f"pacs-store behind a dead {pipe.names[dead]}: {statuses}"
        summary = pipe.records()[-1]
        equal((summary["type"], summary["exit_status"]), ("summary", statuses[4]), "summary")
        told = {record["SOPInstanceUID"] for record in pipe.records()
                if record["type"] == "stored" and record["outcome"] == "ok"}
        equal(told, there, f"instances behind a dead {pipe.names[dead]}")
        assert there < whole, "nothing is missing, so nothing was cut"


@case
def a_stream_that_ends_between_two_objects_is_cut(context):
    """No byte of an object is missing then, only objects: that must not look like success."""
    tree = made(context, 3)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in files(tree):
            tar.add(path, path.name)
        end = tar.offset
    cut = context.folder / "cut.tar"
    cut.write_bytes(stream.getvalue()[:end])
    with context.archived() as server:
        for command in (("pacs-store", "-", server.address), ("pacs-dump", "-"), ("pacs-index", "scan", "-")):
            pipe = Pipe(context, ("cat", cut), command)
            statuses = pipe.statuses()
            equal(statuses, [0, 4], f"{command[0]}: {pipe.said()}")
            assert "cut off" in pipe.records()[-1]["message"], pipe.records()[-1]
        equal(stored(context, "archive"), held(context, tree), "what came before the cut")


@case
def a_reader_that_goes_away_is_quiet(context):
    """head takes one line: all of ours before it end by it, and say nothing."""
    need("jq")
    tree = made(context, 400, 1500)
    for stages in ((("pacs-index", "scan", tree), ("jq", "-c", "--unbuffered", "."), ("head", "-n", "1")),
                   (("pacs-dump", tree), ("pacs-dump", "-"), ("head", "-n", "1")),
                   (("pacs-index", "scan", tree), ("pacs-dump", "--format", "dicom-json", "-"),
                    ("pacs-dump", "--to-dicom"), ("head", "-c", "1000"))):
        pipe = Pipe(context, *stages)
        statuses = pipe.statuses()
        for name, status in zip(pipe.names, statuses):
            assert not name.startswith("pacs-") or status in (141, -signal.SIGPIPE), \
                f"{name} ended with {status}: {pipe.said()}"
        equal(statuses[-1], 0, "head")
        assert "pacs-" not in pipe.said(), pipe.said()


def write_objects(template, uid, count, writer):
    """A tar stream of so many objects, each with a UID of its own, in no memory."""
    with os.fdopen(writer, "wb", buffering=1 << 16) as out, \
            tarfile.open(fileobj=out, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
        for number in range(count):
            own = uid[:-6] + f"{number:06}".encode()
            raw = template.replace(uid, own)
            member = tarfile.TarInfo(f"{number}.dcm")
            member.size = len(raw)
            tar.addfile(member, io.BytesIO(raw))


def through_a_pipe(context, name, count):
    """That many objects through four stages; the peak of pacs-store in KiB."""
    source, = files(context.objects(1, "--ascii", "--bytes", 1200))
    uid, = held(context, source)
    with context.archived("--durability", "os", name=name) as server:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            try:
                write_objects(source.read_bytes(), uid.encode(), count, writer)
            finally:
                os._exit(0)
        os.close(writer)
        pipe = Pipe(context, ("zstd", "-q1"), ("sh", "-c", "cat"), ("zstd", "-qd"),
                    measured(context, "pacs-store", "-q", "-", server.address), source=reader)
        equal(pipe.statuses(limit_s=1500), [0] * 4, pipe.said())
        os.waitpid(child, 0)
        equal(pipe.records()[-1]["ok"], count, "stored")
    equal(len(stored(context, name)), count, "instances")
    return peak_kib(context)


@case
def objects_through_a_pipe_in_constant_memory(context):
    """50,000 in the long run, 2,000 always."""
    need("zstd")
    few = through_a_pipe(context, "few", 200)
    many = through_a_pipe(context, "many", 50_000 if LONG else 2_000)
    assert context.sanitized or many < few + 16 * 1024, f"{few} KiB for 200 objects, {many} KiB for more"
    assert context.sanitized or many < 96 * 1024, f"{many} KiB"
