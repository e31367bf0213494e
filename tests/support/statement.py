"""The tables of pacs-conformance(7), read from the page."""

import pathlib

PAGE = pathlib.Path(__file__).resolve().parents[2] / "man" / "pacs-conformance.7"


def plain(text):
    for roff, letter in (("\\-", "-"), ("\\(aq", "'"), ("\\(ba", "|"), ("\\e", "\\")):
        text = text.replace(roff, letter)
    return "" if text == "-" else text


def table(name):
    """The rows of one table, each a list of cells, without its heads."""
    text = PAGE.read_text(encoding="utf-8")
    body = text.split(f'.\\" begin {name}\n')[1].split("lx.\n")[1].split(".TE\n")[0]
    rows = [row.replace("T{\n", "").strip("\n") for row in body.split("\nT}\n") if row.strip()]
    return [[plain(cell) for cell in row.split("|")] for row in rows][1:]


def statuses(name):
    """{status: [when]} of a table of statuses."""
    out = {}
    for row in table(name):
        out.setdefault(row[0], []).append(row[-1])
    return out
