# shellcheck shell=bash
# debian.sh - the tests on the other release of Debian, of the two that thrum is made for: with the compiler, the C
# library and the tools of that one, on the kernel that is here.

# What a build and its tests need. The Catch2 of Debian 12 is too old, and there Meson takes its source.
debian_packages=(bash catch2 coreutils dash diffutils findutils g++ grep libatomic-ops-dev libc-bin meson ninja-build
  pkgconf python3 sed)

# Builds and tests with the files of that release in place of the machine's own, which bubblewrap shows to Meson and to
# all that it runs. They are unpacked once, into build/.
try_other_debian() {
  local number release files inside
  case $(codename) in
    bookworm) number=13 release=trixie ;;
    trixie) number=12 release=bookworm ;;
    *)
      echo "The other release of Debian is left out: this system is neither Debian 12 nor 13."
      return
      ;;
  esac
  if ! may_show; then
    echo "Debian $number is left out: this system lets bubblewrap show no file system of its own."
    return
  fi
  # shellcheck disable=SC2154 # lib.sh has it
  files=$root/build/files-of-debian-$number
  inside=(bwrap --dev-bind / / --ro-bind "$files/root/usr" /usr --setenv PATH /usr/bin)
  if [ ! -e "$files/meson" ]; then
    echo "Setting up ${files#"$root/"}"
    if ! unpack "$release" "$(dpkg --print-architecture)" "$files/root" "${debian_packages[@]}"; then
      builds+=("$root/build/debian-$number")
      return
    fi
    # shellcheck disable=SC2016 # the arguments are those of the script
    printf '#!/bin/sh\nexec %s meson "$@"\n' "${inside[*]}" >"$files/meson"
    chmod +x "$files/meson"
  fi
  echo "On Debian $number, with g++ $("${inside[@]}" g++ -dumpfullversion) and" \
    "$("${inside[@]}" getconf GNU_LIBC_VERSION):"
  PATH=$files:$PATH CC=gcc CXX=g++ try "debian-$number" --unity=subprojects -Dunity_size=1000 -Ddebug=false \
    -Dbenchmarks=disabled -Dsimulator=disabled
}
