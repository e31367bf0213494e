"""TLS and access rules of pacs-archived, with DCMTK's clients and OpenSSL's; our clients to DCMTK's
server; new certificates under load; a crowd of handshakes that never end; callers from elsewhere."""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import threading
import time

import objects
import peers
from harness import case, equal, files, need
from securing import certificates

PROFILES = ("+px", "+py", "+pz")  # BCP 195: plain, non-downgrading, extended
CALLER = "10.1.2.3"  # an address that is not the loopback's


@contextlib.contextmanager
def guarded(context, *options, port=0):
    """The daemon with a plain and a TLS listener; the port of the latter is in `secure_port`."""
    folder = certificates(context)
    server = context.archived("--listen-tls", "127.0.0.1:0", "--tls-cert", folder / "rsa.crt", "--tls-key",
                              folder / "rsa.key", "--tls-ca", folder / "ca.pem", *options, port=port)
    with server:
        server.secure_port = json.loads(server.process.stdout.readline())["port"]
        yield server


def split_pem(context, name):
    """DCMTK wants a key and a certificate in two words; ours has both in one file."""
    pem = certificates(context) / name
    return ["+tls", pem, pem, "+cf", certificates(context) / "ca.pem"]


def ours(context):
    folder = certificates(context)
    return ["--tls", "--tls-ca", folder / "ca.pem", "--tls-cert", folder / "client.pem"]


def log_of(server, kind="association"):
    records = []
    for line in server.log.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            records.append(json.loads(line))
    return [record for record in records if record.get("type") == kind]


@case
def tls_from_dcmtk(context):
    """Echo, store and find by every profile of BCP 195; no certificate and a stranger's are refused."""
    made = context.objects(12)
    with guarded(context) as server:
        to = ["-aec", "ARCHIVE", "127.0.0.1", server.secure_port]
        for profile in PROFILES:
            context.run("echoscu", *split_pem(context, "client.pem"), profile, *to)
        context.run("storescu", *split_pem(context, "client.pem"), "+sd", "+r", "-R", *to, made)
        context.run("findscu", *split_pem(context, "client.pem"), "-S", "-k", "QueryRetrieveLevel=STUDY",
                    "-k", "StudyInstanceUID", *to)
        found = context.ours("pacs-find", *ours(context), f"ARCHIVE@127.0.0.1:{server.secure_port}")
        equal([record["type"] for record in found], ["study", "summary"], "found")
        context.run("echoscu", *split_pem(context, "stranger.pem"), *to, status=1)
        context.run("echoscu", "+tla", "+cf", certificates(context) / "ca.pem", *to, status=1)
        context.run("echoscu", *to, status=1)  # plain DICOM to the TLS port
        context.run("echoscu", "-aec", "ARCHIVE", "127.0.0.1", server.port)
    ended = [record["ended"] for record in log_of(server)]
    equal(ended.count("tls_failed"), 3, f"handshakes that failed: {ended}")
    versions = {record["tls_version"] for record in log_of(server) if "tls_version" in record}
    assert versions <= {"TLSv1.2", "TLSv1.3"} and versions, versions
    sent = sorted(objects.digest_of_data_set(path) for path in files(made))
    stored = objects.stored_files(context.folder / "archive")
    equal(sorted(objects.digest_of_data_set(path) for path in stored.values()), sent, "data sets")


@case
def tls_to_dcmtk(context):
    """Our tools to storescp with TLS, which wants our certificate; a name that is not its own."""
    made = context.objects(12)
    with peers.storescp(context.folder, *[str(word) for word in split_pem(context, "good.pem")],
                        "+B", "+xa") as server:
        records = context.ours("pacs-store", *ours(context), made, server.address)
        equal(records[-1]["ok"], len(files(made)), "stored")
        equal(context.ours("pacs-echo", *ours(context), server.address)[0]["outcome"], "ok", "echo")
        failed = context.ours("pacs-echo", *ours(context), "--tls-name", "other.example", server.address,
                              status=3)[0]
        equal(failed["reason"], "tls_failed", "another name")
    with peers.storescp(context.folder, *[str(word) for word in split_pem(context, "other-name.pem")],
                        port=11123) as server:
        context.ours("pacs-echo", *ours(context), server.address, status=3)
        context.ours("pacs-echo", *ours(context), "--tls-insecure", server.address)


