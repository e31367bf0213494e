"""What the hostile SCP says instead of the truth: acceptances, responses, query answers."""

import itertools
import struct

import wire

QUERIES = "1.2.840.10008.5.1.4.1.2."
COMMITMENT = b"1.2.840.10008.1.20.1"

RAW_PDUS = {
    "pdu-unknown": wire.pdu(0x63, b"what is this"),
    "pdu-1gib": wire.pdu(wire.P_DATA, b"\0" * 64, 1 << 30),
    "pdu-4gib": wire.pdu(wire.ASSOCIATE_AC, b"\0" * 64, 0xFFFFFFFF),
    "pdu-empty-ac": wire.pdu(wire.ASSOCIATE_AC, b""),
    "pdu-short-ac": wire.pdu(wire.ASSOCIATE_AC, bytes(40)),
    "pdu-half": wire.pdu(wire.ASSOCIATE_AC, bytes(40), 200),
    "pdu-release": wire.RELEASE_REQUEST,
    "pdu-data": wire.message(1, wire.echo_rq()),
    "pdu-associate": wire.associate_rq(),
    "pdu-zero-pdv": wire.pdu(wire.P_DATA, struct.pack(">I", 0)),
    "pdu-one-pdv": wire.pdu(wire.P_DATA, struct.pack(">IB", 1, 1)),
    "pdu-past-pdv": wire.pdu(wire.P_DATA, wire.pdv(1, 3, b"x" * 20, length=4000)),
    "pdu-wrapping-pdv": wire.pdu(wire.P_DATA, wire.pdv(1, 3, b"x" * 20, length=0xFFFFFFFF)),
    "pdu-endless-command": wire.pdu(wire.P_DATA, wire.pdv(1, 1, bytes(16000))) * 200,
}


# -- acceptance ------------------------------------------------------------------------------------

def acceptance(body, request, lies):
    """An A-ASSOCIATE-AC to `request`, with the lies of hostile_modes.ACCEPTANCES."""
    items = [wire.item(0x10, wire.text(wire.APPLICATION_CONTEXT))]
    items += accepted_contexts(request["contexts"], lies)
    user = wire.user_items(lies.get("max_pdu", 131072), lies.get("window") or window_of(request))
    role = request["user"].get(0x54, b"")
    if COMMITMENT in role:  # whoever reports on storage commitments is SCP, and we listen
        user += wire.item(0x54, role)
    how = lies.get("user", "good")
    if how == "good":
        items.append(wire.item(0x50, user))
    elif how == "overrun":
        items.append(wire.item(0x50, wire.item(0x51, b"\0\0\x40\0", length=60000)))
    elif how == "many":
        items += [wire.item(0x50, user), wire.item(0x77, b"") * 10_000]
    called, calling = body[4:20], body[20:36]
    if "titles" in lies:
        called = calling = wire.title(lies["titles"])
    return wire.associate(wire.ASSOCIATE_AC, called, calling, items, lies.get("version", 1))


def window_of(request):
    """Grants the window that was asked, PS3.7 D.3.3.3."""
    asked = request["user"].get(0x53)
    return struct.unpack(">HH", asked) if asked and len(asked) == 4 else None


def accepted_contexts(contexts, lies):
    how = lies.get("contexts", "all")
    if how == "missing":
        return []
    items = []
    for ident, context in contexts.items():
        result, syntax = judged(context, lies)
        if how == "none":
            result = 3
        if how == "unproposed":
            ident = 255 if ident != 255 else 253
        items.append(wire.context_ac(ident, result, syntax))
    return items * 2 if how == "doubled" else items


def judged(context, lies):
    """(result, transfer syntax) of one context, PS3.8 table 9-18: the sender's first, but implicit
    VR for queries, in which identifier() speaks."""
    proposed, syntax = context["syntaxes"], lies.get("syntax")
    if syntax is None:
        query = context["abstract"].startswith(QUERIES) and wire.IMPLICIT_LE in proposed
        return 0, wire.IMPLICIT_LE if query or not proposed else proposed[0]
    if lies.get("only_if_proposed") and syntax not in proposed:
        return 4, wire.IMPLICIT_LE
    return 0, syntax


# -- responses -------------------------------------------------------------------------------------

