"""Small objects to a receiver 50 ms away: a relay keeps every byte for 25 ms in each direction."""

import peers
from delay_line import DelayLine
from measure import dcmsend, pacs_store

NEAR = 20  # dcmsend moves some 18 objects a second over this distance


def run(bench):
    files = bench.objects("small")[0]
    with bench.scratch() as folder, peers.Archived(bench.build, folder / "archive", folder) as server, \
            DelayLine(server.port, 0.025) as far:
        turn = iter(range(1_000_000))

        def sent_far(options=()):
            # each round other objects: what is there already costs the archive nothing
            at = next(turn) * 2000 % max(1, len(files) - 1999)
            part = files[at:at + 2000]
            return len(part) / pacs_store(bench, far.port, part, 1, *options)
        rates = bench.rounds("sending small at 50 ms round trip, objects/s", {
            "dcmsend": lambda: NEAR / dcmsend(far.port, [files[:NEAR]]),
            "pacs-store": sent_far,
            "pacs-store, no window": lambda: NEAR / pacs_store(bench, far.port, files[-NEAR:], 1,
                                                               "--async-window", "1"),
        })
    bench.goal("send small at 50 ms, one command, against dcmsend",
               rates["pacs-store"] / rates["dcmsend"], 50)
