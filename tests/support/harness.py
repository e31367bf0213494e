"""What interop and fault cases share: a list of them, a scratch folder, our programs, commands whose
failure is told in full, and the program that runs them."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

import peers

CASES = {}


class Skip(Exception):
    """This machine lacks what the case needs."""


class CommandFailed(Exception):
    """A command ended otherwise than the case wants."""


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


class Context:
    """One run of one case: its scratch folder and the programs of one build."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.made = 0

    @property
    def sanitized(self):
        """True for a build with the address sanitizer, whose memory is not that of the tool."""
        return b"__asan_init" in (self.build / "pacs-archived").read_bytes()

    def archived(self, *options, name="archive", port=0):
        return peers.Archived(self.build, self.folder / name, self.folder, options, port=port)

    def start(self, tool, *arguments):
        """Starts one of our tools, its output to a log; the caller ends it."""
        return self.start_other(self.build / tool, *arguments)

    def start_other(self, program, *arguments):
        """The same with somebody else's."""
        log = (self.folder / f"{pathlib.Path(program).name}-started.log").open("ab")
        return subprocess.Popen([str(program), *[str(word) for word in arguments]],
                                stdout=log, stderr=log)

    def run(self, *command, status=0, limit_s=300):
        """Runs a command; its standard output. CommandFailed when it ends otherwise."""
        done = subprocess.run([str(word) for word in command], cwd=self.folder, env=peers.NODELAY,
                              capture_output=True, timeout=limit_s, check=False)
        if status is not None and done.returncode != status:
            raise CommandFailed(f"{' '.join(str(word) for word in command)}\nended with "
                                f"{done.returncode}, not {status}\n"
                                + done.stdout.decode(errors="replace")[-3000:]
                                + done.stderr.decode(errors="replace")[-3000:])
        return done.stdout.decode(errors="replace")

    def ours(self, tool, *arguments, status=0):
        """Runs one of our tools; its records."""
        extra = ["--format", "ndjson"] if tool != "pacs-store" else []
        out = self.run(self.build / tool, *arguments, *extra, status=status)
        return [json.loads(line) for line in out.splitlines()]

    def objects(self, count=30, *options):
        """Makes synthetic files; the folder."""
        self.made += 1
        folder = self.folder / f"made-{self.made}"
        self.run(self.build / "tests" / "make_objects", folder, "--count", count, "--seed",
                 self.made, *options)
        return folder

    def odd_objects(self):
        folder = self.folder / "odd"
        self.run(self.build / "tests" / "make_objects", folder, "--odd")
        return folder


def files(folder):
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())


def need(program):
    if shutil.which(program) is None:
        raise Skip(f"{program} is not installed")


def real_data():
    """The folder of real files that PACS_TEST_DATA names."""
    folder = os.environ.get("PACS_TEST_DATA", "")
    if not folder or not os.path.isdir(folder):
        raise Skip("PACS_TEST_DATA names no folder of real files")
    return pathlib.Path(folder)


def equal(got, wanted, what):
    assert got == wanted, f"{what}: {got!r} instead of {wanted!r}"


def run_case(name, build):
    """0 passed, 1 failed, 77 skipped."""
    with tempfile.TemporaryDirectory(prefix="pacs-test-") as folder:
        try:
            CASES[name](Context(build, pathlib.Path(folder)))
        except Skip as skip:
            print(f"skipped {name}: {skip}")
            return 77
        except Exception as failure:  # pylint: disable=broad-except  # told, then counted
            traceback.print_exc()
            print(f"FAILED {name}: {failure}")
            for log in sorted(pathlib.Path(folder).rglob("*.log")):
                print(f"--- {log.name}\n" + log.read_text(errors="replace")[-3000:])
            return 1
    print(f"passed {name}")
    return 0


def main():
    """The program of a folder of cases: run.py --list, or run.py BUILD_DIR [CASE...]. The status is
    0, 1 when one failed, 77 when all were skipped."""
    if sys.argv[1:] == ["--list"]:
        print("\n".join(CASES))
        return 0
    peers.enter_namespace()
    build = pathlib.Path(sys.argv[1]).resolve()
    unknown = set(sys.argv[2:]) - set(CASES)
    if unknown:
        raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
    results = [run_case(name, build) for name in sys.argv[2:] or CASES]
    return 1 if 1 in results else 77 if set(results) == {77} else 0
