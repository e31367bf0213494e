"""Storage commitment of pacs-archived, PS3.4 Annex J."""

import json
import signal
import threading
import time

import hostile_modes
import objects
import wire
from commitment import await_report, calling, request, stored
from harness import case, equal
from hostile_scp import HostileScp
from securing import certificates
from securing_retrievals import await_log, tls_front


def events_of(log):
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@case
def commitment_on_the_same_association(context):
    """Only what is read back whole is committed, each failure has its reason; then the same again
    over a restart in between."""
    with context.archived() as server:
        scu = calling(server)
        good, bad, gone = stored(scu, "good"), stored(scu, "bad"), stored(scu, "gone")
        at = objects.stored_files(context.folder / "archive")
        at[bad].write_bytes(at[bad].read_bytes()[:-1] + b"X")
        at[gone].unlink()
        asked = [(wire.CT_IMAGE, good), (wire.CT_IMAGE, bad), (wire.CT_IMAGE, gone),
                 ("1.2.840.10008.5.1.4.1.1.4", good), (wire.CT_IMAGE, "2.25.404")]
        equal(request(scu, "2.25.1", asked)[0], "status:0000", "N-ACTION")
        event, transaction, committed, failed = await_report(scu)
        equal((event, transaction, committed), (2, "2.25.1", [good]), "report")
        equal(failed, {bad: 0x0110, gone: 0x0110, good: 0x0119, "2.25.404": 0x0112}, "failures")
        equal(request(scu, "2.25.2", [(wire.CT_IMAGE, good)])[0], "status:0000", "N-ACTION")
        equal(await_report(scu), (1, "2.25.2", [good], {}), "all committed")
        # released before it is reported on: kept, over a restart, until the requestor is back
        equal(request(scu, "2.25.3", [(wire.CT_IMAGE, good)])[0], "status:0000", "N-ACTION")
        scu.close()
    kept = context.folder / "archive" / "commitments"
    equal(len(list(kept.iterdir())), 1, "requests that are kept")
    with context.archived() as server:
        other = calling(server, "SOMEBODY")
        equal(other.echo(), "status:0000", "nothing is told to others")
        other.release()
        scu = calling(server)
        equal(await_report(scu), (1, "2.25.3", [good], {}), "after a restart")
        scu.release()
    equal(list(kept.iterdir()), [], "requests that are kept")


@case
def commitment_reported_by_a_call(context):
    """The requestor has gone and is called: at first it fails, at first it is not even there."""
    log = context.folder / "requestor"
    scp = HostileScp(hostile_modes.scenario('{"status": "0110", "times": 1}'), log)
    threading.Thread(target=scp.serve, daemon=True).start()
    config = context.folder / "pacs.toml"
    config.write_text(f"""[node.modality]
address = "MODALITY@127.0.0.1:{scp.port}"
allow = ["all"]
""", encoding="utf-8")
    with context.archived("--config", str(config)) as server:
        scu = calling(server)
        good = stored(scu, "good")
        equal(request(scu, "2.25.1", [(wire.CT_IMAGE, good)])[0], "status:0000", "N-ACTION")
        scu.close()  # without a word, and without an answer to what may be on its way
        kept = context.folder / "archive" / "commitments"
        until = time.monotonic() + 60
        while list(kept.iterdir()) and time.monotonic() < until:
            time.sleep(0.05)
        equal(list(kept.iterdir()), [], "requests that are kept")
    scp.close()
    events = events_of(log)
    reports = [event for event in events if event["event"] == "request"]
    equal([event["command"] for event in reports], ["0100", "0100"], "N-EVENT-REPORT, twice")
    equal({event["calling"] for event in events if event["event"] == "associate"}, {"ARCHIVE"},
          "calling title")


@case
def commitment_reported_by_a_call_over_tls(context):
    """The requestor listens for TLS and wants our certificate: the settings of its node hold. While
    they name another authority nothing is told; SIGHUP with the right one has it told at once."""
    folder = certificates(context)
    log = context.folder / "requestor"
    scp = HostileScp(hostile_modes.scenario("ok"), log)
    threading.Thread(target=scp.serve, daemon=True).start()
    config = context.folder / "pacs.toml"

    with tls_front(folder / "good.pem", scp.port, "--client-ca", folder / "ca.pem") as port:
        def write(authority):
            config.write_text(f"""[node.modality]
address = "LISTENER@localhost:{port}"
title = "MODALITY"
calling = "COMMITTER"
tls = true
tls_ca = "{folder / authority}"
tls_cert = "{folder / 'client.pem'}"
""", encoding="utf-8")

        write("stranger-ca.pem")
        with context.archived("--config", str(config)) as server:
            scu = calling(server)
            good = stored(scu, "good")
            equal(request(scu, "2.25.1", [(wire.CT_IMAGE, good)])[0], "status:0000", "N-ACTION")
            scu.close()
            await_log(server, "reporting on storage commitment to MODALITY")
            assert not [event for event in events_of(log) if event["event"] == "request"], "told"
            write("ca.pem")
            server.process.send_signal(signal.SIGHUP)
            await_log(server, '"type":"commitment"')
    scp.close()
    said = server.log.read_text(encoding="utf-8")
    assert "certificate" in said, said
    told = [json.loads(line) for line in said.splitlines() if '"type":"commitment"' in line]
    equal([(each["outcome"], each["via"]) for each in told], [("ok", "call")], "told")
    equal([event["command"] for event in events_of(log) if event["event"] == "request"], ["0100"],
          "N-EVENT-REPORT")
    equal([(event["calling"], event["called"]) for event in events_of(log)
           if event["event"] == "associate"], [("COMMITTER", "LISTENER")], "titles")


@case
def commitment_of_thousands(context):
    """Ten thousand references in one request."""
    with context.archived() as server:
        scu = calling(server)
        good = stored(scu, "one")
        asked = [(wire.CT_IMAGE, f"2.25.{10**20 + at}") for at in range(9999)]
        asked.append((wire.CT_IMAGE, good))
        equal(request(scu, "2.25.1", asked)[0], "status:0000", "N-ACTION")
        event, _, committed, failed = await_report(scu)
        equal((event, committed, len(failed)), (2, [good], 9999), "report")
        scu.release()
