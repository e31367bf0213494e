"""Senders that remember what was answered: the model that the archive is held against."""

import hashlib
import json
import multiprocessing
import os
import random
import time

import attacks
import objects
import wire
from attacks_data import ct, instance_of
from scu import Refused, Scu

SIZES = (0, 0, 0, 3_000, 60_000, 900_000)  # bytes of private data beside the few pixels


def made(name, rng):
    """(SOP Instance UID, data set) of an object that no other sender makes."""
    instance = instance_of(name)
    filler = rng.randbytes(rng.choice(SIZES) // 2 * 2)
    study = instance_of(f"study of {name.split('/')[0]} {rng.randrange(4)}")
    more = wire.explicit(0x0029, 0x0010, b"LO", b"FAULTS") + wire.explicit(
        0x0029, 0x1001, b"OB", filler) if filler else b""
    return instance, ct(instance, study=study, series=study + ".1", more=more)


def send_until_gone(port, name, log_path, limit):
    """Sends objects until the connection is gone or `limit` were sent; notes each with its status,
    before the next is sent, where a killed sender cannot take it along."""
    rng = random.Random(name)
    with open(log_path, "a", encoding="ascii") as log:
        try:
            scu = Scu("127.0.0.1", port, limit_s=120).associate(attacks.CONTEXTS)
            for count in range(limit):
                instance, data = made(f"{name}/{count}", rng)
                outcome = scu.store(attacks.CT_EXPLICIT, wire.CT_IMAGE, instance, data)
                log.write(json.dumps([instance, outcome, hashlib.sha256(data).hexdigest()]) + "\n")
                log.flush()
                if not outcome.startswith("status:"):
                    return
            scu.release()
        except (OSError, Refused, wire.Closed, TimeoutError):
            return


class Senders:
    """Some sender processes at once; the model of what they were told."""

    def __init__(self, folder):
        self.folder, self.processes, self.round = folder, [], 0
        os.makedirs(folder, exist_ok=True)

    def start(self, port, count=4, limit=1_000_000):
        self.round += 1
        self.processes = [multiprocessing.Process(
            target=send_until_gone,
            args=(port, f"{self.round}-{at}", f"{self.folder}/{self.round}-{at}.ndjson", limit))
            for at in range(count)]
        for process in self.processes:
            process.start()

    def await_answers(self, count=1, limit_s=60):
        """Returns when this round has had so many answers."""
        until = time.monotonic() + limit_s
        while len(self.told(f"{self.round}-")) < count:
            assert time.monotonic() < until, f"not {count} answers in {limit_s} s"
            time.sleep(0.005)

    def wait(self):
        for process in self.processes:
            process.join()

    def told(self, prefix=""):
        """[(SOP Instance UID, outcome, SHA-256 of its data set)] of all rounds, or of one."""
        out = []
        for name in sorted(os.listdir(self.folder)):
            if name.startswith(prefix):
                with open(f"{self.folder}/{name}", encoding="ascii") as log:
                    out += [tuple(json.loads(line)) for line in log if line.endswith("\n")]
        return out

    def model(self):
        """{SOP Instance UID: SHA-256 of its data set} of what was answered with success."""
        return {instance: digest for instance, outcome, digest in self.told()
                if outcome == "status:0000"}


def check_model(archive, model, told=()):
    """Everything answered is there and the same; what was refused is not there."""
    stored = objects.stored_files(archive)
    missing = sorted(set(model) - set(stored))
    assert not missing, f"{len(missing)} answered objects are missing: {missing[:3]}"
    other = [uid for uid, digest in model.items()
             if objects.digest_of_data_set(stored[uid]) != digest]
    assert not other, f"{len(other)} answered objects have another data set: {other[:3]}"
    refused = {uid for uid, outcome, _ in told
               if outcome.startswith(("status:A", "status:C", "status:0"))} - set(model)
    half = sorted(refused & set(stored))
    assert not half, f"{len(half)} refused objects are there: {half[:3]}"
    wrong = objects.inconsistencies(archive)
    assert not wrong, f"{len(wrong)} inconsistencies: {wrong[:3]}"
