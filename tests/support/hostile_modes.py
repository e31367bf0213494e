"""The scenarios of the hostile SCP, by name. A scenario says what it does at each stage; what is
left out is done well. tests/support/README.md has the words."""

import json
import sys

SOUND = {
    "times": sys.maxsize,  # so many associations follow the scenario, later ones are served well
    "skip": 0,             # so many messages of an association are answered well first
    "limit_s": 120,        # an association is dropped after that
    "connect": "serve",    # before the first byte is read
    "associate": "accept", # on A-ASSOCIATE-RQ; [result, source, reason] rejects
    "accept": {},          # how the acceptance lies: hostile_answers.acceptance
    "command": "read",     # when the first bytes of a message have come
    "data": "read",        # when data_bytes bytes of its data set have come
    "data_bytes": 1,
    "answer": "status",    # instead of a true answer: hostile_answers.ANSWERS
    "status": "0000",
    "find": {},            # what C-FIND answers: hostile_answers.find
    "move": {},            # what C-MOVE answers: hostile_answers.move
    "release": "reply",    # on A-RELEASE-RQ
}

ENDINGS = ("abort", "abort-provider", "close", "reset", "stall", "drip")
RAW = ("garbage", "http", "tls", "text", "pdu-unknown", "pdu-1gib", "pdu-4gib", "pdu-empty-ac",
       "pdu-short-ac", "pdu-half", "pdu-release", "pdu-data", "pdu-associate", "pdu-zero-pdv",
       "pdu-one-pdv", "pdu-past-pdv", "pdu-wrapping-pdv", "pdu-endless-command")

# every defined rejection (PS3.8 table 9-21), then some that nobody defined
REJECTIONS = [(result, source, reason) for result in (1, 2)
              for source, reasons in ((1, (1, 2, 3, 7)), (2, (1, 2)), (3, (1, 2)))
              for reason in reasons] + [(0, 0, 0), (1, 1, 99), (9, 9, 9), (255, 255, 255)]

ACCEPTANCES = {
    "none": {"contexts": "none"},
    "no-items": {"contexts": "missing"},
    "unproposed": {"contexts": "unproposed"},
    "doubled": {"contexts": "doubled"},
    "other-syntax": {"syntax": "1.2.3.4.5"},
    "empty-syntax": {"syntax": ""},
    "escape-syntax": {"syntax": "1.2\u001b[31m\n"},
    "implicit-only": {"syntax": "1.2.840.10008.1.2", "only_if_proposed": True},
    "explicit-only": {"syntax": "1.2.840.10008.1.2.1", "only_if_proposed": True},
    "big-endian-only": {"syntax": "1.2.840.10008.1.2.2", "only_if_proposed": True},
    "no-user-info": {"user": "none"},
    "max-0": {"max_pdu": 0},
    "max-1": {"max_pdu": 1},
    "max-7": {"max_pdu": 7},
    "max-4g": {"max_pdu": 0xFFFFFFFF},
    "max-128": {"max_pdu": 128},
    "window": {"window": [65535, 65535]},
    "window-zero": {"window": [0, 0]},
    "overrun": {"user": "overrun"},
    "many-items": {"user": "many"},
    "version-2": {"version": 2},
    "titles": {"titles": "\u0000\u001b[2J%n%s../"},
}

ANSWERS = ("wrong-id", "wrong-class", "wrong-instance", "wrong-field", "no-status", "no-id",
           "no-field", "no-data-flag", "request", "twice", "never", "abort", "abort-provider",
           "close", "reset", "half", "drip", "release", "data-announced", "data-unannounced",
           "other-context", "group-length", "command-garbage", "command-empty",
           "comment-escape", "comment-long") + RAW

STATUSES = ("0110", "0122", "0124", "0210", "0211", "0111", "0112", "0117", "A700", "A702", "A800",
            "A900", "C000", "CFFF", "B000", "B006", "B007", "FE00", "FF00", "0001", "1234", "FFFF")

