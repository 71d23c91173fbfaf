"""What the checks share: the files of the tree, commands, and the verdict."""

import concurrent.futures
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("include", "src", "test", "bench", "examples")
CODE_SUFFIXES = (".c", ".cpp", ".h", ".hpp")
NOT_OURS = {".git", "build"}


def code_files(*folders):
    """The C and C++ files under these folders of the tree, or of all folders that have any."""
    for folder in folders or CODE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in CODE_SUFFIXES:
                yield path


def own_files(suffixes):
    """The files of the tree with these suffixes, without what is built and what is fetched."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        fetched = parts[0] == "subprojects" and len(parts) > 2 and parts[1] != "packagefiles"
        if not NOT_OURS.intersection(parts) and not fetched and path.is_file() and path.suffix in suffixes:
            yield path


def exported_names(listed="src/exports.txt"):
    lines = (ROOT / listed).read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def layout_name(compiler, include=ROOT / "include"):
    """The name that programs in C++ link to which are compiled with these headers."""
    options = ("-std=c++17", f"-I{include}", "-x", "c++", "-S", "-o", "-", "-")
    assembly = output(compiler, *options, input='#include "thrum/detail/layout.hpp"\n')
    (name,) = set(re.findall(r"_ZN5thrum6detail7Library\w+", assembly))
    return name


def thrown_names():
    """The classes that the headers throw."""
    return [match[1] for path in code_files("include") for _, match in matches(r"class THRUM_THROWN (\w+)", path)]


def matches(pattern, path):
    """Each match of the pattern in a file, with its line number."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for match in re.finditer(pattern, line):
            yield number, match


def at(path, line):
    return f"{path.relative_to(ROOT)}:{line}"


def run(*command, **options):
    """Runs a command; the result's `stdout` holds what it printed, its errors included."""
    options.setdefault("stderr", subprocess.STDOUT)
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, **options)


def output(*command, **options):
    """What a command printed. The check ends here where the command fails."""
    result = run(*command, **options)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}\nfailed with {result.returncode}")
    return result.stdout


def in_parallel(function, items):
    """function(item) for each item, on all processors; the results in order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


def finish(faults, checked):
    """Ends the check. One that found nothing to check has failed too."""
    faults = list(faults)
    for fault in faults:
        print(fault)
    print(f"{checked} checked, {len(faults)} wrong")
    sys.exit(bool(faults) or checked == 0)
