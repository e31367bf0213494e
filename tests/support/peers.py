"""Servers for tests and benchmarks, ours and others', each started, waited for and stopped by pid.

DCMTK's servers and Orthanc bind every address, so whoever starts one does it in a network namespace
of its own: enter_namespace() makes one and runs the program again inside it."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

NODELAY = {**os.environ, "TCP_NODELAY": "1"}  # DCMTK leaves Nagle on otherwise


def enter_namespace():
    """Runs this program again inside namespaces of its own: nothing but loopback is there, mounts
    stay private, and whatever was started ends with it."""
    if os.environ.get("PACS_NAMESPACE") == "entered":
        return
    os.environ["PACS_NAMESPACE"] = "entered"
    rights = "-mnp" if os.getuid() == 0 else "-rmnp"
    unshare = ["unshare", rights, "--fork", "--kill-child", "--mount-proc"]
    tried = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        print(f"skipped: no namespaces here: {tried.stderr.strip()}")
        sys.exit(77)
    os.execvp(unshare[0], [*unshare, "sh", "-c", 'ip link set lo up && exec "$@"', "sh",
                           sys.executable, "-B", *sys.argv])


def await_port(port, process, limit_s=20.0):
    """Returns when something listens on the port of loopback."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{process.args[0]} does not listen on port {port}")


class Server:
    """A process that serves DICOM on `port` under the title `aet`; a context manager."""

    def __init__(self, name, command, port, folder, aet="ARCHIVE", env=None, stdout=None):
        self.name, self.port, self.aet, self.folder = name, port, aet, pathlib.Path(folder)
        self.log = self.folder / f"{name}.log"
        self.process = subprocess.Popen(
            command, env=env or NODELAY, stdout=stdout or self.log.open("ab"),
            stderr=self.log.open("ab"), cwd=self.folder, start_new_session=True)

    @property
    def address(self):
        return f"{self.aet}@127.0.0.1:{self.port}"

    def memory_kib(self, field="VmHWM"):
        """Peak (VmHWM) or present (VmRSS) resident memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, limit_s=30.0):
        """SIGTERM; returns the exit status, or the negative signal that ended it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                raise
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)  # children of --fork
            except ProcessLookupError:
                pass


class Archived(Server):
    """Our daemon, on a port of its choice by default; `wrap` goes before its command line (prlimit,
    strace)."""

    def __init__(self, programs, archive, folder, options=(), wrap=(), limit_s=30.0, port=0):
        command = [*wrap, f"{programs}/pacs-archived", "--archive", str(archive), "--listen",
                   f"127.0.0.1:{port}", "--aet", "ARCHIVE", "--log-format", "json", *options]
        super().__init__("pacs-archived", command, 0, folder, stdout=subprocess.PIPE)
        self.archive = pathlib.Path(archive)
        self.port = self._read_port(limit_s)

    def _read_port(self, limit_s):
        os.set_blocking(self.process.stdout.fileno(), True)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(limit_s)
            raise SystemExit(f"pacs-archived ended with {self.process.returncode}:\n"
                             + self.log.read_text(encoding="utf-8", errors="replace")[-2000:])
        return json.loads(line)["port"]


def scp_probe(programs, folder, listen="127.0.0.1:0"):
    """Our own upper layer with nothing behind it: takes everything and keeps nothing."""
    server = Server("scp_probe", [f"{programs}/tests/scp_probe", "--listen", listen], 0, folder,
                    stdout=subprocess.PIPE)
    server.port = int(server.process.stdout.readline().split(b":")[-1])
    return server


def storescp(folder, *options, port=11113):
    """DCMTK's storescp writing into folder/received."""
    received = pathlib.Path(folder) / "received"
    received.mkdir(exist_ok=True)
    server = Server("storescp", ["storescp", "--aetitle", "ARCHIVE", "-od", str(received),
                                 "--max-pdu", "131072", *options, str(port)], port, folder)
    await_port(port, server.process)
    return server


def dcmrecv(folder, *options, port=11114):
    """DCMTK's dcmrecv; without a profile of its own it takes nothing but C-ECHO."""
    received = pathlib.Path(folder) / "received"
    received.mkdir(exist_ok=True)
    server = Server("dcmrecv", ["dcmrecv", "--aetitle", "ARCHIVE", "-od", str(received),
                                "--config-file", str(recv_config(folder)), "Everything",
                                "--max-pdu", "131072", *options, str(port)], port, folder)
    await_port(port, server.process)
    return server


def recv_config(folder):
    """A profile that takes the SOP classes of make_objects in all its transfer syntaxes."""
    syntaxes = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2",
                "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5"]
    classes = [f"1.2.840.10008.5.1.4.1.1.{tail}" for tail in ("1", "2", "4", "6.1", "128")]
    lines = ["[[TransferSyntaxes]]", "[All]"]
    lines += [f"TransferSyntax{at} = {uid}" for at, uid in enumerate(syntaxes, 1)]
    lines += ["[[PresentationContexts]]", "[Storage]"]
    lines += [f"PresentationContext{at} = {uid}\\All" for at, uid in enumerate(classes, 1)]
    lines += ["[[Profiles]]", "[Everything]", "PresentationContexts = Storage"]
    path = pathlib.Path(folder) / "recv.cfg"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def dcmqrscp(folder, port=11115, hosts=()):
    """DCMTK's archive; `hosts` are the (title, port) on loopback that it may move to."""
    database = pathlib.Path(folder) / "database"
    database.mkdir(exist_ok=True)
    config = pathlib.Path(folder) / "dcmqrscp.cfg"
    table = "\n".join(f"host{at} = ({title}, localhost, {number})"
                      for at, (title, number) in enumerate(hosts))
    config.write_text(f"""NetworkTCPPort = {port}
MaxPDUSize = 131072
MaxAssociations = 64
HostTable BEGIN
{table}
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
ARCHIVE {database} RW (100000, 100gb) ANY
AETable END
""", encoding="utf-8")
    server = Server("dcmqrscp", ["dcmqrscp", "-c", str(config)], port, folder)
    await_port(port, server.process)
    return server


def orthanc(folder, port=11116, http_port=11117, **changes):
    """Orthanc with its defaults, but open to all callers."""
    database = pathlib.Path(folder) / "orthanc"
    database.mkdir(exist_ok=True)
    config = {"Name": "TEST", "StorageDirectory": str(database), "IndexDirectory": str(database),
              "Plugins": [], "HttpPort": http_port, "DicomPort": port, "DicomAet": "ARCHIVE",
              "DicomCheckCalledAet": False, "DicomAlwaysAllowEcho": True,
              "DicomAlwaysAllowStore": True, "DicomAlwaysAllowFind": True,
              "UnknownSopClassAccepted": True, "AuthenticationEnabled": False, **changes}
    path = pathlib.Path(folder) / "orthanc.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    server = Server("orthanc", ["Orthanc", str(path)], port, folder)
    await_port(port, server.process)
    return server
