"""What pacs-conformance(7) says of statuses, rejections and proposals, held against the programs."""

import json
import pathlib
import socket
import struct
import subprocess
import sys
import threading

import attacks_data
import attacks_dimse
import commitment
import hostile_modes
import objects
import peers
import statement
import wire
from attacks import CONTEXTS, CT_EXPLICIT, FIND, GET_MODEL, MOVE_MODEL
from attacks_data import ct, instance_of
from harness import case, equal
from hostile_scp import HostileScp
from scu import Scu

# Table by table, what cannot be provoked from outside at will. Tests of faults have the first.
FAULTS = {"the disk or the index failed", "the index failed", "disk, database or memory failed"}
ELSEWHERE = FAULTS | {"an earlier request", "the object cannot", "the identifier cannot be understood",
                      "the service failed", "the system has no"}


def all_provoked(table, when, seen):
    """Every status of the table was seen, but for those that only a fault brings about."""
    for status, reasons in statement.statuses(table).items():
        if status not in seen and not all(any(reason.startswith(start) for start in ELSEWHERE)
                                          for reason in reasons):
            raise AssertionError(f"{table}: no probe for {status}: {reasons}")
    unknown = set(seen) - set(statement.statuses(table))
    assert not unknown, f"{table} lacks {unknown}, answered {when}"


def stored(scu, instance, data=None, announced=None, sop_class=wire.CT_IMAGE, context=CT_EXPLICIT):
    """The status of one C-STORE."""
    data = ct(instance) if data is None else data
    outcome = scu.store(context, sop_class, announced or instance, data)
    assert outcome.startswith("status:"), outcome
    return outcome[len("status:"):]


def nested(depth):
    """Sequences in sequences, of undefined length, explicit VR."""
    head = wire.explicit(0x0008, 0x1140, b"SQ", b"", length=wire.UNDEFINED)
    return (head + wire.implicit(0xFFFE, 0xE000, b"", length=wire.UNDEFINED)) * depth + (
        wire.implicit(0xFFFE, 0xE00D, b"") + wire.implicit(0xFFFE, 0xE0DD, b"")) * depth


@case
def conformance_store_statuses(context):
    """Each condition of the table brings its status."""
    seen = set()

    def expect(status, got, what):
        equal(got, status, what)
        seen.add(status)

    with context.archived() as server:
        scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
        uid = instance_of("statement")
        expect("0000", stored(scu, uid), "a new object")
        expect("0000", stored(scu, uid), "the same again")
        other = ct(uid, more=wire.explicit(0x0020, 0x4000, b"LT", b"other "))
        expect("B000", stored(scu, uid, other), "other content under the UID")
        expect("0117", stored(scu, uid, announced="1.2.abc"), "no UID announced")
        expect("0122", stored(scu, uid, sop_class=wire.VERIFICATION, context=1), "no storage class")
        expect("A900", stored(scu, instance_of("b"),
                              ct(instance_of("b"), sop_class="1.2.840.10008.5.1.4.1.1.4")),
               "another class in the data set")
        expect("A901", stored(scu, instance_of("c"), announced=instance_of("d")),
               "another instance in the data set")
        expect("C000", stored(scu, instance_of("e"), ct(instance_of("e"))[:-9]), "cut off")
        expect("C001", stored(scu, instance_of("f"), ct(instance_of("f"), more=nested(70))), "deep")
        expect("C002", stored(scu, instance_of("g"), ct(instance_of("g"), study="")), "no study")
        expect("C003", stored(scu, instance_of("h"), ct(instance_of("h"), series="a.b")), "bad series")
        scu.release()
    with context.archived("--on-conflict", "reject") as server:
        scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
        expect("0111", stored(scu, uid, other), "other content under the UID, reject")
    with context.archived("--min-free", "9000000GB") as server:
        scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
        expect("A700", stored(scu, instance_of("i")), "no space")
    all_provoked("statuses-store", "C-STORE", seen)


