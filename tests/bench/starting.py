"""Time from exec to exit of --version and --help, in milliseconds."""

import statistics
import subprocess
import time

TOOLS = ("pacs-archived", "pacs-echo", "pacs-find", "pacs-store")


def milliseconds(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000


def run(bench):
    empty = statistics.median(milliseconds(["true"]) for _ in range(50))
    print(f"true (what starting a process costs here): {empty:.1f} ms")
    slowest = 0.0
    for tool in TOOLS:
        for option in ("--version", "--help"):
            took = statistics.median(milliseconds([bench.build / tool, option]) for _ in range(50))
            print(f"{tool} {option}: {took:.1f} ms")
            slowest = max(slowest, took)
    bench.goal("start-up, slowest tool", slowest, 10, "ms", at_most=True)
