"""Attacks on the upper layer, PS3.8: what comes before, within and instead of an association."""

import struct
import time

import wire
from attacks import ANSWERED, CONTEXTS, OK, REFUSED, add, associated, case, sends
from scu import Scu, innocent_echo
from wire import item, pdu, text

TLS_HELLO = bytes.fromhex(
    "16030100c8010000c40303" + "5a" * 32 + "20" + "a5" * 32 +
    "000813021303c02bc02f" + "0100007b0000000e000c0000096c6f63616c686f7374000b000403000102")
APP = item(0x10, text(wire.APPLICATION_CONTEXT))
CONTEXT = wire.context_rq(1, wire.VERIFICATION, [wire.IMPLICIT_LE])
MAX_PDU = item(0x51, struct.pack(">I", 16384))
IMPLEMENTATION = item(0x52, text(wire.IMPLEMENTATION))
USER = item(0x50, MAX_PDU + IMPLEMENTATION)
IDENTITY = item(0x58, b"\1\0" + struct.pack(">H", 4) + b"user" + struct.pack(">H", 0))


def request(*items, called="ARCHIVE", calling="HOSTILE", version=1):
    return wire.associate(wire.ASSOCIATE_RQ, called, calling, items, version)



# -- before an association -------------------------------------------------------------------------

sends("first", REFUSED, {
    "garbage": bytes((at * 167 + 13) % 256 for at in range(4096)),
    "zeros": bytes(4096),
    "http": b"GET / HTTP/1.1\r\nHost: archive\r\n\r\n",
    "tls": TLS_HELLO,
    "ssh": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "escape": b"\x1b]0;owned\x07\x1b[2J" * 20,
    **{f"type-{kind:02x}": pdu(kind, b"data") for kind in (0x00, 0x08, 0x16, 0x63, 0xFF)},
    "associate-ac": wire.associate(wire.ASSOCIATE_AC, "A", "B", [APP, CONTEXT, USER]),
    "associate-rj": wire.associate_rj(1, 1, 1),
    "data": wire.message(1, wire.echo_rq()),
    "release-rq": wire.RELEASE_REQUEST,
    "release-rp": wire.RELEASE_REPLY,
    "abort": wire.abort(),
    "abort-long": pdu(wire.ABORT, bytes(400)),
})
sends("length", REFUSED, {
    "rq-0": pdu(wire.ASSOCIATE_RQ, b""),
    "rq-10": pdu(wire.ASSOCIATE_RQ, bytes(10)),
    "rq-67": pdu(wire.ASSOCIATE_RQ, bytes(67)),
    "rq-1-gib": pdu(wire.ASSOCIATE_RQ, bytes(200), 1 << 30),
    "rq-4-gib": pdu(wire.ASSOCIATE_RQ, bytes(200), 0xFFFFFFFF),
    "data-1-gib": pdu(wire.P_DATA, bytes(200), 1 << 30),
    "release-1-gib": pdu(wire.RELEASE_RQ, bytes(200), 1 << 30),
    "abort-4-gib": pdu(wire.ABORT, bytes(200), 0xFFFFFFFF),
})

# -- the request itself ----------------------------------------------------------------------------