def response_fields(fields, status):
    """The true response to a request."""
    out = {2: fields.get(2, b""), 0x100: wire.number(fields, 0x100, 0) | wire.RESPONSE,
           0x120: fields.get(0x110, b"\1\0"), 0x800: wire.NO_DATA_SET,
           0x900: struct.pack("<H", int(status, 16))}
    if 0x1000 in fields:
        out[0x1000] = fields[0x1000]
    return out


# what each lie changes in the response's fields; None takes the element away
FIELD_LIES = {
    "wrong-id": {0x120: 0xBEEF},
    "wrong-class": {2: "1.2.3.4"},
    "wrong-instance": {0x1000: "1.2.3.4.5.6"},
    "wrong-field": {0x100: 0x8021},
    "no-status": {0x900: None},
    "no-id": {0x120: None},
    "no-field": {0x100: None},
    "no-data-flag": {0x800: None},
    "data-announced": {0x800: wire.DATA_SET},
    "comment-escape": {0x900: 0xC001, 0x902: b"\x1b[2J\x1b]0;owned\x07\r\nstatus: 0000\n"},
    "comment-long": {0x900: 0xC001, 0x902: b"A" * 60_000},
}


def answer(conversation, context, fields, hostile):
    """Answers one request as the scenario says."""
    scenario = conversation.scenario
    lie = scenario["answer"] if hostile else "status"
    kind = wire.number(fields, 0x100)
    if kind == wire.C_FIND and lie == "status":
        find(conversation, context, fields)
        return
    if kind == wire.C_MOVE and lie == "status":
        move(conversation, context, fields)
        return
    out = response_fields(fields, scenario["status"] if hostile else "0000")
    if kind == wire.C_FIND and lie in FIELD_LIES:
        out[0x900] = struct.pack("<H", 0)
    if lie in FIELD_LIES:
        for number, value in FIELD_LIES[lie].items():
            out[number] = value
            if value is None:
                del out[number]
    said(conversation, context, out, lie)


