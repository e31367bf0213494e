"""Queries on one association: pacs-archived beside Orthanc, each with the same 20,000 instances in 500
studies of 250 patients. dcmqrscp is left out: its index file ends at 32 MiB, before it has them all."""

import contextlib
import json
import shutil
import subprocess

import peers
from measure import pacs_store

QUERIES = {  # keys, how many queries
    "by patient ID": ["QueryRetrieveLevel=STUDY", "PatientID=T9-#", "StudyInstanceUID", "StudyDate"],
    "by date range": ["QueryRetrieveLevel=STUDY", "StudyDate=20200101-20200430", "StudyInstanceUID",
                      "PatientID"],
    "by name*": ["QueryRetrieveLevel=STUDY", "PatientName=Ash*", "StudyInstanceUID", "PatientID"],
}
COUNT = {"pacs-archived": 4000, "Orthanc": 300}


def run(bench):
    made = bench.folder / "queried"
    subprocess.run([bench.build / "tests" / "make_objects", made, "--count", "20000", "--bytes",
                    "1200", "--ascii", "--seed", "9"], check=True)
    files = sorted(str(path) for path in made.rglob("*.dcm"))
    with contextlib.ExitStack() as stack:
        servers = {}
        folders = {name: bench.folder / f"queried-{name}" for name in COUNT}
        for folder in folders.values():
            folder.mkdir()
        servers["pacs-archived"] = stack.enter_context(peers.Archived(
            bench.build, folders["pacs-archived"] / "archive", folders["pacs-archived"]))
        pacs_store(bench, servers["pacs-archived"].port, files)
        if shutil.which("Orthanc"):
            servers["Orthanc"] = stack.enter_context(peers.orthanc(folders["Orthanc"]))
            pacs_store(bench, servers["Orthanc"].port, files, 4, "--async-window", "1")
        for name, keys in QUERIES.items():
            compare(bench, name, keys, servers)
    shutil.rmtree(made)


def compare(bench, name, keys, servers):
    """One kind of query to all; they must find the same."""
    answers, slowest = {}, {}

    def measured(server):
        told = json.loads(subprocess.run(
            [bench.build / "tests" / "find_loop", servers[server].address, str(COUNT[server]), *keys,
             "--range", "250"], check=True, capture_output=True, text=True).stdout)
        answers[server] = round(told["answers"] / told["queries"], 1)
        slowest[server] = told["p99_ms"]
        return told["queries"] / told["seconds"]
    rates = bench.rounds(f"querying {name}, queries/s", {
        server: lambda server=server: measured(server) for server in servers})
    print(f"    answers a query: {answers}; p99 {slowest} ms")
    if "#" not in " ".join(keys) and len(set(answers.values())) > 1:
        raise SystemExit(f"the peers do not agree: {answers}")
    if "Orthanc" in rates:
        bench.goal(f"query {name} at 20,000 instances, against Orthanc",
                   rates["pacs-archived"] / rates["Orthanc"], 20)
