#!/usr/bin/env python3
"""Runs a command and writes the peak of its resident memory, in KiB, into a file.

    peak.py FILE COMMAND...         ends as the command ends; 128 + N after signal N

A process counts as its own what the one had that it was forked from; so that is a small one, which
imports nothing but this."""

import os
import pathlib
import sys


def words(path, *command):
    """The words that run a command so."""
    return ("python3", "-I", "-S", "-B", __file__, path, *command)


def kib(path):
    """What was written."""
    return int(pathlib.Path(path).read_text(encoding="ascii"))


def main():
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, usage = os.wait4(child, 0)
    pathlib.Path(sys.argv[1]).write_text(str(usage.ru_maxrss), encoding="ascii")
    code = os.waitstatus_to_exitcode(status)
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
