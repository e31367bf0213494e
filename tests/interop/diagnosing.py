"""pacs-echo --diagnose and --capabilities, in plain and over TLS, against DCMTK's servers, Orthanc and
ours: what is found out must be what the peer was started as."""

import json

import peers
from harness import case, equal, need


def diagnosed(context, address, *options, status=0):
    records = context.ours("pacs-echo", "--diagnose", *options, address, status=status)
    equal([record["type"] for record in records], ["diagnosis", "summary"], "records")
    return records[0]


def well(record, maker, version):
    equal(record["outcome"], "ok", record["message"])
    equal(record["protocol"], "DICOM", "protocol")
    equal((record["peer"]["maker"], record["peer"]["implementation_version"].split("_")[0]),
          (maker, version), "implementation")
    equal(record["round_trips"]["answered"], 10, "echoes")


def twice(context, address):
    """The capabilities of a peer, which two runs must find the same."""
    command = [context.build / "pacs-echo", "--capabilities", "--format", "ndjson", address]
    first, second = context.run(*command), context.run(*command)
    assert first == second, "two runs differ"
    records = [json.loads(line) for line in first.splitlines()]
    outcome = next(record for record in records if record["type"] == "capabilities")
    equal((outcome["outcome"], outcome["contexts_answered"]), ("ok", outcome["contexts_asked"]),
          str(outcome))
    return {record["name"]: record for record in records if record["type"] == "capability"}


IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"


@case
def diagnose_storescp(context):
    with peers.storescp(context.folder) as server:
        well(diagnosed(context, server.address), "DCMTK (OFFIS)", "OFFIS")
        record = diagnosed(context, server.address, "--tls", status=3)
        equal(record["reason"], "tls_not_spoken", "TLS to a plain port")
        can = twice(context, server.address)
        equal(can["CT Image Storage"]["scp"], [IMPLICIT, EXPLICIT, BIG], "CT")
        equal(can["CT Image Storage"]["roles"], ["scp"], "CT")


@case
def diagnose_dcmqrscp(context):
    with peers.dcmqrscp(context.folder) as server:
        well(diagnosed(context, server.address), "DCMTK (OFFIS)", "OFFIS")
        can = twice(context, server.address)
        equal(can["Study Root Query/Retrieve Information Model - GET"]["roles"], ["scp"], "C-GET")


@case
def diagnose_orthanc(context):
    need("Orthanc")
    with peers.orthanc(context.folder) as server:
        well(diagnosed(context, server.address), "DCMTK (OFFIS)", "OFFIS")
        for options in ([], ["--tls"]):
            record = diagnosed(context, "ORTHANC@127.0.0.1:11117", *options, status=3)
            equal((record["reason"], record["protocol"]), ("not_dicom", "HTTP"), "its web server")
        equal(diagnosed(context, server.address, "--tls", status=3)["reason"], "tls_not_spoken",
              "TLS to a plain port")
        assert len(twice(context, server.address)["CT Image Storage"]["scp"]) > 3


@case
def diagnose_archived(context):
    with context.archived() as server:
        well(diagnosed(context, server.address), "pacs-utils", "PACS")
        record = diagnosed(context, f"OTHER@127.0.0.1:{server.port}", status=3)
        equal((record["reason"], record["rejection"]["reason"]), ("rejected", 7), "another title")
        can = twice(context, server.address)
        assert EXPLICIT in can["CT Image Storage"]["scp"]
        equal(can["Verification SOP Class"]["roles"], ["scp"], "Verification")


def storescp_with_tls(context, *options):
    certificates = context.folder / "certificates"
    context.run(context.build / "tests" / "make_certificates", certificates)
    server = peers.Server("storescp", ["storescp", "--aetitle", "ARCHIVE", "-od", context.folder,
                                       "+tls", certificates / "rsa.key", certificates / "rsa.crt",
                                       "+cf", certificates / "ca.pem", "+xa", *options, "11118"],
                          11118, context.folder)
    peers.await_port(11118, server.process)
    return server, certificates


@case
def diagnose_storescp_with_tls(context):
    """It wants a certificate from us, and says so only after the handshake."""
    server, certificates = storescp_with_tls(context)
    trust = ["--tls", "--tls-ca", certificates / "ca.pem"]
    ours = [*trust, "--tls-cert", certificates / "client.pem"]
    with server:
        record = diagnosed(context, server.address, status=3)
        equal((record["reason"], record["protocol"]), ("tls_expected", "TLS"), "spoken to plainly")
        equal(record["tls"]["certificates"][0]["issuer"], "CN=Test Authority", "certificate")
        equal(diagnosed(context, server.address, *trust, status=3)["reason"],
              "client_certificate_required", "without a certificate")
        stranger = [*trust, "--tls-cert", certificates / "stranger.pem"]
        equal(diagnosed(context, server.address, *stranger, status=3)["reason"],
              "client_certificate_refused", "with a certificate of a stranger")
        equal(diagnosed(context, server.address, "--tls", status=3)["reason"],
              "certificate_unknown_issuer", "without trust")
        well(diagnosed(context, server.address, *ours), "DCMTK (OFFIS)", "OFFIS")


@case
def store_over_tls(context):
    """The way to a peer is one: objects go over TLS as questions do."""
    server, certificates = storescp_with_tls(context, "-ic")
    trust = ["--tls", "--tls-ca", certificates / "ca.pem"]
    folder = context.objects(20)
    with server:
        records = context.ours("pacs-store", *trust, folder, server.address)
        equal((records[-1]["type"], records[-1]["ok"]), ("summary", 20), "stored")
        context.ours("pacs-store", "--tls", folder, server.address, status=3)
        context.ours("pacs-find", "--tls", server.address, "PatientID=X", status=3)
