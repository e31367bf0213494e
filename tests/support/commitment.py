"""An SCU of storage commitment (PS3.4 Annex J) made of bytes, for interop and fault cases: DCMTK has
none."""

import struct

import wire
from attacks_data import ct, instance_of
from harness import equal
from scu import Scu

COMMITMENT, WELL_KNOWN = "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1"
CONTEXTS = [(1, wire.VERIFICATION, [wire.IMPLICIT_LE]), (3, wire.CT_IMAGE, [wire.EXPLICIT_LE]),
            (5, COMMITMENT, [wire.IMPLICIT_LE])]
N_EVENT_REPORT = 0x0100


def sequence(items):
    return b"".join(wire.implicit(0xFFFE, 0xE000, each) for each in items)


def action_information(transaction, references):
    return (wire.implicit(0x0008, 0x1195, wire.uid_bytes(transaction))
            + wire.implicit(0x0008, 0x1199, sequence(
                wire.implicit(0x0008, 0x1150, wire.uid_bytes(sop_class))
                + wire.implicit(0x0008, 0x1155, wire.uid_bytes(instance))
                for sop_class, instance in references)))


def next_message(scu):
    """(fields, data set) of the next message, which must be one."""
    outcome, fields, data = scu.response()
    assert fields, f"{outcome} instead of a message"
    return fields, data


def request(scu, transaction, references, **changes):
    """N-ACTION; (outcome of its response, reports that came before it)."""
    fields = {3: COMMITMENT, 0x100: wire.N_ACTION, 0x110: scu.next_id(), 0x800: wire.DATA_SET,
              0x1001: WELL_KNOWN, 0x1008: 1}
    scu.send(wire.message(5, wire.command(wire.changed(fields, changes)),
                          action_information(transaction, references), scu.max_pdu))
    reports = []
    while True:
        fields, data = next_message(scu)
        if wire.number(fields, 0x100) != N_EVENT_REPORT:
            return scu.told(fields), reports
        reports.append((fields, data))


def elements(data):
    """{tag: value} of an implicit VR data set with defined lengths; items are lists of these."""
    found, at = {}, 0
    while at < len(data):
        group, element, length = struct.unpack_from("<HHI", data, at)
        value = data[at + 8:at + 8 + length]
        at += 8 + length
        if (group, element) in ((0x0008, 0x1198), (0x0008, 0x1199)):
            items, inside = [], 0
            while inside < len(value):
                size = struct.unpack_from("<I", value, inside + 4)[0]
                items.append(elements(value[inside + 8:inside + 8 + size]))
                inside += 8 + size
            value = items
        found[group << 16 | element] = value
    return found


def uid(item, tag):
    return item[tag].rstrip(b"\0").decode()


def report_of(fields, data):
    """(event type, transaction, committed instances, {failed instance: reason})"""
    report = elements(data)
    equal(wire.uid(fields.get(0x1000, b"")), WELL_KNOWN, "Affected SOP Instance UID")
    failed = {uid(item, 0x00081155): struct.unpack("<H", item[0x00081197])[0]
              for item in report.get(0x00081198, [])}
    return (wire.number(fields, 0x1002), uid(report, 0x00081195),
            [uid(item, 0x00081155) for item in report.get(0x00081199, [])], failed)


def acknowledge(scu, fields, status=0):
    scu.send(wire.message(5, wire.command({
        2: COMMITMENT, 0x100: N_EVENT_REPORT | wire.RESPONSE, 0x120: fields[0x110],
        0x800: wire.NO_DATA_SET, 0x900: status, 0x1000: WELL_KNOWN})))


def await_report(scu):
    """The next report, taken with success."""
    fields, data = next_message(scu)
    equal(wire.number(fields, 0x100), N_EVENT_REPORT, "command")
    acknowledge(scu, fields)
    return report_of(fields, data)


def calling(server, title="MODALITY"):
    return Scu("127.0.0.1", server.port, calling=title).associate(CONTEXTS)


def stored(scu, name):
    instance = instance_of(name)
    equal(scu.store(3, wire.CT_IMAGE, instance, ct(instance)), "status:0000", "C-STORE")
    return instance
