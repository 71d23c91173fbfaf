"""Has the models find the faults that a file of mutants puts into the library.

    mutants.py MUTANTS BUILD MODELS

A mutant is one place in one source of the library where the text `old`, which is there once, becomes `new`. That source is
compiled as the build compiles it for the models, and takes the other's place in a copy of their library; with it the
named test of MODELS has to find a fault, or each of several. One that survives is a failure, and so is one that does not
compile. A header has `users`, the sources that are compiled with the other one.
"""

import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree
from pathlib import Path

MUTANTS, BUILD, MODELS = (Path(argument).resolve() for argument in sys.argv[1:])
ROOT = Path(__file__).resolve().parents[2]
PLACE = BUILD / "mutants" / MUTANTS.stem

COMMANDS = {
    entry["output"]: entry
    for entry in json.loads((BUILD / "compile_commands.json").read_text())
    if "/libthrum-model.so" in entry["output"] or "/libthrum-model-calls.a" in entry["output"]
}


def compile_mutant(mutant, place):
    """Compiles what has the fault in it, and returns the objects of the whole library."""
    source = ROOT / "src" / mutant["file"]
    text = source.read_text()
    if text.count(mutant["old"]) != 1:
        raise SystemExit(f"{mutant['name']}: what it changes is {text.count(mutant['old'])} times in {mutant['file']}")
    changed = place / mutant["file"]
    changed.parent.mkdir(parents=True)
    changed.write_text(text.replace(mutant["old"], mutant["new"]))
    users = {ROOT / "src" / user for user in mutant.get("users", [])}
    objects = []
    for output, entry in COMMANDS.items():
        compiled = (BUILD / entry["file"]).resolve()
        if compiled != source and compiled not in users:
            objects.append(BUILD / output)
            continue
        objects.append(place / f"{len(objects)}.o")
        command = shlex.split(entry["command"])
        if compiled == source:
            command[command.index(entry["file"])] = str(changed)
        command[command.index("-o") + 1] = str(objects[-1])
        # The header with the fault is found before the other one. A fault may leave what it has made useless.
        first = next(i for i, argument in enumerate(command) if argument.startswith("-I"))
        command.insert(first, f"-I{place}")
        command += [f"-I{source.parent}", "-Wno-unused", "-Wno-error"]
        subprocess.run(command, cwd=BUILD, check=True)
    return objects


def survives(mutant, place):
    objects = compile_mutant(mutant, place)
    library = place / "libthrum-model.so"
    # Two words, where the build keeps what it has compiled in a cache.
    command = shlex.split(next(iter(COMMANDS.values()))["command"])
    compiler = itertools.takewhile(lambda argument: not argument.startswith("-"), command)
    subprocess.run(
        [*compiler, "-shared", "-Wl,-Bsymbolic", "-Wl,-z,now", "-Wl,-z,relro", "-o", library, *objects], check=True
    )
    report = place / "report.xml"
    report.unlink(missing_ok=True)
    tests = mutant["test"] if isinstance(mutant["test"], list) else [mutant["test"]]
    run = subprocess.run(
        [MODELS, ",".join(test.replace(",", "\\,") for test in tests), "--reporter=console", f"--reporter=xml::out={report}"],
        env={**os.environ, "LD_PRELOAD": str(library), "THRUM_MODEL_MUTANT": "1", "THRUM_MODEL_LEVEL": "quick"},
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in run.stdout.splitlines():
        if line.startswith("model: "):
            print(f"{mutant['name']}: {line}", flush=True)
    if not report.exists():
        return True
    cases = xml.etree.ElementTree.parse(report).find("OverallResultsCases").attrib
    return not (int(cases["successes"]) == len(tests) and int(cases["failures"]) == 0 and run.returncode == 0)


MUTATIONS = tomllib.loads(MUTANTS.read_text())["mutant"]
survivors = []
for number, mutation in enumerate(MUTATIONS):
    directory = PLACE / str(number)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    if survives(mutation, directory):
        survivors.append(mutation["name"])
for name in survivors:
    print(f"survives: {name}")
print(f"{len(MUTATIONS)} mutants, {len(survivors)} survive")
sys.exit(len(survivors) != 0)
