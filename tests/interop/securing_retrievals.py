"""C-GET and C-MOVE under TLS, access rules and user identity: who gets what from whom, and what changes
while a retrieval runs."""

import contextlib
import json
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import hostile_modes
import hostile_scp
import objects
import peers
from guarding import CALLER, split_pem
from harness import case, equal, files, need
from securing import certificates
from tls_front import pump

LISTEN = 11222
STORE = 11113
EVERYTHING = "AccessionNumber=*"


def await_log(server, text, count=1, limit_s=30):
    """Returns when the daemon's log has the text so often."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if server.log.read_text(encoding="utf-8").count(text) >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"the log never said: {text}")


@contextlib.contextmanager
def plain_front(context, port, certificate):
    """A plain port before a TLS server, for DCMTK's getscu and movescu, which speak no TLS."""
    trust = ssl.create_default_context(cafile=certificates(context) / "ca.pem")
    trust.load_cert_chain(certificates(context) / certificate)

    def carry(plain):
        with plain, socket.create_connection(("127.0.0.1", port)) as sock, \
                trust.wrap_socket(sock, server_hostname="localhost") as inner:
            back = threading.Thread(target=pump, args=(inner, plain), daemon=True)
            back.start()
            pump(plain, inner)
            back.join()

    def serve():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=carry, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


@contextlib.contextmanager
def tls_front(certificate, port, *options):
    """TLS in front of the plain server on a port; the port of TLS."""
    program = pathlib.Path(__file__).resolve().parents[1] / "support" / "tls_front.py"
    command = [sys.executable, "-B", program, certificate, port, *options]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE) as front:
        try:
            yield int(front.stdout.readline())
        finally:
            front.kill()


def fingerprint(context, name):
    done = subprocess.run(["openssl", "x509", "-in", str(certificates(context) / name), "-noout",
                           "-fingerprint", "-sha256"], capture_output=True, check=True, text=True)
    return done.stdout.strip().partition("=")[2]


def node(context, name, address, *lines, certificate="good.pem"):
    """A node of pacs.toml that is spoken to in TLS."""
    folder = certificates(context)
    return "\n".join([f"[node.{name}]", f'address = "{address}"', "tls = true",
                      f'tls_ca = "{folder / "ca.pem"}"', f'tls_cert = "{folder / certificate}"',
                      *lines, ""])


@contextlib.contextmanager
def secured(context, config, *options, name="archive", certificate="rsa"):
    """The daemon with a configuration, plain and TLS; the port of the latter is `secure_port`."""
    folder = certificates(context)
    path = context.folder / f"{name}.toml"
    path.write_text(config, encoding="utf-8")
    server = context.archived(
        "--config", path, "--listen-tls", "127.0.0.1:0", "--tls-cert", folder / f"{certificate}.crt",
        "--tls-key", folder / f"{certificate}.key", "--tls-ca", folder / "ca.pem", *options, name=name)
    with server:
        server.config = path
        listening = json.loads(server.process.stdout.readline())
        while not listening["tls"]:
            listening = json.loads(server.process.stdout.readline())
        server.secure_port = listening["port"]
        server.secure_address = f"ARCHIVE@localhost:{server.secure_port}"
        yield server


def retrievals(server):
    """(asker, service, status) of each in the log."""
    records = map(json.loads, server.log.read_text(encoding="utf-8").splitlines())
    return [(record["calling"], record["service"], record["status"]) for record in records
            if record.get("type") == "retrieval"]


def tls(context, certificate="client.pem"):
    folder = certificates(context)
    return ["--tls", "--tls-ca", folder / "ca.pem", "--tls-cert", folder / certificate]


def fetched(context, source, *options, status=0):
    """(retrieved, the reasons of what is not there), by pacs-get, which leaves nothing behind."""
    records = context.ours("pacs-get", source, EVERYTHING, "-o", "got", "--retries", 0, *options,
                           status=status)
    shutil.rmtree(context.folder / "got", ignore_errors=True)
    return records[-1]["retrieved"], sorted({record["reason"] for record in records[:-1]
                                             if record["outcome"] == "failed"})


