"""Every public header compiles without a warning, by itself, in every mode of its language.

    headers.py C-COMPILER C++-COMPILER
"""

import sys

import checking

C_COMPILER, CPP_COMPILER = sys.argv[1:]
C_MODES = ("c89", "c99", "c11", "c17", "c2x")
CPP_MODES = ("c++98", "c++11", "c++14", "c++17", "c++20", "c++2b")
CLASS_MODES = ("c++17", "c++20", "c++2b")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror")

# A macro is compiled where it is used.
USES_OF_THE_C_HEADER = """
int numbers[2] = {THRUM_VERSION_NUMBER, THRUM_SEMAPHORE_MAX};
double seconds[2] = {THRUM_FOREVER, THRUM_TIMEOUT_MAX};
size_t keep = THRUM_STACK_SIZE_KEEP;
thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
"""


def cases():
    include = checking.ROOT / "include"
    for path in checking.code_files("include"):
        header = path.relative_to(include).as_posix()
        if path.suffix == ".h":
            yield from ((C_COMPILER, "c", mode, header, USES_OF_THE_C_HEADER) for mode in C_MODES)
            yield from ((CPP_COMPILER, "c++", mode, header, USES_OF_THE_C_HEADER) for mode in CPP_MODES)
        else:
            yield from ((CPP_COMPILER, "c++", mode, header, "") for mode in CLASS_MODES)


def fault(case):
    compiler, language, mode, header, uses = case
    command = [compiler, "-x", language, f"-std={mode}", *WARNINGS, "-fsyntax-only", f"-I{checking.ROOT}/include", "-"]
    # Twice: its guard is checked too.
    result = checking.run(*command, input=f'#include "{header}"\n#include "{header}"\n{uses}')
    if result.returncode != 0:
        return f"{header} with {compiler} -std={mode}:\n{result.stdout}"
    return None


CASES = list(cases())
checking.finish(filter(None, checking.in_parallel(fault, CASES)), len(CASES))
