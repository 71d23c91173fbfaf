"""No source in C, C++, Python or shell is longer than what a reader can hold as one idea.

thrum.h is excepted: it is the reference, and a reader looks things up in it.
"""

import checking

MOST_LINES = 400
EXCEPTED = {"include/thrum/thrum.h"}
SUFFIXES = checking.CODE_SUFFIXES + (".py", ".sh", "")


def is_source(path):
    """What has no suffix is a source where it is a script."""
    return path.suffix != "" or path.read_bytes().startswith(b"#!")


def fault(path):
    lines = len(path.read_text().splitlines())
    name = path.relative_to(checking.ROOT).as_posix()
    return f"{name}: has {lines} lines; {MOST_LINES} are the most" if lines > MOST_LINES else None


FILES = [path for path in checking.own_files(SUFFIXES) if is_source(path)]
FILES = [path for path in FILES if path.relative_to(checking.ROOT).as_posix() not in EXCEPTED]
checking.finish(filter(None, map(fault, FILES)), len(FILES))
