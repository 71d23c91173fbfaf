"""Prints how many tests passed and failed in the last run of Meson's tests in each of the build directories, and before
that the figures of models, mutants and instructions, and the end of what each test that failed has printed.

A test of Catch2 counts for its test cases, without those that it skips; any other for one. One that is skipped is
named, and counts as neither. A build that got no results counts as one that failed.
"""

import json
import re
import sys
import xml.etree.ElementTree
from pathlib import Path

# What a program of Catch2's answers where it has skipped all that it was to run.
ALL_SKIPPED = 4


def reports(test):
    """Where a test of Catch2 has been told to write its report."""
    return [word.partition("xml::out=")[2] for word in test["command"] if "xml::out=" in word]


def cases(test):
    """The test cases of one of Meson's tests that passed and failed."""
    if test["result"] == "SKIP":
        return 0, 0
    passed = test["result"] == "OK"
    written = [report for report in reports(test) if Path(report).exists()]
    if written:
        try:
            overall = xml.etree.ElementTree.parse(written[0]).find("OverallResultsCases").attrib
            return int(overall["successes"]), max(int(overall["failures"]), int(not passed))
        except xml.etree.ElementTree.ParseError:
            pass  # it ended before its report did
    return int(passed), int(not passed)


def results(build):
    """What Meson wrote of its tests in a build."""
    log = Path(build, "meson-logs/testlog.json")
    if not log.exists():
        return [{"name": "the build", "result": "no results", "command": []}]
    tests = [json.loads(line) for line in log.read_text().splitlines()]
    for test in tests:
        if reports(test) and test.get("returncode") == ALL_SKIPPED:
            test["result"] = "SKIP"
    return tests


def printed(test):
    return (test.get("stdout", "") + test.get("stderr", "")).splitlines()


tests = [(build, test) for build in sys.argv[1:] for test in results(build)]
for _, test in tests:
    for line in printed(test):
        if re.match(r"model: |steps: |\d+ mutants, ", line):
            print(line)
for build, test in tests:
    if test["result"] not in ("OK", "SKIP"):
        print(f"\n{build}: {test['name']}: {test['result']}", *printed(test)[-40:], sep="\n  ")
skipped = [test["name"] for _, test in tests if test["result"] == "SKIP"]
if skipped:
    print(f"{len(skipped)} skipped: {', '.join(skipped)}")
passed, failed = map(sum, zip(*(cases(test) for _, test in tests)))
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
