#!/usr/bin/env python3
"""A C-FIND server that answers only so many of the studies it has, for tests of pacs-find --complete.

    capping_peer.py [HOW...] [--log FILE] [--list FILE]     serves on loopback; the first line is the port

HOW is WORD=VALUE:
  cap=500          answers to one question at most; 0 for all
  end=0000         the final status when something was left out: 0000 is silence
  ignore=KEY,...   keys that are not matched: date, time, patient
  lie=             random: another choice each time; none: with end=, nothing is answered at all;
                   endless: pending for ever; die: ends in the middle of the second answer that is cut;
                   refuse: A900 for whatever names a range; unlike: of a part it leaves out every tenth;
                   grows, shrinks: no lie, but with each question there is one study more or less
  order=index      index, date (those without one last) or reverse
  studies=day      day: 2,300 on one day; patient: the same with 600 of one patient; spread: 3,000 over ten years; few: 37; undated: 700 of one
                   patient without date; noid: 600 without Patient ID and without date; moment: 600 of
                   one patient at one second; series: one study of 600 series; none
The studies are the same in each run; --list writes them, one UID a line, sorted.
"""

import fnmatch
import random
import re
import struct
import sys

import hostile_modes
import hostile_scp
import wire

LEVEL, DATE, TIME = (8, 0x52), (8, 0x20), (8, 0x30)
PATIENT, STUDY, SERIES = (0x10, 0x20), (0x20, 0xD), (0x20, 0xE)
RELATED_SERIES = (0x20, 0x1206)
UIDS = (STUDY, SERIES)
KEYS = {"date": DATE, "time": TIME, "patient": PATIENT}


def study(index, date, time, patient):
    return {STUDY: f"2.25.{10**20 + index}", DATE: date, TIME: time, PATIENT: patient}


def clock(second):
    return f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"


def one_day(same):
    """2,300: 200 within one minute, 60 without time, 12 without date, `same` of one patient."""
    for index in range(2300):
        second = 29700 + index % 60 if index < 200 else index * 7919 % 86400
        time = "" if 200 <= index < 260 else clock(second)
        date = "" if 300 <= index < 312 else "20240131"
        yield study(index, date, time, "SAME" if 1000 <= index < 1000 + same else f"P{index:05}")


def spread():
    for index in range(3000):
        year, month, day = 2014 + index % 10, 1 + index // 10 % 12, 1 + index * 7 % 28
        date = "" if index % 100 == 50 else f"{year}{month:02}{day:02}"
        yield study(index, date, clock(index * 31 % 86400), f"id-{index % 900}_x")


STUDIES = {
    "day": lambda: one_day(400),
    "patient": lambda: one_day(600),
    "spread": spread,
    "few": lambda: (study(i, f"202401{i % 28 + 1:02}", clock(i * 997), f"P{i}") for i in range(37)),
    "undated": lambda: (study(i, "", "", "ONE") for i in range(700)),
    "noid": lambda: (study(i, "", "", "") for i in range(600)),
    "moment": lambda: (study(i, "20240131", "081500", "ONE") for i in range(600)),
    "none": lambda: iter(()),
}


def all_series():
    return [{STUDY: "2.25.1", SERIES: f"2.25.{10**20 + i}"} for i in range(600)]


def matcher(key):
    """What says whether a value matches the key, PS3.4 C.2.2.2."""
    if re.fullmatch(r"[0-9.]*-[0-9.]*", key):
        first, last = key.split("-")
        return lambda value: value != "" and first <= value and (not last or value <= last)
    values = key.split("\\")
    if not re.search(r"[*?]", key):
        return lambda value: value in values
    patterns = "|".join(fnmatch.translate(one.replace("[", "[[]")) for one in values)
    return re.compile(patterns).match


def parse(data):
    """{tag: text} of an identifier in implicit VR."""
    found, at = {}, 0
    while at + 8 <= len(data):
        group, element, length = struct.unpack_from("<HHI", data, at)
        found[group, element] = data[at + 8:at + 8 + length].decode().rstrip(" \0")
        at += 8 + length
    return found


def identifier(values):
    return b"".join(wire.implicit(*tag, wire.even(text.encode(), b"\0" if tag in UIDS else b" "))
                    for tag, text in sorted(values.items()))