def getscu(context, port, title, to="127.0.0.1"):
    """How many objects DCMTK's getscu is given."""
    folder = context.folder / "getscu"
    folder.mkdir()
    context.run("getscu", "-aet", title, "-aec", "ARCHIVE", "+B", "-od", folder, "-S", "-k",
                "QueryRetrieveLevel=PATIENT", "-P", "-k", "PatientID=" + patient(context), to, port,
                status=None)
    count = len(files(folder))
    shutil.rmtree(folder)
    return count


def patient(context):
    record = context.ours("pacs-dump", context.folder / "made-1")[0]
    return record["PatientID"]


def movescu(context, port, title, destination, to="127.0.0.1"):
    """Whether DCMTK's movescu is told success."""
    told = context.run("sh", "-c", 'exec "$@" 2>&1', "sh", "movescu", "-v", "-aet", title, "-aec",
                       "ARCHIVE", "-aem", destination, "-P", "-k", "QueryRetrieveLevel=PATIENT", "-k",
                       "PatientID=" + patient(context), to, port, status=None)
    return "(Success)" in told


@case
def retrieving_by_rules(context):
    """By title, address, certificate and service: who may search may not yet retrieve."""
    need("ip")
    need("openssl")
    context.run("ip", "address", "replace", f"{CALLER}/8", "dev", "lo")
    made = context.objects(6, "--per-series", 6, "--ascii")
    rules = "\n".join([
        '[archived]', 'allow = ["store find from loopback", "find from 10.0.0.0/8"]',
        '[node.reader]', 'title = "READER"', 'from = ["loopback"]', 'allow = ["retrieve"]',
        '[node.away]', 'title = "AWAY"', f'from = ["{CALLER}"]', 'allow = ["retrieve"]',
        '[node.doctor]', 'title = "DOCTOR"', f'certificate = ["{fingerprint(context, "client.pem")}"]',
        'allow = ["retrieve"]', f'[node.target]', f'address = "STORESCP@127.0.0.1:{STORE}"',
        'allow = ["receive"]', ""])
    with secured(context, rules, "--listen", "*:11124") as server, \
            peers.storescp(context.folder, "+xa", "+B"):
        context.ours("pacs-store", made, server.address)
        plain, secure = server.address, server.secure_address
        refused = (0, ["nothing_accepted"])
        equal(fetched(context, plain, "--calling", "NOBODY", status=3), refused, "NOBODY")
        for way in (["get"], ["move", "--listen", LISTEN]):
            record = context.ours("pacs-get", plain, EVERYTHING, "-o", "none", "--via", *way, status=3)[-1]
            assert "it does not let us use C-" + way[0].upper() in record["message"], record
        equal(fetched(context, plain, "--calling", "READER"), (6, []), "READER")
        equal(fetched(context, plain, "--calling", "AWAY", status=3), refused, "AWAY from loopback")
        equal(fetched(context, plain, "--calling", "DOCTOR", status=3), refused, "DOCTOR without TLS")
        equal(fetched(context, secure, "--calling", "DOCTOR", *tls(context)), (6, []), "DOCTOR")
        equal(fetched(context, secure, "--calling", "DOCTOR", *tls(context, "good.pem"), status=3),
              refused, "DOCTOR with another certificate")
        equal(fetched(context, secure, "--calling", "OTHER", *tls(context), status=3), refused,
              "another title with the certificate")
        equal([getscu(context, server.port, title) for title in ("NOBODY", "READER", "AWAY")],
              [0, 6, 0], "getscu")
        equal([getscu(context, 11124, title, CALLER) for title in ("NOBODY", "READER", "AWAY")],
              [0, 0, 6], "getscu from elsewhere")
        equal([movescu(context, server.port, title, "STORESCP") for title in ("NOBODY", "READER")],
              [False, True], "movescu")
        equal([movescu(context, 11124, title, "STORESCP", to=CALLER) for title in ("READER", "AWAY")],
              [False, True], "movescu from elsewhere")
        for certificate, counts in (("client.pem", [6, 0]), ("good.pem", [0, 0])):
            with plain_front(context, server.secure_port, certificate) as front:
                equal([getscu(context, front, title) for title in ("DOCTOR", "NOBODY")], counts,
                      f"getscu over TLS, {certificate}")
                equal([movescu(context, front, title, "STORESCP") for title in ("DOCTOR", "NOBODY")],
                      [count > 0 for count in counts], f"movescu over TLS, {certificate}")
        equal(len(files(context.folder / "received")), 6, "received")
    who = {(title, service) for title, service, _ in retrievals(server)}
    equal(who, {(title, service) for title in ("READER", "DOCTOR", "AWAY")
                for service in ("C-GET", "C-MOVE")}, "retrievals in the log")