@case
def certificates_change_under_load(context):
    """SIGHUP with new files while four associations at a time come and go: nothing is lost."""
    folder = certificates(context)
    mine, trusted = context.folder / "mine.pem", context.folder / "trusted.pem"
    shutil.copy(folder / "good.pem", mine)
    shutil.copy(folder / "ca.pem", trusted)
    made = context.objects(80)
    with context.archived("--listen-tls", "127.0.0.1:0", "--tls-cert", mine, "--tls-ca", trusted) as server:
        port = json.loads(server.process.stdout.readline())["port"]
        done = threading.Event()

        def reload_again_and_again():
            names = ["ending.pem", "good.pem", "self-signed.pem", "good.pem"]
            while not done.wait(0.05):
                names.append(names.pop(0))
                if names[0] == "self-signed.pem":
                    mine.write_text("broken", encoding="utf-8")  # the old one stays
                else:
                    shutil.copy(folder / names[0], context.folder / "next.pem")
                    (context.folder / "next.pem").rename(mine)
                server.process.send_signal(signal.SIGHUP)

        thread = threading.Thread(target=reload_again_and_again)
        thread.start()
        try:
            for _ in range(6):
                records = context.ours("pacs-store", *ours(context), "-j", 4, "--retries", 0, made,
                                       f"ARCHIVE@127.0.0.1:{port}")
                equal(records[-1]["failed"], 0, "failed")
        finally:
            done.set()
            thread.join()
    assert "the old one stays" in server.log.read_text(encoding="utf-8"), "it was never reloaded"
    equal(len(objects.stored_files(context.folder / "archive")), 80, "objects")


