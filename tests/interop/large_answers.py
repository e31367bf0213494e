"""Queries with 100,000 answers: memory stays, and what is answered is one state of the archive."""

import json
import subprocess

import peak
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
    """pacs-find, started, for every instance; its peak of memory goes into the file "peak"."""
    words = peak.words(context.folder / "peak", context.build / "pacs-find", source, "--relational",
                       "--level", "instance", "--format", "ndjson", "SOPInstanceUID")
    return subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE)


def all_of(context, process):
    """(number of answers, summary, peak MiB) of a pacs-find."""
    count, line = -1, b""
    for line in process.stdout:
        count += 1
    equal(process.wait(), 0, "exit status of pacs-find")
    return count, json.loads(line), peak.kib(context.folder / "peak") / 1024


@case
def find_100_000_answers_in_constant_memory(context):
    with filled(context) as server:
        context.ours("pacs-find", server.address, "PatientID=NOBODY")
        before = server.memory_kib() / 1024
        for source in (server.address, context.folder / "archive"):
            count, summary, reached = all_of(context, asking(context, source))
            equal(count, INSTANCES, f"answers of {source}")
            equal((summary["type"], summary["truncated"]), ("summary", False), "last record")
            assert reached < 40, f"{reached:.0f} MiB in pacs-find"
        grown = server.memory_kib() / 1024 - before
        assert grown < 16, f"the daemon grew by {grown:.0f} MiB"


@case
def find_sees_one_state_while_objects_arrive(context):
    made = files(context.objects(30, "--ascii"))
    with filled(context) as server:
        process = asking(context, server.address)
        process.stdout.readline()  # the search has begun; unread answers hold it up
        context.run(context.build / "pacs-store", *made, server.address)
        count, _, _ = all_of(context, process)
        equal(count + 1, INSTANCES, "answers of the state that was asked")
        count, _, _ = all_of(context, asking(context, server.address))
        equal(count, INSTANCES + len(made), "answers afterwards")
