#!/bin/sh
# hello_prints.sh HELLO LINE... - runs the program and compares its output with the lines.
set -u

hello=$1
shift
output=$("$hello") || { echo "FAILED: exit status $?"; exit 1; }
expected=$(printf '%s\n' "$@")
if [ "$output" != "$expected" ]; then
  printf 'FAILED: expected\n%s\nbut it printed\n%s\n' "$expected" "$output"
  exit 1
fi