@case
def moving_over_tls(context):
    """To the listener of pacs-get and to storescp, both sides showing certificates; what does not
    speak TLS, or shows a stranger's, gets nothing."""
    made = context.objects(6, "--per-series", 6, "--ascii")
    config = node(context, "us", f"STATION@localhost:{LISTEN}", 'allow = ["all", "receive"]',
                  'from = ["loopback"]') + \
        node(context, "dcmtk", f"STORESCP@localhost:{STORE}", 'allow = ["receive"]') + \
        node(context, "stranger", f"STRANGER@localhost:{STORE}", 'allow = ["receive"]',
             certificate="stranger.pem")
    ours = ["--calling", "STATION", "--via", "move", *tls(context)]
    with secured(context, config) as server, \
            peers.storescp(context.folder, *[str(word) for word in split_pem(context, "good.pem")],
                           "+xa", "+B") as target:
        context.ours("pacs-store", made, server.address)
        secure = server.secure_address
        equal(fetched(context, secure, *ours, "--listen-tls", LISTEN), (6, []), "to our listener")
        equal(fetched(context, secure, *ours, "--listen-tls", LISTEN, "-j", 3), (6, []), "by three")
        equal(fetched(context, secure, *ours, "--listen", LISTEN, status=1), (0, ["status"]),
              "TLS to a plain listener")
        moved = context.ours("pacs-move", secure, "STORESCP", EVERYTHING, *tls(context))
        equal((moved[-1]["completed"], moved[-1]["failed"]), (6, 0), "to storescp")
        equal(sorted(objects.digest_of_data_set(path) for path in files(context.folder / "received")),
              sorted(objects.digest_of_data_set(path) for path in files(made)), "received")
        refused = context.ours("pacs-move", secure, "STRANGER", EVERYTHING, *tls(context),
                               "--retries", 0, status=1)
        equal((refused[0]["status"], refused[-1]["completed"]), ("A702", 0), "as a stranger")
        target.stop()
        assert '"reason":"tls_failed"' in server.log.read_text(encoding="utf-8"), "no reason in the log"
    with secured(context, node(context, "us", f"STATION@localhost:{LISTEN}", 'allow = ["receive"]',
                               certificate="stranger.pem")) as server:
        equal(fetched(context, server.secure_address, *ours, "--listen-tls", LISTEN, status=1),
              (0, ["status"]), "a stranger to our listener")


class Gated(hostile_scp.Conversation):
    """Holds its third object up until it is told to go on."""
    reached, go = threading.Event(), threading.Event()

    def serve_pdu(self):
        if self.messages == 2:
            self.reached.set()
            self.go.wait(60)
        super().serve_pdu()


