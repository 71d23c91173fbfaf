"""Every C and C++ file is as clang-format writes it."""

import sys

import checking

CLANG_FORMAT = sys.argv[1]


def fault(path):
    result = checking.run(CLANG_FORMAT, "--dry-run", "-Werror", path)
    return result.stdout if result.returncode != 0 else None


FILES = list(checking.code_files())
checking.finish(filter(None, checking.in_parallel(fault, FILES)), len(FILES))
