#!/usr/bin/env bash
# wordcount_bad_arguments.sh WORDCOUNT - bad arguments are refused with a message and the exit status 2.
set -u

# A program of another system runs by the command that MESON_EXE_WRAPPER names.
# shellcheck disable=SC2206 # a command of several words
wordcount=(${MESON_EXE_WRAPPER:-} "$1")
failures=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

refused() {  # arguments
  # Into a file: Wine leaves processes behind that would keep a pipe open.
  "${wordcount[@]}" "$@" 2>"$scratch/errors" >/dev/null
  local status=$?
  local message
  message=$(<"$scratch/errors")
  if [ "$status" -ne 2 ] || [ -z "$message" ]; then
    echo "FAILED: wordcount $*: status $status, message '$message'"
    failures=$((failures + 1))
  fi
}

refused
refused ''
refused /nonexistent
refused /dev/null
refused / /
refused --unknown /
refused -x /
for number in '' 0 -1 1001 99999999999999999999 1x x 1.5; do
  refused "--threads=$number" /
  refused --threads "$number" /
done
refused --threads
refused --top -1 /
refused --top x /

"${wordcount[@]}" --help >"$scratch/help" 2>"$scratch/errors"
if ! grep -q '^usage: ' "$scratch/help"; then
  echo "FAILED: wordcount --help"
  failures=$((failures + 1))
fi
exit $((failures > 0))
