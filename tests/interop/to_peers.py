"""pacs-store and pacs-echo against DCMTK's servers and Orthanc."""

import json
import urllib.request

import objects
import peers
from from_peers import SYNTAXES, same_when_read
from harness import case, equal, files, need


def outcomes(records):
    return sorted({record["outcome"] for record in records if record["type"] == "stored"})


def received_as_sent(context, sent):
    """storescp and dcmrecv, bit preserving, have written exactly the data sets that were sent."""
    equal(sorted(objects.digest_of_data_set(path) for path in files(context.folder / "received")),
          sorted(objects.digest_of_data_set(path) for path in sent), "received data sets")


def made_of_all(context, count=12, syntaxes=SYNTAXES):
    return [path for syntax in syntaxes
            for path in files(context.objects(count, "--syntax", syntax))]


@case
def echo_to_storescp(context):
    with peers.storescp(context.folder) as server:
        record = context.ours("pacs-echo", server.address)[0]
        equal((record["type"], record["outcome"], record["status"]), ("echo", "ok", "0000"), "echo")


@case
def store_to_storescp_as_it_is(context):
    """storescp accepts everything (+xa) and keeps the bits (+B): nothing was converted."""
    sent = made_of_all(context)
    with peers.storescp(context.folder, "+xa", "+B", "--fork") as server:
        records = context.ours("pacs-store", *sent, server.address)
        equal(outcomes(records), ["ok"], "outcomes")
        equal(records[-1]["type"], "summary", "last record")
        received_as_sent(context, sent)


@case
def store_to_storescp_in_parallel(context):
    sent = files(context.objects(200))
    with peers.storescp(context.folder, "+xa", "+B", "--fork") as server:
        equal(outcomes(context.ours("pacs-store", "-j", 4, *sent, server.address)), ["ok"],
              "outcomes")
        received_as_sent(context, sent)


@case
def store_to_storescp_that_takes_implicit_only(context):
    """Everything arrives, converted without loss: DCMTK reads the same attributes and pixels."""
    sent = made_of_all(context, 5)
    with peers.storescp(context.folder, "+xi", "+B", "--fork") as server:
        equal(outcomes(context.ours("pacs-store", *sent, server.address)), ["ok"], "outcomes")
    received = files(context.folder / "received")
    equal(sorted(same_when_read(context, path) for path in received),
          sorted(same_when_read(context, path) for path in sent), "attributes and pixels")


@case
def store_to_dcmrecv(context):
    sent = made_of_all(context)
    with peers.dcmrecv(context.folder, "--bit-preserving") as server:
        equal(outcomes(context.ours("pacs-store", *sent, server.address)), ["ok"], "outcomes")
        received_as_sent(context, sent)


@case
def store_to_dcmqrscp(context):
    sent = made_of_all(context, 6, ["explicit", "implicit"])
    with peers.dcmqrscp(context.folder) as server:
        equal(outcomes(context.ours("pacs-store", *sent, server.address)), ["ok"], "outcomes")
    equal(len([path for path in files(context.folder / "database") if path.suffix == ".dcm"]),
          len(sent), "files of dcmqrscp")


@case
def store_to_orthanc(context):
    need("Orthanc")
    sent = made_of_all(context)
    with peers.orthanc(context.folder) as server:
        equal(outcomes(context.ours("pacs-store", *sent, server.address)), ["ok"], "outcomes")
        base = "http://127.0.0.1:11117"
        statistics = json.load(urllib.request.urlopen(f"{base}/statistics"))
        equal(statistics["CountInstances"], len(sent), "instances of Orthanc")
        got = []
        for ident in json.load(urllib.request.urlopen(f"{base}/instances")):
            copy = context.folder / "orthanc.dcm"
            copy.write_bytes(urllib.request.urlopen(f"{base}/instances/{ident}/file").read())
            got.append(same_when_read(context, copy))
        equal(sorted(got), sorted(same_when_read(context, path) for path in sent),
              "attributes and pixels")


@case
def store_to_archived_and_archive_agree(context):
    """By network or straight into a folder: the same files with the same bytes."""
    sent = made_of_all(context)
    with context.archived(name="by-network") as server:
        equal(outcomes(context.ours("pacs-store", *sent, server.address)), ["ok"], "by network")
    # an archive is made by its daemon
    with context.archived(name="by-folder"):
        pass
    equal(outcomes(context.ours("pacs-store", *sent, context.folder / "by-folder")), ["ok"],
          "by folder")
    digests = [{uid: objects.digest(path)
                for uid, path in objects.stored_files(context.folder / name).items()}
               for name in ("by-network", "by-folder")]
    equal(len(digests[0]), len(sent), "objects")
    equal(digests[0], digests[1], "the same files")
    for name in ("by-network", "by-folder"):
        equal(objects.inconsistencies(context.folder / name), [], name)


@case
def store_of_oddities_tells_the_truth(context):
    """Legal oddities arrive, broken ones are reported and none of them is half-stored."""
    odd = context.odd_objects()
    with context.archived() as server:
        legal = context.ours("pacs-store", odd / "legal", server.address)
        equal(outcomes(legal), ["ok"], "outcomes of legal oddities")
        repaired = sorted(record["path"].rsplit("/", 1)[1] for record in legal
                          if record.get("repaired") and record["type"] == "stored")
        equal(repaired, ["no-meta-header.dcm", "no-preamble.dcm"], "marked as repaired")
        before = set(objects.stored_files(context.folder / "archive"))
        broken = context.ours("pacs-store", odd / "broken", server.address, status=1)
        assert "ok" not in outcomes(broken), broken
        equal(set(objects.stored_files(context.folder / "archive")), before, "objects afterwards")
        equal(objects.inconsistencies(context.folder / "archive"), [], "folder and index")