@case
def conformance_find_statuses(context):
    seen = set()
    with context.archived() as server:
        scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
        equal(stored(scu, instance_of("found")), "0000", "an object to be found")

        def ask(data, wanted, then=b"", **changes):
            scu.send(wire.message(changes.pop("on", FIND), wire.find_rq(message_id=7, **changes), data)
                     + then)
            got = []
            while not got or got[-1].startswith("FF"):
                outcome = scu.response()[0]
                assert outcome.startswith("status:"), outcome
                got.append(outcome[len("status:"):])
            equal(got, wanted, "statuses")
            seen.update(got)

        sound = attacks_dimse.identifier()
        ask(sound, ["FF00", "0000"])
        ask(attacks_dimse.identifier(g_00200060=b"L "), ["FF01", "0000"])
        ask(attacks_dimse.identifier(level=b"NONE"), ["A900"])
        ask(attacks_dimse.identifier(level=b"PATIENT "), ["A900"])
        ask(attacks_dimse.identifier(level=b"SERIES"), ["A900"])
        ask(attacks_dimse.identifier(g_00080020=b"20240625x "), ["A900"])
        ask(sound[:-3], ["C000"])
        ask(sound, ["0122"], on=1, e_0002=wire.VERIFICATION)
        cancel = wire.command({0x100: wire.C_CANCEL, 0x120: 7, 0x800: wire.NO_DATA_SET})
        ask(sound, ["FE00"], then=wire.message(FIND, cancel))
        scu.release()
    all_provoked("statuses-find", "C-FIND", seen)


@case
def conformance_commitment_statuses(context):
    seen = set()
    with context.archived() as server:
        scu = Scu("127.0.0.1", server.port).associate(commitment.CONTEXTS)

        def ask(status, transaction="2.25.1", instances=1, **changes):
            references = [(wire.CT_IMAGE, f"2.25.9.{at + 1}") for at in range(instances)]
            equal(commitment.request(scu, transaction, references, **changes)[0],
                  f"status:{status}", "an N-ACTION")
            seen.add(status)

        # who does not answer reports lets requests pile up
        ask("0112", e_1001="2.25.7")
        ask("0123", e_1008=2)
        ask("0115", transaction="")
        ask("0115", instances=0)
        for number in range(100):
            ask("0000", transaction=f"2.25.{number + 1}")
        ask("0213", transaction="2.25.101")
        scu.close()
    all_provoked("statuses-commitment", "N-ACTION", seen)


RETRIEVE, ROLE = 21, wire.item(0x54, struct.pack(">H", len(wire.CT_IMAGE))
                               + wire.CT_IMAGE.encode() + b"\1\1")


def retrieval(server, model, keys, then=b"", context=RETRIEVE, storage=True, **changes):
    """The statuses of one C-GET or C-MOVE, whose sub-operations on the association succeed."""
    contexts = [(1, wire.VERIFICATION, [wire.IMPLICIT_LE]), (RETRIEVE, model, [wire.IMPLICIT_LE])]
    if storage:
        contexts.append((CT_EXPLICIT, wire.CT_IMAGE, [wire.EXPLICIT_LE]))
    scu = Scu("127.0.0.1", server.port).associate(contexts, user=wire.user_items(extra=ROLE))
    changes.setdefault("e_0100", wire.C_GET if model == GET_MODEL else wire.C_MOVE)
    if changes["e_0100"] == wire.C_MOVE:
        changes.setdefault("e_0600", b"PROBE ")
    scu.send(wire.message(context, wire.find_rq(model, message_id=7, **changes), keys) + then)
    got = []
    while not got or got[-1].startswith("FF"):
        outcome, fields, _ = scu.response()
        assert outcome.startswith("status:"), outcome
        if outcome == "status:none":
            scu.send(wire.message(CT_EXPLICIT, wire.command({
                2: wire.CT_IMAGE, 0x100: 0x8001, 0x120: wire.number(fields, 0x110),
                0x800: wire.NO_DATA_SET, 0x900: 0})))
        else:
            got.append(outcome[len("status:"):])
    scu.release()
    return got


