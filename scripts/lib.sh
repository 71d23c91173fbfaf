# shellcheck shell=bash
# lib.sh - what the scripts share: the packages that they need, and the directories that they build in.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

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
    libatomic-ops-dev) pkg-config --exists atomic_ops ;;
    libcatch2-dev) pkg-config --exists 'catch2-with-main >= 3.1' ;;
    ninja-build) command -v ninja ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

# Installs those of the packages that are not here.
need() {
  local package missing=() regular=() backported=()
  for package; do
    have "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi

  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  if ! command -v apt-get >/dev/null || { [ ${#as_root[@]} -ne 0 ] && ! command -v sudo >/dev/null; }; then
    echo "Please install these first (their names in Debian): ${missing[*]}" >&2
    exit 1
  fi

  echo "Installing ${missing[*]}, with what they depend on"
  quietly apt_get update
  for package in "${missing[@]}"; do
    if [ "$package" = libcatch2-dev ] && ! offers "$package" 3.1; then
      backported+=("$package")
    else
      regular+=("$package")
    fi
  done
  quietly apt_get install "${regular[@]}"
  if [ ${#backported[@]} -ne 0 ]; then quietly install_from_backports "${backported[@]}"; fi
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

# Debian offers backports in the same place as the release that they are for, but a machine's list of sources
# need not name them. apt is given a list of its own for this one call: the machine's entry for the release,
# with the suite's name changed.
install_from_backports() (
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  # shellcheck disable=SC2016 # the names are for apt to fill in
  read -r uri entry < <(
    apt-get indextargets --format '$(REPO_URI) $(SOURCESENTRY)' \
      'Created-By: Packages' "Codename: $release" 'Component: main'
  )
  keyring=$(sed -n -E 's/^Signed-By: *//p; s/^deb .*signed-by=([^] ]+).*/\1/p' "${entry%:*}" | head -n 1)

  directory=$(mktemp -d)
  trap '"${as_root[@]}" rm -rf "$directory"' EXIT
  chmod 755 "$directory" # apt fetches as another user
  mkdir -p "$directory/lists/partial"
  cat >"$directory/backports.sources" <<END
Types: deb
URIs: $uri
Suites: $release-backports
Components: main
${keyring:+Signed-By: $keyring}
END
  options=(
    -o "Dir::Etc::SourceList=$directory/backports.sources"
    -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$directory/lists"
    -o Dir::Cache::pkgcache=
    -o Dir::Cache::srcpkgcache=
  )
  apt_get "${options[@]}" update && apt_get "${options[@]}" install "$@"
)

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

# Builds what has changed in build/NAME.
compile() {
  ninja -C "$root/build/$1"
}
