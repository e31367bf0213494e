"""Peak memory of the daemon, of pacs-store, pacs-get and pacs-dump."""

import resource
import subprocess

import attacks
import peak
import peers
from scu import Scu

WHOLE = "64MiB"  # the most that is ever printed


def peak_of(bench, command):
    """Peak resident MiB of a command that must succeed."""
    told = bench.folder / "peak"
    subprocess.run(peak.words(told, *command), stdout=subprocess.DEVNULL, check=True)
    return peak.kib(told) / 1024


def run(bench):
    large = bench.folder / "large"
    subprocess.run([bench.build / "tests" / "make_objects", large, "--count", "1", "--bytes", "2GB"],
                   check=True)
    path = str(next(large.rglob("*.dcm")))
    dump = bench.build / "pacs-dump"
    there = bench.folder / "there.json"
    dumper = peak_of(bench, [dump, "--format", "dicom-json", "--bulk-threshold", WHOLE, path])
    there.write_bytes(subprocess.run([dump, "--format", "dicom-json", path], capture_output=True,
                                     check=True).stdout)
    maker = peak_of(bench, [dump, "--to-dicom", "--bulk-from", large, there, "-o", bench.folder / "back.dcm"])
    (bench.folder / "back.dcm").unlink()
    print(f"2 GB object: pacs-dump {dumper:.1f} MiB, --to-dicom {maker:.1f} MiB")
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    with bench.scratch() as folder, peers.Archived(
            bench.build, folder / "archive", folder,
            ["--max-associations", "2000", "--max-associations-per-peer", "2000"]) as server:
        sender = peak_of(bench, [bench.build / "pacs-store", path, server.address])
        daemon = server.memory_kib() / 1024
        print(f"2 GB object: pacs-archived {daemon:.1f} MiB, pacs-store {sender:.1f} MiB")
        get = [bench.build / "pacs-get", server.address, "StudyInstanceUID", "-o"]
        getter = peak_of(bench, [*get, folder / "got"])
        streamer = peak_of(bench, [*get, "-"])
        server_then = server.memory_kib() / 1024
        print(f"2 GB object by C-GET: pacs-get into a folder {getter:.1f} MiB, as a tar stream "
              f"{streamer:.1f} MiB; pacs-archived {server_then:.1f} MiB")
        daemon = max(daemon, server_then)
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
    bench.goal("memory of pacs-get for a 2 GB object, folder and stream", max(getter, streamer), 64,
               "MiB", at_most=True)
    bench.goal("memory of pacs-dump for a 2 GB object, there and back", max(dumper, maker), 64, "MiB",
               at_most=True)
    bench.goal("memory of pacs-archived with 1,000 associations", crowded, 256, "MiB", at_most=True)
