"""The backends are the same files with the same functions in the same order: those of src/platform.hpp.

Each group of functions there has a file of its name. A function may be inline in platform_types.hpp instead where its
comment says so. docs/design.md shows each function in a table, and says why a backend has what else it has.
"""

import re

import checking

BACKENDS = [path for path in (checking.ROOT / "src" / name for name in ("posix", "win32", "sim")) if path.exists()]
PLATFORM = checking.ROOT / "src" / "platform.hpp"
DESIGN = (checking.ROOT / "docs" / "design.md").read_text()


def declared():
    """The groups of platform.hpp: their names, and in each the functions, with whether they may be inline."""
    groups = {}
    group = None
    comment = ""
    for line in PLATFORM.read_text().splitlines():
        if match := re.match(r"// -{20,} (\w+) --$", line):
            group = groups.setdefault(match[1], {})
        elif line.startswith("///"):
            comment += line
        elif (match := re.match(r"[\w\[][^=(]*\b(\w+)\(", line)) and group is not None:
            group[match[1]] = bool(re.search(r"\bInline\b", comment))
            comment = ""
        elif not line:
            comment = ""
    return groups


def defined(path, names):
    """Those of the functions that a file defines, in its order."""
    found = re.finditer(r"^[\w\[][^=;(){}]*?\b(\w+)\([^;{}]*\{", path.read_text(), re.MULTILINE)
    return [match[1] for match in found if match[1] in names]


def faults_of(backend, groups):
    allowed = {f"{group}.cpp" for group in groups} | {"platform_types.hpp"}
    found = {path.name for path in backend.iterdir()}
    for name in sorted(allowed - found):
        yield f"{backend.name}: has no {name}"
    for name in sorted(found - allowed):
        if name.endswith(".cpp") or f"`{name}`" not in DESIGN:
            yield f"{backend.name}: has {name}, of which docs/design.md says nothing"
    every = {name for functions in groups.values() for name in functions}
    inline = defined(backend / "platform_types.hpp", every)
    for group, functions in groups.items():
        for name in inline:
            if functions.get(name) is False:
                yield f"{backend.name}: {name} is inline, and platform.hpp does not say that it may be"
        expected = [name for name in functions if name not in inline]
        order = defined(backend / f"{group}.cpp", every)
        if order != expected:
            yield f"{backend.name}/{group}.cpp: defines {', '.join(order)}; platform.hpp has {', '.join(expected)}"


def faults_of_page(groups):
    for functions in groups.values():
        for name in functions:
            if not re.search(rf"^\|.*`{name}`.*\|", DESIGN, re.MULTILINE):
                yield f"docs/design.md: no row shows {name}"


GROUPS = declared()
checking.finish(
    [*faults_of_page(GROUPS), *(fault for backend in BACKENDS for fault in faults_of(backend, GROUPS))],
    len(BACKENDS) * sum(map(len, GROUPS.values())),
)
