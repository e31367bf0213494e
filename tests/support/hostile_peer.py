#!/usr/bin/env python3
"""A peer that breaks rules on purpose, for tests; as SCP and as SCU (tests/support/README.md).

  hostile_peer.py modes                       lists what the SCP can do
  hostile_peer.py scp MODE|JSON [--log FILE]  serves on loopback; the first line is the port
  hostile_peer.py cases [PATTERN...]          lists the attacks and what must come back
  hostile_peer.py attack HOST PORT AET [PATTERN...] [--limit S] [--echo-limit MS]
                                              attacks a server case by case; NDJSON out;
                                              exit 1 when one came back wrong
"""

import argparse
import sys

import hostile_modes
import hostile_scp
import hostile_scu


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    jobs = parser.add_subparsers(dest="job", required=True)
    jobs.add_parser("modes")
    scp = jobs.add_parser("scp")
    scp.add_argument("mode")
    scp.add_argument("--log", help="append what happened as NDJSON")
    cases = jobs.add_parser("cases")
    cases.add_argument("patterns", nargs="*")
    attack = jobs.add_parser("attack")
    attack.add_argument("host")
    attack.add_argument("port", type=int)
    attack.add_argument("called")
    attack.add_argument("patterns", nargs="*")
    attack.add_argument("--limit", type=float, default=10.0, help="seconds a case may take")
    attack.add_argument("--echo-limit", type=float, default=250.0,
                        help="milliseconds within which an innocent C-ECHO must be answered")
    options = parser.parse_args()

    if options.job == "modes":
        print("\n".join(hostile_modes.modes()))
    elif options.job == "scp":
        hostile_scp.serve(hostile_modes.scenario(options.mode), options.log)
    elif options.job == "cases":
        hostile_scu.list_cases(options.patterns)
    else:
        return hostile_scu.attack(options)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
