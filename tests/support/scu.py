"""A small SCU that does what it is told and reports what came back, for senders in fault tests and
for the attacks of hostile_peer.py."""

import socket
import struct
import time

import wire


class Refused(Exception):
    """The association did not come about; the message is the outcome."""


class Scu:
    """One connection to a server. What comes back is told in outcomes: "accept", "reject:1,1,7",
    "abort:2,6", "close", "reset", "release", "status:0000", "timeout"."""

    def __init__(self, host, port, called="ARCHIVE", limit_s=15.0, calling="HOSTILE", receive=None):
        self.called, self.calling = called, calling
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        if receive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        sock.settimeout(limit_s)
        sock.connect((host, port))
        self.line = wire.Line(sock, limit_s)
        self.accepted = {}
        self.max_pdu = 16384
        self.message_id = 0

    def send(self, data):
        self.line.send(data)

    def half_close(self):
        self.line.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.line.sock.close()

    def associate(self, contexts=None, **parts):
        """Negotiates soundly; raises Refused with the outcome when that fails."""
        parts.setdefault("called", self.called)
        parts.setdefault("calling", self.calling)
        self.send(wire.associate_rq(contexts=contexts, **parts))
        outcome, body = self.next()
        if outcome != "accept":
            raise Refused(outcome)
        self.negotiated(body)
        return self

    def negotiated(self, body):
        answer = wire.parse_associate(body)
        self.accepted = {ident: context["syntaxes"][0] if context["syntaxes"] else ""
                         for ident, context in answer["contexts"].items() if not context["result"]}
        limit = struct.unpack(">I", answer["user"].get(0x51, struct.pack(">I", 16384)))[0]
        self.max_pdu = min(limit or 131072, 131072)

    def next(self):
        """(outcome, body) of the next PDU, close or time limit."""
        try:
            kind, body = self.line.read_pdu()
        except wire.Closed as closed:
            return str(closed), b""
        except (TimeoutError, socket.timeout):
            return "timeout", b""
        except ValueError as error:
            return f"nonsense:{error}", b""
        if kind == wire.ASSOCIATE_RJ:
            return "reject:" + ",".join(str(number) for number in body[1:4]), body
        if kind == wire.ABORT:
            return "abort:" + ",".join(str(number) for number in body[2:4]), body
        return {wire.ASSOCIATE_AC: "accept", wire.P_DATA: "data", wire.RELEASE_RP: "release",
                wire.RELEASE_RQ: "release-rq"}.get(kind, f"pdu:{kind:02x}"), body

    def response(self):
        """(outcome, fields, data set) of the next whole message."""
        parts, fields = {1: b"", 0: b""}, None
        while True:
            outcome, body = self.next()
            if outcome != "data":
                return outcome, {}, b""
            at = 0
            while at + 6 <= len(body):
                length, _, flags = struct.unpack_from(">IBB", body, at)
                parts[flags & 1] += body[at + 6:at + 4 + length]
                at += 4 + length
                if flags & 3 == 3:
                    fields = wire.parse_command(parts[1])
                    if wire.number(fields, 0x800) == wire.NO_DATA_SET:
                        return self.told(fields), fields, b""
                elif flags & 2:
                    return self.told(fields or {}), fields or {}, parts[0]

    @staticmethod
    def told(fields):
        status = wire.number(fields, 0x900)
        return "status:none" if status is None else f"status:{status:04X}"

    def final(self, limit=1_000_000):
        """The first response that is not pending; its outcome."""
        for _ in range(limit):
            outcome = self.response()[0]
            if not outcome.startswith("status:FF"):
                return outcome
        return "pending"

    def next_id(self):
        self.message_id = self.message_id % 65535 + 1
        return self.message_id

    def echo(self, context=1):
        self.send(wire.message(context, wire.echo_rq(self.next_id())))
        return self.response()[0]

    def store(self, context, sop_class, instance, data):
        """Sends one object and waits; its outcome."""
        self.store_begin(context, sop_class, instance, data)
        return self.response()[0]

    def store_begin(self, context, sop_class, instance, data):
        """Sends one object without waiting for the answer; returns the message id."""
        ident = self.next_id()
        self.send(wire.message(context, wire.store_rq(sop_class, instance, ident), data,
                               self.max_pdu))
        return ident

    def release(self):
        self.send(wire.RELEASE_REQUEST)
        outcome = self.next()[0]
        self.close()
        return outcome


def innocent_echo(host, port, called, limit_s=5.0):
    """Seconds an innocent peer needs for connect, C-ECHO and release; None when it is not served."""
    start = time.monotonic()
    try:
        scu = Scu(host, port, called, limit_s, calling="INNOCENT").associate()
        answered = scu.echo() == "status:0000"
        seconds = time.monotonic() - start
        scu.release()
    except (OSError, Refused, wire.Closed, TimeoutError):
        return None
    return seconds if answered else None
