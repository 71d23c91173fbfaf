"""clang-tidy finds nothing in the sources that a build compiles.

    tidy.py CLANG-TIDY BUILD-DIRECTORY
"""

import json
import sys
from pathlib import Path

import checking

CLANG_TIDY, BUILD = sys.argv[1:]


def fault(path):
    result = checking.run(CLANG_TIDY, "--quiet", f"-p={BUILD}", path)
    return result.stdout if result.returncode != 0 else None


COMMANDS = json.loads(Path(BUILD, "compile_commands.json").read_text())
COMPILED = {Path(command["directory"], command["file"]).resolve() for command in COMMANDS}
FILES = sorted(COMPILED.intersection(checking.code_files()))
checking.finish(filter(None, checking.in_parallel(fault, FILES)), len(FILES))
