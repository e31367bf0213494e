"""Rounds, medians, ratios, and the table they are printed in."""

import contextlib
import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess
import tempfile
import time

import peers


def machine():
    """What the figures hold for, in one line."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), platform.machine())
    cores = len([line for line in open("/proc/cpuinfo", encoding="utf-8")
                 if line.startswith("processor")])
    control = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text("utf-8").strip()
    return (f"{datetime.date.today()}, {cores} x {model}, Linux {platform.release()}, loopback ({control}), "
            "page cache warm, TCP_NODELAY=1 for DCMTK's tools unless said")


class Bench:
    """One run of the benchmark: options, objects, figures."""

    def __init__(self, options, folder):
        self.options, self.folder, self.build = options, folder, options.build
        self.figures = {}
        self.goals = []
        self.made = {}

    def objects(self, kind, parts=1):
        """Files of a kind ("small" or "ct"), dealt into so many lists."""
        if kind not in self.made:
            count, size = {"small": (self.options.small, 6600), "ct": (self.options.ct, 526_000)}[kind]
            folder = self.folder / kind
            subprocess.run([self.build / "tests" / "make_objects", folder, "--count", str(count),
                            "--bytes", str(size), "--ascii", "--seed", "7" if kind == "ct" else "8"],
                           check=True)
            self.made[kind] = sorted(str(path) for path in folder.rglob("*.dcm"))
        files = self.made[kind]
        return [files[at::parts] for at in range(parts)]

    @contextlib.contextmanager
    def scratch(self):
        """An empty folder for one measurement. What servers leave in it stays until the end of the
        run: some file systems (ext4 without a journal) make new files several times slower for
        minutes after many were removed, and the next competitor would pay for it. The disk starts
        each measurement with nothing to do."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))
        os.sync()
        yield folder

    def rounds(self, topic, competitors):
        """Runs {name: function that returns a rate}, round by round; {name: median}."""
        rates = {name: [] for name in competitors}
        for _ in range(self.options.rounds):
            for name, measured in competitors.items():
                rates[name].append(measured())
        medians = {name: statistics.median(values) for name, values in rates.items()}
        self.figures[topic] = rates
        width = max(len(name) for name in medians)
        print(f"{topic}:")
        for name, value in medians.items():
            spread = f"{min(rates[name]):,.0f} to {max(rates[name]):,.0f}"
            print(f"    {name:{width}}  {value:10,.1f}   ({spread})", flush=True)
        return medians

    def goal(self, what, got, wanted, unit="x", at_most=False):
        """Notes what was reached of a goal; `at_most` for figures that should be small."""
        reached = got <= wanted if at_most else got >= wanted
        self.goals.append((what, got, wanted, unit, at_most, reached))
        self.figures.setdefault("goals", {})[what] = {"got": got, "goal": wanted, "unit": unit,
                                                      "reached": reached}

    def print_goals(self):
        print("\n## goals\n\n| | reached | goal | |\n|---|---|---|---|")
        for what, got, wanted, unit, at_most, reached in self.goals:
            sign = "at most " if at_most else ""
            print(f"| {what} | {got:.1f} {unit} | {sign}{wanted:g} {unit} | {'yes' if reached else 'no'} |")


def timed(commands, env=None, status=0):
    """Seconds that the commands, side by side, take; each must end with `status`."""
    start = time.perf_counter()
    running = [subprocess.Popen([str(word) for word in command], env=env or peers.NODELAY,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
               for command in commands]
    for process in running:
        errors = process.communicate()[1]
        if process.returncode != status:
            raise SystemExit(f"{' '.join(map(str, process.args[:6]))} ... ended with {process.returncode}: "
                             + errors.decode(errors="replace")[-500:])
    return time.perf_counter() - start


def dcmsend(port, lists, env=None):
    """Seconds dcmsend needs for the lists of files, one process each."""
    return timed([["dcmsend", "-aec", "ARCHIVE", "-dn", "--max-send-pdu", "131072", "127.0.0.1",
                   port, *files] for files in lists], env)


def pacs_store(bench, port, files, associations=1, *options):
    """Seconds pacs-store needs for the files."""
    listing = bench.folder / "listing"
    listing.write_text("\n".join(files) + "\n", encoding="utf-8")
    start = time.perf_counter()
    with listing.open("rb") as stdin:
        done = subprocess.run([bench.build / "pacs-store", "-", f"ARCHIVE@127.0.0.1:{port}", "-j",
                               str(associations), *options], stdin=stdin, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"pacs-store ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return time.perf_counter() - start


def store_probe(bench, port, lists):
    """Seconds our bare sender needs for the lists, one process and association each, from its first
    object to its last answer: reading the files' heads before and starting up do not count."""
    running = [subprocess.Popen([bench.build / "tests" / "store_probe", f"ARCHIVE@127.0.0.1:{port}",
                                 *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
               for files in lists]
    seconds = []
    for process in running:
        said, errors = process.communicate()
        if process.returncode:
            raise SystemExit(f"store_probe ended with {process.returncode}: {errors[-500:]}")
        seconds.append(float(re.search(r"([0-9.]+) s,", said)[1]))
    return max(seconds)


def expect(got, wanted, what):
    """A benchmark that lost objects measured nothing."""
    if got != wanted:
        raise SystemExit(f"{what}: {got} instead of {wanted}")


def count_files(folder):
    return sum(1 for path in pathlib.Path(folder).rglob("*") if path.is_file())
