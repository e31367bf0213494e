"""Small objects to a receiver 50 ms away (tc netem on loopback, 25 ms each way)."""

import subprocess

import peers
from measure import dcmsend, pacs_store


def run(bench):
    files = bench.objects("small")[0]
    near = files[:20]
    with bench.scratch() as folder, peers.Archived(bench.build, folder / "archive", folder) as server:
        added = subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "25ms",
                                "limit", "100000"], capture_output=True, text=True, check=False)
        if added.returncode:
            print(f"not measured: {added.stderr.strip()}")
            return
        try:
            rates = bench.rounds("sending small at 50 ms round trip, objects/s", {
                "dcmsend": lambda: len(near) / dcmsend(server.port, [near]),
                "pacs-store": lambda: len(files) / pacs_store(bench, server.port, files),
            })
        finally:
            subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], check=True)
    bench.goal("send small at 50 ms, one command, against dcmsend",
               rates["pacs-store"] / rates["dcmsend"], 50)
