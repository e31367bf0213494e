"""Runs the attacks of attacks_*.py against a server, one after the other (those that wait for the
server's patience side by side), and reports for each what came back. A watcher in a process of its
own echoes all the while: nobody else may be delayed."""

import concurrent.futures
import fnmatch
import json
import re
import select
import socket
import subprocess
import sys
import time

import attacks
import attacks_data
import attacks_dimse
import attacks_pdu
import scu as scu_module
import wire

assert attacks_pdu and attacks_dimse and attacks_data  # imported for the cases they add

WATCH_PAUSE_S = 0.02
ATTEMPTS = 4


def chosen(patterns):
    cases = [case for case in attacks.CASES
             if not patterns or any(fnmatch.fnmatch(case.name, pattern) for pattern in patterns)]
    if not cases:
        raise SystemExit("hostile_peer: no such case (hostile_peer.py cases lists them)")
    return cases


def list_cases(patterns):
    for case in chosen(patterns):
        print(json.dumps({"case": case.name, "expect": case.expect, "waits": case.waits}))


def run_case(case, options):
    """One attack; returns its record."""
    start = time.monotonic()
    try:
        scu = scu_module.Scu(options.host, options.port, options.called, options.limit)
        outcome = case.run(scu) or scu.next()[0]
        scu.close()
    except (wire.Closed, scu_module.Refused) as end:
        outcome = str(end)
    except (TimeoutError, socket.timeout):
        outcome = "timeout"
    except ConnectionError as error:
        outcome = f"no connection: {error.strerror}"
    return {"case": case.name, "outcome": outcome, "expect": case.expect,
            "good": re.fullmatch(case.expect, outcome) is not None,
            "seconds": round(time.monotonic() - start, 3)}


class Watcher:
    """An innocent peer in a process of its own: worst() is the slowest echo since the last call."""

    def __init__(self, options):
        self.process = subprocess.Popen(
            [sys.executable, __file__, "watch", options.host, str(options.port), options.called],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def worst(self):
        """Milliseconds; infinite when an echo was not answered at all."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def watch(host, port, called):
    """The watcher's process: echoes until standard input ends; a line asks for the worst so far."""
    worst = 0.0
    while True:
        asked = select.select([sys.stdin], [], [], WATCH_PAUSE_S)[0]
        if asked and not sys.stdin.readline():
            return
        seconds = scu_module.innocent_echo(host, port, called)
        worst = max(worst, float("inf") if seconds is None else seconds * 1000)
        if asked:
            print(worst, flush=True)
            worst = 0.0


def attack(options):
    """Runs the cases; 0 when every outcome was an expected one and nobody was delayed."""
    cases = chosen(options.patterns)
    watcher = Watcher(options)
    watcher.worst()  # the first echo pays for the start of the process
    bad = 0
    for case in (case for case in cases if not case.waits):
        bad += report(undelayed(lambda case=case: [run_case(case, options)], watcher, options))
    waiting = [case for case in cases if case.waits]

    def all_waiting():
        with concurrent.futures.ThreadPoolExecutor(len(waiting)) as pool:
            return list(pool.map(lambda case: run_case(case, options), waiting))
    if waiting:
        bad += report(undelayed(all_waiting, watcher, options))
    watcher.close()
    print(json.dumps({"type": "summary", "cases": len(cases), "bad": bad}), flush=True)
    return 1 if bad else 0


def undelayed(attempt, watcher, options):
    """The records of attack(s), with the slowest innocent echo meanwhile. Where that was too slow it is
    done again: an attack that delays others does so each time, a busy machine only now and then."""
    for _ in range(ATTEMPTS):
        records, worst = attempt(), watcher.worst()
        for record in records:
            record["echo_ms"] = round(worst, 1) if worst != float("inf") else None
        if worst <= options.echo_limit:
            return records
    for record in records:
        record["good"] = False
    return records


def report(records):
    """Prints the records; returns how many are bad."""
    for record in records:
        print(json.dumps({"type": "attack", **record}), flush=True)
    return sum(not record["good"] for record in records)


if __name__ == "__main__":
    watch(sys.argv[2], int(sys.argv[3]), sys.argv[4])
