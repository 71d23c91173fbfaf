#!/usr/bin/env bash
# hello_prints.sh HELLO LINE... - runs the program and compares its output with the lines. A program of another
# system is run by the command that MESON_EXE_WRAPPER names.
set -u

# shellcheck disable=SC2206 # a command of several words
hello=(${MESON_EXE_WRAPPER:-} "$1")
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Into a file: Wine leaves processes behind that would keep a pipe open.
"${hello[@]}" >"$scratch/printed" 2>"$scratch/errors" || { echo "FAILED: exit status $?"; cat "$scratch/errors"; exit 1; }
# Windows ends lines in its own way.
output=$(tr -d '\r' <"$scratch/printed")
expected=$(printf '%s\n' "$@")
if [ "$output" != "$expected" ]; then
  printf 'FAILED: expected\n%s\nbut it printed\n%s\n' "$expected" "$output"
  exit 1
fi
