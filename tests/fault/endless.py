"""Objects and answers without an end: whoever receives them stops before the disk is full, says why,
leaves nothing behind, and gets the others."""

import json
import pathlib
import subprocess
import sys

import attacks
import objects
import peers
import wire
from attacks_data import ct, instance_of
from disks import small_disk, store_one
from harness import case, equal, files
from scu import Scu

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
LISTEN = 11223
STUDY = "1.2.1"  # of getting_peer.py: six instances, of which the first is 1.2.1.1.1


class Getting(peers.Server):
    """getting_peer.py, which sends to LISTEN when it is told to."""

    def __init__(self, context, mode):
        super().__init__(f"getting-{mode}", [
            sys.executable, "-B", str(SUPPORT / "getting_peer.py"), mode, "--log",
            str(context.folder / f"{mode}.events"), "--destination", str(LISTEN)], 0, context.folder,
            stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())


def get(context, source, *options, status=1, output="got", study=STUDY):
    """pacs-get with little patience; its records."""
    return context.ours("pacs-get", source, study, "-o", output, "--retry-delay", "1ms",
                        "--timeout", "20s", *options, status=status)


def five_of_six(context, records, folder, reason):
    failed = [record for record in records[:-1] if record["outcome"] == "failed"]
    equal([(record["SOPInstanceUID"], record["reason"]) for record in failed],
          [("1.2.1.1.1", reason)], "failures")
    summary = records[-1]
    equal((summary["announced"], summary["retrieved"], summary["missing"]), (6, 5, 1), "summary")
    equal(len(files(folder)), 5, "files, and nothing beside them")


WAYS = (("get", ()), ("move", ("--via", "move", "--listen", str(LISTEN))))


@case
def endless_object_by_each_way(context):
    """It is given up at --max-object-size, the association is ended, and the others come."""
    for way, options in WAYS:
        with Getting(context, "endless") as source:
            records = get(context, f"PACS@127.0.0.1:{source.port}", *options, "--max-object-size",
                          "20MB", output=way)
        five_of_six(context, records, context.folder / way, "too_large")
        assert "longer than 20.0 MB" in str(records), records


@case
def endless_object_and_a_reserve(context):
    """It gets no more than --min-free leaves; its room is given back, and the others come."""
    for way, options in WAYS:
        with small_disk(context, 64) as disk:
            with Getting(context, "endless") as source:
                records = get(context, f"PACS@127.0.0.1:{source.port}", *options, "--min-free", "32MiB",
                              "--max-object-size", "200MB", output=disk / "got")
            five_of_six(context, records, disk, "storage")
            assert "are held in reserve" in str(records), records
        context.folder.joinpath("disk").rmdir()


@case
def endless_object_into_a_tar_stream(context):
    """The same where it is spooled; the stream holds the others and is whole."""
    with small_disk(context, 64) as disk, Getting(context, "endless") as source:
        context.run("sh", "-c", 'export TMPDIR="$1"; shift; exec "$@" >stream', "sh", disk,
                    context.build / "pacs-get", f"PACS@127.0.0.1:{source.port}", STUDY, "-o", "-",
                    "--min-free", "32MiB", "--max-object-size", "200MB", "--retry-delay", "1ms", status=1)
        equal(len(context.run("tar", "tf", "stream").splitlines()), 5, "members")
        equal(files(disk), [], "left in the folder of temporary files")


@case
def no_room_from_the_beginning(context):
    """Less than the reserve is free: nothing is fetched, the source is told to stop, the status is 5."""
    for way, options in WAYS:
        with Getting(context, "well") as source:
            records = get(context, f"PACS@127.0.0.1:{source.port}", *options, "--min-free", "100%",
                          output=way, status=5)
        equal((records[-1]["retrieved"], records[-1]["missing"]), (0, 6), "summary")
        assert "are held in reserve" in records[-1]["message"], records[-1]
        equal(files(context.folder / way), [], "files")


@case
def endless_object_that_nobody_asked_for(context):
    """It is dropped, and its source cut off: no run lasts for ever by it."""
    with Getting(context, "endless-stranger") as source:
        records = get(context, f"PACS@127.0.0.1:{source.port}", "--max-object-size", "20MB",
                      "--retries", 0)
    equal({record["reason"] for record in records[:-1]}, {"too_large"}, "reasons")
    equal((records[-1]["retrieved"], records[-1]["missing"]), (0, 6), "summary")


def store_endless(port):
    """A C-STORE without an end to the daemon; how it ends. 60 GB at most."""
    instance = instance_of("endless")
    scu = Scu("127.0.0.1", port, limit_s=60).associate(attacks.CONTEXTS)
    context = attacks.CT_EXPLICIT
    head = ct(instance, pixels=False) + wire.explicit(0x7FE0, 0x0010, b"OW", b"", 0xFFFFFFFE)
    scu.send(wire.fragments(context, 1, wire.store_rq(wire.CT_IMAGE, instance, 1)))
    scu.send(wire.pdu(wire.P_DATA, wire.pdv(context, 0, head)))
    return scu, wire.pdu(wire.P_DATA, wire.pdv(context, 0, bytes(130_000)))


@case
def endless_object_to_the_daemon(context):
    """It gets no further than min_free, and its room is given back while it still sends; others are
    served meanwhile and afterwards, and nothing of it stays."""
    with small_disk(context, 96) as disk, peers.Archived(
            context.build, disk / "archive", context.folder, ["--min-free", "40MiB"]) as server:
        before = server.memory_kib()
        scu, more = store_endless(server.port)
        for _ in range(4000):  # 520 MB to a disk of 96 MiB
            scu.send(more)
        equal(store_one(server.port, "meanwhile"), "status:0000", "an object of somebody else")
        equal([path for path in files(disk / "archive" / "incoming")], [], "what is being received")
        grown = server.memory_kib() - before
        assert context.sanitized or grown < 32 * 1024, f"{grown} KiB more memory"
        scu.send(wire.pdu(wire.P_DATA, wire.pdv(attacks.CT_EXPLICIT, 2, b"")))
        equal(scu.response()[0], "status:A700", "the answer, once it has an end")
        scu.close()
        equal(store_one(server.port, "afterwards"), "status:0000", "an object of somebody else")
        equal(server.stop(), 0, "exit status")
        equal(objects.inconsistencies(disk / "archive"), [], "folder and index")
        equal(len(objects.stored_files(disk / "archive")), 2, "objects")


@case
def moves_that_never_end(context):
    """Pending for ever, with counts that stand still, or with an ear for C-CANCEL or without: the
    limit of time ends it, and the message says which."""
    for mode, options, status, words in (
            ("for-ever", ("--timeout", "300ms"), 1, "pending without progress for 0.3 s"),
            ("for-ever", ("--max-duration", "300ms"), 6, "--max-duration"),
            ("deaf", ("--max-duration", "300ms", "--timeout", "2s"), 6, "--max-duration")):
        with Getting(context, mode) as source:
            out = subprocess.run(
                [context.build / "pacs-get", f"PACS@127.0.0.1:{source.port}", STUDY, "-o",
                 context.folder / "got", "--via", "move", "--listen", str(LISTEN), "--retries", "0",
                 *options], capture_output=True, timeout=60, check=False)
        equal(out.returncode, status, f"{mode} {options}: {out.stderr!r}")
        assert words in (out.stdout + out.stderr).decode(), (mode, options, out)
        equal(json.loads(out.stdout.splitlines()[-1])["exit_status"], status, "summary")
