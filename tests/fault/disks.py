"""The disk is full, fails to flush, or descriptors run out."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

import attacks
import objects
import peers
import wire
from attacks_data import ct, instance_of
from harness import Skip, case, equal
from scu import Scu, innocent_echo
from senders import Senders, check_model


@contextlib.contextmanager
def small_disk(context, mebibytes):
    """A tmpfs of this size in our mount namespace."""
    disk = context.folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(disk)],
                   check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def store_one(port, name, filler=0):
    """Stores one object on an association of its own; its outcome."""
    instance = instance_of(name)
    more = wire.explicit(0x0029, 0x1001, b"OB", bytes(filler)) if filler else b""
    scu = Scu("127.0.0.1", port).associate(attacks.CONTEXTS)
    outcome = scu.store(attacks.CT_EXPLICIT, wire.CT_IMAGE, instance, ct(instance, more=more))
    scu.close()
    return outcome


def until_stored(port, name, limit_s=5.0):
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if store_one(port, name) == "status:0000":
            return True
        time.sleep(0.05)
    return False


def filled(context, options):
    """Fills a small disk, then makes room; what was answered when it was full."""
    with small_disk(context, 48) as disk:
        return filled_disk(context, disk, options)


def filled_disk(context, disk, options):
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(16 << 20))
    senders = Senders(context.folder / "told")
    with peers.Archived(context.build, disk / "archive", context.folder, options) as server:
        senders.start(server.port, count=4, limit=200)
        senders.wait()
        refused = [outcome for _, outcome, _ in senders.told() if outcome != "status:0000"]
        assert refused, "the disk never became full"
        assert all(outcome.startswith(("status:A7", "status:C")) for outcome in refused), set(refused)
        assert innocent_echo("127.0.0.1", server.port, "ARCHIVE") is not None, "no echo on a full disk"
        context.ours("pacs-find", server.address, "StudyInstanceUID")
        ballast.unlink()
        assert until_stored(server.port, "room again"), "with room again it does not store"
        equal(server.stop(), 0, "exit status")
    check_model(disk / "archive", senders.model(), senders.told())
    return refused


@case
def full_disk_with_a_reserve(context):
    """Below --min-free objects are refused with A700; all else goes on, and it recovers."""
    refused = filled(context, ["--min-free", "6MiB"])
    equal(set(refused), {"status:A700"}, "answers on a full disk")


@case
def full_disk_to_the_last_byte(context):
    """Without a reserve the disk says no in the middle of things; still nothing is lost or left."""
    filled(context, ["--min-free", "0"])


def under_strace(context, *inject, archive=None):
    """The daemon under strace with a fault injected."""
    if subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode != 0:
        raise Skip("strace may not trace here")
    rules = [word for rule in inject for word in ("-e", f"inject={rule}")]
    calls = sorted({call for rule in inject for call in rule.split(":")[0].split(",")})
    return peers.Archived(context.build, archive or context.folder / "archive", context.folder, (),
                          ["strace", "-f", "-qq", "-o", str(context.folder / "strace.log"),
                           "-e", "trace=" + ",".join(calls), *rules])


def traced(server):
    """The process that strace started."""
    pid = server.process.pid
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])


def failing(context, *inject):
    """Stores under the fault; what was answered is there after a start without it."""
    senders = Senders(context.folder / "told")
    with context.archived():
        pass  # made without faults
    with under_strace(context, *inject) as server:
        senders.start(server.port, count=4, limit=40)
        senders.wait()
        os.kill(traced(server), signal.SIGTERM)
        server.process.wait(60)
    told = senders.told()
    refused = {outcome for _, outcome, _ in told if outcome != "status:0000"}
    assert refused, "the fault was never met"
    assert all(outcome.startswith(("status:A7", "status:C", "status:01")) for outcome in refused), refused
    log = (context.folder / "strace.log").read_text(encoding="utf-8", errors="replace")
    assert "(INJECTED)" in log, "nothing was injected"
    with context.archived() as server:
        assert store_one(server.port, "afterwards") == "status:0000"
    check_model(context.folder / "archive", senders.model(), told)
    return told


@case
def failing_fdatasync(context):
    """Every fifth fdatasync says EIO: those objects are refused, the others are safe."""
    failing(context, "fdatasync:error=EIO:when=5+5")


@case
def failing_last_flush(context):
    """One fdatasync fails, each in its turn, of a file or of the index, and then the daemon is killed:
    a commit that failed does not come to life again."""
    # strace counts for each thread; after the first few, every second one is of the index
    for turn, count in ((1, 1), (2, 1), (4, 1), (5, 2), (6, 2), (8, 3)):
        folder = context.folder / str(turn)
        folder.mkdir()
        senders = Senders(folder / "told")
        with peers.Archived(context.build, folder / "archive", folder):
            pass  # made without faults
        with under_strace(context, f"fdatasync:error=EIO:when={turn}",
                          archive=folder / "archive") as server:
            senders.start(server.port, count=1, limit=count)
            senders.wait()
            os.kill(traced(server), signal.SIGKILL)
            server.process.wait(60)
        told = senders.told()
        assert any(outcome != "status:0000" for _, outcome, _ in told), f"turn {turn} met no fault"
        with peers.Archived(context.build, folder / "archive", folder) as server:
            assert store_one(server.port, "afterwards") == "status:0000"
        check_model(folder / "archive", senders.model(), told)


@case
def failing_fsync_of_folders(context):
    failing(context, "fsync:error=EIO:when=4+6")


@case
def failing_writes(context):
    """Writes that fail or are cut short; EINTR and short counts are no failures."""
    failing(context, "pwrite64,write,writev:error=ENOSPC:when=60+50")


@case
def failing_link(context):
    failing(context, "link,linkat,rename,renameat,renameat2:error=EIO:when=6+5")


@case
def no_descriptors_left(context):
    """A process limit of 64 descriptors and 100 idle connections: no spinning, little log, and a
    moment after they have gone all is well."""
    with peers.Archived(context.build, context.folder / "archive", context.folder, (),
                        ["prlimit", "--nofile=64:64"]) as server:
        assert store_one(server.port, "before") == "status:0000"
        crowd = [Scu("127.0.0.1", server.port) for _ in range(100)]
        before, start = cpu_seconds(server), time.monotonic()
        time.sleep(2)  # the window in which the processor time is measured
        share = (cpu_seconds(server) - before) / (time.monotonic() - start)
        assert share < 0.05, f"{share:.0%} of a processor while nothing can be done"
        for other in crowd:
            other.close()
        start = time.monotonic()
        while innocent_echo("127.0.0.1", server.port, "ARCHIVE") is None:
            assert time.monotonic() - start < 5, "no echo although the crowd has gone"
        assert until_stored(server.port, "after"), "no store although the crowd has gone"
        size = server.log.stat().st_size
        assert size < 64_000, f"{size} bytes of log"
        equal(server.stop(), 0, "exit status")
    equal(objects.inconsistencies(context.folder / "archive"), [], "folder and index")


def cpu_seconds(server):
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text(encoding="ascii").rsplit(
        ")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100
