"""Attacks on messages, PS3.7, and on queries, PS3.4 Annex C."""

import struct

import attacks
import wire
from attacks import (CONTEXTS, CT_EXPLICIT, CT_IMPLICIT, EITHER, FAILED, FIND, OK, PRIVATE, REFUSED,
                     add, associated, case)
from attacks_data import ct, instance_of
from wire import implicit, message

UID = instance_of("dimse")
REFUSED_OR_NOT_GRANTED = f"({FAILED}|context refused)"


def identifier(level=b"STUDY ", **values):
    """A C-FIND identifier, implicit VR; g_GGGGEEEE=value."""
    elements = {0x00080052: level, 0x0020000D: b""}
    elements.update({int(name[2:], 16): value for name, value in values.items()})
    return b"".join(implicit(tag >> 16, tag & 0xFFFF, wire.even(value))
                    for tag, value in sorted(elements.items()) if value is not None)


def store(**changes):
    """A C-STORE of a sound object with a changed command."""
    return message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, UID, **changes), ct(UID))


def find(data, **changes):
    return message(FIND, wire.find_rq(**changes), data)


# -- commands --------------------------------------------------------------------------------------

associated("echo", FAILED, {
    "no-class": message(1, wire.echo_rq(e_0002=None)),
    "no-field": message(1, wire.echo_rq(e_0100=None)),
    "no-id": message(1, wire.echo_rq(e_0110=None)),
    "no-data-flag": message(1, wire.echo_rq(e_0800=None)),
    "other-class": message(1, wire.echo_rq(e_0002=wire.CT_IMAGE)),
    "short-id": message(1, wire.echo_rq(e_0110=b"\1")),
    "group-length-wrong": message(1, wire.command(
        {2: wire.VERIFICATION, 0x100: wire.C_ECHO, 0x110: 1, 0x800: 0x101}, 0xFFFFFF)),
    "command-empty": message(1, b""),
    "command-garbage": message(1, b"\xde\xad\xbe\xef" * 50),
    "command-overrun": message(1, implicit(0, 2, b"1.2", length=0x7FFFFFFF)),
    "command-group-8": message(1, wire.echo_rq() + implicit(8, 0x16, b"1.2 ")),
    "command-truncated": message(1, wire.echo_rq()[:-3]),
    "data-announced-then-command": message(1, wire.echo_rq(e_0800=wire.DATA_SET))
                                   + message(1, wire.echo_rq()),
    "data-first": wire.fragments(1, 0, b"\0" * 64),
})


@case(REFUSED)
def echo_data_unannounced(scu):
    """A data set behind a command that said there is none: the command may be answered, the data
    must not be taken."""
    scu.associate(CONTEXTS)
    scu.send(message(1, wire.echo_rq(), b"\0" * 64) + message(1, wire.echo_rq()))
    outcome = scu.final()
    return scu.final() if outcome == "status:0000" else outcome


associated("echo-legal", OK, {
    "id-0": message(1, wire.echo_rq(e_0110=0)),
    "id-65535": message(1, wire.echo_rq(e_0110=65535)),
    "in-pieces": wire.fragments(1, 1, wire.echo_rq(), max_pdu=8),
    "cancel-of-nothing": message(1, wire.command({0x100: wire.C_CANCEL, 0x120: 9, 0x800: 0x101}))
                         + message(1, wire.echo_rq()),
})
associated("echo-unknown-command", FAILED, {
    f"{code:04x}": message(1, wire.echo_rq(e_0100=code))
    for code in (0x0000, 0x7777, 0x0110, 0x0150, 0xFFFE)})
associated("echo-response", REFUSED, {
    "unasked": message(1, wire.echo_rq(e_0100=0x8030, e_0120=1, e_0900=0)),
    "store-unasked": message(3, wire.store_rq(wire.CT_IMAGE, UID, e_0100=0x8001, e_0120=1,
                                              e_0900=0, e_0800=0x101)),
})

# -- C-STORE commands ------------------------------------------------------------------------------