SOUND = [APP, CONTEXT, USER]
REQUESTS = {
    "no-application-context": [CONTEXT, USER],
    "no-contexts": [APP, USER],
    "no-user-info": [APP, CONTEXT],
    "no-items": [],
    "no-abstract": [APP, item(0x20, bytes([1, 0, 0, 0]) + item(0x40, text(wire.IMPLICIT_LE))), USER],
    "no-transfer": [APP, item(0x20, bytes([1, 0, 0, 0]) + item(0x30, text(wire.VERIFICATION))), USER],
    "empty-context": [APP, item(0x20, b""), USER],
    "twice-application-context": [APP, *SOUND],
    "twice-user-info": [*SOUND, USER],
    "twice-max-length": [APP, CONTEXT, item(0x50, MAX_PDU * 2 + IMPLEMENTATION)],
    "twice-identity": [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION + IDENTITY * 2)],
    "twice-context-id": [APP, CONTEXT, CONTEXT, USER],
    "twice-abstract": [APP, item(0x20, bytes([1, 0, 0, 0]) + item(0x30, text(wire.VERIFICATION)) * 2
                                 + item(0x40, text(wire.IMPLICIT_LE))), USER],
    "context-id-0": [APP, wire.context_rq(0, wire.VERIFICATION, [wire.IMPLICIT_LE]), USER],
    "context-id-2": [APP, wire.context_rq(2, wire.VERIFICATION, [wire.IMPLICIT_LE]), USER],
    "contexts-200": [APP] + [wire.context_rq(at * 2 % 256 + 1, wire.VERIFICATION,
                                             [wire.IMPLICIT_LE]) for at in range(200)] + [USER],
    "application-context-wrong": [item(0x10, b"1.2.3.4"), CONTEXT, USER],
    "application-context-long": [item(0x10, b"1." * 2000 + b"1"), CONTEXT, USER],
    "too-long": [*SOUND, item(0x77, bytes(60_000)) * 20],
    "overrun-application-context": [item(0x10, b"1.2.3", length=60000), CONTEXT, USER],
    "overrun-context": [APP, item(0x20, bytes(8), length=60000), USER],
    "overrun-abstract": [APP, item(0x20, bytes([1, 0, 0, 0]) + item(0x30, b"1.2", length=60000)), USER],
    "overrun-transfer": [APP, item(0x20, bytes([1, 0, 0, 0]) + item(0x30, text(wire.VERIFICATION))
                                   + item(0x40, b"1.2", length=60000)), USER],
    "overrun-user-info": [APP, CONTEXT, item(0x50, MAX_PDU, length=60000)],
    "tail-1-byte": [*SOUND, b"\x10"],
    "tail-3-bytes": [*SOUND, b"\x10\0\0"],
}
for _kind, _name in {0x51: "max-length", 0x52: "implementation", 0x53: "window", 0x54: "role",
                     0x55: "version-name", 0x56: "extended", 0x57: "common-extended",
                     0x58: "identity"}.items():
    REQUESTS[f"overrun-{_name}"] = [APP, CONTEXT, item(
        0x50, MAX_PDU + IMPLEMENTATION + item(_kind, b"\0\0", length=60000))]
    if _kind not in (0x52, 0x55):
        REQUESTS[f"short-{_name}"] = [APP, CONTEXT, item(
            0x50, (b"" if _kind == 0x51 else MAX_PDU) + IMPLEMENTATION + item(_kind, b"\0"))]
REQUESTS["inner-role"] = [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION + item(
    0x54, struct.pack(">H", 60000) + b"1.2"))]
REQUESTS["inner-extended"] = [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION + item(
    0x56, struct.pack(">H", 60000) + b"1.2"))]
REQUESTS["inner-identity"] = [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION + item(
    0x58, b"\1\0" + struct.pack(">H", 60000) + b"user"))]
for _name, _items in REQUESTS.items():
    add(f"request-{_name}", REFUSED, lambda scu, items=_items: scu.send(
        request(*items, called=scu.called)))

# what is legal, or so harmless that it may pass; nothing may hang or crash
LEGAL = {
    "syntaxes-200": [APP, wire.context_rq(1, wire.VERIFICATION, [
        f"1.2.3.{at}" for at in range(199)] + [wire.IMPLICIT_LE]), USER],
    "contexts-128": [APP] + [wire.context_rq(at * 2 + 1, wire.VERIFICATION, [wire.IMPLICIT_LE])
                             for at in range(128)] + [USER],
    "unknown-items": [*SOUND, item(0x77, b"what")],
    "unknown-user-items": [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION + item(0x79, b"x") * 9)],
    "context-id-255": [APP, wire.context_rq(255, wire.VERIFICATION, [wire.IMPLICIT_LE]), USER],
    "identity": [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION + IDENTITY)],
}
for _name, _items in LEGAL.items():
    add(f"legal-{_name}", "accept", lambda scu, items=_items: scu.send(
        request(*items, called=scu.called)))
add("legal-version-3", "accept", lambda scu: scu.send(
    request(*SOUND, called=scu.called, version=3)))

MAYBE = {
    "unknown-items-10000": [*SOUND, item(0x77, b"") * 10_000],
    "uid-200": [APP, wire.context_rq(1, "1." + "2" * 198, [wire.IMPLICIT_LE]), USER],
    "uid-binary": [APP, wire.context_rq(1, bytes(range(64)), [bytes(range(128, 192))]), USER],
    "uid-path": [APP, wire.context_rq(1, "../../../etc/passwd", ["../..", "/dev/null"]), USER],
    "uid-escape": [APP, wire.context_rq(1, b"\x1b[2J\x1b]0;x\x07", [b"\x1b[31m\n"]), USER],
    "uid-empty": [APP, wire.context_rq(1, "", [""]), USER],
    "no-max-length": [APP, CONTEXT, item(0x50, IMPLEMENTATION)],
    "no-implementation": [APP, CONTEXT, item(0x50, MAX_PDU)],
    "version-name-escape": [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION
                                               + item(0x55, b"\x1b[2J\r\n%n\0"))],
    "twice-window": [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION
                                        + item(0x53, b"\0\1\0\1") * 2)],
    "twice-implementation": [APP, CONTEXT, item(0x50, MAX_PDU + IMPLEMENTATION * 2)],
}
for _name, _items in MAYBE.items():
    add(f"maybe-{_name}", f"(accept|{REFUSED})", lambda scu, items=_items: scu.send(
        request(*items, called=scu.called)))

