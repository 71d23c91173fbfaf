"""What `meson install` puts in place is enough for programs in C and C++, found through pkg-config.

    install.py MESON BUILD-DIRECTORY C-COMPILER C++-COMPILER

Programs of a cross-build are run by the command that MESON_EXE_WRAPPER names.
"""

import os
import shlex
import sys
import tempfile

import checking
from installed import Installed

MESON, BUILD, C_COMPILER, CPP_COMPILER = sys.argv[1:]
RUNNER = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))
USERS = ((C_COMPILER, "user.c"), (CPP_COMPILER, "user.cpp"))


def faults(tree):
    installed = Installed(MESON, BUILD, tree)
    for query in ("--print-requires", "--print-requires-private"):
        if found := installed.pkg_config(query):
            yield f"thrum.pc names other packages: {found}"
    if (found := installed.pkg_config("--cflags")) != [f"-I{installed.include}"]:
        yield f"thrum.pc has the compiler flags {found}"
    if (found := installed.pkg_config("--libs")) != [f"-L{installed.library}", "-lthrum"]:
        yield f"thrum.pc has the linker flags {found}"
    if ("-pthread" in installed.pkg_config("--libs", "--static")) == installed.for_windows:
        yield "thrum.pc names -pthread for Windows, or does not for the static library elsewhere"
    if installed.for_windows:
        for name in ("bin/thrum.dll", "lib/thrum.dll.a", "lib/thrum.def"):
            if not (installed.prefix / name).exists():
                yield f"{name} is not installed"

    headers = {path.relative_to(installed.include) for path in installed.include.rglob("*.h*")}
    expected = {path.relative_to(checking.ROOT / "include") for path in checking.code_files("include")}
    if installed.for_windows:  # where there is no simulator
        expected = {path for path in expected if path.stem != "sim"}
    for header in headers ^ expected:
        yield f"{header} is not both in include/ and installed"

    # For Windows programs in C++ link with the compiler's own libraries too, in a way of their own.
    for compiler, source in USERS[:1] if installed.for_windows else USERS:
        for static in ([], ["--static"]):
            flags = installed.pkg_config("--cflags", "--libs", *static)
            if static:
                flags = [installed.library / "libthrum.a" if flag == "-lthrum" else flag for flag in flags]
            program = f"{tree}/user.exe"
            checking.output(compiler, checking.ROOT / "test/checks" / source, "-o", program, *flags)
            printed = checking.output(*RUNNER, program, env=installed.environment)
            if printed.replace("\r", "") != "well\n":
                yield f"{source} with {flags} does not work"


with tempfile.TemporaryDirectory() as directory:
    checking.finish(list(faults(directory)), 4)
