"""Another Meson project builds thrum as its subproject.

    subproject.py MESON C-COMPILER C++-COMPILER
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import checking

MESON, C_COMPILER, CPP_COMPILER = sys.argv[1:]
DEFINITION = """
project('user', 'c')
executable('user', 'user.c', dependencies: dependency('thrum', fallback: 'thrum'))
"""


def fault(directory):
    project = Path(directory)
    build = project / "build"
    (project / "meson.build").write_text(DEFINITION)
    (project / "subprojects").mkdir()
    (project / "subprojects/thrum").symlink_to(checking.ROOT)
    shutil.copy(checking.ROOT / "test/checks/user.c", project)
    environment = {**os.environ, "CC": C_COMPILER, "CXX": CPP_COMPILER}
    checking.output(MESON, "setup", build, project, env=environment)
    checking.output(MESON, "compile", "-C", build)
    if checking.output(build / "user") != "well\n":
        yield "the program does not work"
    if "thrum_tests" in checking.output(MESON, "introspect", "--targets", build):
        yield "thrum's own tests are built with it"


with tempfile.TemporaryDirectory() as directory:
    checking.finish(list(fault(directory)), 1)