for _number in (0, 2, 0xFFFE):
    add(f"version-{_number}", REFUSED, lambda scu, number=_number: scu.send(
        request(*SOUND, called=scu.called, version=number)))
for _name, _title in {"nul": bytes(16), "blank": b" " * 16, "escape": b"\x1b[2J\x1b]0;x\x07",
                      "format": b"%n%n%s%s%x", "path": b"../../etc/passwd",
                      "high": b"\xff" * 16, "newline": b"A\r\nB: C"}.items():
    add(f"called-{_name}", REFUSED, lambda scu, title=_title: scu.send(
        request(*SOUND, called=title)))
    add(f"calling-{_name}", f"(accept|{REFUSED})", lambda scu, title=_title: scu.send(
        request(*SOUND, called=scu.called, calling=title)))

# -- within an association -------------------------------------------------------------------------

ECHO = wire.echo_rq()
associated("state", REFUSED, {
    "request-again": wire.associate_rq(),
    "associate-ac": wire.associate(wire.ASSOCIATE_AC, "A", "B", SOUND),
    "associate-rj": wire.associate_rj(1, 1, 1),
    "release-rp": wire.RELEASE_REPLY,
    "unknown-type": pdu(0x42, b"what"),
    "abort": wire.abort(),
    "garbage": b"\xde\xad\xbe\xef" * 100,
})
associated("pdv", REFUSED, {
    "none": pdu(wire.P_DATA, b""),
    "length-0": pdu(wire.P_DATA, struct.pack(">I", 0)),
    "length-1": pdu(wire.P_DATA, struct.pack(">IB", 1, 1)),
    "header-3": pdu(wire.P_DATA, b"\0\0\0"),
    "past-pdu": pdu(wire.P_DATA, wire.pdv(1, 3, ECHO, length=4000)),
    "wrapping": pdu(wire.P_DATA, wire.pdv(1, 3, ECHO, length=0xFFFFFFFF)),
    "wrapping-small": pdu(wire.P_DATA, wire.pdv(1, 3, ECHO, length=0xFFFFFFFD)),
    "tail": pdu(wire.P_DATA, wire.pdv(1, 1, ECHO[:20]) + b"\0\0"),
    "context-0": wire.message(0, ECHO),
    "context-2": wire.message(2, ECHO),
    "context-unknown": wire.message(101, ECHO),
    "length-1-gib": pdu(wire.P_DATA, bytes(100), 1 << 30),
    "length-4-gib": pdu(wire.P_DATA, bytes(100), 0xFFFFFFFF),
    "length-past-limit": pdu(wire.P_DATA, wire.pdv(1, 1, bytes(4_000_000))),
})


@case(REFUSED)
def pdv_endless_command(scu):
    """A command that never ends; a gibibyte of it, if the server takes that much."""
    scu.associate()
    piece = pdu(wire.P_DATA, wire.pdv(1, 1, bytes(16000))) * 64
    for _ in range(1024):
        scu.send(piece)
    return scu.next()[0]


@case(REFUSED)
def pdv_endless_empty(scu):
    """Command fragments of no bytes, for as long as the server takes them."""
    scu.associate()
    piece = pdu(wire.P_DATA, wire.pdv(1, 1, b"")) * 20_000
    for _ in range(500):
        scu.send(piece)
    return scu.next()[0]


@case(REFUSED)
def release_then_data(scu):
    """P-DATA after A-RELEASE-RQ."""
    scu.associate()
    scu.send(wire.RELEASE_REQUEST + wire.message(1, ECHO))
    outcome = scu.next()[0]
    return scu.next()[0] if outcome == "release" else outcome


for _limit in (0, 128, 0xFFFFFFFF):
    add(f"max-length-{_limit}", OK, lambda scu, limit=_limit: scu.associate(
        user=wire.user_items(limit)).echo())
for _limit in (1, 7):
    add(f"max-length-{_limit}", f"({OK}|{REFUSED})", lambda scu, limit=_limit: scu.associate(
        user=wire.user_items(limit)).echo())


@case(OK)
def window_lie(scu):
    """Asks for an unlimited window and then sends 2,000 requests without waiting."""
    scu.associate(user=wire.user_items(window=(0, 0)))
    scu.send(b"".join(wire.message(1, wire.echo_rq(at + 1)) for at in range(2000)))
    outcomes = {scu.response()[0] for _ in range(2000)}
    return outcomes.pop() if len(outcomes) == 1 else f"mixed:{sorted(outcomes)}"


