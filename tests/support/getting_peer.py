#!/usr/bin/env python3
"""An archive of two studies that answers C-FIND truly, C-GET and C-MOVE as it is told, for tests of
pacs-get.

    getting_peer.py [MODE] [--log FILE] [--destination N]
                                             serves on loopback; the first line is the port

C-MOVE sends to the port of --destination; of the modes it knows well, endless, for-ever and deaf.

It holds studies 1.2.1 and 1.2.2 of two series (1.2.1.1) of three instances (1.2.1.1.1) each. MODE:
  well       sends all that is asked for (the default)
  nothing    success at once, nothing sent
  less       success, but the last instance of each request was left out
  less-once  the same for the first request only
  counts-more  sends all, and says that each series has ten instances
  failed     sends none and says so, with the list of the failed ones
  stray      the same, the list behind the command set, where it does not belong
  partly     sends all but the last and says so: warning, B000
  for-ever   pending for ever, the counts standing still; honours C-CANCEL
  deaf       the same, without honouring it
  stall      sends one, then nothing any more
  abort, close, half   sends one; A-ABORT, the connection closed, closed in the middle of a second
  die-once   close for the first association only
  endless    the first object of the first study has no end (2.6 GB), the others are sound
  endless-stranger  the same, and nobody asked for it
  foreign    sends, beside what was asked for, an instance of another study, twice
  swapped    the data set of each object is that of another one
  damaged    the data set of the first object of each request ends too soon
  no-syntax  accepts the classes in no transfer syntax
  no-get     accepts no C-GET
"""

import struct
import sys

import hostile_modes
import hostile_scp
import scu
import wire

GET = "1.2.840.10008.5.1.4.1.2.2.3"
LEVELS = {"STUDY": 1, "SERIES": 2, "IMAGE": 3}
STUDY, SERIES, INSTANCE = (0x20, 0xD), (0x20, 0xE), (8, 0x18)
COUNT = (0x20, 0x1209)
CLASS, LEVEL, PATIENT, MODALITY = (8, 0x16), (8, 0x52), (0x10, 0x20), (8, 0x60)
OBJECTS = [(f"1.2.{study}", f"1.2.{study}.{series}", f"1.2.{study}.{series}.{instance}")
           for study in (1, 2) for series in (1, 2) for instance in (1, 2, 3)]


def parse(data):
    """{tag: text} of an identifier in implicit VR."""
    found, at = {}, 0
    while at + 8 <= len(data):
        group, element = struct.unpack_from("<HH", data, at)
        length = struct.unpack_from("<I", data, at + 4)[0]
        found[group, element] = data[at + 8:at + 8 + length].decode().rstrip(" \0")
        at += 8 + length
    return found


def encode(values):
    return b"".join(wire.implicit(*tag, wire.even(text.encode(), b"\0" if tag != PATIENT else b" "))
                    for tag, text in sorted(values.items()))


def data_set(triple):
    """A CT slice, about as it must be, in implicit VR."""
    study, series, instance = triple
    return encode({CLASS: wire.CT_IMAGE, INSTANCE: instance, STUDY: study, SERIES: series,
                   MODALITY: "CT", PATIENT: "P" + study[-1]}) + \
        wire.implicit(0x7FE0, 0x0010, bytes(5000))


def chosen(query):
    """The objects that an identifier names."""
    def names(tag, uid):
        return not query.get(tag) or uid in query[tag].split("\\")
    return [triple for triple in OBJECTS if names(STUDY, triple[0]) and names(SERIES, triple[1])
            and names(INSTANCE, triple[2])
            and query.get(PATIENT, "") in ("", "*", "P" + triple[0][-1])]


def endless(triple, context, message_id):
    """The PDUs of a C-STORE with a data set that goes on and on, implicit VR."""
    yield wire.fragments(context, 1, wire.store_rq(wire.CT_IMAGE, triple[2], message_id))
    head = data_set(triple)[:-5000 - 8] + wire.implicit(0x7FE0, 0x0010, b"", 0xFFFFFFFE)
    yield wire.pdu(wire.P_DATA, wire.pdv(context, 0, head))
    more = wire.pdu(wire.P_DATA, wire.pdv(context, 0, bytes(130_000)))
    for _ in range(20_000):
        yield more


