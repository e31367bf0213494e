"""pacs-archived beside storescp, dcmqrscp and Orthanc: the same objects from the same sender, dcmsend
or our bare one (store_probe: synchronous, one process an association). Each measurement starts with
an empty server, and ends when the sender has its last answer."""

import shutil

import objects
import peers
from measure import count_files, dcmsend, expect, pacs_store, store_probe


def ours(bench, kind, associations, durability, sender):
    """Objects/s into a fresh archive."""
    with bench.scratch() as folder, peers.Archived(
            bench.build, folder / "archive", folder, ["--durability", durability]) as server:
        rate = sent(bench, server.port, kind, associations, sender)
        expect(len(objects.rows(folder / "archive")), len(bench.objects(kind)[0]), "rows")
        return rate


def theirs(bench, kind, associations, start, sender, counted=None):
    with bench.scratch() as folder, start(folder) as server:
        rate = sent(bench, server.port, kind, associations, sender)
        if counted:
            expect(count_files(folder / counted), len(bench.objects(kind)[0]), "files")
        return rate


def sent(bench, port, kind, associations, sender):
    lists = bench.objects(kind, associations)
    seconds = dcmsend(port, lists) if sender == "dcmsend" else store_probe(bench, port, lists)
    return sum(map(len, lists)) / seconds


def run(bench):
    for kind, goal in (("small", 4), ("ct", 1.5)):
        for count in (1, 4):
            rates = bench.rounds(f"receiving {kind}, {count} associations, not flushed, objects/s", {
                "storescp --fork +B from dcmsend": lambda: theirs(
                    bench, kind, count, lambda folder: peers.storescp(folder, "--fork", "+B"),
                    "dcmsend", "received"),
                "pacs-archived --durability os from dcmsend": lambda: ours(
                    bench, kind, count, "os", "dcmsend"),
                "pacs-archived --durability os from our bare sender": lambda: ours(
                    bench, kind, count, "os", "bare sender"),
            })
            if count == 1:
                bench.goal(f"receive {kind}, not flushed, against storescp --fork +B",
                           rates["pacs-archived --durability os from our bare sender"]
                           / rates["storescp --fork +B from dcmsend"], goal)
    for kind, goals in (("small", {1: 9, 4: 7}), ("ct", {1: 4, 4: 3})):
        for count, goal in goals.items():
            flushed(bench, kind, count, goal)
    window(bench)


def flushed(bench, kind, count, goal):
    we, they = "pacs-archived from our bare sender", "Orthanc from our bare sender"
    competitors = {
        we: lambda: ours(bench, kind, count, "flushed", "bare sender"),
        "pacs-archived from dcmsend": lambda: ours(bench, kind, count, "flushed", "dcmsend"),
        "dcmqrscp (flushes nothing) from dcmsend": lambda: theirs(
            bench, kind, count, peers.dcmqrscp, "dcmsend")}
    if shutil.which("Orthanc"):
        competitors[they] = lambda: theirs(bench, kind, count, peers.orthanc, "bare sender")
    rates = bench.rounds(f"receiving {kind}, {count} associations, flushed, objects/s", competitors)
    if they in rates:
        bench.goal(f"receive {kind}, flushed, {count} associations, against Orthanc",
                   rates[we] / rates[they], goal)


def window(bench):
    """One association with an asynchronous window against four synchronous ones."""
    files = bench.objects("small")[0]

    def asynchronous():
        with bench.scratch() as folder, peers.Archived(bench.build, folder / "archive",
                                                       folder) as server:
            return len(files) / pacs_store(bench, server.port, files, 1)
    rates = bench.rounds("receiving small, flushed, objects/s", {
        "one association with a window": asynchronous,
        "four synchronous associations": lambda: ours(bench, "small", 4, "flushed", "bare sender"),
    })
    bench.goal("one association with a window, against four synchronous ones",
               rates["one association with a window"] / rates["four synchronous associations"], 1)