# -- connections -----------------------------------------------------------------------------------

@case(ANSWERED)
def reset_storm(scu):
    """500 connections, each reset after a moment of another kind."""
    pieces = [b"", b"\1", wire.associate_rq(scu.called), wire.associate_rq(scu.called)[:90]]
    peer = scu.line.sock.getpeername()
    for at in range(500):
        other = Scu(peer[0], peer[1], scu.called)
        other.send(pieces[at % len(pieces)])
        other.line.reset()
    return scu.associate(CONTEXTS).echo()


@case(ANSWERED)
def abort_storm(scu):
    """200 associations, each aborted at once."""
    peer = scu.line.sock.getpeername()
    for _ in range(200):
        other = Scu(peer[0], peer[1], scu.called).associate(CONTEXTS)
        other.send(wire.abort())
        other.close()
    return scu.associate(CONTEXTS).echo()


@case(ANSWERED)
def silent_crowd(scu):
    """30 connections that say nothing do not keep an innocent one from being served."""
    peer = scu.line.sock.getpeername()
    crowd = [Scu(peer[0], peer[1], scu.called) for _ in range(30)]
    served = innocent_echo(peer[0], peer[1], scu.called) is not None
    for other in crowd:
        other.close()
    return "status:0000" if served else "not served"


def waits_after(name, build, associate=False):
    """Sends a part and falls silent; the server must end it."""
    def run(scu):
        if associate:
            scu.associate(CONTEXTS)
        scu.send(build(scu))
        return scu.next()[0]
    add(f"silent-{name}", REFUSED, run, waits=True)


waits_after("at-once", lambda scu: b"")
waits_after("after-1-byte", lambda scu: b"\1")
waits_after("after-header", lambda scu: wire.associate_rq(scu.called)[:6])
waits_after("half-request", lambda scu: wire.associate_rq(scu.called)[:80])
waits_after("associated", lambda scu: b"", associate=True)
waits_after("half-header", lambda scu: wire.message(1, ECHO)[:3], associate=True)
waits_after("mid-command", lambda scu: pdu(wire.P_DATA, wire.pdv(1, 1, ECHO[:20])), associate=True)
waits_after("mid-pdu", lambda scu: wire.message(1, ECHO)[:30], associate=True)
waits_after("before-data", lambda scu: wire.fragments(3, 1, wire.store_rq(wire.CT_IMAGE, "1.2.3.4")),
            associate=True)
waits_after("mid-data", lambda scu: wire.fragments(3, 1, wire.store_rq(wire.CT_IMAGE, "1.2.3.4"))
            + pdu(wire.P_DATA, wire.pdv(3, 0, bytes(5000))), associate=True)


@case(REFUSED, waits=True)
def silent_after_release(scu):
    """Asks for release, reads the reply and never closes."""
    scu.associate()
    scu.send(wire.RELEASE_REQUEST)
    outcome = scu.next()[0]
    return scu.next()[0] if outcome == "release" else outcome


@case(REFUSED)
def half_close_at_once(scu):
    scu.half_close()


@case(REFUSED)
def half_close_after_request(scu):
    scu.send(wire.associate_rq(scu.called))
    scu.half_close()
    outcome = scu.next()[0]
    return scu.next()[0] if outcome == "accept" else outcome


@case(REFUSED)
def half_close_mid_command(scu):
    scu.associate()
    scu.send(wire.message(1, ECHO)[:40])
    scu.half_close()


@case(REFUSED)
def half_close_mid_data(scu):
    scu.associate(CONTEXTS)
    scu.send(wire.fragments(3, 1, wire.store_rq(wire.CT_IMAGE, "1.2.3.4")) + b"\4\0\0\0\x10\0data")
    scu.half_close()


@case(REFUSED, waits=True)
def drip_request(scu):
    """A request of one byte each tenth of a second: dripping gains no time."""
    for byte in wire.associate_rq(scu.called):
        scu.send(bytes([byte]))
        time.sleep(0.1)
    return scu.next()[0]


@case(REFUSED, waits=True)
def never_reads(scu):
    """Sends echoes and reads no answer; looks after a while whether it was let go."""
    scu.associate()
    piece = wire.message(1, ECHO) * 200
    until = scu.line.deadline - 2
    scu.line.sock.settimeout(0.2)
    while time.monotonic() < until:
        try:
            scu.line.sock.send(piece)
        except TimeoutError:
            continue
        except ConnectionError:
            return "reset"
    while True:
        outcome = scu.next()[0]
        if outcome != "data":
            return outcome
