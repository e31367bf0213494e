"""Queries with 100,000 answers: memory stays, and what is answered is one state of the archive."""

import json
import os
import subprocess

from harness import case, equal, files

INSTANCES = 100_000


def filled(context):
    """An archive whose index knows 100,000 instances (there are no files for them)."""
    with context.archived():
        pass
    index = context.folder / "archive" / "index.db"
    for old in index.parent.glob("index.db*"):
        old.unlink()
    context.run(context.build / "tests" / "generate_index", index, INSTANCES)
    return context.archived()


def asking(context, source):
    """pacs-find, started, for every instance."""
    return subprocess.Popen([str(context.build / "pacs-find"), str(source), "--relational", "--level",
                             "instance", "--format", "ndjson", "SOPInstanceUID"],
                            stdout=subprocess.PIPE)


def all_of(process):
    """(number of answers, summary, peak MiB) of a pacs-find."""
    count, line = -1, b""
    for line in process.stdout:
        count += 1
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    equal(status, 0, "wait status of pacs-find")
    return count, json.loads(line), usage.ru_maxrss / 1024


@case
def find_100_000_answers_in_constant_memory(context):
    with filled(context) as server:
        context.ours("pacs-find", server.address, "PatientID=NOBODY")
        before = server.memory_kib() / 1024
        for source in (server.address, context.folder / "archive"):
            count, summary, peak = all_of(asking(context, source))
            equal(count, INSTANCES, f"answers of {source}")
            equal((summary["type"], summary["truncated"]), ("summary", False), "last record")
            assert peak < 40, f"{peak:.0f} MiB in pacs-find"
        grown = server.memory_kib() / 1024 - before
        assert grown < 16, f"the daemon grew by {grown:.0f} MiB"


@case
def find_sees_one_state_while_objects_arrive(context):
    made = files(context.objects(30, "--ascii"))
    with filled(context) as server:
        process = asking(context, server.address)
        process.stdout.readline()  # the search has begun; unread answers hold it up
        context.run(context.build / "pacs-store", *made, server.address)
        count, _, _ = all_of(process)
        equal(count + 1, INSTANCES, "answers of the state that was asked")
        count, _, _ = all_of(asking(context, server.address))
        equal(count, INSTANCES + len(made), "answers afterwards")
