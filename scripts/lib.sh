# shellcheck shell=bash
# lib.sh - what the scripts share: the packages that they need, and the directories that they build in.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What a command begins with that is for the superuser.
as_root=()
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then as_root=(sudo); fi

# Runs a command, and shows what it printed only where it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  if [ $status -ne 0 ]; then cat "$log" >&2; fi
  rm -f "$log"
  return $status
}

# ---------------------------------------------------------------------------------------- packages --

# Whether what a Debian package is needed for is here, wherever it came from.
have() {
  case $1 in
    bubblewrap) command -v bwrap ;;
    cargo*) has_cargo ;;
    golang-go) command -v go ;;
    g++-aarch64-linux-gnu) command -v aarch64-linux-gnu-g++ ;;
    g++-i686-linux-gnu) command -v i686-linux-gnu-g++ ;;
    g++-mingw-w64-*) command -v "$(mingw_compiler "$1")" ;;
    libabsl-dev) pkg-config --exists absl_synchronization ;;
    libatomic-ops-dev) pkg-config --exists atomic_ops ;;
    libboost-*) has_header boost/thread.hpp ;;
    libc++*-dev) clang++ -stdlib=libc++ -x c++ - -o /dev/null <<<$'#include <string>\nint main() {}' ;;
    libcatch2-dev) pkg-config --exists 'catch2-with-main >= 3.1' ;;
    libconcurrentqueue-dev) has_header concurrentqueue/concurrentqueue.h ||
      has_header concurrentqueue/moodycamel/concurrentqueue.h ;;
    libglib2.0-dev) pkg-config --exists glib-2.0 ;;
    libgtest-dev) pkg-config --exists gtest ;;
    libnsync-dev) has_header nsync.h ;;
    libtbb-dev) pkg-config --exists tbb ;;
    libuv1-dev) pkg-config --exists libuv ;;
    musl-tools) command -v musl-gcc ;;
    ninja-build) command -v ninja ;;
    procps) command -v pgrep ;;
    python3-matplotlib) python_with matplotlib ;;
    qt6-base-dev) pkg-config --exists Qt6Core ;;
    qemu-user) command -v qemu-aarch64 ;;
    wine64) [ -n "$(wine64_program)" ] ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

has_header() { c++ -x c++ -fsyntax-only - <<<"#include <$1>"; }

# Whether there is a cargo that knows the present form of Cargo.lock.
has_cargo() { [ "$(printf '%s\n' 1.78.0 "$(cargo --version | cut -d' ' -f2)" | sort -V | head -n 1)" = 1.78.0 ]; }

# The first Python that has a module: the system's own has those of packages, another in the PATH need not.
python_with() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -c "import $1" 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  return 1
}

# The compiler that one of the packages g++-mingw-w64-... is.
mingw_compiler() {
  case $1 in
    *-x86-64-posix) echo x86_64-w64-mingw32-g++-posix ;;
    *-i686-posix) echo i686-w64-mingw32-g++-posix ;;
  esac
}

# The first of these programs that is here.
first_of() { command -v "$@" | head -n 1; }

# The program of Wine for 64 bits, which Debian's package does not put in the PATH.
wine64_program() { first_of /usr/lib/wine/wine64 wine64; }

