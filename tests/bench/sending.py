"""pacs-store beside dcmsend, to the same receivers."""

import os

import peers
from measure import dcmsend, pacs_store

STOCK = {name: value for name, value in os.environ.items() if name != "TCP_NODELAY"}


def run(bench):
    for kind, goal_dcmrecv, goal_ours in (("small", 2.3, 5), ("ct", 1.5, 2.8)):
        files = bench.objects(kind)[0]
        with bench.scratch() as folder, peers.dcmrecv(folder, "--ignore") as server:
            rates = bench.rounds(f"sending {kind} to dcmrecv --ignore, objects/s", {
                "dcmsend": lambda: len(files) / dcmsend(server.port, [files]),
                "pacs-store": lambda: len(files) / pacs_store(bench, server.port, files),
            })
            bench.goal(f"send {kind} to dcmrecv, against dcmsend", rates["pacs-store"]
                       / rates["dcmsend"], goal_dcmrecv)
        with bench.scratch() as folder, peers.storescp(folder, "--ignore", "--fork") as server:
            bench.rounds(f"sending {kind} to storescp --fork --ignore, objects/s", {
                "dcmsend": lambda: len(files) / dcmsend(server.port, [files]),
                "pacs-store": lambda: len(files) / pacs_store(bench, server.port, files),
                "pacs-store -j 4": lambda: len(files) / pacs_store(bench, server.port, files, 4),
            })
        to_ours(bench, kind, files, goal_ours)
    to_stock(bench)


def to_ours(bench, kind, files, goal):
    """To a receiver of ours that drops everything, which shows the senders alone; then to
    pacs-archived, which stores, digests and indexes."""
    with bench.scratch() as folder, peers.scp_probe(bench.build, folder) as server:
        rates = bench.rounds(f"sending {kind} to our receiver that drops, objects/s", {
            "dcmsend": lambda: len(files) / dcmsend(server.port, [files]),
            "pacs-store": lambda: len(files) / pacs_store(bench, server.port, files),
            "pacs-store -j 4": lambda: len(files) / pacs_store(bench, server.port, files, 4),
        })
    bench.goal(f"send {kind} to our receiver that drops, against dcmsend",
               rates["pacs-store"] / rates["dcmsend"], goal)

    def measured(send):
        with bench.scratch() as folder, peers.Archived(
                bench.build, folder / "archive", folder, ["--durability", "os"]) as server:
            return len(files) / send(server.port)
    bench.rounds(f"sending {kind} to pacs-archived --durability os, objects/s", {
        "dcmsend": lambda: measured(lambda port: dcmsend(port, [files])),
        "pacs-store": lambda: measured(lambda port: pacs_store(bench, port, files)),
    })


def to_stock(bench):
    """As a user finds them: Nagle on at both ends of DCMTK, nothing set for us either."""
    files = bench.objects("ct")[0][:100]
    saved, peers.NODELAY = peers.NODELAY, STOCK
    try:
        with bench.scratch() as folder, peers.dcmrecv(folder, "--ignore") as server:
            rates = bench.rounds("sending ct to a stock dcmrecv, objects/s", {
                "stock dcmsend": lambda: len(files) / dcmsend(server.port, [files], STOCK),
                "pacs-store": lambda: len(files) / pacs_store(bench, server.port, files),
            })
    finally:
        peers.NODELAY = saved
    bench.goal("send ct to a stock dcmrecv, against stock dcmsend",
               rates["pacs-store"] / rates["stock dcmsend"], 40)
