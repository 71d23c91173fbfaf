"""What `meson install` puts in place is enough for programs in C and C++, found through pkg-config.

    install.py MESON BUILD-DIRECTORY C-COMPILER C++-COMPILER
"""

import sys
import tempfile

import checking
from installed import Installed

MESON, BUILD, C_COMPILER, CPP_COMPILER = sys.argv[1:]


def faults(tree):
    installed = Installed(MESON, BUILD, tree)
    for query in ("--print-requires", "--print-requires-private"):
        if found := installed.pkg_config(query):
            yield f"thrum.pc names other packages: {found}"
    if (found := installed.pkg_config("--cflags")) != [f"-I{installed.include}"]:
        yield f"thrum.pc has the compiler flags {found}"
    if (found := installed.pkg_config("--libs")) != [f"-L{installed.library}", "-lthrum"]:
        yield f"thrum.pc has the linker flags {found}"
    if "-pthread" not in installed.pkg_config("--libs", "--static"):
        yield "thrum.pc does not name -pthread for the static library"

    headers = {path.relative_to(installed.include) for path in installed.include.rglob("*.h*")}
    expected = {path.relative_to(checking.ROOT / "include") for path in checking.code_files("include")}
    for header in headers ^ expected:
        yield f"{header} is not both in include/ and installed"

    for compiler, source in ((C_COMPILER, "user.c"), (CPP_COMPILER, "user.cpp")):
        for static in ([], ["--static"]):
            flags = installed.pkg_config("--cflags", "--libs", *static)
            if static:
                flags = [installed.library / "libthrum.a" if flag == "-lthrum" else flag for flag in flags]
            program = f"{tree}/user"
            checking.output(compiler, checking.ROOT / "test/checks" / source, "-o", program, *flags)
            if checking.output(program, env=installed.environment) != "well\n":
                yield f"{source} with {flags} does not work"


with tempfile.TemporaryDirectory() as directory:
    checking.finish(list(faults(directory)), 4)
