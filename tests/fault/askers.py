"""Those who ask for objects by C-GET and C-MOVE and mean no good."""

import time

import attacks
import objects
import wire
from harness import case, equal, files
from scu import Scu, innocent_echo

IMPATIENT = ["--idle-timeout", "6s", "--max-retrievals", "20"]
GET = 1
# what make_objects makes: CT, MR, CR, US, PT
CLASSES = ["1.2.840.10008.5.1.4.1.1." + last for last in ("2", "4", "1", "6.1", "128")]


def asking(server, uid, window=64, receive=None):
    """An association that has asked for a study by C-GET, as the SCP of its objects with a window."""
    roles = b"".join(wire.item(0x54, len(uid).to_bytes(2, "big") + uid.encode() + b"\1\1") for uid in CLASSES)
    scu = Scu("127.0.0.1", server.port, limit_s=30, receive=receive)
    storage = [(3 + 2 * at, each, [wire.EXPLICIT_LE]) for at, each in enumerate(CLASSES)]
    scu.associate([(GET, attacks.GET_MODEL, [wire.IMPLICIT_LE]), *storage],
                  user=wire.user_items(window=(1, window), extra=roles))
    assert len(scu.accepted) == 1 + len(CLASSES), scu.accepted
    keys = wire.implicit(0x0008, 0x0052, b"STUDY ") + wire.implicit(
        0x0020, 0x000D, wire.even(uid.encode(), b"\0"))
    scu.send(wire.message(GET, wire.find_rq(attacks.GET_MODEL, e_0100=wire.C_GET), keys))
    return scu


def filled(context, server, count, size):
    made = context.objects(count, "--bytes", size, "--per-series", count, "--per-study", 1)
    context.ours("pacs-store", made, server.address)
    return context.ours("pacs-find", server.address)[0]["StudyInstanceUID"]


@case
def askers_that_never_read(context):
    """Forty ask for 40 MB each and read nothing: twenty hold a place until their time is over, the
    others are turned away; the daemon stays small, and serves on."""
    with context.archived(*IMPATIENT) as server:
        uid = filled(context, server, 80, 526_000)
        innocent_echo("127.0.0.1", server.port, "ARCHIVE")
        before = server.memory_kib("VmRSS")
        begun = time.monotonic()
        crowd = [asking(server, uid, receive=8192) for _ in range(40)]
        in_time = time.monotonic() - begun < 5  # the first still hold their places
        assert innocent_echo("127.0.0.1", server.port, "ARCHIVE") is not None
        turned_away = 0
        until = time.monotonic() + 20
        while "timed_out" not in server.log.read_text(encoding="utf-8") \
                and time.monotonic() < until:
            time.sleep(0.1)
        grown = server.memory_kib() - before
        assert grown < 64 * 1024 or context.sanitized, f"{grown} KiB more at the peak"
        for scu in crowd:
            turned_away += scu.response()[0] == "status:A702"
            scu.close()
        # twenty, unless asking took so long that the first had their time over
        assert turned_away == 20 or (turned_away < 20 and not in_time), f"{turned_away} were turned away"
        (context.folder / "got").mkdir()
        context.run("getscu", "-aec", "ARCHIVE", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k",
                    f"StudyInstanceUID={uid}", "-od", context.folder / "got", "127.0.0.1",
                    server.port)
        equal(len(files(context.folder / "got")), 80, "got by one that reads")
        assert "_refused" not in server.log.read_text(encoding="utf-8"), "objects were not even sent"
        equal(server.stop(), 0, "exit status")


@case
def askers_that_break_off(context):
    """A hundred ask and are gone in the middle: no thread, descriptor or place is left behind."""
    with context.archived(*IMPATIENT) as server:
        uid = filled(context, server, 40, 100_000)
        asking(server, uid).close()
        before = None
        for at in range(100):
            scu = asking(server, uid, window=1 + at % 8)
            if at % 2:
                scu.response()
            if at % 3:
                scu.line.reset()
            else:
                scu.close()
            if at == 9:
                before = rest(server)
        after = rest(server)
        # connections to the index are kept, so a few more may be open: not one for each of the ninety
        assert all(late <= early + 16 for late, early in zip(after, before)), \
            f"threads, descriptors: {after} after, {before} before"
        scu = asking(server, uid, window=1)
        equal(scu.response()[0], "status:FF00", "still served")
        scu.close()
    equal(objects.inconsistencies(context.folder / "archive"), [], "folder and index")


def rest(server):
    """(threads, descriptors) when nobody is there any more: the fewest seen."""
    until = time.monotonic() + 5
    seen = []
    while time.monotonic() < until:
        seen.append((server.threads(), server.descriptors()))
        time.sleep(0.05)
    return min(seen)


LIES = {
    "answers another message": lambda ident, fields: wire.command(
        {2: wire.uid(fields[2]), 0x100: 0x8001, 0x120: (ident + 7) % 65536, 0x800: 0x101, 0x900: 0}),
    "answers another instance": lambda ident, fields: wire.command(
        {2: wire.uid(fields[2]), 0x100: 0x8001, 0x120: ident, 0x800: 0x101, 0x900: 0, 0x1000: "1.2.3"}),
    "answers pending": lambda ident, fields: wire.command(
        {2: wire.uid(fields[2]), 0x100: 0x8001, 0x120: ident, 0x800: 0x101, 0x900: 0xFF00}),
    "answers with another command": lambda ident, fields: wire.command(
        {2: wire.uid(fields[2]), 0x100: 0x8030, 0x120: ident, 0x800: 0x101, 0x900: 0}),
    "answers without a status": lambda ident, fields: wire.command(
        {2: wire.uid(fields[2]), 0x100: 0x8001, 0x120: ident, 0x800: 0x101}),
}


@case
def askers_that_lie(context):
    """Whatever is answered to a sub-operation instead of the truth: a failure or an abort, and
    never counted as completed."""
    with context.archived(*IMPATIENT) as server:
        uid = filled(context, server, 3, 6600)
        for name, lie in LIES.items():
            scu = asking(server, uid, window=1)
            outcome, fields, _ = scu.response()
            while outcome.startswith("status:FF"):
                outcome, fields, _ = scu.response()
            assert outcome == "status:none", f"{name}: no object came, but {outcome}"
            while outcome == "status:none":  # a C-STORE of theirs
                context_id = 3 + 2 * CLASSES.index(wire.uid(fields[2]))
                try:
                    scu.send(wire.message(context_id, lie(wire.number(fields, 0x110), fields)))
                except wire.Closed:
                    pass
                outcome, fields, _ = scu.response()
                while outcome.startswith("status:FF"):
                    outcome, fields, _ = scu.response()
            ended = outcome.startswith(("abort", "close", "reset"))
            assert ended or outcome == "status:A702", f"{name}: {outcome}"
            scu.close()
        assert innocent_echo("127.0.0.1", server.port, "ARCHIVE") is not None
        equal(server.stop(), 0, "exit status")
    log = server.log.read_text(encoding="utf-8")
    assert '"completed":0' in log and '"completed":1' not in log, "a lie was counted as completed"
