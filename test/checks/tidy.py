"""clang-tidy finds nothing in the sources that a build compiles.

    tidy.py CLANG-TIDY BUILD-DIRECTORY
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import checking

CLANG_TIDY, BUILD = sys.argv[1:]


def path_of(command):
    return Path(command["directory"], command["file"]).resolve()


# One command for each source: clang-tidy takes a source up once for each that it finds, and most are in several
# libraries or programs. A precompiled header is its compiler's own.
COMMANDS = {}
for one in json.loads(Path(BUILD, "compile_commands.json").read_text()):
    one["command"] = re.sub(r" -fpch-preprocess -include \S+", "", one["command"])
    COMMANDS.setdefault(path_of(one), one)
FILES = sorted(COMMANDS.keys() & set(checking.code_files()))

with tempfile.TemporaryDirectory() as place:
    Path(place, "compile_commands.json").write_text(json.dumps(list(COMMANDS.values())))

    def fault(path):
        result = checking.run(CLANG_TIDY, "--quiet", f"-p={place}", path)
        return result.stdout if result.returncode != 0 else None

    checking.finish(filter(None, checking.in_parallel(fault, FILES)), len(FILES))
