#!/usr/bin/env python3
"""Fails when a daemon makes a system call that its service's filter forbids.

  service_calls.py UNIT CALLS    CALLS is what `strace -f -c` counted
"""

import re
import subprocess
import sys


def known_sets():
    """{set name: [calls and sets in it]} as systemd knows them."""
    listing = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"],
                             capture_output=True, text=True, check=True).stdout
    sets, current = {}, None
    for line in listing.splitlines():
        word = line.split("#")[0].strip()
        if line.startswith("@"):
            current = sets.setdefault(word, [])
        elif not line.startswith(" "):
            current = None  # what follows is not a set: calls in no set
        elif word and current is not None:
            current.append(word)
    return sets


def expand(names, sets):
    out = set()
    for name in names:
        out |= expand(sets[name], sets) if name.startswith("@") else {name}
    return out


def allowed(unit, sets):
    """What the unit's SystemCallFilter lines leave, systemd.exec(5)."""
    out = set()
    for value in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        if value.startswith("~"):
            out -= expand(value[1:].split(), sets)
        else:
            out |= expand(value.split(), sets)
    return out


def main():
    unit = open(sys.argv[1], encoding="utf-8").read()
    table = open(sys.argv[2], encoding="utf-8").read()
    made = set(re.findall(r"^ *\d.* ([a-z_][a-z0-9_]*)$", table, re.MULTILINE)) - {"total"}
    if len(made) < 20:
        return f"only {len(made)} system calls were seen: {sorted(made)}"
    forbidden = made - allowed(unit, known_sets()) - {"execve"}  # systemd's own, before the filter
    return f"the service forbids what the daemon calls: {sorted(forbidden)}" if forbidden else 0


if __name__ == "__main__":
    sys.exit(main())
