"""The list of attacks and how one is written down. An attack gets a connected Scu, does its harm,
and returns the outcome, or None for "whatever comes next"."""

import dataclasses
import typing

import wire

# outcomes, as regular expressions (scu.Scu tells them)
REFUSED = r"(abort:.*|reject:.*|close|reset)"
FAILURE = r"status:(A[0-9A-F]{3}|C[0-9A-F]{3}|01[0-9A-F]{2}|02[0-9A-F]{2})"
FAILED = f"({REFUSED}|{FAILURE})"
OK = r"status:0000"
ANSWERED = r"(accept|status:0000)"
EITHER = f"({FAILED}|{OK}|status:B[0-9A-F]{{3}})"  # stored or refused, and nothing in between

CT_EXPLICIT, CT_IMPLICIT, FIND, CT_DEFLATED, CT_JPEG, CT_BIG, PRIVATE = 3, 5, 7, 9, 11, 13, 19
PRIVATE_CLASS = "2.25.271828182845904523536028747135266249"
MOVE_MODEL = "1.2.840.10008.5.1.4.1.2.2.2"
GET_MODEL = "1.2.840.10008.5.1.4.1.2.2.3"
COMMITMENT = "1.2.840.10008.1.20.1"
CONTEXTS = [
    (1, wire.VERIFICATION, [wire.IMPLICIT_LE]),
    (CT_EXPLICIT, wire.CT_IMAGE, [wire.EXPLICIT_LE]),
    (CT_IMPLICIT, wire.CT_IMAGE, [wire.IMPLICIT_LE]),
    (FIND, wire.STUDY_ROOT_FIND, [wire.IMPLICIT_LE]),
    (CT_DEFLATED, wire.CT_IMAGE, [wire.DEFLATED_LE]),
    (CT_JPEG, wire.CT_IMAGE, [wire.JPEG_BASELINE]),
    (CT_BIG, wire.CT_IMAGE, [wire.EXPLICIT_BE]),
    (PRIVATE, PRIVATE_CLASS, [wire.EXPLICIT_LE]),
]


@dataclasses.dataclass
class Case:
    name: str
    expect: str
    run: typing.Callable
    waits: bool = False  # the server ends it when its patience does


CASES: list[Case] = []


def case(expect, waits=False):
    """Adds a function as a case named after it."""
    def add(function):
        CASES.append(Case(function.__name__.replace("_", "-"), expect, function, waits))
        return function
    return add


def add(name, expect, run, waits=False):
    CASES.append(Case(name, expect, run, waits))


def sends(prefix, expect, table):
    """Cases that send bytes on a fresh connection and look what comes."""
    for name, data in table.items():
        add(f"{prefix}-{name}", expect, lambda scu, data=data: scu.send(data))


def associated(prefix, expect, table, waits=False):
    """Cases that negotiate CONTEXTS, send bytes and wait for an answer."""
    def run(scu, data):
        scu.associate(CONTEXTS)
        scu.send(data)
        return scu.final()
    for name, data in table.items():
        add(f"{prefix}-{name}", expect, lambda scu, data=data: run(scu, data), waits)
