#!/usr/bin/env python3
"""Runs clang-tidy over many files in little time.

    tidy.py SOURCE_DIR BUILD_DIR CHECKS FILE...

Most of what clang-tidy does for a file it does for the headers of the C++ library. So files that are
compiled with the same flags are looked at as one: a file that includes them. Files of one module that
define the same name in an unnamed namespace go into different groups; a group that does not compile
for another reason is halved until it does. Prints what was found, one line each; the exit
status is 1 when there is anything.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

MOST = 12  # files of a group: enough to gain, few enough to keep all cores busy
ALONE = ("tools",)  # folders whose files have a main() each
# on CLI11's header this one spends more than all others on the whole file
SLOW_WITH_CLI = ",-performance-unnecessary-value-param"


def local_names(text):
    """The names that a file defines in unnamed namespaces, or at the beginning of a line."""
    names = set()
    for part in re.findall(r"^namespace \{$(.*?)^\}  // namespace$", text, re.M | re.S):
        names.update(re.findall(r"^\w[^\n;]*?\b(\w+)(?:\(|\{|;| =|$)", part, re.M))
        names.update(re.findall(r"^(?:using|struct|class|enum class) (\w+)", part, re.M))
    return names


def commands(build):
    """The compiler's flags by file, without its input and output."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        kept = []
        skip = False
        start = next(i for i, word in enumerate(words) if "clang++" in word or word.endswith("++"))
        for word in words[start + 1:]:
            if skip or word in ("-c", entry["file"]):
                skip = False
            elif word in ("-o", "-Xclang"):  # the latter: precompiled headers
                skip = True
            elif not word.startswith("-W"):  # warnings are the compiler's
                kept.append(word)
        flags[os.path.realpath(entry["file"])] = tuple(kept)
    return flags


def groups(source, flags, files):
    made = {}
    for file in files:
        path = source / file
        if str(path.resolve()) not in flags:
            continue  # not compiled here
        folder = str(pathlib.Path(file).parent)
        key = flags[str(path.resolve())]
        names = {(folder, name) for name in local_names(path.read_text())}
        for group in made.setdefault(key, []):
            if folder not in ALONE and len(group[0]) < MOST and not group[1] & names:
                group[0].append(file)
                group[1].update(names)
                break
        else:
            made[key].append(([file], set(names)))
    return [(list(key), group[0]) for key, several in made.items() for group in several]


class Tidy:
    def __init__(self, source, build, checks):
        self.source = source
        self.folder = build / "lint"
        self.program = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
        self.checks = checks
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def run(self, flags, files):
        checks = self.checks
        unit = self.source / files[0]
        if len(files) > 1:
            unit = self.folder / (files[0].replace("/", "-") + f"-{len(files)}.cpp")
            unit.write_text("".join(f'#include "{self.source / file}"\n' for file in files))
            checks += ",-bugprone-suspicious-include"
        if any(file.startswith(("lib/cli/", "tools/")) for file in files) and "-clang-analyzer" in checks:
            checks += SLOW_WITH_CLI
        done = subprocess.run(
            [self.program, "--quiet", f"--config-file={self.source / '.clang-tidy'}",
             f"--checks={checks}", str(unit), "--", *flags],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        if "clang-diagnostic-error" in done.stdout and len(files) > 1:
            half = len(files) // 2
            return self.run(flags, files[:half]) + self.run(flags, files[half:])
        found = [line for line in done.stdout.splitlines()
                 if re.search(r": (warning|error): ", line)]
        if done.returncode and not found:
            found = [f"{' '.join(files)}: clang-tidy ended with {done.returncode}"]
        return found


def main():
    source, build = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    tidy = Tidy(source, build, sys.argv[3])
    work = groups(source, commands(build), sys.argv[4:])
    work.sort(key=lambda group: -len(group[1]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = sorted({line for lines in pool.map(lambda group: tidy.run(*group), work)
                        for line in lines})
    print("\n".join(found))
    print(f"clang-tidy: {sum(len(group[1]) for group in work)} files in {len(work)} groups")
    return 1 if found else 0


sys.exit(main())
