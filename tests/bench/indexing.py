"""pacs-index scan beside gdcmscanner, dcmqridx, DCMTK's loader and the limit of the system (open, read
8 KiB, close): files a second over a tree of CT and of small objects, page cache warm and cold. Cold
needs root and /proc/sys/vm/drop_caches; where they are missing it is left out, and said. Ours takes
as many threads as it finds useful, but for -j 1; the limit, cold, with as many as cores and with four
times that."""

import os
import pathlib
import re
import shutil
import subprocess

from measure import expect, timed

# Attributes that gdcmscanner is asked for: those a picture of a tree needs.
TAGS = ("0008,0016", "0008,0018", "0008,0020", "0008,0060", "0010,0010", "0010,0020", "0020,000d",
        "0020,000e", "0020,0013")


def drop_caches():
    """True when the page cache is empty now."""
    try:
        os.sync()
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n", encoding="ascii")
    except OSError:
        return False
    return True


def rate(files, command, cold):
    """Cold are the files, not the program: what others need for them is measured without its start."""
    if cold:
        drop_caches()
        subprocess.run([command[0], "--version"], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
    return len(files) / timed([command])


def loop(bench, files, what, threads, cold):
    """Our small program for what others need; it reads the names first, and times the rest."""
    if cold:
        drop_caches()
    done = subprocess.run([bench.build / "tests" / "head_loop", what, str(threads)], check=True,
                          input="\n".join(files) + "\n", stdout=subprocess.PIPE, text=True)
    return len(files) / float(re.search(r"([0-9.]+) s$", done.stdout.strip())[1])


def scan(bench, tree, files, threads, cold, *options, fresh=True):
    """Rate of pacs-index scan with all its records, into a new index when `fresh`; threads 0: as many
    as it takes by itself."""
    with bench.scratch() as folder:
        index = folder / "index.db"
        command = [bench.build / "pacs-index", "scan", tree, "-j", str(threads), *options]
        if fresh:
            command += ["--index", index]
        got = rate(files, command, cold)
        if fresh:
            counted = subprocess.run(["sqlite3", "-readonly", index, "SELECT count(*) FROM instances"],
                                     check=True, stdout=subprocess.PIPE, text=True).stdout
            expect(int(counted), len(files), "instances in the index")
        return got


def again(bench, tree, files):
    """The second scan of a tree in which nothing changed."""
    with bench.scratch() as folder:
        command = [bench.build / "pacs-index", "scan", tree, "--index", folder / "index.db"]
        timed([command])
        return rate(files, command, False)


def dcmqridx(bench, files):
    """Registers some of the files: it is slow, and its rate does not depend on their number."""
    some = files[:200]
    with bench.scratch() as folder:
        return len(some) / timed([["dcmqridx", folder, *some]])


def competitors(bench, tree, files, cold):
    every = os.cpu_count()
    runs = {f"limit: open, read 8 KiB, close, {threads} threads":
            lambda threads=threads: loop(bench, files, "limit", threads, cold)
            for threads in ((every, 4 * every) if cold else (every,))}
    if shutil.which("gdcmscanner"):
        words = [word for tag in TAGS for word in ("-t", tag)]
        runs["gdcmscanner -r -p"] = lambda: rate(
            files, ["gdcmscanner", "-d", tree, "-r", "-p", *words], cold)
    for threads in (1, every):
        runs[f"DCMTK's loader, {threads} threads"] = (
            lambda threads=threads: loop(bench, files, "dcmtk", threads, cold))
    for threads, name in ((1, "-j 1"), (0, "all threads")):
        runs[f"pacs-index scan, {name}"] = (
            lambda threads=threads: scan(bench, tree, files, threads, cold, fresh=False))
        runs[f"pacs-index scan --index, {name}"] = (
            lambda threads=threads: scan(bench, tree, files, threads, cold))
    if not cold:
        runs["pacs-index scan --index --digest"] = lambda: scan(bench, tree, files, 0, False,
                                                                "--digest", "file")
        runs["pacs-index scan --index, again"] = lambda: again(bench, tree, files)
        if shutil.which("dcmqridx"):
            runs["dcmqridx"] = lambda: dcmqridx(bench, files)
    return runs


def run(bench):
    every = os.cpu_count()
    ours, limit = "pacs-index scan --index, all threads", f"limit: open, read 8 KiB, close, {every} threads"
    for kind, goal in (("small", 10), ("ct", 4.5)):
        files = bench.objects(kind)[0]
        tree = bench.folder / kind
        rates = bench.rounds(f"indexing {kind}, warm, files/s", competitors(bench, tree, files, False))
        if "gdcmscanner -r -p" in rates:
            bench.goal(f"index {kind}, warm, against gdcmscanner -r -p",
                       rates[ours] / rates["gdcmscanner -r -p"], goal)
        if not drop_caches():
            print("cold: left out, the page cache cannot be dropped here")
            continue
        rates = bench.rounds(f"indexing {kind}, cold, files/s", competitors(bench, tree, files, True))
        bench.goal(f"index {kind}, cold, of the limit", 100 * rates[ours] / rates[limit], 90, "%")