@case
def conformance_retrieve_statuses(context):
    """Each condition of both tables brings its status."""
    one, lost = instance_of("retrieved"), instance_of("lost")
    with peers.scp_probe(context.build, context.folder) as probe, context.archived(
            "--destination", f"PROBE@127.0.0.1:{probe.port}", "--destination",
            "DEAD@127.0.0.1:1") as server:
        scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
        equal([stored(scu, one), stored(scu, lost)], ["0000"] * 2, "objects to be retrieved")
        scu.release()
        files = objects.stored_files(context.folder / "archive")
        study, series = files[one].parent.parent.name.encode(), files[one].parent.name.encode()
        files[lost].unlink()
        sound = attacks_dimse.identifier(g_0020000D=study)
        alone = attacks_dimse.identifier(b"IMAGE ", g_0020000D=study, g_0020000E=series,
                                         g_00080018=one.encode())
        cancel = wire.command({0x100: wire.C_CANCEL, 0x120: 7, 0x800: wire.NO_DATA_SET})
        for model, table in ((MOVE_MODEL, "statuses-move"), (GET_MODEL, "statuses-get")):
            def ask(wanted, keys, model=model, **how):
                got = retrieval(server, model, keys, **how)
                assert got[-1] == wanted, f"{got} where {wanted} was expected"
                seen.update(got)
            seen = set()
            ask("0000", alone)
            ask("0000", attacks_dimse.identifier(g_0020000D=b"1.2.3.4.5"))
            ask("B000", sound)
            ask("FE00", sound, then=wire.message(RETRIEVE, cancel))
            ask("0122", sound, e_0100=wire.C_GET if model == MOVE_MODEL else wire.C_MOVE)
            ask("A900", attacks_dimse.identifier())
            ask("A900", attacks_dimse.identifier(level=b"PATIENT "))
            ask("C000", sound[:-3])
            if model == GET_MODEL:
                ask("A702", alone, storage=False)
            else:
                ask("A702", alone, e_0600=b"DEAD")
                ask("A801", sound, e_0600=b"NOWHERE ")
            all_provoked(table, "a retrieval", seen)


@case
def conformance_matching(context):
    """Each way of matching that the page gives a key is taken, and finds the one object there is."""
    uid = instance_of("matched")
    right = {"StudyDate": "20240131", "Modality": "CT", "PatientName": "Invented^Hostile",
             "PatientID": "HOSTILE-1", "SOPClassUID": wire.CT_IMAGE, "SOPInstanceUID": uid,
             "InstanceNumber": "1"}
    ways = {"single": lambda value: value, "list": lambda value: value + "\\" + value,
            "wildcard": lambda value: value[:1] + "*", "range": lambda value: f"{value}-{value}"}
    keys = {row[0]: row[3].split(";")[0].split(", ") for level in (
        "patient", "study", "series", "instance") for row in statement.table(f"keys-{level}")}
    with context.archived() as server:
        scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
        equal(stored(scu, uid), "0000", "the object")
        for key, value in right.items():
            for way in keys[key]:
                found = context.ours("pacs-find", server.address, "--relational", "--level",
                                     "instance", "SOPInstanceUID", f"{key}={ways[way](value)}")
                equal([record.get("SOPInstanceUID") for record in found[:-1]], [uid], f"{key}, {way}")


@case
def conformance_any_statuses(context):
    """Commands that are wrong whatever the service."""
    echo, uid = wire.echo_rq, instance_of("any")
    long = bytes(1 << 20) + b"\0\0"
    action = wire.command({3: wire.VERIFICATION, 0x100: wire.N_ACTION, 0x110: 1, 0x800: wire.DATA_SET,
                           0x1001: "1.2.3", 0x1008: 1})
    probes = [
        ("0000", wire.message(1, echo())),
        ("0122", wire.message(1, echo(e_0002=wire.CT_IMAGE))),
        ("0211", wire.message(1, echo(e_0100=0x0ABC))),
        ("0211", wire.message(1, wire.command({2: wire.VERIFICATION, 0x100: 0x0130, 0x110: 1,
                                               3: wire.VERIFICATION, 0x800: wire.NO_DATA_SET,
                                               0x1001: "1.2.3", 0x1008: 1}))),
        ("0212", wire.message(1, echo(e_0002=None))),
        ("0115", wire.message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, uid, e_0700=9), ct(uid))),
        ("0118", wire.message(1, echo(e_0002="1.2.abc"))),
        ("0117", wire.message(CT_EXPLICIT, wire.store_rq(wire.CT_IMAGE, "1..2"), ct(uid))),
        ("A900", wire.message(FIND, wire.find_rq(), long)),
        ("0213", wire.message(1, action, long * 4)),
    ]
    with context.archived() as server:
        for status, message in probes:
            scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
            scu.send(message)
            equal(scu.response()[0], f"status:{status}", f"a command, for {status}")
            scu.release()
    with context.archived("--allow", "echo from loopback", name="closed") as server:
        scu = Scu("127.0.0.1", server.port).associate(CONTEXTS)
        scu.send(wire.message(1, wire.store_rq(wire.VERIFICATION, uid), ct(uid)))
        equal(scu.response()[0], "status:0124", "a service that is not allowed")
        scu.release()
    all_provoked("statuses-any", "a command", {status for status, _ in probes} | {"0124"})


