#!/usr/bin/env bash
# hello_prints.sh HELLO LINE... - runs the program and compares its output with the lines. A program of another
# system runs by the command that MESON_EXE_WRAPPER names.
set -u

hello=$1
shift
# shellcheck disable=SC2086 # a command of several words
output=$(${MESON_EXE_WRAPPER:-} "$hello") || { echo "FAILED: exit status $?"; exit 1; }
# Windows ends lines in its own way.
output=${output//$'\r'/}
expected=$(printf '%s\n' "$@")
if [ "$output" != "$expected" ]; then
  printf 'FAILED: expected\n%s\nbut it printed\n%s\n' "$expected" "$output"
  exit 1
fi