FINDS = {
    "three": {"answers": 3},
    "none": {"answers": 0},
    "thousand": {"answers": 1000},
    "million": {"answers": 1_000_000},
    "for-ever": {"answers": -1},
    "for-ever-deaf": {"answers": -1, "cancel": "ignore"},
    "stall": {"answers": 2, "then": "stall"},
    "abort": {"answers": 2, "then": "abort"},
    "close": {"answers": 2, "then": "close"},
    "reset": {"answers": 2, "then": "reset"},
    "fails": {"answers": 2, "status": "A700"},
    "refuses": {"answers": 0, "status": "A900"},
    "warns": {"answers": 2, "status": "B000"},
    "cancels": {"answers": 2, "status": "FE00"},
    "no-identifier": {"answers": 2, "identifier": "none"},
    "empty": {"answers": 2, "identifier": "empty"},
    "garbage": {"answers": 2, "identifier": "garbage"},
    "nested": {"answers": 2, "identifier": "nested"},
    "huge": {"answers": 2, "identifier": "huge"},
    "endless": {"answers": 1, "identifier": "endless"},
    "escape": {"answers": 2, "identifier": "escape"},
    "other-level": {"answers": 2, "identifier": "level"},
    "foreign": {"answers": 2, "identifier": "foreign"},
    "bad-charset": {"answers": 2, "identifier": "charset"},
    "japanese": {"answers": 2, "identifier": "japanese"},
    "final-data": {"answers": 2, "final_data": True},
}

# three studies of four instances are there to be moved
MOVES = {
    "well": {},
    "nothing": {"completed": 0},
    "less": {"completed": 3},
    "uncounted": {"counts": False},
    "fails": {"status": "A702", "completed": 0, "failed": 4, "list": "2.25.1\\2.25.2"},
    "partly": {"status": "B000", "completed": 3, "failed": 1, "list": "2.25.1"},
    "partly-bad-list": {"status": "B000", "completed": 3, "failed": 1, "list": "garbage"},
    "escape-list": {"status": "B000", "completed": 3, "failed": 1, "list": "\u001b[2J\\2.25.1"},
    "warns": {"status": "B000", "completed": 3, "warning": 1},
    "unknown": {"status": "A801", "completed": 0},
    "cancels": {"status": "FE00", "completed": 1, "remaining": 3},
    "for-ever": {"pending": -1},
    "for-ever-deaf": {"pending": -1, "cancel": "ignore"},
    "for-ever-still": {"pending": -1, "still": True},
    "stall": {"pending": 2, "then": "stall"},
    "abort": {"pending": 2, "then": "abort"},
    "close": {"pending": 2, "then": "close"},
    "reset": {"pending": 2, "then": "reset"},
}


def modes():
    """{name: what it changes of SOUND}"""
    named = {"ok": {}}
    for result, source, reason in REJECTIONS:
        named[f"reject-{result}-{source}-{reason}"] = {"associate": [result, source, reason]}
    for stage in ("connect", "associate", "command", "data", "release"):
        for how in ENDINGS:
            if how != "drip" or stage in ("connect", "associate"):
                named[f"{stage}-{how}"] = {stage: how}
    for how in RAW:
        for stage in ("connect", "associate", "release"):
            named[f"{stage}-{how}"] = {stage: how}
    named["data-late-abort"] = {"data": "abort", "data_bytes": 65536}
    named["data-late-stall"] = {"data": "stall", "data_bytes": 65536}
    named["release-collide"] = {"release": "collide"}
    named.update({f"accept-{name}": {"accept": how} for name, how in ACCEPTANCES.items()})
    named.update({f"answer-{name}": {"answer": name} for name in ANSWERS})
    named.update({f"status-{code}": {"status": code} for code in STATUSES})
    named.update({f"find-{name}": {"find": how} for name, how in FINDS.items()})
    named.update({f"move-{name}": {"find": {"identifier": "counted"}, "move": how}
                  for name, how in MOVES.items()})
    named["busy-once"] = {"associate": [2, 3, 1], "times": 1}
    named["full-once"] = {"status": "A700", "times": 1}
    named["lost-once"] = {"data": "reset", "times": 1}
    named["lost-after-2"] = {"answer": "reset", "skip": 2, "times": 1}
    return named


def scenario(name):
    """The whole scenario of a mode, or of a JSON object that says what to change."""
    if name.startswith("{"):
        changes = json.loads(name)
        unknown = set(changes) - set(SOUND)
        if unknown:
            raise SystemExit(f"hostile_peer: no such stage: {', '.join(sorted(unknown))}")
    elif name in modes():
        changes = modes()[name]
    else:
        raise SystemExit(f"hostile_peer: no such mode: {name} (hostile_peer.py modes lists them)")
    return {**SOUND, **changes}
