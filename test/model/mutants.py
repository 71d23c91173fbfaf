"""Has the models find the faults that a file of mutants puts into the library.

    mutants.py MUTANTS BUILD MODELS

A mutant is one place in one source of the library where the text `old`, which is there once, becomes `new`. That source is
compiled as the build compiles it for the models, and takes the other's place in a copy of their library; with it the
named test of MODELS has to find a fault. One that survives is a failure, and so is one that does not compile.
"""

import json
import os
import shlex
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
    """Compiles the source with the fault, and returns the objects of the whole library."""
    source = ROOT / "src" / mutant["file"]
    text = source.read_text()
    if text.count(mutant["old"]) != 1:
        raise SystemExit(f"{mutant['name']}: what it changes is {text.count(mutant['old'])} times in {mutant['file']}")
    changed = place / source.name
    changed.write_text(text.replace(mutant["old"], mutant["new"]))
    objects = []
    for output, entry in COMMANDS.items():
        if (BUILD / entry["file"]).resolve() != source:
            objects.append(BUILD / output)
            continue
        command = shlex.split(entry["command"])
        command[command.index(entry["file"])] = str(changed)
        command[command.index("-o") + 1] = str(place / "mutant.o")
        # A fault may leave what it has made useless.
        command += [f"-I{source.parent}", "-Wno-unused", "-Wno-error"]
        subprocess.run(command, cwd=BUILD, check=True)
        objects.append(place / "mutant.o")
    return objects


def survives(mutant, place):
    objects = compile_mutant(mutant, place)
    library = place / "libthrum-model.so"
    compiler = shlex.split(next(iter(COMMANDS.values()))["command"])[0]
    subprocess.run(
        [compiler, "-shared", "-Wl,-Bsymbolic", "-Wl,-z,now", "-Wl,-z,relro", "-o", library, *objects], check=True
    )
    report = place / "report.xml"
    report.unlink(missing_ok=True)
    run = subprocess.run(
        [MODELS, mutant["test"].replace(",", "\\,"), "--reporter=console", f"--reporter=xml::out={report}"],
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
    return not (int(cases["successes"]) > 0 and int(cases["failures"]) == 0 and run.returncode == 0)


MUTATIONS = tomllib.loads(MUTANTS.read_text())["mutant"]
survivors = []
for number, mutation in enumerate(MUTATIONS):
    directory = PLACE / str(number)
    directory.mkdir(parents=True, exist_ok=True)
    if survives(mutation, directory):
        survivors.append(mutation["name"])
for name in survivors:
    print(f"survives: {name}")
print(f"{len(MUTATIONS)} mutants, {len(survivors)} survive")
sys.exit(len(survivors) != 0)
