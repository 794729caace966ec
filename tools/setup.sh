# SPDX-License-Identifier: Apache-2.0
#
# Shared by ./run, ./test and .ci/run: says what happens (on stderr), installs the Debian packages that are missing and
# only those, configures and builds. Nothing here touches the network when every package is there. What is only wanted is
# asked for when a build is configured for the first time; without it, the build goes on.
#
#   JOBS=N                  compile N files at once (else: by processors and memory)
#   WENGERT_NO_INSTALL=1    never install packages; what is missing shows in the build

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

packages_to_build=(g++ cmake ninja-build libfmt-dev nlohmann-json3-dev libcli11-dev zlib1g-dev libpng-dev libopenblas0-pthread)
packages_to_test=(libgtest-dev libgmock-dev librapidcheck-dev libeigen3-dev pkg-config python3)
packages_to_compile=(llvm-19-dev libsleef3)  # wanted: Programs as machine code, and accurate functions of vectors

say() { printf 'wengert: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The packages among the arguments that are not installed, one a line.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii *//p') || true
  printf '%s\n' "$@" | grep -Fxv -f <(printf '%s\n' "$installed") || true
}

# Installs what is missing of the packages named; fails with the command to type where it may not.
install_packages() {
  [[ ${WENGERT_NO_INSTALL:-} ]] && return
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian; these have to be installed already: $*"
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) && return
  say "missing packages: ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "not root, and there is no sudo. As root: apt-get update && apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "apt-get update${as_root:+ (with sudo)}"
  "${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 ||
    say "apt-get update failed; trying with the package lists that are here"
  say "apt-get install ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${missing[@]}" >&2 ||
    fail "the packages could not be installed: ${missing[*]}"
}

# The compiler of Programs, before the first configuration: a try that fails is not repeated at every start.
install_compiler() {
  is_configured "$1" && return
  (install_packages "${packages_to_compile[@]}") || say "going on without the compiler, Programs are interpreted"
}

# How many compilers at once: a processor and 1.5 GB each.
jobs_here() {
  local processors memory
  processors=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || echo "$processors")
  ((memory < 1)) && memory=1
  echo "${JOBS:-$((memory < processors ? memory : processors))}"
}

# configure PRESET [CMAKE OPTION...]: writes build/PRESET, from nothing if what lies there was made for another checkout. The file
# `configured` there holds the checkout's path and is as old as the last success.
configure() {
  local folder="$root/build/$1"
  if [[ -f $folder/configured && $(<"$folder/configured") != "$root" ]]; then
    say "build/$1 belongs to another checkout; starting it anew"
    rm -rf "$folder"
  fi
  say "configuring build/$1"
  (cd "$root" && cmake --preset "$1" "${@:2}" >/dev/null) && printf '%s' "$root" >"$folder/configured"
}

# Whether build/PRESET is configured for this checkout; ninja sees to later changes of CMake files itself.
is_configured() {
  local stamp="$root/build/$1/configured"
  [[ -f $root/build/$1/build.ninja && $stamp -nt $root/CMakePresets.json && $(<"$stamp") == "$root" ]]
}

# build PRESET [TARGET...]: incremental; all targets if none is named. Progress is shown on a terminal only.
build() {
  local preset=$1 quiet=(--quiet)
  shift
  [[ -t 2 ]] && quiet=()
  say "building build/$preset${1:+ ($*)}"
  [[ -f $root/build/$preset/libwengert.a ]] || say "the first time this takes some minutes"
  CCACHE_BASEDIR="$root" ninja -C "$root/build/$preset" -j "$(jobs_here)" "${quiet[@]}" "$@" >&2
}
