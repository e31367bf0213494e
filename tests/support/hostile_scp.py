"""The SCP side of the hostile peer: an SCP on loopback that follows a scenario. hostile_modes.py
names the scenarios; hostile_answers.py holds what is said instead of a true answer."""

import json
import socket
import struct
import sys
import threading
import time

import hostile_answers
import hostile_modes
import wire

GREETINGS = {
    "garbage": bytes(range(256)) * 4,
    "http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "tls": bytes.fromhex("15030300020228"),  # fatal alert, handshake failure
    "text": b"\x1b]0;owned\x07\x1b[2J220 mail ready\r\n",
}
DRIP_S = 0.02


class Done(Exception):
    """The scenario has ended this connection."""


class Conversation:
    """One accepted connection, from the greeting to the end."""

    def __init__(self, sock, scenario, log, stop):
        self.line = wire.Line(sock, scenario["limit_s"])
        self.scenario, self.log, self.stop = scenario, log, stop
        self.contexts, self.messages, self.dripping = {}, 0, False
        self.peer_max = 16384

    def run(self):
        try:
            self.act(self.scenario["connect"])
            self.negotiate()
            while True:
                self.serve_pdu()
        except (wire.Closed, TimeoutError, socket.timeout, Done, OSError) as end:
            self.log(event="end", why=str(end) or type(end).__name__)
        except (ValueError, struct.error, IndexError) as error:
            self.log(event="end", why=f"peer broke the rules: {error}")
        finally:
            self.line.sock.close()

    def send(self, data):
        if not self.dripping:
            self.line.send(data)
            return
        for at in range(len(data)):
            self.line.send(data[at:at + 1])
            if self.stop.wait(DRIP_S):
                raise Done("stopped")

    def act(self, how):
        """One of the ways to end or hinder a connection that every stage knows."""
        if how in ("serve", "read", "accept", "reply"):
            return
        if how == "drip":
            self.dripping = True
            return
        self.log(event="act", how=how)
        if how in GREETINGS:
            self.line.send(GREETINGS[how])
        elif how == "abort":
            self.line.send(wire.abort())
        elif how == "abort-provider":
            self.line.send(wire.abort(2, 6))
        elif how == "reset":
            self.line.reset()
        elif how == "stall":
            self.stop.wait(self.scenario["limit_s"])
        elif how in hostile_answers.RAW_PDUS:
            self.line.send(hostile_answers.RAW_PDUS[how])
            self.linger()
        elif how != "close":
            raise SystemExit(f"hostile_peer: no such act: {how}")
        raise Done(how)

    def linger(self):
        """Waits for the peer to end it, so that what was sent is surely read."""
        while True:
            self.line.fill()
            self.line.buffer = b""

    # -- negotiation

    def negotiate(self):
        kind, body = self.line.read_pdu()
        if kind != wire.ASSOCIATE_RQ:
            raise ValueError(f"PDU type {kind:02x} instead of A-ASSOCIATE-RQ")
        request = wire.parse_associate(body)
        self.log(event="associate", called=request["called"], calling=request["calling"],
                 contexts=len(request["contexts"]),
                 proposed=[[one["abstract"], one["syntaxes"]]
                           for _, one in sorted(request["contexts"].items())])
        self.contexts = request["contexts"]
        self.peer_max = struct.unpack(">I", request["user"].get(0x51, bytes(4)))[0] or 131072
        how = self.scenario["associate"]
        if isinstance(how, list):
            self.send(wire.associate_rj(*how))
            self.linger()
        self.act(how)
        reply = hostile_answers.acceptance(body, request, self.scenario["accept"])
        self.send(reply)

    # -- messages

    def serve_pdu(self):
        kind, body = self.line.read_pdu()
        if kind == wire.RELEASE_RQ:
            self.released()
        if kind == wire.ABORT:
            raise Done("peer aborted")
        if kind != wire.P_DATA:
            raise ValueError(f"PDU type {kind:02x} in data transfer")
        hostile = self.messages >= self.scenario["skip"]
        if hostile:
            self.act(self.scenario["command"])
        context, fields, pending = self.read_command(body)
        data = b""
        if wire.number(fields, 0x800, wire.NO_DATA_SET) != wire.NO_DATA_SET:
            data = self.read_data(pending, hostile)
        if wire.number(fields, 0x100) == wire.C_CANCEL:
            self.log(event="cancel")
            return
        self.messages += 1
        self.log(event="request", command=f"{wire.number(fields, 0x100, 0):04X}", bytes=len(data),
                 instance=wire.uid(fields.get(0x1000, b"")))
        hostile_answers.answer(self, context, fields, hostile)

    def read_command(self, body):
        """(context, fields, data set PDVs that came in the same PDU)"""
        raw, pending = b"", []
        while True:
            last = False
            for context, flags, data in pdvs(body):
                if flags & 1:
                    raw, last = raw + data, last or bool(flags & 2)
                    ident = context
                else:
                    pending.append((flags, data))
            if last:
                return ident, wire.parse_command(raw), pending
            body = self.next_data()

    def read_data(self, pending, hostile):
        """The data set; hinders it after `data_bytes` bytes when the scenario says so."""
        data = b""
        while True:
            for flags, piece in pending:
                data += piece
                if hostile and len(data) >= self.scenario["data_bytes"]:
                    self.act(self.scenario["data"])
                if flags & 2:
                    return data
            pending = [(flags, piece) for _, flags, piece in pdvs(self.next_data())]

    def next_data(self):
        kind, body = self.line.read_pdu()
        if kind != wire.P_DATA:
            raise Done(f"PDU type {kind:02x} within a message")
        return body

    def cancelled(self):
        """True when a C-CANCEL waits to be read; takes it."""
        self.line.sock.setblocking(False)
        try:
            self.line.buffer += self.line.sock.recv(65536)
        except BlockingIOError:
            pass
        except ConnectionError as error:
            raise wire.Closed("reset") from error
        if len(self.line.buffer) < 6:
            return False
        kind, body = self.line.read_pdu()
        if kind == wire.P_DATA:
            fields = self.read_command(body)[1]
            if wire.number(fields, 0x100) == wire.C_CANCEL:
                self.log(event="cancel")
                return True
        raise Done(f"PDU type {kind:02x} while answers were under way")

    def released(self):
        how = self.scenario["release"]
        self.log(event="release")
        if how == "collide":
            self.send(wire.RELEASE_REQUEST)
            self.line.read_pdu()
        else:
            self.act(how)
        self.send(wire.RELEASE_REPLY)
        raise Done("released")


