"""pacs-archived beside dcmqrscp and Orthanc, each with the same studies: getscu and a bare asker of ours
(get_probe) get them, movescu has them sent to a receiver that keeps nothing (scp_probe: our upper
layer) or to storescp. One study an association; every answer must have been a success with all of it."""

import contextlib
import json
import shutil
import subprocess

import peers
from measure import pacs_store, timed

STUDIES = 4
PROBE, STORESCP = 11121, 11113


def run(bench):
    for kind, count, size in (("CT", bench.options.ct, "526000"),
                              ("small", bench.options.small // STUDIES, "6600")):
        made = bench.folder / f"retrieved-{kind}"
        subprocess.run([bench.build / "tests" / "make_objects", made, "--count",
                        str(count * STUDIES), "--per-series", str(count), "--per-study", "1",
                        "--bytes", size, "--ascii", "--seed", "11"], check=True)
        with contextlib.ExitStack() as stack:
            servers = start(bench, stack, kind, sorted(str(path) for path in made.rglob("*.dcm")))
            studies = studies_of(bench, servers["pacs-archived"])
            assert len(studies) == STUDIES, f"{len(studies)} studies"
            for associations in (1, STUDIES):
                compare(bench, kind, count, servers, studies[:associations])
        shutil.rmtree(made)


def start(bench, stack, kind, files):
    """All servers, filled, and both receivers."""
    def folder(name):
        made = bench.folder / f"retrieving-{kind}-{name}"
        made.mkdir()
        return made
    probe = folder("probe")
    stack.enter_context(peers.scp_probe(bench.build, probe, f"127.0.0.1:{PROBE}"))
    stack.enter_context(peers.storescp(folder("storescp"), "--fork", "--ignore", "+xa",
                                       port=STORESCP))
    ours = folder("ours")
    servers = {"pacs-archived": stack.enter_context(peers.Archived(
        bench.build, ours / "archive", ours,
        ["--destination", f"PROBE@127.0.0.1:{PROBE}", "--destination",
         f"STORESCP@127.0.0.1:{STORESCP}"]))}
    servers["dcmqrscp"] = stack.enter_context(peers.dcmqrscp(folder("dcmqrscp"), hosts=[
        ("PROBE", PROBE), ("STORESCP", STORESCP)]))
    if shutil.which("Orthanc"):
        servers["Orthanc"] = stack.enter_context(peers.orthanc(
            folder("orthanc"), DicomAlwaysAllowGet=True, DicomAlwaysAllowMove=True,
            DicomModalities={"probe": ["PROBE", "127.0.0.1", PROBE],
                             "storescp": ["STORESCP", "127.0.0.1", STORESCP]}))
    for name, server in servers.items():
        window = [] if name == "pacs-archived" else ["--async-window", "1"]
        pacs_store(bench, server.port, files, 1 if name == "dcmqrscp" else 4, *window)
    return servers


def compare(bench, kind, count, servers, studies):
    title = f"{kind}, {len(studies)} associations, objects/s"
    best = {}
    for way, command in WAYS.items():
        rates = bench.rounds(f"retrieving {way}: {title}", {
            name: lambda server=server: measured(bench, server, command, count, studies)
            for name, server in servers.items()})
        others = [rate for name, rate in rates.items() if name != "pacs-archived"]
        best[way] = rates["pacs-archived"] / max(others)
    for way in ("by get_probe", "by movescu to scp_probe"):
        if kind == "CT":
            bench.goal(f"retrieve CT {way}, {len(studies)} associations, against the best of "
                       "dcmqrscp and Orthanc", best[way], 2.5 if len(studies) == 1 else 2)


def measured(bench, server, command, count, studies):
    with bench.scratch() as folder:
        commands = [command(bench, server, study, count, folder) for study in studies]
        return count * len(studies) / timed(commands)


def studies_of(bench, server):
    """Their UIDs."""
    told = subprocess.run([bench.build / "pacs-find", server.address, "--format", "ndjson"],
                          check=True, capture_output=True, text=True).stdout
    return [record["StudyInstanceUID"] for record in map(json.loads, told.splitlines())
            if record["type"] == "study"]


def keys(uid):
    return ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={uid}"]


def getscu(bench, server, uid, count, folder):
    return ["getscu", "-aec", "ARCHIVE", "-pdu", "131072", "--ignore", *keys(uid), "127.0.0.1",
            server.port]


def get_probe(bench, server, uid, count, folder):
    return [bench.build / "tests" / "get_probe", server.address, uid, "--expect", str(count)]


def movescu(destination):
    def command(bench, server, uid, count, folder):
        return ["movescu", "-aec", "ARCHIVE", "-aem", destination, *keys(uid), "127.0.0.1",
                server.port]
    return command


WAYS = {"by getscu --ignore": getscu, "by get_probe": get_probe,
        "by movescu to scp_probe": movescu("PROBE"),
        "by movescu to storescp --ignore": movescu("STORESCP")}
