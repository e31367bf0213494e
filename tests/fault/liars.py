"""Our tools against every scenario of the hostile SCP: they end in time, their exit status tells the
truth, the last line is a summary, and nothing of the peer reaches a terminal raw."""

import concurrent.futures
import fnmatch
import json
import subprocess
import threading

import hostile_modes
from harness import case, files
from hostile_scp import HostileScp

LIMIT_S = 60

# What must not be taken for success, whatever the tool asked for.
NO_PEER = ["reject-*", "connect-abort*", "connect-close", "connect-reset", "connect-stall",
           "connect-garbage", "connect-http", "connect-tls", "connect-text", "connect-pdu-*",
           "associate-abort*", "associate-close", "associate-reset", "associate-stall",
           "associate-garbage", "associate-http", "associate-tls", "associate-text",
           "associate-pdu-*", "accept-none", "accept-no-items", "accept-unproposed",
           "accept-other-syntax", "accept-empty-syntax", "accept-escape-syntax", "accept-overrun",
           "busy-once"]
NO_ANSWER = ["command-abort*", "command-close", "command-reset", "command-stall",
             "answer-wrong-id", "answer-wrong-field", "answer-no-status", "answer-no-id",
             "answer-no-field", "answer-request", "answer-never", "answer-abort*", "answer-close",
             "answer-reset", "answer-half", "answer-other-context", "answer-command-*",
             "answer-garbage", "answer-http", "answer-tls", "answer-text", "answer-pdu-*",
             "answer-comment-*"]
BAD_STATUS = [f"status-{code}" for code in hostile_modes.STATUSES if code[0] not in "B"
              and code not in ("0001", "FF00")] + ["status-FF00"]
SOUND = ["ok", "accept-max-0", "accept-max-4g", "accept-max-128", "accept-implicit-only",
         "release-*"]
BUSY = {"busy-once", "lost-once", "lost-after-2"}  # a retry succeeds


def matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def one(context, name, command, sound):
    """Runs a tool against a scenario; what is wrong with what it did, in words. It waits long for a
    peer that answers, and which only a busy machine makes slow."""
    patience = "3s" if not sound else "10s" if name.startswith("release-") else "30s"
    words = [*command, "--timeout", patience, "--connect-timeout", patience]
    try:
        done = subprocess.run([str(word) for word in words], capture_output=True,
                              timeout=LIMIT_S, check=False, cwd=context.folder)
    except subprocess.TimeoutExpired:
        return [f"{name}: did not end in {LIMIT_S} s"], None
    wrong = []
    if done.returncode < 0 or done.returncode in (2, 5, 70):
        wrong.append(f"{name}: exit {done.returncode}: {done.stderr[-300:]!r}")
    if any(byte < 32 and byte not in b"\n" for byte in done.stdout + done.stderr):
        wrong.append(f"{name}: control characters came through")
    lines = done.stdout.decode(errors="replace").splitlines()
    try:
        records = [json.loads(line) for line in lines]
        if not records or records[-1]["type"] != "summary":
            wrong.append(f"{name}: the last line is no summary")
    except (ValueError, KeyError) as error:
        wrong.append(f"{name}: no NDJSON: {error}")
    return wrong, done.returncode


def judged(name, status, must_fail, must_work):
    if status == 0 and matches(name, must_fail):
        return [f"{name}: exit 0 where nothing succeeded"]
    if status not in (0, None) and matches(name, must_work):
        return [f"{name}: exit {status} where all was well"]
    return []


def all_modes(context, command, must_fail, must_work, only=("*",)):
    """Every scenario, or those that `only` has, sixteen side by side."""
    def against(name):
        scp = HostileScp({**hostile_modes.scenario(name), "limit_s": LIMIT_S})
        threading.Thread(target=scp.serve, daemon=True).start()
        wrong, status = one(context, name, command(scp.port), matches(name, must_work))
        scp.close()
        return wrong + judged(name, status, must_fail, must_work)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        wrong = [line for lines in pool.map(
            against, [name for name in hostile_modes.modes() if matches(name, only)])
                 for line in lines]
    assert not wrong, f"{len(wrong)} lies told or believed:\n" + "\n".join(wrong)