@case
def a_crowd_of_handshakes(context):
    """200 that stand still, at three places: others are served as if nobody were there."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    with guarded(context, "--negotiation-timeout", "20s", "--max-associations-per-peer", "300") as server:
        with contextlib.ExitStack() as stack:
            for at in range(200):
                sock = stack.enter_context(socket.create_connection(("127.0.0.1", server.secure_port)))
                sock.sendall((b"", hello[:1], hello)[at % 3])
            took = []
            for _ in range(5):
                record = context.ours("pacs-echo", *ours(context),
                                      f"ARCHIVE@127.0.0.1:{server.secure_port}")[0]
                equal(record["outcome"], "ok", record.get("message"))
                took.append(record["connect_ms"] + record["ms"])
            # the best of them, for the machine may be busy with other tests
            assert min(took) < 250, took
        memory = server.memory_kib("VmRSS")
        assert context.sanitized or memory < 96 * 1024, f"{memory} KiB"


def store_from(context, address, title, made, to, *options, status=0):
    """storescu, calling from where the route to `to` makes it call from."""
    return context.run("storescu", *options, "-aet", title, "-aec", "ARCHIVE", "+sd", "+r", "-R", to,
                       address, made, status=status)


@case
def callers_from_elsewhere(context):
    """What the machine itself may, others may not, until a rule or a node says so: for every wrong
    reason the same answer."""
    need("ip")
    context.run("ip", "address", "replace", f"{CALLER}/8", "dev", "lo")
    made = context.objects(4)
    config = context.folder / "pacs.toml"

    def write(rules):
        config.write_text(rules, encoding="utf-8")

    write("")
    with context.archived("--config", config, "--listen", "*:11124") as server:
        context.run("echoscu", "-aec", "ARCHIVE", "127.0.0.1", server.port)
        refusals = set()
        for title, called in (("CT1", "ARCHIVE"), ("CT1", "SOMEBODY"), ("CT2", "ARCHIVE")):
            record = context.ours("pacs-echo", "--calling", title, f"{called}@{CALLER}:11124", status=3)[0]
            refusals.add(record["message"].replace("SOMEBODY", "ARCHIVE"))
        equal(len(refusals), 1, f"refusals: {refusals}")
        assert "calling AE title not recognised" in refusals.pop()
        said = server.log.read_text(encoding="utf-8")
        assert "nothing allows other machines anything" in said, said

        write('[archived]\nallow = ["echo from 10.0.0.0/8"]\n[node.ct]\n'
              f'address = "CT1@{CALLER}:104"\nallow = ["store"]\n')
        server.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while (context.ours("pacs-echo", f"ARCHIVE@{CALLER}:11124", status=None)[0]["outcome"] != "ok"
               and time.monotonic() < until):
            pass
        context.ours("pacs-echo", f"ARCHIVE@{CALLER}:11124")
        store_from(context, 11124, "CT1", made, CALLER)
        store_from(context, 11124, "CT2", made, CALLER, status=None)
        context.run("echoscu", "-aec", "ARCHIVE", "127.0.0.1", server.port, status=1)
    nodes = [record.get("node") for record in log_of(server) if record["operations"].get("C-STORE")]
    equal(nodes, ["ct"], "who stored")
    equal(len(objects.stored_files(context.folder / "archive")), 4, "objects")


@case
def openssl_clients_of_all_kinds(context):
    """What is too old or too weak gets nothing but an alert; renegotiation is refused."""
    need("openssl")
    folder = certificates(context)
    with guarded(context, "--negotiation-timeout", "1s") as server:
        def connect(*options):
            done = subprocess.run(
                ["openssl", "s_client", "-connect", f"127.0.0.1:{server.secure_port}", "-CAfile",
                 str(folder / "ca.pem"), "-cert", str(folder / "client.pem"), *options],
                input=b"R\n", capture_output=True, timeout=30, check=False)
            return (done.stdout + done.stderr).decode(errors="replace")

        weak = ["-cipher", "ALL:@SECLEVEL=0"]
        for options in (["-tls1", *weak], ["-tls1_1", *weak], ["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
                        ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"],
                        ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"]):
            assert "Cipher is (NONE)" in connect(*options), options
        for options in (["-tls1_2"], ["-tls1_3"]):
            said = connect(*options)
            assert "Cipher is (NONE)" not in said and "Compression: NONE" in said, said
            assert "Session-ID: \n" in said or "Session-ID:" not in said, f"a session to resume: {said}"
        said = connect("-tls1_2").partition("RENEGOTIATING")[2]
        assert "error" in said and "verify return" not in said, f"renegotiation: {said}"


@case
def users_of_dcmtk(context):
    """storescu identifies as a user: the right passcode is let in and confirmed, others are not."""
    need("openssl")
    made = context.objects(4)
    done = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=b"open sesame\n",
                          capture_output=True, check=True)
    users = context.folder / "users"
    users.write_text(f"alice:{done.stdout.decode().strip()}\n", encoding="utf-8")
    users.chmod(0o600)
    (context.folder / "token").write_bytes(b"a token")
    with context.archived("--users-file", users, "--allow", "all from loopback with user") as server:
        def store(*options, status):
            return context.run("storescu", *options, "-aec", "ARCHIVE", "+sd", "+r", "-R", "127.0.0.1",
                               server.port, made, status=status)

        store("-usr", "alice", "-pwd", "open sesame", "-rsp", status=0)
        store("-usr", "alice", "-pwd", "guess", status=1)
        store("-usr", "alice", status=1)
        store("--jwt", context.folder / "token", status=1)
        store("--saml", context.folder / "token", status=1)
        store(status=1)
    records = log_of(server)
    equal([record.get("user") for record in records if record["operations"]], ["alice"], "who stored")
    equal({record["ended"] for record in records if not record["operations"]}, {"rejected"}, "others")
    said = server.log.read_text(encoding="utf-8")
    assert "a kind we cannot prove" in said and "guess" not in said, said
    equal(len(objects.stored_files(context.folder / "archive")), 4, "objects")