# Installs those of the packages that are not here.
need() {
  local package missing=() regular=() backported=()
  for package; do
    have "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi

  if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && [ ${#as_root[@]} -eq 0 ]; }; then
    ask_for "${missing[@]}"
  fi

  echo "Installing ${missing[*]}, with what they depend on"
  # Old lists, or what could be had of new ones, may do.
  quietly apt_get update || true
  for package in "${missing[@]}"; do
    if [ "$package" = libcatch2-dev ] && ! offers "$package" 3.1; then
      backported+=("$package")
    else
      regular+=("$package")
    fi
  done
  quietly apt_get install "${regular[@]}" || ask_for "${missing[@]}"
  if [ ${#backported[@]} -ne 0 ]; then
    quietly install_from_backports "${backported[@]}" || ask_for "${backported[@]}"
  fi
}

# Ends the script.
ask_for() {
  echo "Please install these first (their names in Debian): $*" >&2
  exit 1
}

apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get --quiet --yes --no-install-recommends -o Acquire::Languages=none "$@"
}

# Whether apt would install at least this version of a package.
offers() {
  local candidate
  candidate=$(apt-cache policy "$1" | sed -n 's/^ *Candidate: //p')
  dpkg --compare-versions "$candidate" ge "$2"
}

# Debian offers backports, other releases and sources in the same place as the release that a machine runs, but
# its list of sources need not name them. This gives apt a list of its own in a new directory, made from the
# machine's entry for its release, and options that go with it; both go when the (sub)shell exits.
#
#   lists_of TYPE SUITE
lists_of() {
  local uri entry keyring
  # Without its lists apt does not know which entry that is.
  read -r uri entry < <(entry_of_release) || quietly apt_get update || true
  if [ -z "$uri" ]; then read -r uri entry < <(entry_of_release) || return; fi
  keyring=$(sed -n -E 's/^Signed-By: *//p; s/^deb .*signed-by=([^] ]+).*/\1/p' "${entry%:*}" | head -n 1)

  lists=$(mktemp -d)
  trap '"${as_root[@]}" rm -rf "$lists"' EXIT
  chmod 755 "$lists" # apt fetches as another user
  mkdir -p "$lists/lists/partial"
  cat >"$lists/other.sources" <<END
Types: $1
URIs: $uri
Suites: $2
Components: main
${keyring:+Signed-By: $keyring}
END
  options=(
    -o "Dir::Etc::SourceList=$lists/other.sources"
    -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$lists/lists"
    -o Dir::Cache::pkgcache=
    -o Dir::Cache::srcpkgcache=
  )
}

# The address and the place, FILE:NUMBER, of the entry for the release that this machine runs.
entry_of_release() {
  # shellcheck disable=SC2016 # the names are for apt to fill in
  apt-get indextargets --format '$(REPO_URI) $(SOURCESENTRY)' \
    'Created-By: Packages' "Codename: $(codename)" 'Component: main'
}

# The name of the release that this machine runs.
codename() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

install_from_backports() (
  lists_of deb "$(codename)-backports"
  apt_get "${options[@]}" update && apt_get "${options[@]}" install "$@"
)

# Unpacks packages of a release and what they depend on into a new directory, as the part of a file system that is in
# /usr. They are not installed: what their scripts would do is not done.
#
#   unpack RELEASE ARCHITECTURE DIRECTORY PACKAGE...
unpack() (
  directory=$3
  lists_of deb "$1" || exit 1
  mkdir -p "$lists/cache/archives/partial"
  : >"$lists/status"
  apart=(
    "${options[@]}"
    -o "APT::Architecture=$2"
    -o "APT::Architectures=$2"
    -o "Dir::State::status=$lists/status"
    -o "Dir::State::extended_states=$lists/extended_states"
    -o "Dir::Cache=$lists/cache"
  )
  quietly apt_get "${apart[@]}" update || true
  quietly apt_get "${apart[@]}" --download-only install "${@:4}" || exit 1
  rm -rf "$directory"
  for part in bin lib lib64 sbin; do
    mkdir -p "$directory/usr/$part"
    ln -s "usr/$part" "$directory/$part"
  done
  # dpkg-deb would unpack the directory /lib in place of the link.
  for package in "$lists"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar --extract --keep-directory-symlink --directory "$directory" || exit 1
  done
)

# Whether the system lets bubblewrap show a file system like that. A container may not.
may_show() { quietly bwrap --dev-bind / / true; }

# --------------------------------------------------------------------------------------- Windows --

# Builds for other processors take Catch2 and libatomic_ops from their sources, by the wraps in subprojects/.
# Debian has the very archives that they name: with those in its cache Meson downloads nothing.
need_sources() {
  local package wrap
  for package in catch2 libatomic-ops; do
    wrap=$root/subprojects/${package//-/_}.wrap
    if [ -d "$root/subprojects/$(value_of directory "$wrap")" ]; then continue; fi
    if [ -e "$root/subprojects/packagecache/$(value_of source_filename "$wrap")" ]; then continue; fi
    # Where apt cannot help, Meson downloads the archive.
    if command -v apt-get >/dev/null; then quietly fetch_source "$package" "$wrap" || true; fi
  done
}

value_of() { sed -n "s/^$1 = //p" "$2"; }

# The source archive of a package in the Debian release that has the one which the wrap names.
fetch_source() (
  lists_of deb-src trixie
  apt_get "${options[@]}" update
  version=$(apt-cache "${options[@]}" showsrc "$1" | awk -v hash="$(value_of source_hash "$2")" '
    /^Version: / { version = $2 }
    $1 == hash { print version; exit }')
  cd "$lists" || exit 1
  apt_get "${options[@]}" source --download-only --tar-only "$1=$version"
  mkdir -p "$root/subprojects/packagecache"
  cp "$lists/$1"_*.orig.tar.gz "$root/subprojects/packagecache/$(value_of source_filename "$2")"
)

# A directory with a program `wine` that runs programs for this processor, x86_64 or i686, and Wine's own server.
wine_for() { echo "$root/build/wine-$1"; }

# Whether the system lets programs for this processor be run as they are below.
may_run() { [ "$1" != i686 ] || may_show; }

# Makes that directory. All of Wine's own settings are in it too.
need_wine() {
  local wine
  wine=$(wine_for "$1")
  if [ -e "$wine/ready" ]; then return; fi
  echo "Setting up ${wine#"$root/"}"
  mkdir -p "$wine"
  "install_wine_$1" "$wine" && start_wine "$1" && stop_wine "$1" && touch "$wine/ready"
}

# wine64 by itself: what Debian calls wine warns of a missing wine32.
install_wine_x86_64() {
  wrap_wine "$1" wine "$(wine64_program)"
  wrap_wine "$1" wineserver "$(first_of /usr/lib/wine/wineserver64 wineserver)"
}

# Wine for i686 is made of 32-bit packages, which dpkg would mix with the machine's own only where both are of
# the same versions. So it gets a file system of its own that bubblewrap shows it.
install_wine_i686() {
  unpack "$(codename)" i386 "$1/root" wine32 || return
  # Its installation would have put this beside the rest.
  mkdir -p "$1/prefix/drive_c/windows/system32"
  cp "$1/root/usr/i686-w64-mingw32/lib/zlib1.dll" "$1/prefix/drive_c/windows/system32/"
  local inside=(
    env WINEARCH=win32 WINESERVER=/usr/lib/wine/wineserver32 FONTCONFIG_FILE=/dev/null
    bwrap --dev-bind / / --ro-bind "$1/root/usr" /usr
  )
  wrap_wine "$1" wine "${inside[@]}" /usr/lib/wine/wine
  wrap_wine "$1" wineserver "${inside[@]}" /usr/lib/wine/wineserver32
}

# Puts a program into the directory that runs this command with Wine's settings in there.
#
#   wrap_wine DIRECTORY NAME COMMAND...
wrap_wine() {
  cat >"$1/$2" <<END
#!/bin/sh
export WINEPREFIX=$1/prefix WINEDEBUG=\${WINEDEBUG:--all} WINEDLLOVERRIDES=mscoree,mshtml=
exec ${*:3} "\$@"
END
  chmod +x "$1/$2"
}

# Starts what runs beside all programs for Windows. A program that finds it missing starts it, and who waits for
# the end of that program's output then waits for the end of all programs. The first start makes Wine's settings,
# which takes a while.
start_wine() {
  local wine
  wine=$(wine_for "$1")
  # It is kept for a minute without any program. One that is there already is as good.
  "$wine/wineserver" -p60 >/dev/null 2>&1 || true
  quietly timeout 300 "$wine/wine" wineboot --init
}

# Ends it, and any program that a test that ran out of time has left.
stop_wine() {
  "$(wine_for "$1")/wineserver" -k || true
}

# Runs a command that runs programs for this processor.
with_wine() {
  local status=0
  start_wine "$1" || return
  "${@:2}" || status=$?
  stop_wine "$1"
  return $status
}

# ---------------------------------------------------------------------------------------- building --

# Prepares the build directory build/NAME with these options for Meson, anew where they have changed.
configure() {
  local build=$root/build/$1
  shift
  if [ -e "$build/configured-with" ] && [ "$(<"$build/configured-with")" = "$*" ]; then return; fi
  rm -rf "$build"
  echo "Setting up ${build#"$root/"}"
  quietly meson setup "$@" "$build" "$root" && echo "$*" >"$build/configured-with"
}

# Builds what has changed in build/NAME, or what of it is named.
compile() {
  ninja -C "$root/build/$1" "${@:2}"
}
