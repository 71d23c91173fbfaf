"""Writes the page and the charts of a run of thrum_benchmarks --json.

    report.py RESULTS DIRECTORY

The page is DIRECTORY/MACHINE.md, after the processors' model and number, with its charts beside it. Where README.md
has a place for them, between its marks of a comment, it is written anew too.
"""

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import charts
import programs
from results import C, CPP, FLOOR, Results, number, scale, text

ROOT = Path(__file__).resolve().parents[2]
MARKS = ("<!-- figures: written by scripts/bench -->", "<!-- end of figures -->")
VERDICTS = {"ahead": "ahead", "tie": "tie", "behind": "**behind**", "": ""}

# The rows of a chart each, and what stands above it.
CHARTS = {
    "locks": ("Locks: a pair of acquire and release", ("lock", "rlock", "rwlock")),
    "waiting": ("Waiting: a round, or a pair of calls", ("condition", "event", "semaphore", "barrier", "timeout")),
    "work": ("Threads, queues, pools and timers", ("thread", "queue", "pool", "timer", "local")),
    "programs": ("Programs", ("program",)),
}
README_CHARTS = {"waiting": "Waiting", "growth": "How cost grows"}
# What Debian calls the peers' packages.
PACKAGES = {
    "nsync": "libnsync-dev",
    "Abseil": "libabsl-dev",
    "Boost": "libboost-dev",
    "oneTBB": "libtbb-dev",
    "moodycamel": "libconcurrentqueue-dev",
    "GLib": "libglib2.0-dev",
    "libuv": "libuv1-dev",
    "Qt": "qt6-base-dev",
}
CRATES = {"parking_lot": "parking_lot", "crossbeam": "crossbeam-channel", "rayon": "rayon"}


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def processor():
    """The model's name, and how many the process may use."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = re.sub(r"\((R|TM)\)", "", line.partition(":")[2].strip())
            break
    return " ".join(model.split()), len(os.sched_getaffinity(0))


def slug(words):
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def versions(results):
    """The peers with their versions, as far as the system knows them."""
    peers = {peer for row in results.rows for peer in row.results} - {C, CPP, FLOOR}
    lock = (ROOT / "bench/peers/rust/Cargo.lock").read_text()
    told = [f"glibc {platform.libc_ver()[1]}", f"std: libstdc++ of gcc {output_of('gcc', '-dumpfullversion')}"]
    for peer, package in PACKAGES.items():
        if peer in peers:
            version = output_of("dpkg-query", "-W", "-f=${Version}", package)
            told.append(f"{peer} {re.sub(r'^[0-9]+:|[-+].*$', '', version)}".strip())
    if "Rust std" in peers:
        told.append(" ".join(["Rust std", *output_of("rustc", "--version").split()[1:2]]))
    if "Go" in peers:
        told.append(" ".join(["Go", *output_of("go", "version").removeprefix("go version go").split()[:1]]))
    for peer, crate in CRATES.items():
        if peer in peers:
            found = re.search(rf'name = "{crate}"\nversion = "([^"]+)"', lock)
            told.append(f"{peer} {found[1] if found else ''}".strip())
    return ", ".join(told)


def cell(row, peer):
    """A figure, its quartiles, and how it stands."""
    if peer not in row.results:
        return "-"
    result = row.results[peer]
    words = text(result["value"], row.unit)
    if row.is_judged:
        size = scale(result["value"])[1]
        words += f" ({number(result['lower'] / size)}..{number(result['upper'] / size)})"
    return f"{words} {VERDICTS[result['verdict']]}".strip()


def others(row, first):
    """The peers from the first of them on."""
    words = []
    for result in row.peers:
        if result is not first:
            starves = "" if result["rival"] else ", starves"
            words.append(f"{result['peer']} {text(result['value'], row.unit)}{starves}")
    return ", ".join(words)


def table(rows):
    yield "| row | thrum C | thrum C++ | best peer | the others |"
    yield "|---|---|---|---|---|"
    for row in rows:
        best = row.best if row.is_judged else None
        named = f"{best['peer']} {cell(row, best['peer'])}" if best else "-"
        yield f"| {row.name} | {cell(row, C)} | {cell(row, CPP)} | {named} | {others(row, best) or '-'} |"


def growth_table(points):
    sizes = [size for size, _ in points]
    yield "| | " + " | ".join(f"{size:,}" for size in sizes) + " |"
    yield "|---" * (len(sizes) + 1) + "|"
    at = dict(points)
    peers = list(dict.fromkeys(peer for _, row in points for peer in row.results))
    last = {peer: at[sizes[-1]].results.get(peer, {}).get("value", float("inf")) for peer in peers}
    for peer in [C, CPP, *sorted((p for p in peers if p not in (C, CPP)), key=last.get)]:
        if peer in peers:
            cells = []
            for size in sizes:
                result = at[size].results.get(peer)
                words = f"{text(result['value'], at[size].unit)} {VERDICTS[result['verdict']]}" if result else "-"
                cells.append(words.strip())
            yield f"| {peer} | " + " | ".join(cells) + " |"


def sizes_table(sizes):
    peers = list(dict.fromkeys(peer for kind in sizes.values() for peer in kind))
    yield "| bytes | " + " | ".join(peers) + " |"
    yield "|---" * (len(peers) + 1) + "|"
    for kind, of in sizes.items():
        yield f"| {kind} | " + " | ".join(f"{of[peer]:,.0f}" if peer in of else "-" for peer in peers) + " |"


def sentence(results, date, model, count):
    ahead = {peer: results.count(peer) for peer in (C, CPP)}
    words = " and ".join(
        f"{'by handle' if peer == C else 'as classes'} ahead in {a}, level in {t} and behind in {b}"
        for peer, (a, t, b) in ahead.items()
    )
    return f"{date}, {model}, {count} processors. Beside the best peer of each row thrum is {words}."


def page(results, name, date, model, count):
    kept, dropped, disturbed = results.blocks
    yield f"# {model}, {count} processors"
    yield ""
    yield f"{date}, Linux {platform.release()}, by `scripts/bench`. {versions(results)}."
    yield ""
    if results.missing:
        yield f"Left out, as not there: {', '.join(results.missing)}."
        yield ""
    yield sentence(results, date, model, count)
    yield ""
    yield (
        "All peers of a row run in one process, a short block each in turn, the order rotating. A figure is the median "
        "of a peer's blocks, with the quartiles in brackets. It is a **tie** where those ranges of thrum and of the "
        "best peer have anything in common, and otherwise thrum is ahead or **behind**. Blocks in which others had more "
        f"than 2 % of the processors' time were dropped and repeated: {kept:,} were kept, {dropped:,} dropped, and "
        f"{disturbed:,} kept although they were disturbed, for want of better ones. "
        "Who *starves* lets the least served thread have less than a tenth of what the most served one has, and is "
        "not counted as the best. What Rust has in line is measured in a loop of Rust's own. An event, or a queue, that "
        "a library has not is made of its lock and its condition, as its user would. `processor` is the processors' "
        "time of all threads together, for each operation."
    )
    for file, (title, groups) in CHARTS.items():
        rows = [row for row in results.usual if row.group in groups]
        if not rows:
            continue
        yield ""
        yield f"## {title}"
        yield ""
        yield f"![{title}]({name}-{file}.svg)"
        yield ""
        yield from (programs.table if file == "programs" else table)(rows)
    if results.growth:
        yield ""
        yield "## How cost grows"
        yield ""
        yield f"![How cost grows]({name}-growth.svg)"
        for row, points in results.growth.items():
            yield ""
            yield f"### {charts.GROWTH.get(row, (row, ''))[0]}"
            yield ""
            yield from growth_table(points)
    if results.sizes:
        yield ""
        yield "## Memory"
        yield ""
        yield (
            "What an object takes: of a handle what the handle and its object take together, measured over 100,000 of "
            "them. Of a thread what is resident of it while it sleeps, with a stack of the usual size, over 1,000."
        )
        yield ""
        yield from sizes_table(results.sizes)


def draw(results, directory, name, date, model):
    for file, (title, groups) in CHARTS.items():
        rows = [row for row in results.usual if row.group in groups and row.is_judged and row.unit == "ns"]
        if rows:
            charts.rows_chart(rows, title, directory / f"{name}-{file}.svg")
    if results.growth:
        charts.growth_chart(results.growth, f"How cost grows: {model}, {date}", directory / f"{name}-growth.svg")


def write_readme(results, directory, name, date, model, count):
    """The part between the marks, where the README has them and the charts are among its project's files."""
    readme = ROOT / "README.md"
    words = readme.read_text()
    if MARKS[0] not in words or ROOT not in directory.parents:
        return
    path = f"{directory.relative_to(ROOT)}/{name}"
    part = "\n".join(
        [
            MARKS[0],
            sentence(results, date, model, count),
            f"[All figures]({path}.md).",
            "",
            *(
                f"![{title}]({path}-{file}.svg)\n"
                for file, title in README_CHARTS.items()
                if (directory / f"{name}-{file}.svg").exists()
            ),
            MARKS[1],
        ]
    )
    before, _, rest = words.partition(MARKS[0])
    readme.write_text(before + part + rest.partition(MARKS[1])[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--readme", action="store_true", help="write the figures of README.md anew, too")
    parser.add_argument("--stopped", action="store_true", help="the run did not come to its end")
    arguments = parser.parse_args()
    results = Results(arguments.results)
    if arguments.stopped:
        results.missing.append("the rows after the last one here (the run was stopped, the machine being too busy)")
    if not results.rows:
        sys.exit(f"{arguments.results} has no rows")
    date = datetime.date.fromtimestamp(arguments.results.stat().st_mtime).isoformat()
    model, count = processor()
    name = slug(f"{model} {count}")
    directory = arguments.directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    draw(results, directory, name, date, model)
    path = directory / f"{name}.md"
    path.write_text("\n".join(page(results, name, date, model, count)) + "\n")
    if arguments.readme:
        write_readme(results, directory, name, date, model, count)
    print(f"Written: {path}")


main()
