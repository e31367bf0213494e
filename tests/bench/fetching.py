"""pacs-get beside getscu, each fetching the same studies from dcmqrscp and from Orthanc into a folder.
getscu flushes nothing and digests nothing; pacs-get flushes each file unless --durability os is said,
and always digests."""

import contextlib
import json
import pathlib
import shutil
import subprocess

import peers
from measure import pacs_store, timed

STUDIES = 4


def run(bench):
    for kind, count, size in (("CT", bench.options.ct, "526000"),
                              ("small", bench.options.small // STUDIES, "6600")):
        made = bench.folder / f"fetched-{kind}"
        subprocess.run([bench.build / "tests" / "make_objects", made, "--count",
                        str(count * STUDIES), "--per-series", str(count), "--per-study", "1",
                        "--bytes", size, "--ascii", "--seed", "12"], check=True)
        with contextlib.ExitStack() as stack:
            servers = start(bench, stack, kind, sorted(str(path) for path in made.rglob("*.dcm")))
            for name, server in servers.items():
                compare(bench, kind, count, name, server, studies_of(bench, server))
        shutil.rmtree(made)


def studies_of(bench, server):
    told = subprocess.run([bench.build / "pacs-find", server.address, "--since", "100y"],
                          capture_output=True, check=True).stdout
    studies = [json.loads(line).get("StudyInstanceUID") for line in told.splitlines()][:-1]
    assert len(studies) == STUDIES, f"{len(studies)} studies"
    return studies


def start(bench, stack, kind, files):
    def folder(name):
        made = bench.folder / f"fetching-{kind}-{name}"
        made.mkdir()
        return made
    servers = {"dcmqrscp": stack.enter_context(peers.dcmqrscp(folder("dcmqrscp")))}
    if shutil.which("Orthanc"):
        servers["Orthanc"] = stack.enter_context(
            peers.orthanc(folder("orthanc"), DicomAlwaysAllowGet=True))
    for name, server in servers.items():
        pacs_store(bench, server.port, files, 1 if name == "dcmqrscp" else 4, "--async-window", "1")
    return servers


def compare(bench, kind, count, name, server, studies):
    for associations in (1, STUDIES):
        wanted = studies[:associations]
        total = count * len(wanted)
        lanes = ["-j", str(associations)]
        rates = bench.rounds(f"fetching {kind} from {name}, {associations} associations, objects/s", {
            "getscu +B": lambda: rate(bench, total, lambda folder: [
                getscu(server, folder, uid) for uid in wanted]),
            "pacs-get": lambda: rate(bench, total, lambda folder: [
                pacs_get(bench, server, folder, wanted, lanes)]),
            "pacs-get --durability os": lambda: rate(bench, total, lambda folder: [
                pacs_get(bench, server, folder, wanted, [*lanes, "--durability", "os"])]),
        })
        if kind == "CT":
            bench.goal(f"fetch CT from {name}, {associations} associations, against getscu +B",
                       rates["pacs-get --durability os"] / rates["getscu +B"],
                       2.5 if associations == 1 else 2)


def rate(bench, total, commands):
    """Objects a second, all of which must lie in the folder afterwards."""
    with bench.scratch() as folder:
        seconds = timed(commands(folder))
        came = sum(1 for path in pathlib.Path(folder).rglob("*") if path.is_file())
        assert came == total, f"{came} files instead of {total}"
        return total / seconds


def getscu(server, folder, uid):
    return ["getscu", "-aec", "ARCHIVE", "-pdu", "131072", "+B", "-od", str(folder), "-S", "-k",
            "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid}", "127.0.0.1", server.port]


def pacs_get(bench, server, folder, uids, options):
    return [bench.build / "pacs-get", server.address, *uids, "-o", folder / "got", *options]
