"""The built libraries export what src/exports.txt lists, which is what the headers declare, the name with the number of
the headers' layout, the variable that programs read in line, and the names of the classes that the headers throw; and
need libc alone.

    library.py C++-COMPILER SHARED-LIBRARY STATIC-LIBRARY
    library.py C++-COMPILER SIMULATOR-LIBRARY

That of the simulator exports the same, and what src/sim/exports.txt lists.
"""

import re
import sys

import checking

COMPILER, SHARED, *STATIC = sys.argv[1:]
SIMULATOR = not STATIC
VERSION = "THRUM_0.1"

# What only a C++ library or the unwinder defines. libc has __cxa_atexit and the like.
CPP_SYMBOL = re.compile(r"_Z|__cxa_(?!atexit|finalize|thread_atexit_impl)|__gxx|__dynamic_cast|_Unwind|__emutls|__clang_call")
LIBC = re.compile(r"linux-vdso|(/.*/)?(libc|libpthread|ld-linux[\w-]*)\.so")


def difference(what, found, expected):
    for name in sorted(found - expected):
        yield f"{what}: {name} is too much"
    for name in sorted(expected - found):
        yield f"{what}: {name} is missing"


def declared_names():
    for path in checking.code_files("include"):
        if path.stem == "sim" and not SIMULATOR:
            continue
        yield from re.findall(r"THRUM_API\b[^;(]*?\b(thrum_\w+)\s*\(", path.read_text())


def symbols(library, *options):
    """The names that nm lists, with what stands before them."""
    for line in checking.output("nm", *options, library).splitlines():
        if match := re.match(r"[0-9a-f ]+(\w) (\S+)$", line):
            yield match.groups()


def listed_names():
    return checking.exported_names() + (checking.exported_names("src/sim/exports.txt") if SIMULATOR else [])


def list_faults():
    names = checking.exported_names()
    if names != sorted(set(names), key=lambda name: (name.startswith("thrum_core_"), name)):
        yield "src/exports.txt: not in order"
    yield from difference("src/exports.txt", set(listed_names()), set(declared_names()))


def export_faults():
    found = {name for kind, name in symbols(SHARED, "--dynamic", "--defined-only", "--with-symbol-versions") if kind != "A"}
    thrown = (f"_ZTSN5thrum{len(name)}{name}E" for name in checking.thrown_names())
    names = [*listed_names(), checking.layout_name(COMPILER), "thrum_core_caller", *thrown]
    yield from difference("exported", found, {f"{name}@@{VERSION}" for name in names})


def need_faults():
    dynamic = checking.output("readelf", "--dynamic", "--wide", SHARED)
    for entry in (rf"SONAME.*\[libthrum{'-sim' if SIMULATOR else ''}\.so\.0\]", r"Flags:.*\bNOW\b", r"Flags:.*\bNODELETE\b"):
        if not re.search(entry, dynamic):
            yield f"{SHARED}: no dynamic entry {entry}"
    for line in checking.output("ldd", SHARED).splitlines():
        if not LIBC.match(line.strip()):
            yield f"{SHARED}: needs {line.strip()}"


def undefined_faults():
    for library, options in ((SHARED, ("--dynamic",)), *((library, ()) for library in STATIC)):
        found = list(symbols(library, *options))
        undefined = {name.split("@")[0] for kind, name in found if kind in "Uwv"}
        defined = {name for kind, name in found if kind not in "Uwv"}
        for name in sorted(undefined - defined):
            # The simulator keeps exceptions apart for each of its threads, where the program has any.
            if CPP_SYMBOL.match(name) and not (SIMULATOR and name == "__cxa_get_globals"):
                yield f"{library}: {name} is left undefined"


def size_faults():
    """The memory of tables is zero at first, and no part of the file."""
    sections = re.findall(r"^(\.\S+)\s+(\d+)", checking.output("size", "--format=sysv", SHARED), re.MULTILINE)
    sizes = {name: int(size) for name, size in sections}
    if sizes[".data"] > 65536:
        yield f"{SHARED}: {sizes['.data']} bytes of memory are in the file, as something in them is not zero at first"


checking.finish(
    [*list_faults(), *export_faults(), *need_faults(), *undefined_faults(), *size_faults()], len(listed_names()) + 2
)