class Peer(hostile_scp.Conversation):
    """Answers from the studies; what it left out last is for lie=die."""
    how = {}
    random = random.Random(1)

    def serve_pdu(self):
        kind, body = self.line.read_pdu()
        if kind == wire.RELEASE_RQ:
            self.released()
        if kind != wire.P_DATA:
            raise hostile_scp.Done(f"PDU type {kind:02x}")
        context, fields, pending = self.read_command(body)
        if wire.number(fields, 0x100) == wire.C_CANCEL:
            return
        query = parse(self.read_data(pending, False))
        found, status = self.find(query)
        self.log(event="find", answers=len(found), status=status,
                 **{name: query.get(tag, "") for name, tag in KEYS.items()})
        pdus = []
        for values in found:
            answer = {tag: values.get(tag, "") for tag in query if tag != (8, 5)}
            pdus.append(self.response(context, fields, "FF00", identifier(
                {**answer, LEVEL: query[LEVEL]})))
        if self.how["lie"] == "die" and len(found) == int(self.how["cap"]) and self.messages > 0:
            self.send(b"".join(pdus[:100]))
            raise hostile_scp.Done("died")
        self.messages += 1
        self.send(b"".join(pdus))
        while self.how["lie"] == "endless" and not self.stop.wait(0.05):
            self.send(b"".join(pdus[:50]))
        self.send(self.response(context, fields, status, None))

    def response(self, context, fields, status, data):
        out = wire.command({2: wire.text(fields[2]), 0x100: wire.C_FIND | wire.RESPONSE,
                            0x120: wire.number(fields, 0x110), 0x900: int(status, 16),
                            0x800: wire.NO_DATA_SET if data is None else wire.DATA_SET})
        return wire.message(context, out, data, 65536)

    def find(self, query):
        """(answers, final status)"""
        how, cap, lie = self.how, int(self.how["cap"]), self.how["lie"]
        if how["studies"] == "series":
            if query[LEVEL] == "STUDY":
                return [{STUDY: "2.25.1", RELATED_SERIES: how["stated"]}], "0000"
            return self.cut(all_series(), cap)
        ignored = [KEYS[name] for name in how["ignore"].split(",") if name]
        if lie == "refuse" and any("-" in query.get(tag, "") for tag in (DATE, TIME)):
            return [], "A900"
        asked = [(tag, matcher(key)) for tag, key in query.items() if key not in ("", "*")
                 and tag in (DATE, TIME, PATIENT, STUDY) and tag not in ignored]
        found = self.studies
        for tag, matches in asked:
            found = [one for one in found if matches(one[tag])]
        if lie == "random":
            count = min(len(found), cap, self.random.randrange(1, cap))
            return self.random.sample(found, count), "0000"
        if lie == "grows":
            number = len(self.studies)
            self.studies.append(study(number, "20240131", clock(number % 86400), f"P{number:05}"))
        if lie == "shrinks":
            del self.studies[7]
        if lie == "unlike" and asked:
            found = [one for index, one in enumerate(found) if index % 10]
        return self.cut(found, cap)

    def cut(self, found, cap):
        if cap == 0 or len(found) <= cap:
            return found, "0000"
        return [] if self.how["lie"] == "none" else found[:cap], self.how["end"]


def main():
    words = sys.argv[1:]
    how = {"cap": "500", "end": "0000", "ignore": "", "lie": "", "order": "index",
           "studies": "day", "stated": ""}
    log = words[words.index("--log") + 1] if "--log" in words else None
    how.update(word.split("=", 1) for word in words if "=" in word)
    studies = list(STUDIES.get(how["studies"], STUDIES["none"])())
    how["stated"] = how["stated"].replace("none", "")
    if how["order"] == "date":
        studies.sort(key=lambda one: (one[DATE] == "", one[DATE], one[TIME]))
    elif how["order"] == "reverse":
        studies.reverse()
    if "--list" in words:
        with open(words[words.index("--list") + 1], "w", encoding="ascii") as file:
            file.writelines(sorted(one[STUDY] + "\n" for one in studies))
    scenario = hostile_modes.scenario("ok")
    scenario["accept"] = {"syntax": wire.IMPLICIT_LE}
    Peer.how, Peer.studies = how, studies
    hostile_scp.Conversation = Peer
    hostile_scp.serve(scenario, log)


if __name__ == "__main__":
    main()
