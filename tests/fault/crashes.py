"""The daemon ends in the middle of work: kill -9 at random moments, SIGTERM under load."""

import json
import os
import pathlib
import random
import sqlite3
import statistics
import time

import commitment
import objects
import wire
from harness import case, equal, files
from senders import Senders, check_model

PORT = 11112  # the same after a crash, as records name it; we have a network of our own
LONG = bool(os.environ.get("PACS_TEST_LONG"))


@case
def killed_at_random_moments(context):
    """kill -9 under four senders, again and again on one archive: nothing answered is missing or
    different, nothing is half-visible, and the next start takes less than 2 s, but for a start now and
    then when the machine is busy."""
    senders = Senders(context.folder / "told")
    rng = random.Random(20240131)
    starts = []
    for _ in range(30 if LONG else 4):
        server = context.archived()
        senders.start(server.port)
        senders.await_answers(30)
        time.sleep(rng.uniform(0.02, 0.8))  # the moment is the random part, not a wait for something
        server.kill()
        senders.wait()
        start = time.monotonic()
        with context.archived() as again:
            starts.append(time.monotonic() - start)
            equal(again.stop(), 0, "exit status after SIGTERM")
        check_model(context.folder / "archive", senders.model())
    assert statistics.median(starts) < 2 and max(starts) < 20, f"seconds until ready: {starts}"
    assert len(senders.model()) > 100, f"only {len(senders.model())} objects were answered"
    print(f"{len(senders.model())} answered objects, none lost")


@case
def killed_under_pacs_store(context):
    """kill -9 while pacs-store keeps a window of 64 objects outstanding on each of four
    associations: what its records call ok is there. Then its own records as input: only what is
    missing is sent, and all is there."""
    made = {path: objects.digest_of_data_set(path) for path in files(context.objects(4000))}
    rng = random.Random(20240607)
    model = {}
    for round_number in range(30 if LONG else 4):
        server = context.archived(name=f"archive-{round_number}", port=PORT)
        sender = context.start("pacs-store", "-j", 4, "--retries", 0, context.folder / "made-1",
                               server.address)
        time.sleep(rng.uniform(0.1, 1.0))  # the moment is the random part
        server.kill()
        sender.wait(60)
        log = context.folder / "pacs-store-started.log"
        records = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()
                   if line.startswith("{")]
        log.unlink()
        model = {record["SOPInstanceUID"]: made[pathlib.Path(record["path"])] for record in records
                 if record["type"] == "stored" and record["outcome"] == "ok"}
        context.archived(name=f"archive-{round_number}").stop()
        check_model(context.folder / f"archive-{round_number}", model)
        print(f"killed after {len(model)} answers, none lost")
    resumed(context, round_number, records, len(made))


def resumed(context, round_number, records, total):
    """--resume with the records of the last, broken run."""
    said = context.folder / "broken-run.ndjson"
    said.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with context.archived(name=f"archive-{round_number}", port=PORT) as server:
        again = context.ours("pacs-store", "-j", 4, "--resume", said, context.folder / "made-1",
                             server.address)
    done = sum(record["type"] == "stored" and record["outcome"] == "ok" for record in records)
    sent = sum(record["type"] == "stored" and record["outcome"] == "ok" for record in again)
    equal(sent, total - done, "objects sent by the second run")
    equal(len(objects.stored_files(context.folder / f"archive-{round_number}")), total, "objects")


@case
def killed_while_recovering(context):
    """A crash in the recovery of a crash: killed again right at the start, five times."""
    senders = Senders(context.folder / "told")
    server = context.archived()
    senders.start(server.port)
    senders.await_answers(30)
    server.kill()
    senders.wait()
    for pause_ms in (1, 3, 6, 10, 15):
        process = context.start("pacs-archived", "--archive", context.folder / "archive",
                                "--listen", "127.0.0.1:0", "--aet", "ARCHIVE")
        time.sleep(pause_ms / 1000)
        process.kill()
        process.wait()
    with context.archived():
        pass
    check_model(context.folder / "archive", senders.model())


@case
def told_to_stop_under_load(context):
    """SIGTERM under four senders: what is being received is finished, the daemon ends with 0."""
    senders = Senders(context.folder / "told")
    with context.archived() as server:
        senders.start(server.port)
        senders.await_answers(30)
        start = time.monotonic()
        equal(server.stop(), 0, "exit status after SIGTERM")
        assert time.monotonic() - start < 12, "stopping took too long"
    senders.wait()
    assert senders.model(), "nothing was answered before the stop"
    check_model(context.folder / "archive", senders.model(), senders.told())
    equal(list((context.folder / "archive" / "incoming").iterdir()), [], "incoming/")


@case
def leftovers_are_adopted_or_cleared(context):
    """What a crash can leave in incoming/ (pacs-archive(5)): half an object goes; an object that has
    its name but no row is adopted; a strange file is reported and left alone."""
    senders = Senders(context.folder / "told")
    archive = context.folder / "archive"
    with context.archived() as server:
        senders.start(server.port, count=1, limit=5)
        senders.wait()
    incoming = archive / "incoming"
    (incoming / "4711-7.part").write_bytes(b"half an object")
    published = sorted(objects.stored_files(archive).values())[0]
    sha256 = objects.digest(published)
    os.link(published, incoming / f"4711-8.{sha256}")
    with sqlite3.connect(archive / "index.db") as index:
        index.execute("DELETE FROM instance_row WHERE sop_instance_uid = ?", (published.stem,))
    index.close()
    (incoming / "notes.txt").write_text("not ours", encoding="ascii")
    with context.archived() as server:
        told = server.log.read_text(encoding="utf-8")
    assert "notes.txt" in told, "the strange file is not reported"
    (incoming / "notes.txt").unlink()
    check_model(archive, senders.model())
    equal(len(objects.stored_files(archive)), 5, "objects")


@case
def killed_before_a_commitment_is_reported(context):
    """kill -9 as soon as a request for storage commitment is answered, again and again: the next
    daemon reports on every one that was."""
    taken = set()
    for number in range(30 if LONG else 4):
        server = context.archived()
        scu = commitment.calling(server)
        if not number:
            instance = commitment.stored(scu, "kept")
        outcome, reports = commitment.request(scu, f"2.25.{number + 1}", [(wire.CT_IMAGE, instance)])
        equal(outcome, "status:0000", "N-ACTION")
        taken.add(f"2.25.{number + 1}")
        server.kill()  # nothing was acknowledged, whether it was reported or not
        scu.close()
    with context.archived() as server:
        scu = commitment.calling(server)
        told = set()
        while told != taken:
            event, transaction, committed, _ = commitment.await_report(scu)
            equal((event, committed), (1, [instance]), "report")
            told.add(transaction)
        scu.release()
    equal(list((context.folder / "archive" / "commitments").iterdir()), [], "requests still kept")
