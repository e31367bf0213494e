"""Peak memory of the daemon, of pacs-store and of pacs-dump."""

import os
import resource
import subprocess

import attacks
import peers
from scu import Scu

WHOLE = "64MiB"  # the most that is ever printed


def peak_of(command):
    """Peak resident MiB of a command that must succeed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed")
    return usage.ru_maxrss / 1024


def run(bench):
    large = bench.folder / "large"
    subprocess.run([bench.build / "tests" / "make_objects", large, "--count", "1", "--bytes", "2GB"],
                   check=True)
    path = str(next(large.rglob("*.dcm")))
    dump = bench.build / "pacs-dump"
    there = bench.folder / "there.json"
    dumper = peak_of([dump, "--format", "dicom-json", "--bulk-threshold", WHOLE, path])
    there.write_bytes(subprocess.run([dump, "--format", "dicom-json", path], capture_output=True,
                                     check=True).stdout)
    maker = peak_of([dump, "--to-dicom", "--bulk-from", large, there, "-o", bench.folder / "back.dcm"])
    (bench.folder / "back.dcm").unlink()
    print(f"2 GB object: pacs-dump {dumper:.1f} MiB, --to-dicom {maker:.1f} MiB")
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    with bench.scratch() as folder, peers.Archived(
            bench.build, folder / "archive", folder,
            ["--max-associations", "2000", "--max-associations-per-peer", "2000"]) as server:
        sender = peak_of([bench.build / "pacs-store", path, server.address])
        daemon = server.memory_kib() / 1024
        print(f"2 GB object: pacs-archived {daemon:.1f} MiB, pacs-store {sender:.1f} MiB")
        crowd = [Scu("127.0.0.1", server.port, limit_s=60).associate(attacks.CONTEXTS)
                 for _ in range(1000)]
        crowded = server.memory_kib("VmRSS") / 1024
        print(f"1,000 open associations: pacs-archived {crowded:.1f} MiB")
        for other in crowd:
            other.close()
    large_file = next(large.rglob("*.dcm"))
    large_file.unlink()
    bench.goal("memory of pacs-archived for a 2 GB object", daemon, 64, "MiB", at_most=True)
    bench.goal("memory of pacs-store for a 2 GB object", sender, 64, "MiB", at_most=True)
    bench.goal("memory of pacs-dump for a 2 GB object, there and back", max(dumper, maker), 64, "MiB",
               at_most=True)
    bench.goal("memory of pacs-archived with 1,000 associations", crowded, 256, "MiB", at_most=True)
