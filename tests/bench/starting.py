"""Time from exec to exit of --version and --help, in milliseconds, of every tool that the build has."""

import os
import statistics
import subprocess
import time


def tools(build):
    found = sorted(path for path in build.glob("pacs-*") if path.is_file() and os.access(path, os.X_OK))
    if not found:
        raise SystemExit(f"no tools in {build}")
    return found


def milliseconds(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000


def run(bench):
    empty = statistics.median(milliseconds(["true"]) for _ in range(50))
    print(f"true (what starting a process costs here): {empty:.1f} ms")
    slowest = 0.0
    for tool in tools(bench.build):
        for option in ("--version", "--help"):
            took = statistics.median(milliseconds([tool, option]) for _ in range(50))
            print(f"{tool.name} {option}: {took:.1f} ms")
            slowest = max(slowest, took)
    bench.goal("start-up, slowest tool", slowest, 10, "ms", at_most=True)