@case
def conformance_rejections(context):
    """Each rejection of the table, and none that it does not have."""
    no_context = wire.associate(wire.ASSOCIATE_RQ, "ARCHIVE", "HOSTILE", [
        wire.item(0x10, b"1.2.3"), wire.context_rq(1, wire.VERIFICATION, [wire.IMPLICIT_LE]),
        wire.item(0x50, wire.user_items())])
    probes = {
        "2,2": wire.associate_rq(version=2),
        "1,2": no_context,
        "1,7": wire.associate_rq(called="NOBODY"),
        "1,3": wire.associate_rq(calling=" "),
        "2,1": wire.associate_rq(user=wire.user_items(max_pdu=1)),
    }
    wanted = {",".join(row[:3]) for row in statement.table("rejections")}
    seen = set()
    with context.archived() as server:
        for reason, request in probes.items():
            scu = Scu("127.0.0.1", server.port)
            scu.send(request)
            equal(scu.next()[0], f"reject:1,{reason}", "the rejection")
            equal(scu.next()[0], "close", "what follows it")
            seen.add(f"1,{reason}")
    with context.archived("--max-associations-per-peer", "1") as server:
        first = Scu("127.0.0.1", server.port).associate()
        second = Scu("127.0.0.1", server.port)
        second.send(wire.associate_rq())
        equal(second.next()[0], "reject:2,3,2", "one association too many")
        seen.add("2,3,2")
        first.release()
    congestion = {"2,3,1"}  # tests of faults bring it about
    equal(seen | congestion, wanted, "the rejections of the page")


@case
def conformance_negotiation(context):
    """Windows, roles, extended negotiation, identities and classes nobody knows, as the page says."""
    def asked(*items, window=None):
        scu = Scu("127.0.0.1", server.port)
        scu.send(wire.associate_rq(contexts=CONTEXTS + [(101, "1.2.3.4.5", ["1.2.3.4.6"])],
                                   user=wire.user_items(window=window, extra=b"".join(items))))
        outcome, body = scu.next()
        equal(outcome, "accept", "the association")
        scu.close()
        return wire.parse_associate(body)

    def named(kind, sop_class, rest):
        return wire.item(kind, struct.pack(">H", len(sop_class)) + sop_class.encode() + rest)

    most = int(dict(row[:2] for row in statement.table("settings-archived"))["async_window"])
    with context.archived() as server:
        for window, granted in {(0, 0): (most, most), (5, 5): (5, 5),
                                (most + 9, 1): (most, 1)}.items():
            equal(struct.unpack(">HH", asked(window=window)["user"][0x53]), granted, "window")
        assert 0x53 not in asked()["user"], "a window nobody asked for"
        equal(asked(named(0x54, wire.CT_IMAGE, b"\1\1"))["user"][0x54][-2:], b"\1\1", "roles")
        equal(asked(named(0x54, wire.STUDY_ROOT_FIND, b"\1\1"))["user"][0x54][-2:], b"\1\0",
              "roles of a query")
        equal(asked(named(0x56, wire.CT_IMAGE, b"\2\0\3\0\1\0"))["user"][0x56][-6:],
              b"\2\0\3\0\0\0", "extended negotiation of storage")
        equal(asked(named(0x56, wire.STUDY_ROOT_FIND, b"\1" * 5))["user"][0x56][-5:],
              b"\1\1\1\0\0", "extended negotiation of queries")
        equal(asked(named(0x56, GET_MODEL, b"\1\1"))["user"][0x56][-2:], b"\1\0",
              "extended negotiation of retrievals")
        identity = wire.item(0x58, b"\2\1\0\4user\0\4code")
        assert 0x59 not in asked(identity)["user"], "a user that nobody knows is confirmed"
        equal(asked()["contexts"][101], {"result": 0, "abstract": "", "syntaxes": ["1.2.3.4.6"]},
              "a class and a transfer syntax nobody knows")
    users = context.folder / "users"
    users.write_text("user:$6$pepper$B5vN9jePKWeQ6Ng4gfmTt/TV6zaCfv2CQYebbUeNgtv914yQ.HhDWZUK0eyaNgQOVQ5Aw8a6sCROz95vTwlgL.\n", encoding="utf-8")
    users.chmod(0o600)
    with context.archived("--users-file", users, name="with-users") as server:
        equal(asked(identity)["user"][0x59], b"\0\0", "response to a user identity")


