"""Each pair of "I stop looking" and "I bring something" is named in the sources on both of its sides, and in the table of
docs/words.md.
"""

import re

import checking

WORDS = checking.ROOT / "docs/words.md"
TABLE = re.compile(r"^\| pair \|.*?(?=\n\n)", re.MULTILINE | re.DOTALL)


def named():
    """How often each pair is named in the sources."""
    count = {}
    for path in checking.code_files("src"):
        # A comment may break the line anywhere.
        text = re.sub(r"\s*\n\s*//+\s*", " ", path.read_text())
        for name in re.findall(r"\[pair: (\w+)\]", text):
            count[name] = count.get(name, 0) + 1
    return count


def faults(count, listed):
    for name in sorted(count.keys() - set(listed)):
        yield f"the pair {name} is not in the table of docs/words.md"
    for name in listed:
        if count.get(name, 0) < 2:
            yield f"the pair {name} is named {count.get(name, 0)} times in the sources: it has two sides"


(table,) = TABLE.findall(WORDS.read_text())
LISTED = re.findall(r"^\| (\w+) \|", table, re.MULTILINE)[1:]
checking.finish(list(faults(named(), LISTED)), len(LISTED))
