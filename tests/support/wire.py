"""DICOM on the wire, as bytes: PDUs (PS3.8 section 9.3), command sets (PS3.7 Annex E), data sets
(PS3.5 section 7). It says whatever it is told, true or false, so that tests can lie with it; the
standard library is all it needs."""

import socket
import struct
import time

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
VERIFICATION = "1.2.840.10008.1.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
PATIENT_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.1.1"
IMPLICIT_LE = "1.2.840.10008.1.2"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
EXPLICIT_BE = "1.2.840.10008.1.2.2"
DEFLATED_LE = "1.2.840.10008.1.2.1.99"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
IMPLEMENTATION = "2.25.314159265358979323846264338327950288"

C_STORE, C_FIND, C_GET, C_MOVE, C_ECHO, N_ACTION, C_CANCEL = 1, 0x20, 0x10, 0x21, 0x30, 0x130, 0xFFF
RESPONSE = 0x8000
NO_DATA_SET, DATA_SET = 0x0101, 0x0102

LONG_VRS = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
UNDEFINED = 0xFFFFFFFF


# -- PDUs ------------------------------------------------------------------------------------------

def pdu(kind, body, length=None):
    """A PDU; `length` overrides the true one."""
    return struct.pack(">BBI", kind, 0, len(body) if length is None else length) + body


def item(kind, body, length=None):
    """An item or sub-item; `length` overrides the true one."""
    return struct.pack(">BBH", kind, 0, len(body) if length is None else length) + body


def text(value):
    return value if isinstance(value, bytes) else value.encode("latin-1")


def title(value):
    """An AE title, 16 bytes padded with spaces; bytes go in as they are."""
    return text(value)[:16].ljust(16)


def context_rq(ident, abstract, syntaxes):
    """A presentation context item of a request, PS3.8 table 9-13."""
    body = struct.pack(">BBBB", ident, 0, 0, 0) + item(0x30, text(abstract))
    return item(0x20, body + b"".join(item(0x40, text(uid)) for uid in syntaxes))


def context_ac(ident, result, syntax):
    """A presentation context item of an acceptance, PS3.8 table 9-18."""
    return item(0x21, struct.pack(">BBBB", ident, 0, result, 0) + item(0x40, text(syntax)))


def user_items(max_pdu=131072, window=None, extra=b""):
    """The sub-items of User Information, PS3.7 Annex D.3.3."""
    out = item(0x51, struct.pack(">I", max_pdu)) + item(0x52, text(IMPLEMENTATION))
    if window:
        out += item(0x53, struct.pack(">HH", *window))
    return out + item(0x55, b"HOSTILE") + extra


def associate(kind, called, calling, items, version=1):
    """An A-ASSOCIATE-RQ or -AC with these items in this order."""
    head = struct.pack(">HH", version, 0) + title(called) + title(calling) + bytes(32)
    return pdu(kind, head + b"".join(items))


def associate_rq(called="ARCHIVE", calling="HOSTILE", contexts=None, user=None, version=1):
    """A sound A-ASSOCIATE-RQ; `contexts` are (id, abstract syntax, [transfer syntaxes])."""
    contexts = [(1, VERIFICATION, [IMPLICIT_LE])] if contexts is None else contexts
    items = [item(0x10, text(APPLICATION_CONTEXT))]
    items += [context_rq(*context) for context in contexts]
    items.append(item(0x50, user_items() if user is None else user))
    return associate(ASSOCIATE_RQ, called, calling, items, version)


def associate_rj(result, source, reason):
    return pdu(ASSOCIATE_RJ, bytes([0, result, source, reason]))


def abort(source=0, reason=0):
    return pdu(ABORT, bytes([0, 0, source, reason]))


RELEASE_REQUEST = pdu(RELEASE_RQ, bytes(4))
RELEASE_REPLY = pdu(RELEASE_RP, bytes(4))


def pdv(context, flags, data, length=None):
    """A presentation data value item, PS3.8 9.3.5.1; flags 1 is command, 2 is last."""
    return struct.pack(">IBB", len(data) + 2 if length is None else length, context, flags) + data


def message(context, command_bytes, data=None, max_pdu=16384):
    """P-DATA-TF PDUs of one message: its command set, then its data set if there is one."""
    return fragments(context, 1, command_bytes, max_pdu) + (
        fragments(context, 0, data, max_pdu) if data is not None else b"")


def fragments(context, kind, data, max_pdu=16384):
    """`data` in P-DATA-TF PDUs of at most `max_pdu` bytes, the last one flagged; kind 1 is command."""
    step = max_pdu - 6
    parts = [data[at:at + step] for at in range(0, len(data), step)] or [b""]
    flags = [kind] * (len(parts) - 1) + [kind | 2]
    return b"".join(pdu(P_DATA, pdv(context, flag, part)) for part, flag in zip(parts, flags))


# -- command sets and data sets --------------------------------------------------------------------

def uid_bytes(uid):
    raw = text(uid)
    return raw + b"\0" * (len(raw) % 2)