class Ear:
    """Takes one connection, keeps its A-ASSOCIATE-RQ and rejects it."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.heard = None
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        sock, _ = self.listener.accept()
        line = wire.Line(sock)
        self.heard = wire.parse_associate(line.read_pdu()[1])
        line.send(wire.associate_rj(1, 1, 7))
        sock.close()
        self.listener.close()


def proposed(context, tool, *arguments, window):
    """What a tool asks for: [(context, SOP class, transfer syntaxes)]; it tells who we are too."""
    ear = Ear()
    context.run(context.build / tool, *[str(word).replace("PEER", f"THERE@127.0.0.1:{ear.port}")
                                        for word in arguments], status=3)
    ear.thread.join(60)
    user = ear.heard["user"]
    identity = {item: value for value, item in statement.table("identity")}
    settings = {row[0]: row[1] for row in statement.table("settings-peer")}
    equal(wire.uid(user[0x52]), identity["Implementation Class UID"], "implementation class")
    equal(user[0x55].decode(), identity["Implementation Version Name"], "implementation version")
    equal(ear.heard["calling"], identity["Calling AE title"], "calling title")
    equal(str(struct.unpack(">I", user[0x51])[0]), settings["max_pdu"], "maximum PDU length")
    asked = (int(settings["async_window"]), 1) if window else None
    equal(struct.unpack(">HH", user[0x53]) if 0x53 in user else None, asked, f"{tool}: window")
    assert 0x54 not in user, f"{tool} asks for roles"
    return [(ident, one["abstract"], one["syntaxes"])
            for ident, one in sorted(ear.heard["contexts"].items())]


def proposal(words):
    """(SOP class, transfer syntaxes), UIDs, of "Keyword in Name; Name"."""
    uids = {row[-1]: row[0] for row in statement.table("transfer-syntaxes")}
    classes = {"Verification": wire.VERIFICATION, "CTImageStorage": wire.CT_IMAGE,
               "StudyRootQueryRetrieveInformationModelFind": wire.STUDY_ROOT_FIND,
               "PatientRootQueryRetrieveInformationModelFind": wire.PATIENT_ROOT_FIND,
               "StudyRootQueryRetrieveInformationModelMove": "1.2.840.10008.5.1.4.1.2.2.2",
               "PatientRootQueryRetrieveInformationModelMove": "1.2.840.10008.5.1.4.1.2.1.2",
               "StudyRootQueryRetrieveInformationModelGet": "1.2.840.10008.5.1.4.1.2.2.3",
               "PatientRootQueryRetrieveInformationModelGet": "1.2.840.10008.5.1.4.1.2.1.3"}
    keyword, syntaxes = words.split(" in ", 1)
    return classes[keyword], [uids[name] for name in syntaxes.split("; ")]


GET_CLASSES = ("1.2.840.10008.5.1.4.1.2.2.3", "1.2.840.10008.5.1.4.1.2.1.3")


def proposed_to_move(context, *options):
    """What pacs-move proposes once it knows what is to be moved: {SOP class: transfer syntaxes}."""
    log = context.folder / f"associations{len(options)}"
    one = '{"find": {"answers": 1, "identifier": "counted"}, "move": {}}'
    scp = HostileScp(hostile_modes.scenario(one), log)
    threading.Thread(target=scp.serve, daemon=True).start()
    context.ours("pacs-move", f"ARCHIVE@127.0.0.1:{scp.port}", "DEST", "PatientID=P000000", *options)
    scp.close()
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    asked = [event["proposed"] for event in events if event["event"] == "associate"]
    equal([len(contexts) for contexts in asked], [1, 1], "contexts of C-FIND, then of C-MOVE")
    return {asked[1][0][0]: asked[1][0][1]}


def proposed_to_get(context, *options):
    """The same of pacs-get, but for the storage classes."""
    log = context.folder / f"fetched{len(options)}"
    program = pathlib.Path(__file__).parent.parent / "support" / "getting_peer.py"
    with subprocess.Popen([sys.executable, "-B", program, "well", "--log", log],
                          stdout=subprocess.PIPE, text=True) as peer:
        try:
            port = int(peer.stdout.readline())
            context.ours("pacs-get", f"ARCHIVE@127.0.0.1:{port}", "--study", "1.2.1", *options, "-o",
                         context.folder / f"got{len(options)}")
        finally:
            peer.kill()
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    asked = dict(pair for event in events if event["event"] == "associate" for pair in event["proposed"])
    return {uid: syntaxes for uid, syntaxes in asked.items() if uid in GET_CLASSES}


@case
def conformance_proposals(context):
    """What the requestors propose is what the page says."""
    said = {}
    for program, role, words in statement.table("contexts"):
        equal(role, "SCU", "role")
        abstract, syntaxes = proposal(words)
        said[program, abstract] = syntaxes
    heard = {}
    for program, arguments in {"pacs-echo": ["PEER"], "pacs-find": ["PEER"],
                               "--patient-root": ["PEER", "--patient-root", "PatientID=1"]}.items():
        tool = program if program.startswith("pacs") else "pacs-find"
        for ident, abstract, syntaxes in proposed(context, tool, *arguments,
                                                  window=tool == "pacs-echo"):
            equal(ident, 1, "the only context")
            heard[program, abstract] = syntaxes
    for program, options in {"pacs-move": [], "--patient-root": ["--patient-root"]}.items():
        for abstract, syntaxes in proposed_to_move(context, *options).items():
            heard[program, abstract] = syntaxes
    for program, options in {"pacs-get": [], "--patient-root": ["--patient-root", "PatientID=P1"]}.items():
        for abstract, syntaxes in proposed_to_get(context, *options).items():
            heard[program, abstract] = syntaxes
    equal(heard, said, "proposed contexts")
    diagnosing = proposed(context, "pacs-echo", "--diagnose", "PEER", window=True)
    equal([words[1:] for words in diagnosing],
          [(wire.VERIFICATION, said["pacs-echo", wire.VERIFICATION])], "contexts of --diagnose")
    capabilities = proposed(context, "pacs-echo", "--capabilities", "PEER", window=True)
    equal((len(capabilities), {len(syntaxes) for _, _, syntaxes in capabilities}), (128, {1}),
          "contexts of --capabilities and their transfer syntaxes")


@case
def conformance_store_proposals(context):
    uid = instance_of("proposed")
    meta = b"".join(wire.explicit(2, element, b"UI", wire.uid_bytes(value)) for element, value in (
        (2, wire.CT_IMAGE), (3, uid), (0x10, "1.2.840.10008.1.2.4.90"), (0x12, wire.IMPLEMENTATION)))
    length = wire.explicit(2, 0, b"UL", struct.pack("<I", len(meta)))
    (context.folder / "one.dcm").write_bytes(bytes(128) + b"DICM" + length + meta + ct(uid))
    said = {int(ident): proposal(words) for ident, words in statement.table("store-contexts")}
    heard = proposed(context, "pacs-store", context.folder / "one.dcm", "PEER", "--retries", "0",
                     window=True)
    equal({ident: (abstract, syntaxes) for ident, abstract, syntaxes in heard}, said, "contexts")


@case
def conformance_understood_statuses(context):
    """pacs-store makes of each status what the page says."""
    objects = context.objects(1)
    for shown, outcome, again, meaning in statement.table("understood"):
        status = shown.replace("xx", "42").replace("Cx42", "C042").replace("any other", "1234")
        status = "C042" if shown == "Cxxx" else status
        peer = subprocess.Popen(
            [sys.executable, "-B", str(statement.PAGE.parents[1] / "tests/support/hostile_peer.py"), "scp",
             json.dumps({"status": status})], stdout=subprocess.PIPE, text=True)
        try:
            port = peer.stdout.readline().strip()
            failed = outcome == "failed"
            records = [json.loads(line) for line in context.run(
                context.build / "pacs-store", "-q", "--retries", 1, "--retry-delay", "1ms", objects,
                f"PACS@127.0.0.1:{port}", status=1 if failed else 0).splitlines()]
        finally:
            peer.kill()
            peer.wait()
        record = records[0]
        equal((record["outcome"], record["attempts"]), (outcome, 2 if again == "yes" else 1), shown)
        if failed:
            equal((record["status"], record["message"]), (status, meaning), shown)