@case
def changes_while_a_retrieval_runs(context):
    """SIGHUP with another certificate and another destination in the middle of a C-MOVE: what runs
    ends as it began, what comes next has the new ones."""
    made = context.objects(6, "--per-series", 6, "--ascii")
    folder = certificates(context)
    for end in ("crt", "key"):
        shutil.copy(folder / f"rsa.{end}", folder / f"mine.{end}")
    logs = [context.folder / "first", context.folder / "second"]
    first, second = (hostile_scp.HostileScp(hostile_modes.scenario("ok"), log, talk)
                     for log, talk in zip(logs, (Gated, None)))
    for scp in (first, second):
        threading.Thread(target=scp.serve, daemon=True).start()

    def to(port):
        return node(context, "there", f"THERE@localhost:{port}", 'allow = ["receive"]')

    with tls_front(folder / "good.pem", first.port, "--client-ca", folder / "ca.pem") as front, \
            tls_front(folder / "good.pem", second.port, "--client-ca", folder / "ca.pem") as other, \
            secured(context, to(front), certificate="mine") as server:
        context.ours("pacs-store", made, server.address)
        moving = subprocess.Popen(
            [str(word) for word in (context.build / "pacs-move", server.secure_address, "THERE",
                                    EVERYTHING, "--format", "ndjson", *tls(context))],
            stdout=subprocess.PIPE)
        assert Gated.reached.wait(30), "the third object never came"
        ending = (folder / "ending.pem").read_text(encoding="utf-8")
        for end in ("crt", "key"):  # one file holds both
            (folder / f"mine.{end}").write_text(ending, encoding="utf-8")
        server.config.write_text(to(other), encoding="utf-8")
        server.process.send_signal(signal.SIGHUP)
        await_log(server, "ends in 5 days")
        Gated.go.set()
        told = [json.loads(line) for line in moving.communicate(timeout=60)[0].splitlines()]
        equal((moving.returncode, told[-1]["completed"]), (0, 6), "the one that ran")
        again = context.ours("pacs-move", server.secure_address, "THERE", EVERYTHING, *tls(context))
        equal(again[-1]["completed"], 6, "the next one")
    for scp in (first, second):
        scp.close()
    equal([log.read_text(encoding="utf-8").count('"command": "0001"') for log in logs], [6, 6],
          "objects at each")


@case
def users_on_both_sides(context):
    """We identify to the daemon, and the daemon to the archive that it moves to."""
    need("openssl")
    made = context.objects(4, "--per-series", 4, "--ascii")
    hashed = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=b"open sesame\n",
                            capture_output=True, check=True).stdout.decode().strip()
    for name, text in (("users", f"night:{hashed}\n"), ("code", "open sesame\n"), ("guess", "guess\n")):
        (context.folder / name).write_text(text, encoding="utf-8")
        (context.folder / name).chmod(0o600)
    users = ["--users-file", context.folder / "users"]
    with secured(context, "", *users, "--allow", "store from loopback with certificate with user",
                 "--allow", "find from loopback", "--aet", "SECOND", name="second") as target:
        def source(code):
            return node(context, "second", f"SECOND@localhost:{target.secure_port}",
                        'allow = ["receive"]', 'user = "night"',
                        f'passcode_file = "{context.folder / code}"')

        with secured(context, source("guess"), *users, "--allow", "store find from loopback",
                     "--allow", "retrieve from loopback with user", "-v", name="first") as server:
            context.ours("pacs-store", made, server.address)
            right = ["--user", "night", "--passcode-file", context.folder / "code"]
            equal(fetched(context, server.address, *right), (4, []), "with a user")
            equal(fetched(context, server.address, status=3), (0, ["nothing_accepted"]), "without")
            equal(fetched(context, server.address, "--user", "night", "--passcode-file",
                          context.folder / "guess", status=3), (0, []), "with a guess")
            moved = context.ours("pacs-move", server.address, "SECOND", EVERYTHING, *right,
                                 "--retries", 0, status=1)
            equal((moved[0]["status"], moved[-1]["completed"]), ("A702", 0), "by a guess")
            server.config.write_text(source("code"), encoding="utf-8")
            server.process.send_signal(signal.SIGHUP)
            await_log(server, "configuration reloaded")
            moved = context.ours("pacs-move", server.address, "SECOND", EVERYTHING, *right)
            equal(moved[-1]["completed"], 4, "by the daemon's user")
            (context.folder / "ours.toml").write_text(
                node(context, "second", f"SECOND@localhost:{target.secure_port}"), encoding="utf-8")
            moved = context.ours("pacs-move", server.address, "@second", EVERYTHING, *right,
                                 "--config", "ours.toml", "--verify")
            equal([(record["found"], record["missing"]) for record in moved[:-1]], [(4, 0)], "verified")
    equal(len(objects.stored_files(context.folder / "second")), 4, "objects that arrived")
