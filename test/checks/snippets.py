"""The programs in pages of the documentation compile, link and print what the pages say.

A block ```c or ```cpp with a main is a program: it is compiled, linked and run. One without is compiled only,
as the body of a function where it is not a file by itself. A block ```sh that begins with cc or c++, or with the
name of a compiler for Windows, is run where the last program's source is, under the name that the block calls it
by. A block ```text that comes next after a program or such a command is what it prints.

A program of a framework for tests shows a failure: it is left out where the framework is not installed, and prints
the lines of the next ```text in their order, with others between.

    snippets.py MESON BUILD-DIRECTORY C-COMPILER C++-COMPILER PAGE...

Programs of a cross-build are run by the command that MESON_EXE_WRAPPER names.
"""

import os
import re
import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import checking
from installed import Installed

MESON, BUILD, C_COMPILER, CPP_COMPILER, *PAGES = sys.argv[1:]
RUNNER = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")

# By the name of a block's language: the compiler with its mode, and what every fragment may use.
LANGUAGES = {
    "c": ((C_COMPILER, "-std=c99"), "#include <stdio.h>\n#include <thrum/thrum.h>\n"),
    "cpp": ((CPP_COMPILER, "-std=c++17"), "#include <thrum/thrum.hpp>\n"),
}
# By a header of it: what pkg-config knows a framework as.
FRAMEWORKS = {"gtest/gtest.h": "gtest", "catch2/": "catch2-with-main"}
WINDOWS_COMPILER = r"x86_64-w64-mingw32-gcc"


@dataclass
class Block:
    place: str
    language: str
    text: str


def blocks(page):
    text = page.read_text()
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(checking.at(page, line), match[1], match[2])


class Reader:
    """Goes through a page's blocks; `faults` says what is wrong with them, `checked` how many were run."""

    def __init__(self, installed, directory):
        self.installed = installed
        self.directory = Path(directory)
        self.source = None  # the last program
        self.printed = None  # what the block before this one printed, where it ran
        self.lines = None  # the same of a framework's program
        self.checked = 0
        self.faults = []

    def read(self, page):
        self.source = None
        for block in blocks(page):
            printed, self.printed = self.printed, None
            lines, self.lines = self.lines, None
            framework = next((name for header, name in FRAMEWORKS.items() if f"#include <{header}" in block.text), None)
            if block.language == "cpp" and framework is not None:
                self.tests(block, framework)
            elif block.language == "text" and lines is not None:
                self.compare(block, lines)
            elif block.language in LANGUAGES and re.search(r"\bmain\s*\(", block.text):
                self.program(block)
            elif block.language in LANGUAGES:
                self.fragment(block)
            elif block.language == "sh" and re.match(rf"(cc|c\+\+|{WINDOWS_COMPILER}) ", block.text):
                self.command(block)
            elif block.language == "text" and printed is not None and printed != block.text:
                self.faults.append(f"{block.place}: the program prints\n{printed}")

    def run(self, block, *command):
        """What the command printed; None, and a fault, where it failed."""
        result = checking.run(*command, cwd=self.directory, env=self.installed.compiling)
        if result.returncode != 0:
            self.faults.append(f"{block.place}: failed with {result.returncode}\n{result.stdout}")
            return None
        # Windows ends lines in its own way.
        return result.stdout.replace("\r", "")

    def program(self, block):
        self.checked += 1
        self.source = block
        name = f"program.{block.language}"
        (self.directory / name).write_text(block.text)
        (compiler, _) = LANGUAGES[block.language]
        library = "-lthrum-sim" if "thrum/sim.h" in block.text else "-lthrum"
        command = [*compiler, *WARNINGS, name, "-o", "program.exe", f"-L{self.installed.library}", library]
        if library == "-lthrum-sim":
            command.append("-DTHRUM_NO_INLINE")
        if self.run(block, *command) is not None:
            self.printed = self.run(block, *RUNNER, self.directory / "program.exe")

    def tests(self, block, framework):
        if checking.run("pkg-config", "--exists", framework).returncode != 0:
            return
        self.checked += 1
        (self.directory / "tests.cpp").write_text(block.text)
        (compiler, _) = LANGUAGES["cpp"]
        flags = checking.output("pkg-config", "--cflags", "--libs", framework).split()
        simulator = ["-DTHRUM_NO_INLINE", f"-L{self.installed.library}", "-lthrum-sim"]
        if self.run(block, *compiler, *WARNINGS, "tests.cpp", "-o", "tests.exe", *simulator, *flags) is None:
            return
        result = checking.run(self.directory / "tests.exe", cwd=self.directory, env=self.installed.compiling)
        if result.returncode == 0:
            self.faults.append(f"{block.place}: no failure is shown\n{result.stdout}")
        self.lines = result.stdout

    def compare(self, block, printed):
        rest = iter(printed.splitlines())
        for line in block.text.splitlines():
            if not any(line in other for other in rest):
                self.faults.append(f"{block.place}: the program does not print, in this order, {line}\n{printed}")
                return

    def fragment(self, block):
        self.checked += 1
        (compiler, prologue) = LANGUAGES[block.language]
        body = re.sub(r"^#include.*\n", "", block.text, flags=re.MULTILINE)
        includes = prologue + "".join(re.findall(r"^#include.*\n", block.text, re.MULTILINE))
        attempts = []
        for text in (includes + body, f"{includes}void fragment(void);\nvoid fragment(void) {{\n{body}}}\n"):
            name = f"fragment.{block.language}"
            (self.directory / name).write_text(text)
            # A fragment need not use what it declares.
            command = [*compiler, *WARNINGS, "-Wno-unused", "-fsyntax-only", name]
            attempts.append(checking.run(*command, cwd=self.directory, env=self.installed.compiling))
        if all(attempt.returncode != 0 for attempt in attempts):
            self.faults.append(f"{block.place}: does not compile\n{attempts[-1].stdout}")

    def command(self, block):
        self.checked += 1
        for name in re.findall(r"\b[\w-]+\.(?:c|cpp)\b", block.text):
            if self.source:
                (self.directory / name).write_text(self.source.text)
        # The one that is there, which may be for another processor.
        text = re.sub(rf"\b{WINDOWS_COMPILER}\b", C_COMPILER, block.text)
        self.printed = self.run(block, "sh", "-e", "-c", text)


with tempfile.TemporaryDirectory() as directory:
    reader = Reader(Installed(MESON, BUILD, f"{directory}/installed"), directory)
    for page in PAGES:
        reader.read(Path(page).resolve())
    checking.finish(reader.faults, reader.checked)