def even(raw, pad=b" "):
    return raw + pad * (len(raw) % 2)


def implicit(group, element, value, length=None):
    """An element in implicit VR little endian; `length` overrides the true one."""
    return struct.pack("<HHI", group, element, len(value) if length is None else length) + value


def explicit(group, element, vr, value, length=None, order="<"):
    """An element in explicit VR; `length` overrides the true one."""
    length = len(value) if length is None else length
    head = struct.pack(order + "HH", group, element) + vr
    if vr in LONG_VRS:
        return head + struct.pack(order + "HI", 0, length) + value
    return head + struct.pack(order + "H", length & 0xFFFF) + value


def command(fields, group_length=None):
    """A command set from {element number: int, str or bytes}; a falsified `group_length` or b""
    for none at all."""
    body = b""
    for number in sorted(fields):
        value = fields[number]
        if isinstance(value, int):
            value = struct.pack("<H", value)
        elif isinstance(value, str):
            value = uid_bytes(value)
        body += implicit(0, number, value)
    if group_length == b"":
        return body
    length = len(body) if group_length is None else group_length
    return implicit(0, 0, struct.pack("<I", length)) + body


def echo_rq(message_id=1, **changes):
    return command(changed({2: VERIFICATION, 0x100: C_ECHO, 0x110: message_id, 0x800: NO_DATA_SET},
                           changes))


def store_rq(sop_class, instance, message_id=1, **changes):
    return command(changed({2: sop_class, 0x100: C_STORE, 0x110: message_id, 0x700: 0,
                            0x800: DATA_SET, 0x1000: instance}, changes))


def find_rq(model=STUDY_ROOT_FIND, message_id=1, **changes):
    return command(changed({2: model, 0x100: C_FIND, 0x110: message_id, 0x700: 0,
                            0x800: DATA_SET}, changes))


def changed(fields, changes):
    """`fields` with e_XXXX=value applied; None takes the element away."""
    for name, value in changes.items():
        number = int(name[2:], 16)
        if value is None:
            fields.pop(number, None)
        else:
            fields[number] = value
    return fields


def parse_command(raw):
    """{element number: bytes} of a command set; ValueError when it is not one."""
    fields, at = {}, 0
    while at < len(raw):
        group, element, length = struct.unpack_from("<HHI", raw, at)
        at += 8
        if group != 0 or at + length > len(raw):
            raise ValueError(f"no command set at byte {at}")
        fields[element] = raw[at:at + length]
        at += length
    return fields


def number(fields, element, default=None):
    value = fields.get(element)
    return struct.unpack("<H", value)[0] if value is not None and len(value) == 2 else default


# -- sockets ---------------------------------------------------------------------------------------

class Closed(Exception):
    """The peer closed ('close') or reset ('reset') the connection."""


class Line:
    """A connected socket read in whole PDUs, every wait under one absolute deadline."""

    def __init__(self, sock, limit_s=30.0):
        self.sock = sock
        self.buffer = b""
        self.deadline = time.monotonic() + limit_s
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def left(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("time limit of the case")
        return left

    def send(self, data):
        self.sock.settimeout(self.left())
        try:
            self.sock.sendall(data)
        except (ConnectionError, BrokenPipeError) as error:
            raise Closed("reset") from error

    def fill(self):
        self.sock.settimeout(self.left())
        try:
            more = self.sock.recv(262144)
        except ConnectionError as error:
            raise Closed("reset") from error
        if not more:
            raise Closed("close")
        self.buffer += more

    def read(self, count):
        while len(self.buffer) < count:
            self.fill()
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def read_pdu(self):
        """(type, body) of the next PDU."""
        kind, _, length = struct.unpack(">BBI", self.read(6))
        if length > 1 << 26:
            raise ValueError(f"PDU of {length} bytes")
        return kind, self.read(length)

    def reset(self):
        """Closes with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


def parse_associate(body):
    """What a request or an acceptance says: titles, contexts, user items."""
    out = {"called": body[4:20].decode("latin-1").strip(),
           "calling": body[20:36].decode("latin-1").strip(), "contexts": {}, "user": {}}
    for kind, value in parse_items(body[68:]):
        if kind in (0x20, 0x21):
            parts = list(parse_items(value[4:]))
            out["contexts"][value[0]] = {
                "result": value[2], "abstract": first(parts, 0x30),
                "syntaxes": [uid(raw) for sub, raw in parts if sub == 0x40]}
        elif kind == 0x50:
            out["user"] = dict(parse_items(value))
    return out


def parse_items(body):
    at = 0
    while at + 4 <= len(body):
        kind, _, length = struct.unpack_from(">BBH", body, at)
        yield kind, body[at + 4:at + 4 + length]
        at += 4 + length


def uid(raw):
    return raw.rstrip(b"\0 ").decode("latin-1")


def first(parts, kind):
    return next((uid(raw) for sub, raw in parts if sub == kind), "")
