"""DICOM JSON of many objects, beside dcm2json: ours in one process, with one thread and with all cores,
and a process for each object as theirs has to; headers alone, and with all their bytes in it."""

import json
import pathlib
import subprocess
import time

import measure

WHOLE = "64MiB"


def pacs_dump(bench, output, files, threads, threshold="1024"):
    """Objects a second of one process; its output is checked once for being whole."""
    listing = bench.folder / "listing"
    listing.write_text("\n".join(files) + "\n", encoding="utf-8")
    start = time.perf_counter()
    with listing.open("rb") as stdin, output.open("wb") as stdout:
        subprocess.run([bench.build / "pacs-dump", "--format", "dicom-json", "--bulk-threshold",
                        threshold, "-j", str(threads), "-"], stdin=stdin, stdout=stdout, check=True)
    took = time.perf_counter() - start
    with output.open("rb") as lines:
        measure.expect(sum(1 for _ in lines), len(files), "objects in the output of pacs-dump")
    return len(files) / took


def process_each(output, files, command):
    """Objects a second with a process for each."""
    start = time.perf_counter()
    for path in files:
        with output.open("wb") as stdout:
            subprocess.run([*command, path], stdout=stdout, check=True)
    took = time.perf_counter() - start
    json.loads(output.read_text(encoding="utf-8"))
    return len(files) / took


def run(bench):
    # in memory, so that the disk is out of it
    scratch = pathlib.Path("/dev/shm") if pathlib.Path("/dev/shm").is_dir() else bench.folder
    output = scratch / f"pacs-bench-dump-{bench.folder.name}"
    try:
        for kind in ("small", "ct"):
            files = bench.objects(kind)[0]
            few = files[:200]
            ours = [bench.build / "pacs-dump", "--format", "dicom-json", "-j", "1"]
            medians = bench.rounds(f"DICOM JSON of {kind} objects, objects a second", {
                "dcm2json, all bytes, a process each":
                    lambda few=few: process_each(output, few, ["dcm2json", "-q", "-fc"]),
                "pacs-dump, all bytes, a process each":
                    lambda few=few, ours=ours: process_each(output, few, [
                        *ours, "--bulk-threshold", WHOLE]),
                "pacs-dump, headers, a process each":
                    lambda few=few, ours=ours: process_each(output, few, ours),
                "pacs-dump, all bytes, one process and thread":
                    lambda files=files: pacs_dump(bench, output, files, 1, WHOLE),
                "pacs-dump, all bytes, one process, all cores":
                    lambda files=files: pacs_dump(bench, output, files, 0, WHOLE),
                "pacs-dump, headers, one process and thread":
                    lambda files=files: pacs_dump(bench, output, files, 1),
                "pacs-dump, headers, one process, all cores":
                    lambda files=files: pacs_dump(bench, output, files, 0),
            })
            theirs = medians["dcm2json, all bytes, a process each"]
            for name, goal in (("pacs-dump, all bytes, a process each", 2),
                               ("pacs-dump, all bytes, one process and thread", 10),
                               ("pacs-dump, headers, one process, all cores", 100)):
                bench.goal(f"dumping {kind}: {name}, against dcm2json", medians[name] / theirs, goal)
    finally:
        output.unlink(missing_ok=True)
