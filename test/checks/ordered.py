"""ThreadSanitizer finds no race in correct programs that order their memory by the library as it is installed, which is
not compiled for it; and finds one where there is one.

    ordered.py MESON BUILD-DIRECTORY C-COMPILER C++-COMPILER

Skipped where there is no ThreadSanitizer, or where it cannot run.
"""

import sys
import tempfile
from pathlib import Path

import checking
from installed import Installed

MESON, BUILD, C_COMPILER, CPP_COMPILER = sys.argv[1:]
HERE = Path(__file__).parent
PROGRAMS = (
    (C_COMPILER, "-std=c99", "ordered_objects.c"),
    (C_COMPILER, "-std=c99", "ordered_tasks.c"),
    (CPP_COMPILER, "-std=c++17", "ordered.cpp"),
)
FORMS = ("shared", "static")
OPTIONS = ("-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fsanitize=thread")
SKIPPED = 77  # to Meson

# It cannot place its memory where the kernel randomises addresses widely.
FIXED = ("setarch", "-R") if checking.run("setarch", "-R", "true").returncode == 0 else ()


def works(directory):
    """Whether a program compiled for it can be linked and run at all."""
    program = directory / "works"
    source = "int main(void) { return 0; }\n"
    built = checking.run(C_COMPILER, *OPTIONS, "-x", "c", "-", "-o", program, input=source).returncode == 0
    return built and checking.run(*FIXED, program).returncode == 0


def faults(directory):
    installed = Installed(MESON, BUILD, directory / "tree")
    libraries = (installed.pkg_config("--libs"), (installed.library / "libthrum.a",))
    for compiler, standard, source in PROGRAMS:
        objects = directory / f"{source}.o"
        checking.output(compiler, standard, *OPTIONS, f"-I{installed.include}", "-c", HERE / source, "-o", objects)
        for form, library in zip(FORMS, libraries):
            program = directory / f"{source}-{form}"
            checking.output(compiler, *OPTIONS, objects, *library, "-pthread", "-o", program)
            # Of the same place more than one is reported then.
            environment = {**installed.environment, "TSAN_OPTIONS": "suppress_equal_addresses=0"}
            result = checking.run(*FIXED, program, env=environment)
            if result.returncode != 0 or result.stdout != "well\n":
                yield f"{source}, {form}: ended with {result.returncode}\n{result.stdout}"
            if "data race" not in checking.run(*FIXED, program, "race", env=environment).stdout:
                yield f"{source}, {form}: a race is not reported"


with tempfile.TemporaryDirectory() as name:
    if not works(Path(name)):
        print("skipped: no program runs here that is compiled with -fsanitize=thread")
        sys.exit(SKIPPED)
    checking.finish(list(faults(Path(name))), 2 * len(PROGRAMS) * len(FORMS))
