"""Writes thrum.def, the list of what thrum.dll exports: the functions that exports.txt lists, and the variable that
programs in C++ link to, whose name is in the object file that has it: the headers' layout is in it as a number.

    exports_def.py EXPORTS.TXT LAYOUT-OBJECT THRUM.DEF
"""

import re
import sys
from pathlib import Path

exports, layout, written = map(Path, sys.argv[1:])
functions = [line for line in exports.read_text().splitlines() if not line.startswith("#")]
(variable,) = set(re.findall(rb"_ZN5thrum6detail7LibraryILj\d+EE6detourE", layout.read_bytes()))
lines = ["LIBRARY thrum.dll", "EXPORTS", *(f"    {name}" for name in functions), f"    {variable.decode()} DATA"]
written.write_text("\n".join(lines) + "\n")
