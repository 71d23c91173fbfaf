"""A tree with thrum installed."""

import os
from pathlib import Path

import checking


class Installed:
    def __init__(self, meson, build, tree):
        checking.output(meson, "install", "-C", build, "--no-rebuild", "--skip-subprojects", "--destdir", tree)
        (pc,) = Path(tree).rglob("thrum.pc")
        (self.include,) = (path.parent for path in Path(tree).rglob("thrum") if path.is_dir())
        self.library = pc.parents[1]
        self.prefix = self.include.parent
        self.for_windows = any(Path(tree).rglob("*.dll"))
        # For pkg-config, and for programs.
        self.environment = {
            **os.environ,
            "PKG_CONFIG_PATH": str(pc.parent),
            "PKG_CONFIG_SYSROOT_DIR": str(tree),
            "LD_LIBRARY_PATH": str(self.library),
            "WINEPATH": str(self.prefix / "bin"),
        }
        # For compilers that are not told where to look. pkg-config leaves out what they find by themselves.
        self.compiling = {**self.environment, "CPATH": str(self.include), "LIBRARY_PATH": str(self.library), "PREFIX": str(self.prefix)}

    def pkg_config(self, *queries):
        return checking.output("pkg-config", *queries, "thrum", env=self.environment).split()
