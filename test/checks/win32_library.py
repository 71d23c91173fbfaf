"""thrum.dll exports what src/exports.txt lists, and the name with the number of the headers' layout, and needs libraries of Windows alone; and one object file of a program
links with the import library or with the static library, with nothing changed, and works.

    win32_library.py THRUM.DLL LIBTHRUM.A C-COMPILER C++-COMPILER
"""

import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

import checking

SHARED, STATIC, C_COMPILER, CPP_COMPILER = sys.argv[1:]
IMPORTS = f"{SHARED}.a"
# By this command programs for Windows run here.
RUNNER = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))

# The system's own, and its C libraries: the one of old, and that of Windows 10 by its many names.
SYSTEM = re.compile(r"(kernel32|ntdll|msvcrt|ucrtbase|api-ms-win-crt-[\w-]+)\.dll", re.IGNORECASE)


def headers_of(file):
    objdump = checking.output(C_COMPILER, "-print-prog-name=objdump").strip()
    return checking.output(objdump, "--private-headers", file)


def needs(file):
    return re.findall(r"DLL Name: (\S+)", headers_of(file))


def library_faults():
    _, _, names = headers_of(SHARED).partition("[Ordinal/Name Pointer] Table")
    exported = re.findall(r"^\s*\[ *\d+\].* (\w+)$", names, re.MULTILINE)
    for name in sorted(set(exported) ^ {*checking.exported_names(), checking.layout_name(CPP_COMPILER)}):
        yield f"{SHARED}: {name} is not both exported and in src/exports.txt or the headers"
    for name in needs(SHARED):
        if not SYSTEM.fullmatch(name):
            yield f"{SHARED}: needs {name}"


def link_faults(directory):
    environment = {**os.environ, "WINEPATH": str(Path(SHARED).parent)}
    for compiler, mode, source in ((C_COMPILER, "c99", "user.c"), (CPP_COMPILER, "c++17", "user.cpp")):
        made = f"{directory}/{source}.obj"
        options = [f"-std={mode}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{checking.ROOT}/include"]
        checking.output(compiler, *options, "-c", checking.ROOT / "test/checks" / source, "-o", made)
        for library in (IMPORTS, STATIC):
            program = f"{directory}/user.exe"
            checking.output(compiler, made, library, "-static", "-o", program)
            printed = checking.run(*RUNNER, program, env=environment).stdout
            if printed.replace("\r", "") != "well\n":
                yield f"{source} with {library} does not work: it prints {printed!r}"
            if ("thrum.dll" in needs(program)) != (library == IMPORTS):
                yield f"{source} with {library}: not linked with what it was given"


with tempfile.TemporaryDirectory() as directory:
    faults = [*library_faults(), *link_faults(directory)]
    checking.finish(faults, len(checking.exported_names()) + 5)
