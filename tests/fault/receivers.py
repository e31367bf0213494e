"""Destinations of a C-MOVE that mean no good, and what the asker is told of them."""

import concurrent.futures
import threading

import hostile_modes
from askers import filled
from harness import case, equal
from hostile_scp import HostileScp
from scu import innocent_echo

# what nobody can have taken
REFUSING = ("reject-1-1-7", "reject-2-3-1", "connect-close", "connect-garbage", "connect-http", "connect-tls",
            "connect-stall", "associate-abort", "associate-stall", "associate-pdu-1gib", "accept-none",
            "accept-unproposed", "accept-other-syntax", "accept-overrun", "command-abort", "command-stall",
            "data-abort", "data-stall", "answer-wrong-id", "answer-wrong-instance", "answer-no-status",
            "answer-no-id", "answer-request", "answer-never", "answer-abort", "answer-half", "answer-close",
            "answer-command-garbage", "answer-pdu-endless-command", "answer-release", "status-A700",
            "status-C000", "status-0122", "status-FF00")
# odd, but all is taken
TAKING = ("accept-max-128", "accept-implicit-only", "accept-big-endian-only", "release-abort", "lost-once")


def nodes(context):
    """{mode: (title, server)}: a hostile destination for each, all in pacs.toml. Those that take nothing
    get little time: what is too slow on a busy machine has failed, too."""
    made, lines = {}, []
    for number, mode in enumerate(TAKING + REFUSING):
        scp = HostileScp(hostile_modes.scenario(mode), context.folder / f"{mode}.log")
        threading.Thread(target=scp.serve, daemon=True).start()
        made[mode] = (f"M{number}", scp)
        patience = "30s" if mode in TAKING else "200ms"
        lines += [f"[node.n{number}]", f'address = "M{number}@127.0.0.1:{scp.port}"', 'allow = ["receive"]',
                  f'timeout = "{patience}"', f'connect_timeout = "{patience}"']
    (context.folder / "pacs.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made


@case
def destinations_that_mean_no_good(context):
    """They reject, stall, abort, refuse transfer syntaxes, answer nonsense: what they did not take is
    never counted as completed, and the daemon goes on."""
    made = nodes(context)
    with context.archived("--config", context.folder / "pacs.toml") as server:
        filled(context, server, 3, 6600)

        def moved(mode):
            record = context.ours("pacs-move", server.address, made[mode][0], "AccessionNumber=*", "--retries", 0,
                                  status=None)[0]
            return record["outcome"], record["status"], record["completed"], record["failed"]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            told = dict(zip(made, pool.map(moved, made)))
        assert innocent_echo("127.0.0.1", server.port, "ARCHIVE") is not None
        equal(server.stop(), 0, "exit status")
    for _, scp in made.values():
        scp.close()
    equal(told, {mode: ("ok", "0000", 3, 0) if mode in TAKING else ("failed", "A702", 0, 3) for mode in made},
          "what was told")
