"""docs/python.md names what there is, and all there is: Python's names beside those of C++ and C.

Every name of Python's modules has a row, as far as the Python that runs this knows it; every C name stands in
thrum.h, and every function and constant of thrum.h in the page; every C++ name compiles. A row without a C++
and a C name says why.

    python_names.py C++-COMPILER
"""

import importlib
import inspect
import re
import sys
import tempfile
import types
from pathlib import Path

import checking

(COMPILER,) = sys.argv[1:]
PAGE = checking.ROOT / "docs" / "python.md"
HEADER = checking.ROOT / "include" / "thrum" / "thrum.h"
MODULES = ("threading", "_thread", "queue")
VERSION = (3, 14)  # the one that the page is about
OLDEST = (3, 13)  # before it the modules keep their books in other ways, by other private names

# What a class of Python's has because it is one, or what it keeps its fields in.
COMMON = {"n_fields", "n_sequence_fields", "n_unnamed_fields", "__dict__", "__weakref__"}
# What of it has a name with two underscores and is meant to be used.
USED = {"__enter__", "__exit__", "__excepthook__"}


def is_own(module, name, value):
    """Whether a module has the name for itself, and not because it imports it."""
    if name.startswith("__") and name not in USED or isinstance(value, types.ModuleType):
        return False
    home = getattr(value, "__module__", None)
    return home in (None, *MODULES, "_queue", "builtins") or home == module


def python_names(module):
    for name, value in vars(importlib.import_module(module)).items():
        if not is_own(module, name, value):
            continue
        yield name
        if inspect.isclass(value) and not issubclass(value, BaseException):
            for member in vars(value):
                if member not in COMMON and (not member.startswith("__") or member in USED):
                    yield f"{name}.{member}"


def is_private(name):
    return any(part.startswith("_") and part not in USED for part in name.split("."))


def rows():
    """(line, section, cells) of every row of the page's tables, but for their headings."""
    section = ""
    for number, line in enumerate(PAGE.read_text().splitlines(), 1):
        if line.startswith("## "):
            section = line[3:].strip().strip("`")
        if line.startswith("| `"):
            yield number, section, [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def quoted(cell):
    return re.findall(r"`([^`]+)`", cell)


def faults_of_python(named, attributes):
    for module in MODULES:
        known = set(python_names(module))
        if sys.version_info[:2] < OLDEST:
            known = {name for name in known if not is_private(name)}
        for name in sorted(known - named[module]):
            yield f"docs/python.md: {module} has {name}"
        if sys.version_info[:2] == VERSION:
            for name in sorted(named[module] - known - attributes):
                yield f"docs/python.md: {module} has no {name}"


def faults_of_c(text):
    header = HEADER.read_text()
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    declared = set(re.findall(r"\bthrum_\w+", code)) | set(re.findall(r"\bTHRUM_\w+", code))
    named = set(re.findall(r"\b(?:thrum|THRUM)_\w+", text))
    for name in sorted(named - declared):
        yield f"docs/python.md: thrum.h has no {name}"
    functions = set(re.findall(r"\b(thrum_\w+)\(", code))
    for name in sorted(functions - named):
        yield f"docs/python.md: does not name {name}"


def faults_of_cpp(names):
    """A using-declaration is good for every kind of name, overloaded or not, that the user can reach."""
    lines = ["#include <thrum/thrum.hpp>"]
    for number, name in enumerate(sorted(set(names))):
        owner, _, member = name.rpartition("::")
        # Templates are looked at with int.
        owner = re.sub(r"<T>", "<int>", owner)
        if "::" in owner:
            lines.append(f"struct probe_{number} : {owner} {{ using {owner}::{member}; }};  // {name}")
        else:
            lines.append(f"namespace probe_{number} {{ using {owner}::{member.replace('<T>', '')}; }}  // {name}")
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "names.cpp"
        source.write_text("\n".join(lines) + "\n")
        command = [COMPILER, "-std=c++17", "-fsyntax-only", f"-I{checking.ROOT / 'include'}", source]
        result = checking.run(*command)
        if result.returncode != 0:
            yield f"docs/python.md: names of C++ that do not compile\n{result.stdout}"


named = {module: set() for module in MODULES}
attributes = set()  # that an object has, and not its class
faults = []
count = 0
for line, section, cells in rows():
    count += 1
    if section not in named or len(cells) != 4:
        faults.append(f"docs/python.md:{line}: a row of {len(cells)} cells under {section}")
        continue
    python, cpp, c, note = cells
    named[section].update(quoted(python))
    if note == "an attribute of the object":
        attributes.update(quoted(python))
    if not quoted(cpp) and not quoted(c) and not note:
        faults.append(f"docs/python.md:{line}: {python} has neither names nor a reason")
faults.extend(faults_of_python(named, attributes))
text = PAGE.read_text()
faults.extend(faults_of_c(text))
faults.extend(faults_of_cpp(re.findall(r"`(thrum::[A-Z_a-z]\w*(?:(?:<T>)?::\w+)*(?:<T>)?)`", text)))
checking.finish(faults, count)
