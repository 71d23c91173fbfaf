"""The bank of docs/simulator.md: the explorer finds both mistakes as the page shows them, and none where they are mended.

    bank.py STRESS EXPLORE EXPLORE-FIXED
"""

import os
import re
import subprocess
import sys
from pathlib import Path

STRESS, EXPLORE, FIXED = sys.argv[1:]
PAGE = (Path(__file__).resolve().parents[2] / "docs/simulator.md").read_text()


def run(*command, **environment):
    result = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    return result.returncode, result.stdout


def need(condition, what):
    if not condition:
        sys.exit(what)


status, printed = run(STRESS, "1")
need(status == 0 and "nothing wrong" in printed, f"the stress test: {printed}")

status, printed = run(EXPLORE)
need(status == 2, f"the explorer finds {status} faults\n{printed}")
shown = re.sub(r"^    ", "", PAGE, flags=re.MULTILINE)
for report in printed.split("withdrawal: "):
    need(report.strip() in shown, f"not as the page shows it:\n{report}")

for name, replay in re.findall(r"^(?:audit|withdrawal): (\w+).*?THRUM_SIM_REPLAY=([\d.-]+)", printed, re.MULTILINE | re.DOTALL):
    _, again = run(EXPLORE, THRUM_SIM_REPLAY=replay)
    need(f": {name} in run 1:" in again, f"{replay} does not lead to {name}:\n{again}")

status, printed = run(FIXED)
need(status == 0 and printed.count("and there are no others") == 2, f"the bank without mistakes: {printed}")
