#!/usr/bin/env python3
"""Runs fault cases: the daemon is killed, its disk fills up or fails, its descriptors run out, peers
fall silent or attack it. What it answered with success must be there, and nothing may be half done.
So with indexes that pacs-index writes.

  run.py BUILD_DIR [CASE...]    runs the cases (all without names)
  run.py --list                 names them

PACS_TEST_LONG=1 makes them long: 30 crashes instead of 4, 10,000 hostile associations instead of 1,000.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent),
                str(pathlib.Path(__file__).resolve().parents[1] / "support")]

import askers  # noqa: E402,F401  the cases they add
import crashes  # noqa: E402,F401
import crowds  # noqa: E402,F401
import disks  # noqa: E402,F401
import endless  # noqa: E402,F401
import harness  # noqa: E402
import liars  # noqa: E402,F401
import receivers  # noqa: E402,F401
import surveys  # noqa: E402,F401

if __name__ == "__main__":
    sys.exit(harness.main())
