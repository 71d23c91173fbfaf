#!/usr/bin/env bash
# wordcount_matches_coreutils.sh WORDCOUNT [DIR] - counts the words under DIR and under a tree of awkward
# files with wordcount and with tr, sort and uniq, and compares the results byte by byte.
set -u

# A program of another system runs by the command that MESON_EXE_WRAPPER names.
runner=${MESON_EXE_WRAPPER:-}
# shellcheck disable=SC2206 # a command of several words
wordcount=($runner "$1")
real_tree=${2:-/usr/include}
failures=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The superuser may read everything; without these two capabilities only what its modes allow. Wine reads files in
# another process, which may have them.
without=(setpriv --bounding-set -dac_override,-dac_read_search)
if [ "$(id -u)" -ne 0 ] || [ -n "$runner" ] || ! "${without[@]}" true 2>"$scratch/setpriv"; then without=(); fi
# Whether what is closed to all is closed to wordcount.
closed=false
if [ ${#without[@]} -gt 0 ] || [ "$(id -u)" -ne 0 ]; then closed=true; fi

expect() {  # status, what: reports a status other than 0
  if [ "$1" -ne 0 ]; then
    echo "FAILED: $2"
    failures=$((failures + 1))
  fi
}

# grep ends the last line of each file, so that no word reaches into the next file; -execdir takes paths of
# any length.
reference() {
  "${without[@]}" find "$1" -type f -execdir grep -ah '' {} + 2>"$scratch/reference_errors" |
    LC_ALL=C tr -cs A-Za-z '\n' | LC_ALL=C tr A-Z a-z | LC_ALL=C grep . | LC_ALL=C sort | uniq -c
}

same_words() {  # tree, options of wordcount
  local tree=$1
  shift
  "${without[@]}" "${wordcount[@]}" --all-words "$@" "$tree" >"$scratch/counted" 2>"$scratch/errors"
  expect $? "exit status of wordcount --all-words $* $tree"
  [ -s "$scratch/expected" ]
  expect $? "there are words under $tree"
  diff "$scratch/expected" "$scratch/counted" >"$scratch/difference"
  expect $? "wordcount --all-words $* $tree is as expected (<): $(head -n 6 "$scratch/difference")"
}

make_awkward_tree() {
  local tree=$1
  mkdir -p "$tree/empty directory" "$tree/closed directory" "$tree/plain" &&
    printf 'one two\nTwo THREE three3three' >"$tree/plain/file" &&
    printf 'ends in a wo' >"$tree/plain/first half" &&
    printf 'rd, does it not' >"$tree/plain/second half" &&
    printf 'not utf8 \xc3\xa9t\xe9 \xff\xfe' >"$tree/plain/"$'d\xc3\xa9j\xc3\xa0 vu' &&
    printf 'name that Windows keeps for a device' >"$tree/plain/nul" &&
    printf 'name that ends in a point' >"$tree/plain/point." &&
    printf 'dash' >"$tree/-rf" &&
    printf 'with\0zero\0\0bytes\0' >"$tree/binary" &&
    : >"$tree/empty file" &&
    # Seven does not divide a buffer's size: words lie across the ends of buffers in every way.
    yes abcdef | head -c 3000000 >"$tree/across buffers" &&
    { head -c 1000000 /dev/zero | tr '\0' 'w'; printf ' after'; } >"$tree/word of a million letters" &&
    ln -s . "$tree/link to a directory" &&
    if [ -n "$runner" ]; then
      # Longer by far than the longest path that Windows takes in its usual form; Wine takes no longer one than
      # the system below.
      make_deep_directories "$tree" 15
    else
      make_what_windows_lacks "$tree" && make_deep_directories "$tree" 30
    fi
}

make_what_windows_lacks() {
  local tree=$1
  printf 'line end' >"$tree/plain/a"$'\n'"b" &&
    printf 'name that is not utf8' >"$tree/plain/"$'\xff\xfe' &&
    printf 'glob and quote' >"$tree/*\"'\\ \$HOME" &&
    mkfifo "$tree/fifo" &&
    ln -s plain/file "$tree/link to a file" &&
    ln -s nowhere "$tree/link to nothing" &&
    printf 'never counted' >"$tree/closed directory/inside" &&
    printf 'unreadable' >"$tree/unreadable"$'\n'"file" &&
    if $closed; then chmod 000 "$tree/closed directory" "$tree/unreadable"$'\n'"file"; fi
}

make_deep_directories() (  # tree, how deep: with 30 longer by far than the longest path that open takes
  name=$(printf 'd%.0s' {1..200})
  cd "$1" || exit
  for ((depth = 0; depth < $2; depth++)); do
    mkdir "$name" && cd -P "$name" && printf 'deep word' >file || exit
  done
)

if [ -n "$runner" ]; then
  # Without symbolic links: Wine follows them.
  mkdir "$scratch/copy" && cp -R "$real_tree" "$scratch/copy" && find "$scratch/copy" -type l -delete
  expect $? "copying $real_tree"
  real_tree=$scratch/copy
fi
if [ "$(find "$real_tree" -type f | head -n 1000 | wc -l)" -lt 1000 ]; then
  echo "FAILED: $real_tree has too few files to show anything"
  exit 1
fi
reference "$real_tree" >"$scratch/expected"
same_words "$real_tree" --verify
grep -q '^verified' "$scratch/errors"
expect $? "--verify says so"
same_words "$real_tree" --threads 1
"${wordcount[@]}" --top 3 "$real_tree" >"$scratch/report" 2>"$scratch/errors"
expect $? "exit status of wordcount --top 3 $real_tree"
LC_ALL=C sort -k 1,1nr -k 2 "$scratch/expected" | head -n 3 |
  diff - <(grep -E '^ *[0-9]+ [a-z]+$' "$scratch/report")
expect $? "the three most frequent words of $real_tree"

tree=$scratch/tree
make_awkward_tree "$tree"
expect $? "making the awkward tree"
reference "$tree" >"$scratch/expected"
same_words "$tree" --verify --threads 3
grep -q '^verified' "$scratch/errors"
expect $? "--verify of the awkward tree"
if [ -n "$runner" ]; then
  grep -q '0 unreadable, 1 symbolic links, 0 special files$' "$scratch/errors"
  expect $? "what is not counted: $(cat "$scratch/errors")"
elif $closed; then
  grep -q '2 unreadable, 3 symbolic links, 1 special files$' "$scratch/errors"
  expect $? "what is not counted: $(cat "$scratch/errors")"
  grep -qF 'cannot read '"$tree"'/unreadable\012file: Permission denied' "$scratch/errors" &&
    grep -qF 'cannot read '"$tree"'/closed directory: Permission denied' "$scratch/errors"
  expect $? "the unreadable are named: $(cat "$scratch/errors")"
else
  echo "not checked: unreadable files, as this user reads everything"
fi
chmod -R u+rwx "$tree"

mkdir "$scratch/unreadable" && touch "$scratch/unreadable/"{1..25} && chmod 000 "$scratch/unreadable/"*
if [ -z "$runner" ] && ! "${without[@]}" cat "$scratch/unreadable/1" 2>"$scratch/errors"; then
  "${without[@]}" "${wordcount[@]}" "$scratch/unreadable" >"$scratch/report" 2>"$scratch/errors"
  expect $? "unreadable files are not fatal"
  [ "$(grep -c 'cannot read' "$scratch/errors")" -eq 10 ] && grep -q 'and 15 more' "$scratch/errors"
  expect $? "ten of 25 unreadable files are named: $(cat "$scratch/errors")"
fi

if [ -z "$runner" ]; then
  # Files that take long enough to read for all threads to want one open at the same time.
  mkdir "$scratch/large" && truncate -s 8M "$scratch/large/"{1..32}
  expect $? "making 32 large files"
  (ulimit -n 24 && exec "${wordcount[@]}" --threads 32 --no-compare "$scratch/large") >"$scratch/report" 2>&1
  expect $? "exit status with few file descriptors"
  grep -q '^32 files' "$scratch/report"
  expect $? "32 threads share few file descriptors: $(cat "$scratch/report")"
fi

mkdir "$scratch/nothing"
"${wordcount[@]}" "$scratch/nothing" >"$scratch/report" 2>"$scratch/errors"
expect $? "exit status for a tree without files"
grep -q '^0 files, 0.0 MB, 0 words' "$scratch/report"
expect $? "a tree without files has no words"

exit $((failures > 0))