associated("store-command", FAILED, {
    "no-class": store(e_0002=None),
    "no-id": store(e_0110=None),
    "no-instance": store(e_1000=None),
    "no-data-set": message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, UID, e_0800=0x101)),
    "other-class": store(e_0002="1.2.840.10008.5.1.4.1.1.4"),
    "other-instance": store(e_1000=instance_of("another")),
    "on-echo-context": message(1, wire.store_rq(wire.CT_IMAGE, UID), ct(UID)),
    "on-find-context": message(FIND, wire.store_rq(wire.CT_IMAGE, UID), ct(UID)),
    "verification-class": store(e_0002=wire.VERIFICATION),
    "data-on-other-context": wire.fragments(CT_EXPLICIT, 1, wire.store_rq(wire.CT_IMAGE, UID))
                             + wire.fragments(CT_IMPLICIT, 0, ct(UID)),
    "command-within-data": wire.fragments(CT_EXPLICIT, 1, wire.store_rq(wire.CT_IMAGE, UID))
                           + wire.pdu(4, wire.pdv(CT_EXPLICIT, 0, ct(UID)[:50]))
                           + message(1, wire.echo_rq()),
})
for _name, _uid in {"path": "../../../../tmp/owned", "absolute": "/etc/passwd", "dots": "..",
                    "long": "1." + "2" * 198, "nul": b"1.2\x003.4", "newline": "1.2\n3.4",
                    "escape": b"1.2\x1b[2J", "empty": "", "letters": "abc.def",
                    "percent": "%n%n%s", "space": "1.2 3.4"}.items():
    associated("store-uid", FAILED, {
        _name: message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, _uid), ct(_uid)),
        f"study-{_name}": message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, instance_of(_name)),
                                  ct(instance_of(_name), study=_uid)),
        f"series-{_name}": message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, instance_of(_name)),
                                   ct(instance_of(_name), series=_uid)),
    })
add("store-private-class", OK, lambda scu: scu.associate(CONTEXTS).store(
    PRIVATE, attacks.PRIVATE_CLASS, instance_of("private"),
    ct(instance_of("private"), sop_class=attacks.PRIVATE_CLASS)))
add("store-no-priority", EITHER, lambda scu: scu.associate(CONTEXTS).send(
    store(e_0700=None)) or scu.final())


@case(OK)
def store_past_window(scu):
    """300 objects without waiting for an answer, whatever window was granted."""
    scu.associate(CONTEXTS)
    for at in range(300):
        scu.store_begin(CT_EXPLICIT, wire.CT_IMAGE, instance_of(f"window-{at}"),
                        ct(instance_of(f"window-{at}")))
    outcomes = {scu.response()[0] for _ in range(300)}
    return outcomes.pop() if len(outcomes) == 1 else f"mixed:{sorted(outcomes)}"


@case(OK)
def store_cut_then_again(scu):
    """The connection is reset in the middle of an object; the same object is then stored."""
    peer = scu.line.sock.getpeername()
    instance = instance_of("cut-then-again")
    scu.associate(CONTEXTS)
    scu.send(message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, instance), ct(instance))[:-100])
    scu.line.reset()
    again = type(scu)(peer[0], peer[1], scu.called).associate(CONTEXTS)
    return again.store(CT_EXPLICIT, wire.CT_IMAGE, instance, ct(instance))


@case(OK)
def store_aborted_then_again(scu):
    """A-ABORT in the middle of an object; the same object is then stored."""
    peer = scu.line.sock.getpeername()
    instance = instance_of("aborted-then-again")
    scu.associate(CONTEXTS)
    scu.send(wire.fragments(CT_EXPLICIT, 1, wire.store_rq(wire.CT_IMAGE, instance))
             + wire.pdu(4, wire.pdv(CT_EXPLICIT, 0, ct(instance)[:300])) + wire.abort())
    again = type(scu)(peer[0], peer[1], scu.called).associate(CONTEXTS)
    return again.store(CT_EXPLICIT, wire.CT_IMAGE, instance, ct(instance))


# -- queries ---------------------------------------------------------------------------------------