def pdvs(body):
    at = 0
    while at < len(body):
        length, context, flags = struct.unpack_from(">IBB", body, at)
        if length < 2 or at + 4 + length > len(body):
            raise ValueError(f"PDV of {length} bytes")
        yield context, flags, body[at + 6:at + 4 + length]
        at += 4 + length


class HostileScp:
    """A listening socket on loopback and what answers there, a Conversation by default; `port` is its
    port."""

    def __init__(self, scenario, log_path=None, conversation=None):
        self.conversation = conversation or Conversation
        self.scenario, self.stop, self.lock = scenario, threading.Event(), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.start = time.monotonic()
        self.sink = open(log_path, "a", encoding="utf-8") if log_path else None  # as long as we live

    def log(self, **event):
        if self.sink:
            seconds = round(time.monotonic() - self.start, 3)
            with self.lock:
                self.sink.write(json.dumps({"seconds": seconds, **event}) + "\n")
                self.sink.flush()

    def serve(self):
        """Answers until close(); each connection in a thread of its own."""
        for served in range(sys.maxsize):
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sound = served >= self.scenario["times"]
            conversation = self.conversation(sock, hostile_modes.scenario("ok") if sound
                                             else self.scenario, self.log, self.stop)
            threading.Thread(target=conversation.run, daemon=True).start()

    def close(self):
        """Ends the stalls and the listening."""
        self.stop.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def serve(scenario, log_path=None):
    """Listens, prints the port, serves until killed."""
    scp = HostileScp(scenario, log_path)
    print(scp.port, flush=True)
    scp.serve()
