"""pacs-get has a source send to its listener by C-MOVE, and the source does not do what it says: held
against what came, told, and asked for again."""

import collections
import shutil
import threading

import getting_peer
import hostile_modes
import hostile_scp
import wire
from harness import case, equal, files
from scu import Scu

LISTEN = 11222
STUDY = "1.2.1"  # six instances


class Mover(getting_peer.Peer):
    """The archive of getting_peer.py, which performs C-MOVE as its `mode` says."""

    def move(self, context, fields, query):
        mover = getattr(self, "move_" + self.mode.replace("-", "_"))
        counts = mover(getting_peer.chosen(query))
        if counts is not None:
            self.send(self.response(context, fields, 0xB000 if counts[1] else 0, counts=counts))

    def to_us(self, syntax=wire.IMPLICIT_LE, called="PACS_UTILS"):
        """An association to the listener of pacs-get."""
        return Scu("127.0.0.1", LISTEN, called, calling="PACS").associate([(1, wire.CT_IMAGE, [syntax])])

    def store_all(self, triples, data=getting_peer.data_set):
        scu = self.to_us()
        for triple in triples:
            outcome = scu.store(1, wire.CT_IMAGE, triple[2], data(triple))
            self.log(event="stored", instance=triple[2], status=outcome)
        scu.release()

    def move_well(self, triples):
        self.store_all(triples)
        return len(triples), 0

    def move_nothing(self, triples):
        return len(triples), 0

    def move_less(self, triples):
        self.store_all(triples[:-1])
        return len(triples), 0

    def move_less_once(self, triples):
        Mover.times += 1
        return self.move_less(triples) if Mover.times == 1 else self.move_well(triples)

    def move_partly(self, triples):
        self.store_all(triples[:-1])
        return len(triples) - 1, 1

    def move_foreign(self, triples):
        """Beside what was asked for an object of another study."""
        self.store_all([*triples, ("9.9", "9.9.1", "9.9.1.1")])
        return len(triples), 0

    def move_swapped(self, triples):
        """The data set of each object is that of another one."""
        self.store_all(triples, lambda triple: getting_peer.data_set(triples[triples.index(triple) - 1]))
        return len(triples), 0

    def move_damaged(self, triples):
        """That of the first one ends too soon."""
        self.store_all(triples, lambda triple: getting_peer.data_set(triple)[:-7 if triple == triples[0] else None])
        return len(triples), 0

    def move_twice(self, triples):
        self.store_all(triples + triples)
        return len(triples), 0

    def move_refused(self, triples):
        """In a transfer syntax that is not taken."""
        scu = self.to_us("1.2.840.10008.1.2.4.90")
        self.log(event="accepted", taken=len(scu.accepted))
        scu.release()
        return 0, len(triples)

    def move_cut(self, triples):
        """The association with the objects is dropped in the middle of one; success all the same."""
        scu = self.to_us()
        scu.store(1, wire.CT_IMAGE, triples[0][2], getting_peer.data_set(triples[0]))
        message = wire.message(1, wire.store_rq(wire.CT_IMAGE, triples[-1][2], 77),
                               getting_peer.data_set(triples[-1]))
        scu.send(message[:len(message) // 2])
        scu.close()
        return len(triples), 0

    def move_gone(self, triples):
        """The association that asked is dropped when one object was sent."""
        self.store_all(triples[:1])
        raise hostile_scp.Done("gone")

    def move_silent(self, triples):
        """The association with the objects stays open, and nothing more comes on either."""
        scu = self.to_us()
        scu.store(1, wire.CT_IMAGE, triples[0][2], getting_peer.data_set(triples[0]))
        self.stop.wait(30)
        scu.close()


class Endless(Mover):
    """Pending for ever, the counts standing still."""

    def move(self, context, fields, query):
        self.wait_for_ever(context, fields, False)


def fetched(context, mode, *options, talk=Mover):
    """(exit status, retrieved, missing, {reason: how many}) of a source in that mode."""
    talk.mode, talk.times = mode, 0
    scp = hostile_scp.HostileScp(hostile_modes.scenario("ok"), context.folder / f"{mode}.log", talk)
    threading.Thread(target=scp.serve, daemon=True).start()
    got = context.folder / "got"
    try:
        records = context.ours("pacs-get", f"PACS@127.0.0.1:{scp.port}", STUDY, "-o", got, "--via", "move",
                               "--listen", LISTEN, "--retries", 1, "--retry-delay", "1ms", *options,
                               status=None)
    finally:
        scp.close()
    summary = records[-1]
    equal(len(files(got)) if got.exists() else 0, summary["retrieved"], f"{mode}: files")
    shutil.rmtree(got, ignore_errors=True)
    reasons = collections.Counter(record["reason"] for record in records[:-1]
                                  if record["outcome"] == "failed")
    return summary["exit_status"], summary["retrieved"], summary["missing"], dict(reasons)


TOLD = {
    "well": (0, 6, 0, {}),
    "less-once": (0, 6, 0, {}),
    "twice": (0, 6, 0, {}),
    "foreign": (0, 6, 0, {}),
    "nothing": (1, 0, 6, {"not_delivered": 6}),
    "less": (1, 5, 1, {"not_delivered": 1}),
    "partly": (1, 5, 1, {"status": 1}),
    "swapped": (1, 0, 6, {"damaged": 6}),
    "damaged": (1, 5, 1, {"damaged": 1}),
}


@case
def moves_that_are_lies(context):
    """What comes is whole and asked for, or not kept; success that was none is found out."""
    for mode, told in TOLD.items():
        equal(fetched(context, mode), told, mode)


@case
def moves_that_break_off(context):
    """The association with the objects, or the one that asked for them; what came stays, and is not
    asked for again."""
    for mode, reason in (("cut", "not_delivered"), ("gone", "connection_lost")):
        status, retrieved, missing, reasons = fetched(context, mode)
        assert status == 1 and retrieved > 0 and retrieved + missing == 6, (mode, retrieved, missing)
        equal(reasons, {reason: missing}, mode)


@case
def moves_that_do_not_end(context):
    """Silence on both associations, and pending for ever; a transfer syntax that is not taken."""
    quick = ["--timeout", "1s", "--retries", 0]
    status, retrieved, missing, reasons = fetched(context, "silent", *quick)
    assert (status, retrieved + missing, reasons) == (1, 6, {"timed_out": missing}), (retrieved, reasons)
    equal(fetched(context, "endless", *quick, talk=Endless), (1, 0, 6, {"timed_out": 6}), "for ever")
    equal(fetched(context, "refused", "--transfer-syntax", "1.2.840.10008.1.2.1"),
          (1, 0, 6, {"status": 6}), "transfer syntax")
    log = (context.folder / "refused.log").read_text(encoding="utf-8")
    assert '"taken": 0' in log and '"taken": 1' not in log, log
