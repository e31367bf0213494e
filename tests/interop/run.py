#!/usr/bin/env python3
"""Runs interop cases: ours against DCMTK's tools and Orthanc, in both directions, in a network
namespace of its own.

  run.py BUILD_DIR [CASE...]    runs the cases (all without names)
  run.py --list                 names them

A case that cannot be run here (no Orthanc, no real files) says so and counts as skipped: exit 77.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent),
                str(pathlib.Path(__file__).resolve().parents[1] / "support")]

import committing  # noqa: E402,F401  the cases they add
import completing  # noqa: E402,F401
import conformance  # noqa: E402,F401
import content  # noqa: E402,F401
import diagnosing  # noqa: E402,F401
import dicomweb  # noqa: E402,F401
import dumping  # noqa: E402,F401
import from_peers  # noqa: E402,F401
import getting  # noqa: E402,F401
import guarding  # noqa: E402,F401
import harness  # noqa: E402
import large_answers  # noqa: E402,F401
import lying  # noqa: E402,F401
import moving  # noqa: E402,F401
import naming  # noqa: E402,F401
import piping  # noqa: E402,F401
import proxying  # noqa: E402,F401
import real_files  # noqa: E402,F401
import retrieving  # noqa: E402,F401
import searching  # noqa: E402,F401
import securing  # noqa: E402,F401
import securing_retrievals  # noqa: E402,F401
import streaming  # noqa: E402,F401
import to_peers  # noqa: E402,F401

if __name__ == "__main__":
    sys.exit(harness.main())
