"""Finding a peer by its name: several addresses of which some are dead, IPv6, and name servers that
never answer. The files of the system are others only in the namespace of the case."""

import contextlib
import json
import signal
import socket
import subprocess

import peers
from diagnosing import diagnosed
from harness import case, equal

DEAF = "ARCHIVE@host.example:104"


@contextlib.contextmanager
def system_files(context, **texts):
    """Files of /etc with other texts, resolv_conf= being resolv.conf."""
    named = {name.replace("_", "."): text for name, text in texts.items()}
    try:
        for name, text in named.items():
            (context.folder / name).write_text(text, encoding="utf-8")
            context.run("mount", "--bind", context.folder / name, f"/etc/{name}")
        yield
    finally:
        for name in named:
            context.run("umount", f"/etc/{name}")


@contextlib.contextmanager
def deaf_name_server(context):
    """A socket that takes what is asked of the only name server and never answers."""
    with system_files(context, resolv_conf="nameserver 127.0.0.1\n", hosts="127.0.0.1 localhost\n"), \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 53))
        deaf.settimeout(60)
        yield deaf


def drained(deaf):
    """What was asked until now: the identification of each question."""
    asked = set()
    deaf.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            asked.add(deaf.recv(4096)[:2])
    deaf.settimeout(60)
    return asked


def everything(context):
    """Each way of each tool to a peer."""
    objects = context.objects(1)
    return [("pacs-echo",), ("pacs-echo", "--diagnose"), ("pacs-echo", "--capabilities"),
            ("pacs-echo", "--tls"), ("pacs-find",), ("pacs-find", "--complete"),
            ("pacs-store", "--retries", "0", objects)]


@case
def name_with_two_addresses(context):
    """One of them is dead: the other is used, and the diagnosis says so."""
    with system_files(context, hosts="127.0.0.1 localhost two\n::1 two\n"), \
            context.archived() as server:
        two = f"ARCHIVE@two:{server.port}"
        record = diagnosed(context, two)
        equal((record["outcome"], record["reason"]), ("warning", "connection_refused"), "two")
        equal({each["address"]: each["outcome"] for each in record["addresses"]},
              {"127.0.0.1": "ok", "::1": "failed"}, "addresses")
        equal(context.ours("pacs-echo", two)[0]["outcome"], "ok", "echo")
        context.ours("pacs-find", two, "PatientID=X")
        server.stop()
        record = context.ours("pacs-echo", two, status=3)[0]
        equal((record["reason"], record["message"]),
              ("connection_refused", f"connecting to {two}: ::1: Connection refused, "
                                     "127.0.0.1: Connection refused"), "each address is named")


@contextlib.contextmanager
def silent_listener(host, port):
    """A port that answers no connection, neither with yes nor with no: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_INET6))
        listener.bind((host, port))
        listener.listen(0)
        while True:
            filling = stack.enter_context(socket.socket(socket.AF_INET6))
            filling.settimeout(0.5)
            try:
                filling.connect((host, port))
            except TimeoutError:
                break
        yield


@case
def name_with_a_silent_address(context):
    """The next address is tried beside the silent one, which costs a diagnosis its time and all others
    a moment."""
    with system_files(context, hosts="127.0.0.1 localhost two\n::1 two\n"), \
            context.archived() as server, silent_listener("::1", server.port):
        two = f"ARCHIVE@two:{server.port}"
        equal(context.ours("pacs-echo", two, "--connect-timeout", "60s")[0]["outcome"], "ok", "echo")
        record = diagnosed(context, two, "--connect-timeout", "1s")
        equal((record["outcome"], record["reason"]), ("warning", "timed_out"), "two")
        server.stop()
        record = context.ours("pacs-echo", two, "--connect-timeout", "1s", status=3)[0]
        equal((record["reason"], record["message"]),
              ("connection_refused", f"connecting to {two}: ::1: Connection timed out, "
                                     "127.0.0.1: Connection refused"), "each address is named")


@case
def peer_by_ipv6(context):
    with system_files(context, hosts="127.0.0.1 localhost\n::1 six\n"), \
            peers.scp_probe(context.build, context.folder, "[::1]:0") as server:
        for host in ("[::1]", "six"):
            address = f"ARCHIVE@{host}:{server.port}"
            record = diagnosed(context, address)
            equal((record["outcome"], record["address"]), ("ok", address), host)
            equal([each["address"] for each in record["addresses"]], ["::1"], "addresses")
            equal(context.ours("pacs-echo", address)[0]["outcome"], "ok", "echo")
        dead = context.ours("pacs-echo", f"ARCHIVE@127.0.0.1:{server.port}", status=3)[0]
        equal(dead["reason"], "connection_refused", "IPv4")


@case
def dead_name_servers_cost_the_time_to_connect(context):
    """The system itself would ask for ten seconds and more."""
    with deaf_name_server(context):
        for tool, *words in everything(context):
            out = context.run(context.build / tool, *words, DEAF, "--connect-timeout", "300ms",
                              status=3, limit_s=8)
            last = json.loads(out.splitlines()[-1]) if out else {}
            equal(last.get("exit_status"), 3, f"{tool} {words}")
        record = diagnosed(context, DEAF, "--connect-timeout", "300ms", status=3)
        equal((record["steps"][0]["outcome"], record["reason"]), ("failed", "timed_out"), "name")


@case
def a_signal_ends_the_wait_for_name_servers(context):
    with deaf_name_server(context) as deaf:
        for tool, *words in everything(context):
            command = [context.build / tool, *words, DEAF, "--connect-timeout", "60s"]
            drained(deaf)
            with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                deaf.recv(4096)  # so it waits
                process.send_signal(signal.SIGINT)
                equal(process.wait(8), 130, f"{tool} {words}")


@case
def who_asks_often_has_one_lookup(context):
    """The lookup of one name that hangs is shared by all that ask for it: the name server sees a
    question for each family of addresses, however often we wanted to know."""
    with deaf_name_server(context) as deaf:
        context.ours("pacs-echo", DEAF, "--count", 10, "--interval", "1ms", "--connect-timeout",
                     "20ms", status=3)
        asked = drained(deaf)
        assert 1 <= len(asked) <= 2, f"{len(asked)} questions"
