#!/usr/bin/env python3
"""wordcount_terminal.py WORDCOUNT - on a terminal: the progress bar is drawn, Ctrl-C ends the count, and
the bar is wiped away before the result."""

import os
import pty
import re
import sys
import tempfile

BAR = rb"\r\d+ files  [\d.]+ MB  [\d.]+ MB/s  \[#* *\] +\d+%  \d+:\d\d left\033\[K"


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end has been closed
        return b""


def run(wordcount, tree):
    """The output of wordcount, which is sent Ctrl-C after three bars, and its exit status."""
    process, terminal = pty.fork()
    if process == 0:
        os.execv(wordcount, [wordcount, "--threads", "2", tree])
    output = b""
    while len(re.findall(BAR, output)) < 3:
        got = read(terminal)
        if not got:
            break
        output += got
    else:
        os.write(terminal, b"\x03")
    while got := read(terminal):
        output += got
    return output, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def main():
    with tempfile.TemporaryDirectory() as tree:
        with open(os.path.join(tree, "endless"), "wb") as endless:
            endless.truncate(1 << 40)
        output, status = run(os.path.abspath(sys.argv[1]), tree)
    failures = []
    if len(re.findall(BAR, output)) < 3:
        failures.append("no progress bar was drawn")
    if status != 130:
        failures.append(f"the exit status is {status}, not 130")
    bars, _, result = output.rpartition(b"\r\033[K")
    if not bars or b"\033" in result or not result.startswith(b"INTERRUPTED"):
        failures.append("the bar is not wiped away before the result")
    for failure in failures:
        print(f"FAILED: {failure}")
    if failures:
        print(f"the terminal got: {output[:1000]!r} ... {output[-1000:]!r}")
    return 1 if failures else 0


sys.exit(main())
