"""Includes run one way: capi, cxxapi -> core -> platform.hpp -> one backend, the public headers apart from all, and
within the core from a wing to those below it (wings.py).

What belongs to an operating system stays in a backend, and what belongs to libatomic_ops in core/word/atomic.hpp.
"""

import checking
from wings import WINGS

BACKENDS = ("posix", "win32", "sim")

# By storey: what its files include of the project's own, as the starts of the names.
OWN = {
    "include": ("thrum/",),
    "capi": ("capi/", "compiler.hpp", "core/", "thrum/"),
    "cxxapi": ("compiler.hpp", "core/", "cxxapi/", "thrum/"),
    "platform": ("platform_types.hpp",),
    "backend": ("compiler.hpp", "engine/", "keep_last_error.hpp", "platform.hpp", "parker_types.hpp", "platform_types.hpp", "system.hpp"),
    "compiler": (),
    # The simulator: its machine below the core, and above all of the library what explores.
    "engine": ("core/word/memory.hpp", "engine/", "platform.hpp"),
    "explorer": ("core/", "engine/", "explorer/", "platform.hpp", "thrum/"),
}
for wing, below in WINGS.items():
    OWN[f"core/{wing}"] = (
        "compiler.hpp",
        "platform.hpp",
        "thrum/",
        *(f"core/{name}/" for name in (wing, *below)),
    )

# Outside the backends, headers with a suffix are no part of the C++ library: each file's are named here.
SYSTEM = {
    "include/thrum/thrum.h": {"math.h", "stddef.h", "stdint.h"},
    "include/thrum/detail/word.hpp": {"intrin.h"},
    "src/compiler.hpp": {"intrin.h"},
    "src/core/word/atomic.hpp": {"atomic_ops.h"},
}
ATOMIC = {"include/thrum/detail/word.hpp", "src/core/word/atomic.hpp"}

# Other licences, and libraries that thrum does not link.
NOWHERE = {"atomic_ops_malloc.h", "atomic_ops_stack.h"}


def storey(name):
    top, *rest = name.split("/")
    if top == "include":
        return "include"
    if rest[0] in ("compiler.hpp", "platform.hpp"):
        return rest[0].removesuffix(".hpp")
    if rest[0] in BACKENDS:
        return rest[1] if rest[1] in ("engine", "explorer") else "backend"
    return "/".join(rest[:2]) if rest[0] == "core" else rest[0]


def faults_of(path):
    name = path.relative_to(checking.ROOT).as_posix()
    where = storey(name)
    for line, match in checking.matches(r'#\s*include\s*([<"])([^>"]+)[>"]', path):
        bracket, header = match.groups()
        if bracket == '"' or header.startswith("thrum/"):
            allowed = header.startswith(OWN[where]) and bracket == '"'
        elif where in ("backend", "engine", "explorer"):
            allowed = header not in NOWHERE and header != "atomic_ops.h"
        elif header == "atomic":
            allowed = False
        else:
            allowed = "." not in header or header in SYSTEM.get(name, ())
        if not allowed:
            yield f"{checking.at(path, line)}: {where} may not include {header}"
    if where not in ("backend", "engine", "explorer"):
        for line, match in checking.matches(r"\b(_*WIN(32|64)|__MINGW\w*|__linux__|__APPLE__|__unix__)\b", path):
            yield f"{checking.at(path, line)}: {match[0]} belongs in a backend"
    if name not in ATOMIC:
        for line, match in checking.matches(r"\b(__atomic_\w+|__sync_\w+|_Interlocked\w+|AO_\w+)\b", path):
            yield f"{checking.at(path, line)}: {match[0]} belongs in {' or '.join(sorted(ATOMIC))}"


FILES = list(checking.code_files("include", "src"))
checking.finish((fault for path in FILES for fault in faults_of(path)), len(FILES))
