"""Writes the functions that libthrum-sim exports in front of the library's own: each tells that it has been called, and
about which object, and is a scheduling point.

    calls.py NAMES HEADER... --functions OUT --renames OUT

The library is compiled with the second file, which gives its own functions other names. The declarations are those of
the headers.
"""

import argparse
import re
from pathlib import Path

# What these answer does not depend on what other threads do; or is a function's own address.
PLAIN = {
    "thrum_core_default_excepthook",
    "thrum_core_now",
    "thrum_core_share",
    "thrum_default_excepthook",
    "thrum_status_name",
    "thrum_strerror",
    "thrum_version",
}


def declarations(path):
    """Of a header: result, name, parameters and what follows them."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    for match in re.finditer(r"\bTHRUM_API\b([^;{}]*?)\b(thrum_\w+)\(([^;]*)\)\s*(THRUM_NOEXCEPT|noexcept)?\s*;", text):
        yield " ".join(match[1].split()), match[2], " ".join(match[3].split()), match[4] or ""


def split(parameters):
    """At the commas that are not in a parameter's own brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(parameters):
        depth += letter in "(" and 1 or letter in ")" and -1 or 0
        if letter == "," and depth == 0:
            yield parameters[start:place].strip()
            start = place + 1
    if parameters[start:].strip() not in ("", "void"):
        yield parameters[start:].strip()


def name_of(parameter):
    return (re.search(r"\(\*\s*(\w+)\)", parameter) or re.search(r"(\w+)(?:\[\])?$", parameter))[1]


def wrapper(result, name, parameters, suffix):
    real = name.replace("thrum_", "thrum_real_", 1)
    arguments = [name_of(parameter) for parameter in parameters]
    listed = ", ".join(parameters)
    first = parameters[0] if parameters else ""
    subject = ""
    if re.match(r"thrum_\w+ \w+$", first) and not first.startswith(("thrum_except", "thrum_status")):
        subject = f", {arguments[0]}.id"
    elif "&" in first:
        subject = f", &{arguments[0]}"
    elif first.startswith("thrum_once_flag*"):
        subject = f", {arguments[0]}"
    made = re.match(r"thrum_(?!thread_hooks|except)\w+\* out$", first) and "create" in name
    call = f"{real}({', '.join(arguments)})"
    body = [f'  thrum::sim::Call this_call("{name}"{subject});']
    if made:
        body += [f"  const thrum_status status = {call};", "  if (status == THRUM_OK) this_call.made(out->id);",
                 "  return this_call.end(status);"]
    elif result == "thrum_status":
        body += [f"  return this_call.end({call});"]
    elif result == "void":
        body += [f"  {call};"]
    else:
        body += [f"  return {call};"]
    return "\n".join([
        f"{result} {real}({listed}) {suffix};",
        f"THRUM_API {result} {name}({listed}) {suffix};",
        f"{result} {name}({listed}) {suffix} {{",
        *body,
        "}",
        "",
    ])


parser = argparse.ArgumentParser()
parser.add_argument("names", type=Path)
parser.add_argument("headers", type=Path, nargs="+")
parser.add_argument("--functions", type=Path, required=True)
parser.add_argument("--renames", type=Path, required=True)
options = parser.parse_args()

wanted = {line for line in options.names.read_text().split("\n") if line.startswith("thrum_")} - PLAIN
parts = {"": [], "thrum::detail": []}
for header in options.headers:
    for result, name, parameters, suffix in declarations(header):
        if name in wanted:
            wanted.remove(name)
            space = "thrum::detail" if header.suffix == ".hpp" else ""
            parts[space].append((name, wrapper(result, name, list(split(parameters)), suffix)))
if wanted:
    raise SystemExit(f"no header declares {', '.join(sorted(wanted))}")

functions = ['#include "explorer/log.hpp"', '#include "thrum/detail/core.hpp"', '#include "thrum/thrum.h"', ""]
for space, found in parts.items():
    functions += [f"namespace {space} {{" if space else "", 'extern "C" {', *(text for _, text in found), "}",
                  "}" if space else ""]
options.functions.write_text("\n".join(functions))
options.renames.write_text(
    "".join(f"#define {name} {name.replace('thrum_', 'thrum_real_', 1)}\n" for found in parts.values() for name, _ in found))
