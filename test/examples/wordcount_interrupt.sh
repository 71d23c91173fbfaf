#!/usr/bin/env bash
# wordcount_interrupt.sh WORDCOUNT - Ctrl-C in the middle of a count: all threads leave, and the partial
# result is marked as such.
set -u

# A program of another system runs by the command that MESON_EXE_WRAPPER names.
# shellcheck disable=SC2206 # a command of several words
wordcount=(${MESON_EXE_WRAPPER:-} "$1")
failures=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

expect() {  # status, what: reports a status other than 0
  if [ "$1" -ne 0 ]; then
    echo "FAILED: $2"
    failures=$((failures + 1))
  fi
}

# Without job control the shell would have its background commands ignore the signal.
set -m

interrupted() {  # tree, options: interrupts wordcount once it has said that it counts
  mkfifo "$scratch/output"
  "${wordcount[@]}" "$@" >"$scratch/output" 2>"$scratch/errors" &
  local process=$!
  exec 3<"$scratch/output"
  read -r line <&3
  # What runs a program of another system may stand between it and this shell.
  local program=$process
  while child=$(pgrep -P "$program" | head -n 1) && [ -n "$child" ]; do program=$child; done
  kill -INT "$program"
  cat <&3 >"$scratch/rest"
  exec 3<&-
  rm "$scratch/output"
  wait "$process"
  local status=$?
  [ "$status" -eq 130 ]
  expect $? "wordcount $* interrupted: exit status $status; $(cat "$scratch/errors")"
  grep -q '^INTERRUPTED: a partial result' "$scratch/rest"
  expect $? "wordcount $* marks its result: $(cat "$scratch/rest")"
  ! grep -q $'\033' "$scratch/rest" "$scratch/errors"
  expect $? "wordcount $* draws its bar on a terminal alone"
}

# A file that takes hours to read keeps the workers busy; many files fill the hand-off behind it.
mkdir "$scratch/tree"
truncate -s 1T "$scratch/tree/endless"
expect $? "making a file of 1 TB that takes no room"
interrupted --threads 1 "$scratch/tree"
interrupted --threads 4 --verify "$scratch/tree"
mkdir "$scratch/tree/many"
(cd "$scratch/tree/many" && touch {1..3000})
interrupted --threads 1 "$scratch/tree"
interrupted --threads 4 "$scratch/tree"

exit $((failures > 0))
