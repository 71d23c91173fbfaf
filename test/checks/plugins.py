"""A program and its plug-ins have the same exceptions, error category and hooks, though all are hidden and the plug-ins
are loaded each by itself. Skipped where the compiler has not that C++ library.

    plugins.py C++-COMPILER SHARED-LIBRARY [OPTION...]
"""

import sys
import tempfile
from pathlib import Path

import checking

COMPILER, SHARED, *OPTIONS = sys.argv[1:]
SOURCE = checking.ROOT / "test/checks/plugin.cpp"
SKIPPED = 77


def class_faults(thrown):
    """All that the headers throw, and all that is thrown's base or derived from it, is one of these."""
    for path in checking.code_files("include"):
        for line, match in checking.matches(r"\bthrow (\w+)\(|make_exception_ptr\((\w+)", path):
            if (match[1] or match[2]) not in thrown:
                yield f"{checking.at(path, line)}: throws what is not THRUM_THROWN"
        for line, match in checking.matches(r"class (\w+) : public (std::system_error|Error|RuntimeError)\b", path):
            yield f"{checking.at(path, line)}: {match[1]} is not THRUM_THROWN"


def program_faults(thrown, directory):
    place = Path(directory, "program")
    library = Path(SHARED).absolute()
    command = [COMPILER, "-std=c++17", "-O1", "-fvisibility=hidden", "-fvisibility-inlines-hidden", *OPTIONS]
    command += [f"-I{checking.ROOT}/include", f"-DTHROWN(do)={' '.join(f'do({name})' for name in thrown)}", SOURCE]
    linked = [library, "-pthread", f"-Wl,-rpath,{library.parent}", f"-Wl,-rpath,{directory}"]
    checking.output(*command, "-o", place, *linked, "-ldl")
    plugins = [f"{directory}/first.so", f"{directory}/second.so"]
    for plugin in plugins:
        checking.output(*command, "-DPLUGIN", "-fPIC", "-shared", "-o", plugin, *linked)
    result = checking.run(place, *plugins)
    if result.stdout != "well\n" or result.returncode != 0:
        yield f"{' '.join(map(str, command))}:\n{result.stdout}"


if checking.run(COMPILER, *OPTIONS, "-xc++", "-", "-o", "/dev/null", input="#include <string>\nint main() {}").returncode != 0:
    print("skipped: no such C++ library")
    sys.exit(SKIPPED)
thrown = checking.thrown_names()
with tempfile.TemporaryDirectory() as directory:
    faults = [*class_faults(thrown), *program_faults(thrown, directory)]
    checking.finish(faults, len(thrown))