associated("find-refused", FAILED, {
    "no-level": find(identifier(level=None)),
    "empty-level": find(identifier(level=b"")),
    "unknown-level": find(identifier(level=b"PLANET")),
    "patient-level-in-study-root": find(identifier(level=b"PATIENT ")),
    "no-identifier": message(FIND, wire.find_rq(e_0800=0x101)),
    "garbage": find(bytes((at * 167 + 13) % 256 for at in range(900))),
    "truncated": find(identifier()[:-1] + b"\0\0\0"),
    "overrun": find(identifier() + implicit(0x0040, 0xA123, b"x", length=0x7FFFFFF0)),
    "nested-10000": find(identifier() + (struct.pack("<HHI", 0x0040, 0x0275, wire.UNDEFINED)
                                         + struct.pack("<HHI", 0xFFFE, 0xE000, wire.UNDEFINED))
                         * 10_000),
    "no-class": find(identifier(), e_0002=None),
    "other-model": find(identifier(), e_0002=wire.PATIENT_ROOT_FIND),
    "move-instead": message(FIND, wire.find_rq(e_0100=wire.C_MOVE, e_0600=b"NOWHERE "),
                            identifier()),
    "get-instead": message(FIND, wire.find_rq(e_0100=wire.C_GET), identifier()),
    "date-of-letters": find(identifier(g_00080020=b"yesterday")),
})
associated("find-answered", f"({OK}|{FAILED})", {
    "wildcard-bomb": find(identifier(g_00100010=b"*a" * 500 + b"*")),
    "question-bomb": find(identifier(g_00100010=b"?" * 60 + b"*" * 60)),
    "sql": find(identifier(g_00100020=b"' OR 1=1; DROP TABLE studies; --")),
    "sql-like": find(identifier(g_00100010=b"%_[a-z]\\")),
    "uids-3000": find(identifier(g_0020000D=b"\\".join(b"1.2.%d" % at for at in range(3000)))),
    "key-1-mib": find(identifier(g_00100010=b"A" * (1 << 20))),
    "keys-of-nul": find(identifier(g_00100020=bytes(64))),
    "keys-of-escape": find(identifier(g_00100010=b"\x1b$B\x1b(B\x1b$)C\xff\xfe")),
    "unknown-keys": find(identifier(**{f"g_0099{at:04X}": b"x" for at in range(0x1001, 0x1801)})),
    "charset-lie": find(identifier(g_00080005=b"ISO_IR 999", g_00100010=b"\xff\xfe*")),
    "no-priority": find(identifier(), e_0700=None),
    "date-range-backwards": find(identifier(g_00080020=b"20300101-19000101")),
})
associated("find-legal", OK, {
    "universal": find(identifier()),
    "cancelled-at-once": find(identifier()) + message(FIND, wire.command(
        {0x100: wire.C_CANCEL, 0x120: 999, 0x800: 0x101})),
})


# -- services that are not offered here ------------------------------------------------------------

def not_granted(name, sop_class, command, data):
    def run(scu):
        scu.associate([(1, wire.VERIFICATION, [wire.IMPLICIT_LE]), (15, sop_class,
                                                                    [wire.IMPLICIT_LE])])
        if 15 not in scu.accepted:
            return "context refused"
        scu.send(message(15, command, data))
        return scu.final()
    add(name, REFUSED_OR_NOT_GRANTED, run)


not_granted("move-to-nowhere", attacks.MOVE_MODEL,
            wire.find_rq(attacks.MOVE_MODEL, e_0100=wire.C_MOVE, e_0600=b"NOWHERE "), identifier())
def retrieval(name, command, data):
    """On a context of C-MOVE or C-GET, with a storage class whose SCP we would be."""
    model = attacks.MOVE_MODEL if command == wire.C_MOVE else attacks.GET_MODEL

    def run(scu):
        scu.associate([(1, wire.VERIFICATION, [wire.IMPLICIT_LE]), (15, model, [wire.IMPLICIT_LE]),
                       (17, wire.CT_IMAGE, [wire.EXPLICIT_LE])])
        if 15 not in scu.accepted:
            return "context refused"
        to = {"e_0600": b"NOWHERE "} if command == wire.C_MOVE else {}
        scu.send(message(15, wire.find_rq(model, e_0100=command, **to), data))
        return scu.final()
    add(name, REFUSED_OR_NOT_GRANTED, run)


for word, number in (("move", wire.C_MOVE), ("get", wire.C_GET)):
    for what, keys in {
            "no-level": identifier(level=None),
            "no-key": identifier(),
            "garbage": bytes((at * 167 + 13) % 256 for at in range(900)),
            "truncated": identifier(g_0020000D=b"1.2.3.4.")[:-1] + b"\0\0\0",
            "nested-10000": identifier() + (struct.pack("<HHI", 0x0040, 0x0275, wire.UNDEFINED)
                                            + struct.pack("<HHI", 0xFFFE, 0xE000, wire.UNDEFINED))
                            * 10_000,
            "path": identifier(g_0020000D=b"../../../etc/passwd "),
            "wildcard": identifier(g_0020000D=b"* "),
            "uids-60000": identifier(g_0020000D=b"\\".join(b"1.%d" % at for at in range(60_000))),
            "key-of-nul": identifier(g_0020000D=bytes(64)),
            "below-its-level": identifier(g_0020000D=b"1.2 ", g_0020000E=b"1.2.3 ")}.items():
        retrieval(f"{word}-refused-{what}", number, keys)
not_granted("commitment-garbage", attacks.COMMITMENT, wire.command(
    {3: attacks.COMMITMENT, 0x100: wire.N_ACTION, 0x110: 1, 0x800: 0x102,
     0x1001: "1.2.840.10008.1.20.1.1", 0x1008: 1}), b"\xff" * 300)
not_granted("unknown-service", "1.2.840.10008.5.1.4.31", wire.find_rq("1.2.840.10008.5.1.4.31"),
            identifier())
