"""The library, built without optimisation, needs no C++ library, and a program in C links with either form of it.

    standalone.py MESON C-COMPILER C++-COMPILER BUILD-DIRECTORY
"""

import os
import sys
from pathlib import Path

import checking

MESON, C_COMPILER, CPP_COMPILER, BUILD = sys.argv[1:]
SHARED = Path(BUILD, "libthrum.so")
STATIC = Path(BUILD, "libthrum.a")
PROGRAM = Path(BUILD, "user")

if not Path(BUILD, "build.ninja").exists():
    parts = [f"-D{part}=disabled" for part in ("benchmarks", "examples", "simulator", "tests")]
    environment = {**os.environ, "CC": C_COMPILER, "CXX": CPP_COMPILER}
    checking.output(MESON, "setup", BUILD, checking.ROOT, "-Doptimization=0", "-Ddebug=false", *parts, env=environment)
checking.output(MESON, "compile", "-C", BUILD)

print(checking.output(sys.executable, checking.ROOT / "test/checks/library.py", CPP_COMPILER, SHARED, STATIC), end="")


def link_faults():
    compile_user = [C_COMPILER, "-O0", f"-I{checking.ROOT}/include", checking.ROOT / "test/checks/user.c", "-o", PROGRAM]
    for library in ([STATIC, "-pthread"], [f"-L{BUILD}", "-lthrum", f"-Wl,-rpath,{BUILD}"]):
        checking.output(*compile_user, *library)
        if checking.output(PROGRAM) != "well\n":
            yield f"{library[0]}: the program does not work"
        if "libstdc++" in checking.output("ldd", PROGRAM):
            yield f"{library[0]}: the program needs the C++ library"


checking.finish(link_faults(), 2)
