"""The pairs on more than one word hold in every execution that C11's memory orders allow, and without what orders them
they do not: test/weak, explored by loom.

    weak.py BUILD-DIRECTORY

Skipped where there is no Rust, or its packages cannot be had.
"""

import shutil
import sys
from pathlib import Path

import checking

(BUILD,) = sys.argv[1:]
MANIFEST = checking.ROOT / "test/weak/Cargo.toml"
SKIPPED = 77  # to Meson

if shutil.which("cargo") is None or checking.run("cargo", "fetch", "--locked", "--manifest-path", MANIFEST).returncode != 0:
    print("skipped: no cargo, or no packages for it")
    sys.exit(SKIPPED)
printed = checking.output(
    *("cargo", "run", "--quiet", "--release", "--locked", "--manifest-path", MANIFEST, "--target-dir", Path(BUILD) / "weak")
)
print(printed)
checking.finish([], printed.count("executions wrong"))