class Peer(hostile_scp.Conversation):
    mode, times, destination = "well", 0, None

    def negotiate(self):
        self.scenario = {**self.scenario, "accept": {"syntax": wire.IMPLICIT_LE,
                                                     "only_if_proposed": True}}
        super().negotiate()

    def send(self, data):
        if data[:1] == b"\2":  # the acceptance: contexts that this mode refuses, roles for the others
            data = self.altered(data)
        super().send(data)

    def altered(self, data):
        out, roles, at = data[6:74], b"", 74
        while at < len(data):
            kind, length = data[at], struct.unpack_from(">H", data, at + 2)[0]
            part = data[at:at + 4 + length]
            if kind == 0x21:
                abstract = self.contexts[part[4]]["abstract"]
                result = part[6]
                result = 3 if self.mode == "no-get" and abstract == GET else result
                result = 4 if self.mode == "no-syntax" and abstract == wire.CT_IMAGE else result
                part = part[:6] + bytes([result]) + part[7:]
                uid = wire.text(abstract)
                role = struct.pack(">H", len(uid)) + uid + b"\0\1"
                if abstract == wire.CT_IMAGE and not roles:
                    roles = wire.item(0x54, role)
            if kind == 0x50:
                part = wire.item(0x50, part[4:] + roles)
            out += part
            at += 4 + length
        return wire.pdu(wire.ASSOCIATE_AC, out)

    def serve_pdu(self):
        kind, body = self.line.read_pdu()
        if kind == wire.RELEASE_RQ:
            self.released()
        if kind != wire.P_DATA:
            raise hostile_scp.Done(f"PDU type {kind:02x}")
        context, fields, pending = self.read_command(body)
        if wire.number(fields, 0x100) == wire.C_CANCEL:
            return
        query = parse(self.read_data(pending, False))
        if wire.number(fields, 0x100) == wire.C_FIND:
            self.find(context, fields, query)
        elif wire.number(fields, 0x100) == wire.C_MOVE:
            self.log(event="move", level=query[LEVEL], instances=len(chosen(query)))
            self.move(context, fields, query)
        else:
            self.log(event="get", level=query[LEVEL], instances=len(chosen(query)))
            self.get(context, fields, query)

    # -- C-FIND

    def find(self, context, fields, query):
        depth, told = LEVELS[query[LEVEL]], []
        for triple in chosen(query):
            if triple[:depth] not in told:
                told.append(triple[:depth])
                values = {CLASS: wire.CT_IMAGE, MODALITY: "CT", PATIENT: "P" + triple[0][-1],
                          STUDY: triple[0], LEVEL: query[LEVEL]}
                if self.mode == "counts-more":
                    values[COUNT] = "10"
                values.update(zip((STUDY, SERIES, INSTANCE), triple[:depth]))
                answer = {tag: values.get(tag, "") for tag in query}
                self.send(self.response(context, fields, 0xFF00, encode(answer)))
        self.send(self.response(context, fields, 0x0000))

    # -- C-GET

    def get(self, context, fields, query):
        Peer.times += 1
        mode, all_of_it = self.mode, chosen(query)
        if mode.endswith("-once"):
            mode = mode[:-5] if Peer.times == 1 else "well"
            mode = "close" if mode == "die" else mode
        if mode in ("failed", "stray"):
            self.fail(context, fields, all_of_it, mode == "stray")
            return
        if mode == "endless-stranger" or (mode == "endless" and OBJECTS[0] in all_of_it):
            triple = OBJECTS[0] if mode == "endless" else ("9.9", "9.9.1", "9.9.1.1")
            for pdu in endless(triple, self.storage_context(), 55):
                self.send(pdu)
            raise hostile_scp.Done("endless, and nobody minded")
        if mode in ("for-ever", "deaf"):
            self.wait_for_ever(context, fields, mode == "deaf")
            return
        wanted = [] if mode == "nothing" else all_of_it
        if mode in ("less", "partly"):
            wanted = wanted[:-1]
        if mode in ("stall", "abort", "close", "half"):
            wanted = wanted[:1]
        for at, triple in enumerate(wanted):
            data = data_set(all_of_it[at - 1] if mode == "swapped" else triple)
            self.store(triple, data[:-7] if mode == "damaged" and at == 0 else data, at + 1)
        if mode == "foreign":
            for at in (90, 91):
                self.store(("9.9", "9.9.1", "9.9.1.1"), data_set(("9.9", "9.9.1", "9.9.1.1")), at)
        if mode == "half":
            pdus = self.store_message(all_of_it[-1], data_set(all_of_it[-1]), 77)
            self.send(pdus[:len(pdus) // 2])
            raise hostile_scp.Done("half")
        if mode in ("stall", "abort", "close"):
            self.act(mode)
        failed = len(all_of_it) - len(wanted) if mode == "partly" else 0
        self.send(self.response(context, fields, 0xB000 if failed else 0,
                                counts=(len(wanted), failed)))

    # -- C-MOVE

    def move(self, context, fields, query):
        """The objects go out on an association of their own."""
        all_of_it, sent = chosen(query), 0
        if self.mode in ("for-ever", "deaf"):
            self.wait_for_ever(context, fields, self.mode == "deaf")
            return
        other = scu.Scu("127.0.0.1", Peer.destination, wire.uid(fields[0x600])).associate(
            [(1, wire.CT_IMAGE, [wire.IMPLICIT_LE])])
        for triple in all_of_it:
            if self.mode == "endless" and triple == OBJECTS[0]:
                self.send_endless(other, triple)
                break
            sent += other.store(1, wire.CT_IMAGE, triple[2], data_set(triple)) == "status:0000"
        other.close()
        failed = len(all_of_it) - sent
        self.send(self.response(context, fields, 0xB000 if failed else 0, counts=(sent, failed)))

    def send_endless(self, other, triple):
        try:
            for pdu in endless(triple, 1, other.next_id()):
                other.send(pdu)
            self.log(event="endless, and nobody minded")
        except wire.Closed:
            self.log(event="cut off")

    def storage_context(self):
        return next(ident for ident, context in self.contexts.items()
                    if context["abstract"] == wire.CT_IMAGE
                    and wire.IMPLICIT_LE in context["syntaxes"])

    def store_message(self, triple, data, message_id):
        return wire.message(self.storage_context(), wire.store_rq(wire.CT_IMAGE, triple[2],
                                                                  message_id), data)

    def store(self, triple, data, message_id):
        """One C-STORE, and its answer."""
        self.send(self.store_message(triple, data, message_id))
        _, fields, _ = self.read_command(self.next_data())
        if wire.number(fields, 0x100) == wire.C_CANCEL:
            _, fields, _ = self.read_command(self.next_data())
        self.log(event="stored", instance=triple[2], status=f"{wire.number(fields, 0x900):04X}")

    def wait_for_ever(self, context, fields, deaf):
        while not self.stop.wait(0.01):
            if not deaf and self.cancelled():
                self.send(self.response(context, fields, 0xFE00))
                return
            self.send(self.response(context, fields, 0xFF00, counts=(0, 0)))

    def fail(self, context, fields, triples, stray):
        """All sub-operations have failed; `stray`: their list is in the command set."""
        listed = wire.implicit(8, 0x58, wire.even(
            "\\".join(triple[2] for triple in triples).encode(), b"\0"))
        if not stray:
            self.send(self.response(context, fields, 0xA702, listed, (0, len(triples))))
            return
        out = self.fields_of(fields, 0xA702, False, (0, len(triples)))
        self.send(wire.message(context, wire.command(out) + listed))

    def fields_of(self, fields, status, data, counts=None):
        out = {2: wire.text(fields[2]), 0x100: wire.number(fields, 0x100) | wire.RESPONSE,
               0x120: wire.number(fields, 0x110), 0x900: status,
               0x800: wire.DATA_SET if data else wire.NO_DATA_SET}
        if counts:
            out.update({0x1021: counts[0], 0x1022: counts[1], 0x1023: 0})
        return out

    def response(self, context, fields, status, data=None, counts=None):
        return wire.message(context, wire.command(
            self.fields_of(fields, status, data is not None, counts)), data)


def main():
    words = sys.argv[1:]
    def option(name):
        return words[words.index(name) + 1] if name in words else None
    log, Peer.destination = option("--log"), int(option("--destination") or 0)
    Peer.mode = words[0] if words and not words[0].startswith("--") else "well"
    if f"\n  {Peer.mode} " not in __doc__ and Peer.mode not in ("abort", "close", "half"):
        raise SystemExit(f"getting_peer: no such mode: {Peer.mode}")
    hostile_scp.Conversation = Peer
    hostile_scp.serve(hostile_modes.scenario("ok"), log)


if __name__ == "__main__":
    main()
