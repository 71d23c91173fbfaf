"""With musl as the C library the library compiles, and is loaded by programs that are linked with it, by dlopen, and
inside of a plug-in. Skipped where there is no musl-gcc.

    musl.py MESON C-COMPILER C++-COMPILER BUILD-DIRECTORY

musl-gcc is a compiler of C, which takes the headers of the C++ library from the other one: the library uses those
alone.
"""

import re
import shutil
import sys
from pathlib import Path

import checking

MESON, C_COMPILER, CPP_COMPILER, BUILD = sys.argv[1:]
TEST = checking.ROOT / "test"
SHARED, STATIC = f"{BUILD}/libthrum.so", f"{BUILD}/libthrum.a"
SKIPPED = 77


def include_directories(*compiler):
    """Where a compiler looks for headers."""
    said = checking.output(*compiler, "-E", "-v", "-o", "/dev/null", "-", input="")
    return re.search(r"<\.\.\.> search starts here:\n(.*?)End of search list", said, re.DOTALL)[1].split()


def cross_file():
    folders = [name for name in include_directories(CPP_COMPILER, "-x", "c++") if "c++" in name]
    folders += include_directories("musl-gcc", "-x", "c")
    own = checking.output("pkg-config", "--variable=includedir", "atomic_ops").strip()
    # The headers of the C++ library are for glibc, and ask for its version.
    options = ["-nostdinc", "-D__GLIBC_PREREQ(a,b)=0", *(word for name in folders for word in ("-isystem", name))]
    options += ["-idirafter", own]
    machine = re.match(r"[^-]+", checking.output(C_COMPILER, "-dumpmachine"))[0]
    return f"""
[host_machine]
system = 'linux'
cpu_family = '{machine}'
cpu = '{machine}'
endian = 'little'

[properties]
needs_exe_wrapper = false

[binaries]
c = 'musl-gcc'
cpp = 'musl-gcc'
ar = 'ar'
strip = 'strip'
pkgconfig = 'pkg-config'

[built-in options]
cpp_args = {options}
"""


def build_library():
    if not Path(BUILD, "build.ninja").exists():
        Path(BUILD).mkdir(parents=True, exist_ok=True)
        described = Path(BUILD, "musl.ini")
        described.write_text(cross_file())
        parts = [f"-D{part}=disabled" for part in ("benchmarks", "examples", "simulator", "tests")]
        checking.output(MESON, "setup", BUILD, checking.ROOT, f"--cross-file={described}", "-Doptimization=0", *parts)
    checking.output(MESON, "compile", "-C", BUILD)


def compile_program(name, *words):
    program = f"{BUILD}/{name}"
    checking.output("musl-gcc", f"-I{checking.ROOT}/include", f"-I{TEST}", *words, "-o", program)
    return program


def program_faults():
    user = TEST / "checks/user.c"
    closing = [TEST / "posix/closing_program.c", TEST / "posix/program.c"]
    plugin = [TEST / "posix/closed_plugin.c", TEST / "posix/program.c", STATIC]
    compile_program("closed_plugin.so", "-shared", "-fPIC", *plugin)
    programs = {
        "linked with the shared library": [compile_program("user", user, SHARED, f"-Wl,-rpath,{BUILD}")],
        "linked with the static library": [compile_program("user_static", "-static", user, STATIC)],
        "loading the library": [compile_program("unload_program", TEST / "posix/unload_program.c"), SHARED],
        "loading a plug-in": [compile_program("closing_program", '-DPLUGIN="closed_plugin.so"', *closing)],
    }
    for what, command in programs.items():
        result = checking.run(*command, timeout=60)
        if result.returncode != 0 or not result.stdout:
            yield f"{what}: exit {result.returncode}: {result.stdout}"


if not shutil.which("musl-gcc"):
    print("skipped: no musl-gcc")
    sys.exit(SKIPPED)
build_library()
checking.finish(program_faults(), 4)
