"""No operation of the library takes more instructions, where nobody waits, than test/steps/counts.json says.

    steps.py [--update] VALGRIND PROGRAM COUNTS COMPILER VERSION PROCESSOR

The program is that of test/steps. callgrind counts exactly, and the same each time: so each count is made twice and
compared. Other compilers and C libraries make other instructions of the same code, so the file has the counts of each
that somebody has counted with. With another version of those the counts of the nearest are taken, with a margin; with
none for this compiler and processor the check is skipped, and so it is without valgrind.

--update writes what is counted into the file: where fewer are taken from now on, or where more have to be.
"""

import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import checking

UPDATE = sys.argv[1] == "--update"
VALGRIND, PROGRAM, COUNTS, COMPILER, VERSION, PROCESSOR = sys.argv[1 + UPDATE :]
SKIPPED = 77
TIMES = 1024  # as in test/steps/main.cpp

# Nothing else, which might change how memory is allocated. glibc has several forms of a function such as memset, and
# takes the one that the processor is best at.
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-AVX512VL,-AVX512VL_Usable,-ERMS,-FSRM",
}

# By how much another version of the compiler or of the C library may make an operation longer.
FACTOR = 1.25
MORE = 10


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def count(_):
    """The instructions of each operation, by its name."""
    options = ("--command-line-only=yes", "--fair-sched=try", "--separate-threads=yes")
    options += ("--zero-before=steps_begin", "--dump-before=steps_end")
    with tempfile.TemporaryDirectory() as place:
        said = Path(place, "said")
        command = (VALGRIND, "--tool=callgrind", f"--log-file={said}", f"--callgrind-out-file={place}/out", *options)
        result = checking.run(*command, PROGRAM, timeout=300, env=ENVIRONMENT)
        if result.returncode != 0:
            sys.exit(f"{PROGRAM} failed in valgrind with {result.returncode}:\n{result.stdout}{said.read_text()}")
        names = result.stdout.splitlines()
        # Thread 1 does all that is counted.
        texts = [Path(place, f"out.{part}-01").read_text() for part in range(1, 2 * len(names) + 1)]
    sums = [int(re.search(r"^summary: (\d+)", text, re.MULTILINE)[1]) for text in texts]
    # What comes before the operations and behind them is in both.
    each = [(twice - once) / TIMES for once, twice in zip(sums[::2], sums[1::2])]
    loop, *rest = each
    return {name: round(instructions - loop, 3) for name, instructions in zip(names[1:], rest)}


def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)]


def nearest(titles):
    """The one whose counts come nearest to those of this compiler and C library, or None."""

    def distance(title):
        return [abs(its - own) for its, own in zip(numbers(title), numbers(TITLE))]

    alike = [title for title in titles if title.startswith(f"{COMPILER} ") and title.endswith(f", {PROCESSOR}")]
    return min(alike, key=distance, default=None)


def faults(counts, expected, exact):
    for name in expected.keys() - counts.keys():
        yield f"{name}: is in the file, and not in the program"
    for name, instructions in counts.items():
        if name not in expected:
            yield f"{name}: is not in the file"
            continue
        limit = expected[name] if exact else expected[name] * FACTOR + MORE
        if instructions > limit:
            yield f"{name}: takes {instructions:g} instructions; {expected[name]:g} are kept"


def differences(counts, again):
    for name, instructions in counts.items():
        if again[name] != instructions:
            yield f"{name}: takes {instructions:g} instructions, and {again[name]:g} when counted again"


if not shutil.which(VALGRIND):
    skip("no valgrind")
LIBRARY = os.confstr("CS_GNU_LIBC_VERSION")
TITLE = f"{COMPILER} {VERSION.split('.')[0]}, {LIBRARY}, {PROCESSOR}"
kept = json.loads(Path(COUNTS).read_text())
title = TITLE if UPDATE else nearest(kept)
if title is None:
    skip(f"no counts for {TITLE}")

counts, again = checking.in_parallel(count, range(2))
found = list(differences(counts, again))
if UPDATE and not found:
    Path(COUNTS).write_text(json.dumps(dict(sorted({**kept, TITLE: counts}.items())), indent=2) + "\n")
    print(f"the counts of {TITLE} are in {COUNTS}")
if not UPDATE:
    exact = title == TITLE
    if not exact:
        print(f"no counts for {TITLE}: allowed are {FACTOR} times those of {title}, and {MORE} more")
    found += faults(counts, kept[title], exact)
    fewer = [name for name, instructions in counts.items() if exact and instructions < kept[title].get(name, 0)]
    for name in fewer:
        print(f"{name}: takes {counts[name]:g} instructions, {kept[title][name]:g} are kept")
    if found or fewer:
        print("to keep what is counted now:", shlex.join((sys.executable, sys.argv[0], "--update", *sys.argv[1:])))
    print(f"steps: {len(counts)} operations, {TITLE}: {len(found)} wrong, {len(fewer)} need fewer than kept")
checking.finish(found, len(counts))
