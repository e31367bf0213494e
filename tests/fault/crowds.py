"""Many silent peers, and hostile ones."""

import json
import os
import subprocess
import sys
import time

import attacks
import attacks_pdu
import objects
import peers
import wire
from harness import case, equal
from scu import Refused, Scu, innocent_echo

LONG = bool(os.environ.get("PACS_TEST_LONG"))
IMPATIENT = ["--negotiation-timeout", "2s", "--idle-timeout", "3s", "--max-associations", "1000",
             "--max-associations-per-peer", "1000"]
HOSTILE_PEER = os.path.join(os.path.dirname(os.path.abspath(peers.__file__)), "hostile_peer.py")


def memory_growth(server, before):
    return server.memory_kib("VmRSS") - before


@case
def silent_crowd(context):
    """200 peers that connect and say nothing, 200 that negotiate and say nothing: an innocent one is
    served within 250 ms, and the silent ones are let go when their time is over."""
    with context.archived(*IMPATIENT) as server:
        innocent_echo("127.0.0.1", server.port, "ARCHIVE")
        before = server.memory_kib("VmRSS")
        crowd = [Scu("127.0.0.1", server.port) for _ in range(200)]
        crowd += [Scu("127.0.0.1", server.port).associate() for _ in range(200)]
        # whom silence holds up it holds up each time; a busy machine does so now and then
        times = [innocent_echo("127.0.0.1", server.port, "ARCHIVE") for _ in range(5)]
        assert None not in times and min(times) < 0.25, f"innocent echoes took {times}"
        per_peer = memory_growth(server, before) / len(crowd)
        assert per_peer < 64, f"{per_peer:.0f} KiB a silent peer"
        start = time.monotonic()
        for other in crowd:
            outcome = other.next()[0]
            assert outcome in ("close", "reset") or outcome.startswith("abort"), outcome
        assert time.monotonic() - start < 10, "silent peers were kept too long"
        equal(server.stop(), 0, "exit status")


@case
def too_many_associations(context):
    """Beyond the limits peers are refused at once, with a transient rejection; those that are
    there go on."""
    with context.archived("--max-associations", "8", "--max-associations-per-peer", "5") as server:
        there = [Scu("127.0.0.1", server.port).associate() for _ in range(5)]
        other = Scu("127.0.0.1", server.port)
        other.send(wire.associate_rq())
        outcome = other.next()[0]
        assert outcome.startswith("reject:2,"), outcome
        equal([scu.echo() for scu in there], ["status:0000"] * 5, "those that are there")
        for scu in there:
            scu.release()
        equal(Scu("127.0.0.1", server.port).associate().echo(), "status:0000", "when there is room")


@case
def attacked(context):
    """Every attack of hostile_peer.py, then all is as it was: alive, consistent, small."""
    with context.archived(*IMPATIENT) as server:
        innocent_echo("127.0.0.1", server.port, "ARCHIVE")
        before = server.memory_kib("VmRSS")
        echo_limit = os.environ.get("PACS_TEST_ECHO_LIMIT_MS", "250")
        done = subprocess.run([sys.executable, HOSTILE_PEER, "attack", "127.0.0.1",
                               str(server.port), "ARCHIVE", "--limit", "10", "--echo-limit",
                               echo_limit], capture_output=True, text=True, check=False)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        bad = [record for record in records if record["type"] == "attack" and not record["good"]]
        assert not bad, "\n".join(json.dumps(record) for record in bad)
        assert len(records) > 300, f"only {len(records)} attacks were made: {done.stderr}"
        peak = server.memory_kib() - before
        assert peak < 64 * 1024 or context.sanitized, f"{peak} KiB more at the peak"
        equal(server.stop(), 0, "exit status")
    equal(objects.inconsistencies(context.folder / "archive"), [], "folder and index")
    assert not os.path.exists("/tmp/owned") and not os.path.exists("/tmp/owned.dcm")
    log = server.log.read_bytes()
    assert b"\x1b" not in log, "an escape character of a peer is in the log"
    for record in log.splitlines():
        json.loads(record)


HARM = [attacks_pdu.request(*items) for items in attacks_pdu.REQUESTS.values()] + [
    wire.pdu(0x63, b"what"), b"GET / HTTP/1.1\r\n\r\n", wire.associate_rq()[:100]]


def harm(port, count):
    """`count` hostile associations of many kinds, one after the other."""
    for at in range(count):
        scu = Scu("127.0.0.1", port)
        try:
            if at % 3 == 0:
                scu.associate(attacks.CONTEXTS)
                scu.send(wire.message(at % 5 * 2 + 1, wire.echo_rq(e_0100=0x7777)))
            else:
                scu.send(HARM[at % len(HARM)])
            if at % 2:
                scu.half_close()
                scu.next()
        except (Refused, wire.Closed):
            pass
        if at % 5 == 0:
            scu.line.reset()
        else:
            scu.close()


@case
def hostile_for_long(context):
    """Thousands of hostile associations leave nothing: under 1 MB for 10,000, no descriptor, no
    thread."""
    count = 10_000 if LONG else 1000
    with context.archived(*IMPATIENT) as server:
        harm(server.port, 1000)  # allocators and pools have their size afterwards
        before = settled(server)
        harm(server.port, count)
        after = settled(server)
        grown = after[0] - before[0]
        assert grown < 1024 or context.sanitized, f"{grown} KiB more after {count}"
        assert after[1] <= before[1] and after[2] <= before[2], \
            f"descriptors, threads: {after[1:]} after, {before[1:]} before"
        assert server.log.stat().st_size < 4_000_000, "the log grows with every attack"


def settled(server):
    """(resident KiB, descriptors, threads) when all associations are over: the fewest that were seen
    while nobody spoke, for an association ends only a moment after its peer has gone."""
    assert innocent_echo("127.0.0.1", server.port, "ARCHIVE") is not None, "an innocent echo failed"
    time.sleep(4)  # longer than every deadline of IMPATIENT
    seen = []
    while len(seen) < 40:
        seen.append((server.descriptors(), server.threads()))
        time.sleep(0.05)
    return (server.memory_kib("VmRSS"), min(at[0] for at in seen), min(at[1] for at in seen))
