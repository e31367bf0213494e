"""pacs-index and its index: killed at any moment, on a full disk, brought up from an older schema, and
beside files that change while they are read."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import time

from disks import small_disk
from harness import Skip, case, equal, files

LONG = bool(os.environ.get("PACS_TEST_LONG"))
WRITES = "pwrite64,fdatasync,ftruncate"
HERE = pathlib.Path(__file__).resolve().parents[1]

CONTENT = (
    "SELECT identity, patient_name, studies, series, instances FROM patient_row ORDER BY 1",
    "SELECT s.study_instance_uid, p.identity, s.patient_name, s.study_description, s.series, s.instances"
    " FROM study_row s JOIN patient_row p ON p.id = s.patient ORDER BY 1",
    "SELECT series_instance_uid, modality, instances FROM series_row ORDER BY 1, 3",
    "SELECT SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID, SOPClassUID, TransferSyntaxUID, path, size,"
    " sha256 FROM instances ORDER BY 1",
    "SELECT kind, key, count(*) FROM name_key GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT s.study_instance_uid, u.uid FROM study_class c JOIN study_row s ON s.id = c.study"
    " JOIN uid u ON u.id = c.class ORDER BY 1, 2",
    "SELECT series, count(*) FROM request GROUP BY 1 ORDER BY 1",
)
OF_SCANS = (
    "SELECT path, member, SOPInstanceUID, outcome, reason, copy, size, modified FROM files ORDER BY 1, 2",
    "SELECT count(*) FROM touched UNION ALL SELECT count(*) FROM touched_patient",
    "SELECT count(*) FROM file WHERE unread = 1",
)


def opened(path):
    return contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))


def content(path, queries=CONTENT + OF_SCANS):
    """All that an index says, without the numbers of its rows; it must be sound."""
    with opened(path) as index:
        equal(index.execute("PRAGMA integrity_check").fetchall(), [("ok",)], f"soundness of {path}")
        return [index.execute(query).fetchall() for query in queries]


NEWEST = 3


def version(path):
    with opened(path) as index:
        return index.execute("PRAGMA user_version").fetchone()[0]


def scanned(context, tree, name):
    """A new index of the tree."""
    path = context.folder / name
    for old in context.folder.glob(f"{name}*"):
        old.unlink()
    context.run(context.build / "pacs-index", "scan", tree, "--index", path)
    return path


def timed(*command):
    start = time.monotonic()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


class Killer:
    """Kills commands at random moments before they end; how often it was too late makes it quicker."""

    def __init__(self, seed, *command):
        self.rng = random.Random(seed)
        self.longest = timed(*command)
        self.killed = 0

    def turns(self):
        turn = 0
        while turn < (30 if LONG else 4) or (self.killed == 0 and turn < 30):
            yield turn
            turn += 1
        assert self.killed > 0, "nothing was killed in time"

    def run(self, *command):
        with subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(self.rng.uniform(0, self.longest))  # the moment is the random part
            process.kill()
            in_time = process.wait() == -signal.SIGKILL
        self.killed += in_time
        self.longest /= 1 if in_time else 2


def edit(rng, tree):
    """Takes away, changes and renames some files."""
    for path in rng.sample(files(tree), 60):
        what = rng.randrange(3)
        if what == 0:
            path.unlink()
        elif what == 1:
            path.write_bytes(path.read_bytes() + b"\0\0")
        else:
            path.rename(path.with_name(f"a{rng.randrange(10**9)}.dcm"))


@case
def scan_killed_at_random_moments(context):
    """kill -9 in the middle of a scan, of a new index and of one that is brought up to date: it is
    sound, and the next scan makes of it what an undisturbed one makes."""
    tree = context.objects(2000, "--bytes", "2KiB")
    command = [context.build / "pacs-index", "scan", tree, "--index"]
    killer = Killer(20240131, *command, context.folder / "timed.db")
    index = context.folder / "index.db"
    for turn in killer.turns():
        if turn % 2 == 0:
            for old in context.folder.glob("index.db*"):
                old.unlink()
        killer.run(*command, index)
        if index.exists() and index.stat().st_size > 0:
            with opened(index) as found:
                equal(found.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "index")
        context.run(*command, index)
        equal(content(index), content(scanned(context, tree, "fresh.db")), "the index after a kill")
        edit(killer.rng, tree)


@case
def rebuild_killed_at_random_moments(context):
    """kill -9 in the middle of a rebuild: the index is the old one or the new one, whole."""
    archive = context.folder / "archive"
    with context.archived() as server:
        context.ours("pacs-store", context.objects(800, "--bytes", "2KiB"), server.address)
    index = archive / "index.db"
    command = [context.build / "pacs-index", "rebuild", archive]
    killer = Killer(20240607, *command)
    wanted = content(index, CONTENT)
    for _ in killer.turns():
        # Who sent an object no rebuild knows: by this the old index is told from the new one.
        with contextlib.closing(sqlite3.connect(index)) as old:
            old.execute("UPDATE instance_row SET source = 'OLD'")
            old.commit()
        killer.run(*command)
        equal(content(index, CONTENT), wanted, "the index after a kill")
        with opened(index) as found:
            senders = [row[0] for row in found.execute("SELECT DISTINCT source FROM instance_row")]
        assert senders in (["OLD"], [""], [None]), f"old and new rows: {senders}"
    context.run(*command)
    equal(content(index, CONTENT), wanted, "the index after all")
    equal([path.name for path in archive.glob("index.db.*")], [], "left behind")


def older(source, path, schema):
    """An index of an older schema with the rows of a newer one."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as index:
        index.execute("PRAGMA journal_mode = WAL")
        for step in range(1, schema + 1):
            text = (HERE.parent / "lib" / "index" / f"schema_{step}.inc").read_text(encoding="utf-8")
            index.executescript(text[text.index('R"sql(') + 6:text.index(')sql"')])
        index.execute("ATTACH ? AS newer", (str(source),))
        tables = [row[0] for row in index.execute(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
        for table in tables:
            names = ", ".join(f'"{row[1]}"' for row in index.execute(f"PRAGMA main.table_info({table})"))
            index.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM newer.{table}")
        index.execute(f"PRAGMA application_id = {0x50414353}")
        index.execute(f"PRAGMA user_version = {schema}")


def archive_of_version_1(context):
    """An archive whose index is of schema 1; what the index says, and where it lies."""
    with context.archived() as server:
        context.ours("pacs-store", context.objects(60), server.address)
    index = context.folder / "archive" / "index.db"
    said = content(index, CONTENT)
    old = context.folder / "version-1.db"
    older(index, old, 1)
    for path in index.parent.glob("index.db*"):
        path.unlink()
    shutil.copy(old, index)
    return index, said, old


@case
def older_index_is_brought_up(context):
    """An index of schema 1 is refused by what only reads it, and after a start of the daemon says what
    it said; a scan can be kept in one too."""
    index, said, old = archive_of_version_1(context)
    context.ours("pacs-find", index.parent, status=5)
    equal(version(index), 1, "version after a refusal")
    with context.archived() as server:
        equal(version(index), NEWEST, "version under the daemon")
        served = context.ours("pacs-find", server.address, "StudyInstanceUID", "--only")
    equal(content(index, CONTENT), said, "the index after it was brought up")
    found = context.ours("pacs-find", index.parent, "StudyInstanceUID", "--only")
    equal(sorted(record.get("StudyInstanceUID", "") for record in found),
          sorted(record.get("StudyInstanceUID", "") for record in served), "studies")
    tree = context.objects(20)
    summary = context.ours("pacs-index", "scan", tree, "--index", old)[-1]
    equal((summary["added"], summary["exit_status"]), (20, 0), "a scan into it")
    equal(version(old), NEWEST, "version after a scan")
    assert len(content(old)[3]) == len(said[3]) + 20, "instances after a scan"
    equal(context.ours("pacs-index", "scan", tree, "--index", old)[-1]["unchanged"], 20, "again")


@case
def older_index_of_a_scan_is_brought_up(context):
    """Without reading a file again, but for digests that only the newer schema has room for."""
    tree = context.objects(20)
    new = scanned(context, tree, "new.db")
    old = context.folder / "version-2.db"
    older(new, old, 2)
    context.ours("pacs-find", old, status=5)
    equal(context.ours("pacs-index", "scan", tree, "--index", old)[-1]["unchanged"], 20, "files")
    equal(version(old), NEWEST, "version after a scan")
    equal(content(old), content(new), "the index after it was brought up")
    for again, changed in ((1, 20), (2, 0)):
        summary = context.ours("pacs-index", "scan", tree, "--index", old, "--digest", "content")[-1]
        equal(summary["changed"], changed, f"files that were read for their digests, scan {again}")


@case
def bringing_up_an_index_is_killed(context):
    """kill -9 at each write of it: the old schema or the new one, perhaps one between, and nothing is
    lost."""
    if subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode != 0:
        raise Skip("strace may not trace here")
    index, said, old = archive_of_version_1(context)
    tree = context.objects(1)
    copy = context.folder / "copy.db"
    command = [str(context.build / "pacs-index"), "scan", str(tree), "--index", str(copy)]

    def traced(*options):
        for path in context.folder.glob("copy.db*"):
            path.unlink()
        shutil.copy(old, copy)
        log = context.folder / "strace.txt"
        subprocess.run(["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={WRITES}", *options, *command],
                       check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return len(log.read_text(encoding="utf-8", errors="replace").splitlines())

    calls = traced()
    seen = set()
    for turn in range(60 if LONG else 8):
        call = 1 + turn * (calls - 1) // (60 if LONG else 8)
        traced("-e", f"inject={WRITES}:signal=SIGKILL:when={call}")
        seen.add(version(copy))
        if version(copy) == 1:
            equal(content(copy, CONTENT[:3]), said[:3], f"the old index, killed at call {call} of {calls}")
        context.run(*command)
        equal(len(content(copy)[3]), len(said[3]) + 1, f"instances after call {call} of {calls}")
    assert {1, NEWEST} <= seen <= set(range(1, NEWEST + 1)), f"{seen} after kills at {calls} calls"
    equal(version(index), 1, "the one that nobody wrote")


@case
def bringing_up_an_index_on_a_full_disk(context):
    """No room for the new schema: exit 5, and the old index is whole."""
    _, said, old = archive_of_version_1(context)
    with small_disk(context, 4) as disk:
        copy = disk / "copy.db"
        shutil.copy(old, copy)
        fill(disk)
        context.run(context.build / "pacs-index", "scan", context.objects(5), "--index", copy, status=5)
        (disk / "ballast").unlink()
        equal(version(copy), 1, "version after it failed")
        equal(content(copy, CONTENT[:3]), said[:3], "the old index")


def fill(disk):
    """To the last byte."""
    with (disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(4096))


@case
def index_on_a_full_disk(context):
    """The disk under an index is full, or that under the records: exit 5, the index is sound, and with
    room again the next scan makes of it what it should be."""
    tree = context.objects(1500, "--bytes", "2KiB")
    fresh = content(scanned(context, tree, "fresh.db"))
    with small_disk(context, 1) as disk:
        index = disk / "index.db"
        told = context.ours("pacs-index", "scan", tree, "--index", index, status=5)
        equal(told[-1]["exit_status"], 5, "the summary")
        with opened(index) as found:
            equal(found.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "on the full disk")
            rows = found.execute("SELECT count(*) FROM file").fetchone()[0]
        assert len(told) - 1 <= rows < 1500, f"{len(told) - 1} records, {rows} rows"
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        context.run(context.build / "pacs-index", "scan", tree, "--index", index)
        equal(content(index), fresh, "with room again")
        fill(disk)
        with (disk / "records").open("wb") as records:
            done = subprocess.run([str(context.build / "pacs-index"), "scan", str(tree)], check=False,
                                  stdout=records, stderr=subprocess.PIPE)
        equal(done.returncode, 5, "records on a full disk")
        assert b"standard output" in done.stderr, done.stderr


@case
def files_that_change_while_they_are_read(context):
    """A file that grows, shrinks or is written to between two reads: it is said, and the next scan
    reads it again."""
    if context.sanitized:
        raise Skip("a sanitized program takes no other library first")
    tree = context.folder / "tree"
    tree.mkdir()
    made = files(context.objects(4))
    for name, source in zip(("grows.dcm", "shrinks.dcm", "changes.dcm", "stays.dcm"), made):
        shutil.copy(source, tree / name)
    whole = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files(tree)}
    library = context.build / "tests" / "libchanging_reads.so"
    environment = {**os.environ, "LD_PRELOAD": str(library)}
    command = [str(context.build / "pacs-index"), "scan", "--digest", "file", "--format", "ndjson", str(tree),
               "--index", str(context.folder / "index.db")]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, timeout=60)
    records = {pathlib.Path(record["path"]).name: record for record in told(done) if "path" in record}
    for name in ("grows.dcm", "changes.dcm"):
        equal((records[name]["outcome"], records[name]["reason"]), ("warning", "changing"), name)
    assert records["shrinks.dcm"]["reason"] in ("changing", "damaged"), records["shrinks.dcm"]
    equal(records["stays.dcm"]["sha256"], whole["stays.dcm"], "the one that stays")
    again = subprocess.run(command, check=False, capture_output=True, timeout=60)
    equal(told(again)[-1]["unchanged"], 1, "not read again")
    for record in told(again)[:-1]:
        if record.get("sha256"):
            path = tree / pathlib.Path(record["path"]).name
            equal(record["sha256"], hashlib.sha256(path.read_bytes()).hexdigest(), record["path"])


def told(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def edit_with_tars(rng, tree, source):
    """Copies, packs, changes, renames and removes some files, in front of others and behind them."""
    for _ in range(rng.randint(1, 8)):
        folder = tree / rng.choice(("a", "b", "a/c", "z", "a.tar.d"))
        folder.mkdir(parents=True, exist_ok=True)
        have = [path for path in files(tree) if path.suffix == ".dcm"]
        what = rng.randrange(7)
        name = folder / f"{rng.randrange(40)}.dcm"
        if what < 3 or not have:
            shutil.copy(rng.choice(source), name)
        elif what == 3:
            with tarfile.open(folder / f"{rng.randrange(3)}.tar", "w") as tar:
                for path in rng.sample(source, rng.randint(1, 4)):
                    tar.add(path, path.name)
        elif what == 4:
            rng.choice(files(tree)).unlink()
        elif what == 5:
            path = rng.choice(have)
            raw = path.read_bytes()
            old, new = rng.choice(((b"Synthetic study", b"Synthetix study"), (b"T1-00000", b"T9-00000")))
            path.unlink()
            path.write_bytes(raw.replace(old, new))
        else:
            rng.choice(have).rename(name)


@case
def brought_up_as_made_new(context):
    """Random edits of a tree with tar files, two patients in a study and copies: an index that is
    brought up to date after each says, table by table, what a new one says."""
    source = files(context.objects(60, "--ascii", "--per-series", "4", "--per-study", "2", "--bytes", "2KiB"))
    for seed in range(60 if LONG else 4):
        rng = random.Random(seed)
        tree = context.folder / f"tree-{seed}"
        tree.mkdir()
        index = context.folder / f"index-{seed}.db"
        for turn in range(6):
            edit_with_tars(rng, tree, source)
            context.run(context.build / "pacs-index", "scan", tree, "--index", index)
            equal(content(index), content(scanned(context, tree, "fresh.db")), f"seed {seed} turn {turn}")