@case
def echo_among_liars(context):
    all_modes(context, lambda port: [
        context.build / "pacs-echo", f"ARCHIVE@127.0.0.1:{port}", "--format", "ndjson"],
        NO_PEER + NO_ANSWER + BAD_STATUS + ["full-once"], SOUND)


@case
def find_among_liars(context):
    """A C-FIND that ends with a failure, or without an end, is no success."""
    lies = ["find-stall", "find-abort", "find-close", "find-reset", "find-fails",
            "find-refuses", "find-cancels", "find-no-identifier", "find-garbage", "find-nested",
            "find-endless", "find-huge"]
    sound = ["find-three", "find-none", "find-thousand", "find-japanese"]
    all_modes(context, lambda port: [
        context.build / "pacs-find", f"ARCHIVE@127.0.0.1:{port}", "StudyInstanceUID", "--limit", "100000",
        "--format", "ndjson"],
        NO_PEER + NO_ANSWER + BAD_STATUS + lies, [*sound, *SOUND])


@case
def store_among_liars(context):
    """Three objects to each liar: exit 0 only when each was answered with success."""
    made = files(context.objects(3))
    lies = ["data-abort*", "data-close", "data-reset", "data-stall", "answer-wrong-instance",
            "answer-wrong-class"]
    # an answer on another accepted context still names its message, so it is known whose it is
    answers = [name for name in NO_ANSWER if name != "answer-other-context"]
    must_fail = [name for name in NO_PEER if name not in BUSY] + answers + BAD_STATUS
    all_modes(context, lambda port: [
        context.build / "pacs-store", *made, f"ARCHIVE@127.0.0.1:{port}", "--retries", "1"],
        must_fail + lies,
        SOUND + sorted(BUSY) + ["status-B000", "status-B006", "status-B007"])


@case
def move_among_liars(context):
    """A C-MOVE is no success unless the source says so and counts as many as it has."""
    lies = ["find-stall", "find-abort", "find-close", "find-reset", "find-fails", "find-refuses",
            "find-no-identifier", "find-garbage", "find-nested", "find-endless", "find-huge",
            "find-foreign", "find-other-level", "move-nothing", "move-less", "move-fails",
            "move-partly*", "move-escape-list", "move-unknown", "move-cancels",
            "move-for-ever-still", "move-stall", "move-abort", "move-close", "move-reset"]
    shown = [name for name in hostile_modes.modes()
             if matches(name, ["answer-*", "status-*", "move-*", "accept-*", "busy-once", *lies])
             and name not in ("move-for-ever", "move-for-ever-deaf")]
    all_modes(context, lambda port: [
        context.build / "pacs-move", f"ARCHIVE@127.0.0.1:{port}", "DEST", "StudyDate=20240131",
        "--retries", "0", "--stall-timeout", "3s", "--format", "ndjson"],
        NO_PEER + NO_ANSWER + BAD_STATUS + lies, ["move-well", "accept-max-0", "accept-max-128"],
        shown)


@case
def moves_without_an_end(context):
    """A source that counts on for ever, with an ear for C-CANCEL or without, that counts and never gets
    further, that never answers: a limit of time ends it, the records say so, and which."""
    brief = ("--retries", "0", "--cancel-timeout", "200ms")
    for name, options, status, words in (
            ("move-for-ever", ("--max-duration", "500ms"), 6, "--max-duration"),
            ("move-for-ever-deaf", ("--max-duration", "500ms"), 6, "--max-duration"),
            ("move-for-ever-still", ("--stall-timeout", "200ms"), 1, "without progress"),
            ("move-stall", ("--stall-timeout", "200ms"), 1, "timed_out")):
        scp = HostileScp({**hostile_modes.scenario(name), "limit_s": LIMIT_S})
        threading.Thread(target=scp.serve, daemon=True).start()
        done = subprocess.run(
            [context.build / "pacs-move", f"ARCHIVE@127.0.0.1:{scp.port}", "DEST", "StudyDate=20240131",
             "--format", "ndjson", *brief, *options], capture_output=True, timeout=LIMIT_S, check=False)
        scp.close()
        told = (done.stdout + done.stderr).decode()
        assert done.returncode == status and words in told, f"{name}: exit {done.returncode}\n{told}"
        summary = json.loads(done.stdout.splitlines()[-1])
        assert (summary["type"], summary["exit_status"]) == ("summary", status), told