def said(conversation, context, out, lie):
    """Sends the response, wrapped in whatever the lie asks for."""
    good = wire.message(context, wire.command(out))
    if lie in ("status", *FIELD_LIES):
        conversation.send(good)
    elif lie == "twice":
        conversation.send(good + good)
    elif lie == "never":
        conversation.linger()
    elif lie == "half":
        conversation.send(good[:len(good) // 2])
        conversation.linger()
    elif lie == "release":
        conversation.send(wire.RELEASE_REQUEST)
        conversation.linger()
    elif lie == "drip":
        conversation.dripping = True
        conversation.send(good)
        conversation.dripping = False
    elif lie in MESSAGES:
        conversation.send(MESSAGES[lie](context, out))
    else:
        conversation.act(lie)


MESSAGES = {
    "request": lambda context, _: wire.message(context, wire.echo_rq(7)),
    "data-unannounced": lambda context, out: wire.message(context, wire.command(out), b"\0" * 64),
    "other-context": lambda context, out: wire.message(context ^ 2, wire.command(out)),
    "group-length": lambda context, out: wire.message(context, wire.command(out, 0xFFFFFF)),
    "command-garbage": lambda context, _: wire.message(context, b"\xde\xad\xbe\xef" * 50),
    "command-empty": lambda context, _: wire.message(context, b""),
}


# -- query answers ---------------------------------------------------------------------------------

def find(conversation, context, fields):
    """Pending answers, then the final one; honours C-CANCEL unless told to be deaf."""
    how = conversation.scenario["find"]
    wanted = how.get("answers", 3)
    deaf = how.get("cancel") == "ignore"
    pending = response_fields(fields, "FF00")
    kind = how.get("identifier", "good")
    pending[0x800] = wire.NO_DATA_SET if kind == "none" else wire.DATA_SET
    pending.pop(0x1000, None)
    head = wire.command(pending)
    together = b""  # good answers travel five in a piece, so that whoever has three sees a fourth
    for index in itertools.count() if wanted < 0 else range(wanted):
        if not deaf and conversation.cancelled():
            finish(conversation, context, fields, "FE00", False)
            return
        data = None if kind == "none" else identifier(kind, index)
        together += wire.message(context, head, data, min(conversation.peer_max, 131072))
        if kind != "good" or index % 5 == 4:
            conversation.send(together)
            together = b""
    if "then" in how:
        conversation.send(together)
        conversation.act(how["then"])
        together = b""
    finish(conversation, context, fields, how.get("status", conversation.scenario["status"]),
           how.get("final_data", False), together)


def move(conversation, context, fields):
    """Pending answers with counts, then the final one; moves nothing. Honours C-CANCEL unless told to
    be deaf."""
    how = conversation.scenario["move"]
    wanted, of = how.get("pending", 4), how.get("of", 4)
    for done in itertools.count() if wanted < 0 else range(wanted):
        if how.get("cancel") != "ignore" and conversation.cancelled():
            counts(conversation, context, fields, "FE00", {**how, "completed": min(done, of),
                                                           "remaining": max(of - done, 0)})
            return
        counts(conversation, context, fields, "FF00",
               {"completed": 0 if how.get("still") else done % 60_000, "remaining": of,
                "failed": 0, "warning": 0} if how.get("counts", True) else {})
        if wanted < 0 and conversation.stop.wait(0.005):
            return
    if "then" in how:
        conversation.act(how["then"])
    final = {"completed": of, "failed": 0, "warning": 0} if how.get("counts", True) else {}
    counts(conversation, context, fields, how.get("status", conversation.scenario["status"]),
           {**final, **how})


COUNTS = {"remaining": 0x1020, "completed": 0x1021, "failed": 0x1022, "warning": 0x1023}


def counts(conversation, context, fields, status, how):
    """One C-MOVE response; `list` is its Failed SOP Instance UID List."""
    out = response_fields(fields, status)
    out.pop(0x1000, None)
    for name, tag in COUNTS.items():
        if name in how:
            out[tag] = how[name]
    data = None
    if "list" in how and status != "FF00":
        kind = how["list"]
        data = b"\xde\xad" * 50 if kind == "garbage" else wire.implicit(
            0x0008, 0x0058, wire.even(kind.encode()))
    out[0x800] = wire.NO_DATA_SET if data is None else wire.DATA_SET
    conversation.send(wire.message(context, wire.command(out), data))


def finish(conversation, context, fields, status, with_data, before=b""):
    out = response_fields(fields, status)
    out[0x800] = wire.DATA_SET if with_data else wire.NO_DATA_SET
    conversation.send(before + wire.message(context, wire.command(out),
                                            identifier("good", 0) if with_data else None))


def identifier(kind, index):
    """The data set of one answer, implicit VR little endian as most askers accept it."""
    if kind == "empty":
        return b""
    if kind == "garbage":
        return bytes((index * 7 + at * 31) % 256 for at in range(200))
    if kind == "nested":
        return nested(10_000)
    if kind == "endless":
        return wire.implicit(0x0010, 0x0010, b"X", length=0xFFFFFFF0)
    values = {(0x0008, 0x0005): b"ISO_IR 192", (0x0008, 0x0020): b"20240131",
              (0x0008, 0x0052): b"STUDY", (0x0010, 0x0010): b"Invented^Peer",
              (0x0010, 0x0020): b"P%06d" % index,
              (0x0020, 0x000D): b"2.25.%d" % (10**20 + index)}
    values.update(LYING_VALUES.get(kind, {}))
    return b"".join(wire.implicit(*tag, wire.even(value)) for tag, value in sorted(values.items()))


LYING_VALUES = {
    "counted": {(0x0020, 0x1208): b"4"},
    "huge": {(0x0010, 0x4000): b"A" * 4_000_000},
    "escape": {(0x0010, 0x0010): b"\x1b[2J\x1b]0;owned\x07^\r\n", (0x0010, 0x0020): b"\0\x9b31m"},
    "level": {(0x0008, 0x0052): b"IMAGE"},
    "foreign": {(0x0020, 0x000D): b"../../etc/passwd"},
    "charset": {(0x0008, 0x0005): b"ISO_IR 999", (0x0010, 0x0010): b"\xff\xfe\xfd^\x80"},
    "japanese": {(0x0008, 0x0005): b"\\ISO 2022 IR 87",
                 (0x0010, 0x0010): b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"},
}


def nested(depth):
    """Sequences of undefined length within each other, never closed."""
    return (struct.pack("<HHI", 0x0008, 0x1140, wire.UNDEFINED)
            + struct.pack("<HHI", 0xFFFE, 0xE000, wire.UNDEFINED)) * depth
