"""clang-tidy finds nothing in the sources that a build compiles.

    tidy.py CLANG-TIDY BUILD-DIRECTORY

Most of its time goes into the headers of others, which it looks through anew with each source. So it is given some
tests at once, each in a namespace of its own, after all that they include; and one by one where that does not compile.
"""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import checking

CLANG_TIDY, BUILD = sys.argv[1:]
TESTS_AT_ONCE = 12
INCLUDE = re.compile(r'^#include ([<"])(.*)[>"]$', re.MULTILINE)


def path_of(command):
    return Path(command["directory"], command["file"]).resolve()


def commands_of_sources():
    """One command for each source: clang-tidy takes a source up once for each that it finds, and most are in several
    libraries or programs. A precompiled header is its compiler's own."""
    found = {}
    for one in json.loads(Path(BUILD, "compile_commands.json").read_text()):
        one["command"] = re.sub(r" -fpch-preprocess -include \S+", "", one["command"])
        found.setdefault(path_of(one), one)
    return {path: found[path] for path in sorted(found.keys() & set(checking.code_files()))}


def included(path):
    """What a source includes, as it is to be written elsewhere."""
    for bracket, name in INCLUDE.findall(path.read_text()):
        beside = path.parent / name
        if bracket == "<":
            yield f"#include <{name}>\n"
        else:
            yield f'#include "{beside if beside.exists() else name}"\n'


def grouped(paths):
    """Tests that are compiled in the same way, some at a time, and each other source by itself, as it has a part in a
    namespace with a name."""
    alike = {}
    for path in paths:
        named = re.search(r"^namespace \w", path.read_text(), re.MULTILINE)
        alone = named or not path.stem.endswith(("_test", "_model"))
        way = path if alone else re.sub(r" -(o|MF|MQ|c) \S+| -I\S+\.p\b", "", COMMANDS[path]["command"])
        alike.setdefault(way, []).append(path)
    for some in alike.values():
        yield from (some[first : first + TESTS_AT_ONCE] for first in range(0, len(some), TESTS_AT_ONCE))


def together(paths, place):
    """A source that is all of these."""
    source = Path(place, "test", f"{paths[0].stem}_and_more.cpp")
    includes = sorted({line for path in paths for line in included(path)})
    parts = (f'namespace of_{path.stem} {{\n#include "{path}" // NOLINT\n}}\n' for path in paths)
    source.write_text("".join(includes) + "".join(parts))
    command = COMMANDS[paths[0]]
    # What they say twice is theirs alone.
    words = re.sub(r" -c \S+", f" -Wno-shadow -Wno-macro-redefined -c {source}", command["command"])
    COMMANDS[source] = {**command, "file": str(source), "command": words}
    return source


COMMANDS = commands_of_sources()
FILES = list(COMMANDS)

with tempfile.TemporaryDirectory() as place:
    # It looks for its settings where a source is.
    Path(place, "test").mkdir()
    for settings in (".clang-tidy", "test/.clang-tidy"):
        shutil.copy(checking.ROOT / settings, Path(place, settings))
    SOURCES = {together(some, place) if len(some) > 1 else some[0]: some for some in grouped(FILES)}
    Path(place, "compile_commands.json").write_text(json.dumps(list(COMMANDS.values())))

    def found_in(source):
        result = checking.run(CLANG_TIDY, "--quiet", f"-p={place}", source)
        if "[clang-diagnostic-error" in result.stdout and len(SOURCES.get(source, [])) > 1:
            return "".join(filter(None, map(found_in, SOURCES[source])))
        return result.stdout if result.returncode != 0 else None

    # Those that take longest first.
    longest_first = sorted(SOURCES, key=lambda source: -len(SOURCES[source]))
    checking.finish(filter(None, checking.in_parallel(found_in, longest_first)), len(FILES))
