"""A program in C++ and a library load together where they lay out alike what the headers lay out, and else neither
link nor load.

    abi.py C++-COMPILER SHARED-LIBRARY STATIC-LIBRARY

Headers that disagree with these are a copy in which a text is another one. A library that disagrees is this one with
another src/cxxapi/layout.cpp: all that a linker and a loader see of it.
"""

import os
import re
import shutil
import sys
import tempfile
import zlib
from pathlib import Path

import checking

COMPILER, SHARED, STATIC = sys.argv[1:]
LAYOUT = "include/thrum/detail/layout.hpp"
CORE = "include/thrum/detail/core.hpp"

# What makes other headers of these: a file of thrum/detail, and in it a text that becomes another.
CHANGES = {
    "one word more in RLockState": ("core.hpp", "std::uint32_t count = 0;", "std::uint32_t count = 0; Word more;"),
    "another value of event_set": ("core.hpp", "event_set = 1;", "event_set = 4;"),
    "fields in another order": ("core.hpp", "int parties = 1;\n  int arrived = 0;", "int arrived = 0;\n  int parties = 1;"),
    "a field of another size": ("core.hpp", "std::uint32_t count = 0;", "std::uint64_t count = 0;"),
    "another bit of a condition": ("core.hpp", "condition_on_rlock = 4;", "condition_on_rlock = 8;"),
    "another edition": ("layout.hpp", "edition = 1;", "edition = 2;"),
}
# Nothing is done in line here, so nothing but the headers needs the name.
PLAIN = """
#include <thrum/rwlock.hpp>
#include <cstdio>
struct Account { thrum::RWLock lock; long balance = 100; };
int main() {
  static Account account;
  account.lock.acquire_write();
  account.lock.release_write();
  std::puts(account.balance == 100 ? "well" : "corrupted");
}
"""
IN_LINE = """
#include <thrum/event.hpp>
#include <cstdio>
int main() {
  static thrum::Event event;
  event.set();
  event.wait();
  std::puts("well");
}
"""
MODES = (
    ("-O0",),
    ("-O2",),
    ("-O2", "-DTHRUM_NO_INLINE"),
    ("-O2", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"),
    ("-O2", "-fPIC", "-fvisibility=hidden"),
    ("-O2", "-fno-pie", "-no-pie"),
)
PROGRAMS = [(IN_LINE, ("-O2",)), *((PLAIN, mode) for mode in MODES)]


class Build:
    """Headers, and the library that goes with them."""

    def __init__(self, directory, change=None):
        self.place = Path(directory)
        self.include = checking.ROOT / "include"
        self.place.mkdir()
        if change:
            name, old, new = change
            self.include = Path(shutil.copytree(self.include, self.place / "include"))
            header = self.include / "thrum/detail" / name
            text = header.read_text()
            if text.count(old) != 1:
                sys.exit(f"{name} has {text.count(old)} times: {old}")
            header.write_text(text.replace(old, new))
        self.name = checking.layout_name(COMPILER, self.include)
        self.shared = Path(SHARED).absolute()
        self.static = Path(STATIC).absolute()

    def make_library(self):
        layout = self.place / "src_cxxapi_layout.cpp.o"
        source = checking.ROOT / "src/cxxapi/layout.cpp"
        checking.output(COMPILER, "-std=c++17", "-fPIC", "-fvisibility=hidden", f"-I{self.include}", "-c", source, "-o", layout)
        self.static = self.place / "libthrum.a"
        shutil.copy(STATIC, self.static)
        members = checking.output("ar", "t", self.static).split()
        checking.output("ar", "r", self.static, layout)
        if checking.output("ar", "t", self.static).split() != members:
            sys.exit(f"{STATIC} has no {layout.name}")
        self.shared = self.place / "libthrum.so"
        exports = f"-Wl,--version-script={Path(SHARED).parent / 'exports.map'}"
        whole = ("-Wl,--whole-archive", self.static, "-Wl,--no-whole-archive")
        checking.output(COMPILER, "-shared", "-pthread", "-Wl,-soname,libthrum.so.0", exports, *whole, "-o", self.shared)
        (self.place / "libthrum.so.0").symlink_to(self.shared)


def load(program, build):
    """A program with a library of that build, and no more of it bound than has to be."""
    environment = {key: value for key, value in os.environ.items() if key != "LD_BIND_NOW"}
    return checking.run(program, env={**environment, "LD_LIBRARY_PATH": str(build.shared.parent)})


def faults_of(case):
    """A program of one build, linked and run with the library of that one, and what becomes of it with others."""
    number, own, others = case
    text, options = PROGRAMS[number]
    made = own.place / f"program{number}.o"
    program = own.place / f"program{number}"
    checking.output(COMPILER, "-std=c++17", f"-I{own.include}", *options, "-x", "c++", "-c", "-", "-o", made, input=text)
    link = (COMPILER, *options, made, "-pthread", "-Wl,-z,lazy", "-o")
    for library in (own.static, own.shared):
        checking.output(*link, program, library)
        if (printed := load(program, own).stdout) != "well\n":
            yield f"program {number} of {own.name} with its own {library.name}: {printed}"
    for other in others:
        printed = load(program, other).stdout
        if own.name not in printed or "well" in printed:
            yield f"program {number} of {own.name} is loaded with the library of {other.name}: {printed}"
        for library in (other.static, other.shared):
            result = checking.run(*link, f"{program}.wrong", library)
            if result.returncode == 0 or not re.search("undefined reference to .*detail::Library<", result.stdout):
                yield f"program {number} of {own.name} links with {library.name} of {other.name}: {result.stdout}"


def digest_faults():
    code = re.sub(r"//[^\n]*|\s", "", (checking.ROOT / CORE).read_text())
    digest = f"digest_of_core = {zlib.crc32(code.encode()):#010x};"
    if digest not in (checking.ROOT / LAYOUT).read_text():
        yield f"{LAYOUT}: {CORE} is another: {digest}"


def include_faults():
    """The public headers have the core's by way of what ties a program to the library."""
    for path in checking.code_files("include"):
        if path.parent.name != "detail":
            for line, _ in checking.matches(r'#\s*include\s*[<"]thrum/detail/core\.hpp', path):
                yield f"{checking.at(path, line)}: includes {CORE} without {LAYOUT}"


def number_faults(builds):
    names = {}
    for what, build in builds.items():
        if build.name in names:
            yield f"{what}: has the number of: {names[build.name]}"
        names[build.name] = what


with tempfile.TemporaryDirectory() as directory:
    real = Build(f"{directory}/real")
    builds = {"nothing": real}
    for place, (what, change) in enumerate(CHANGES.items()):
        builds[what] = Build(f"{directory}/{place}", change)
    word, value = builds["one word more in RLockState"], builds["another value of event_set"]
    for build in (word, value):
        build.make_library()
    cases = [(number, word, [real]) for number in range(len(PROGRAMS))]
    cases += [(number, real, [word, value] if number == 0 else []) for number in range(len(PROGRAMS))]
    cases += [(0, value, [real])]
    faults = [*digest_faults(), *include_faults(), *number_faults(builds)]
    for found in checking.in_parallel(lambda case: list(faults_of(case)), cases):
        faults += found
    checking.finish(faults, len(cases) + len(builds))
