#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs a finished build into a temporary folder and uses it from outside: with find_package, with pkg-config, and
# the tool itself. Where the component that compiles is installed, each must find that one. Usage: smoke.sh BUILD_FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1
cxx=${CXX:-c++}
work=$(mktemp -d)
unset WENGERT_LLVM
trap 'rm -rf "$work"' EXIT
prefix="$work/prefix"

step() { printf '== %s\n' "$*"; }
same_output() {
  "$@" >"$work/output"
  diff -u "$here/expected.txt" "$work/output"
}

component() { find "$prefix" -name libwengert_llvm.so; }
finds_component() {
  if [[ -z $(component) ]]; then echo "(no component is installed)" && return; fi
  "$@" compiler | tail -1 | diff -u <(component) -
}

step "install into $prefix"
cmake --install "$build" --prefix "$prefix" >"$work/install.log"

step "every header compiles on its own terms (those for Eigen and Ceres need Eigen and Ceres)"
(cd "$prefix/include" && find wengert -name '*.h' ! -exec grep -qE '^#include (<(Eigen|ceres)/|"wengert/.*(eigen|ceres)\.h")' {} \; -print | sort |
  sed 's|.*|#include <&>|') >"$work/every_header.cpp"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name wengert.pc)")
export PKG_CONFIG_PATH
read -ra cflags <<<"$(pkg-config --cflags wengert)"
read -ra libs <<<"$(pkg-config --libs wengert)"
"$cxx" -std=c++20 -fsyntax-only "${cflags[@]}" "$work/every_header.cpp"

step "find_package"
cmake -S "$here" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx" >"$work/configure.log"
cmake --build "$work/cmake" >"$work/build.log" || { cat "$work/build.log"; exit 1; }
same_output "$work/cmake/outside"
finds_component "$work/cmake/outside"

step "pkg-config: ${cflags[*]} ${libs[*]}"
"$cxx" -std=c++20 "${cflags[@]}" "$here/main.cpp" -o "$work/outside" "${libs[@]}"
LD_LIBRARY_PATH="$prefix/lib" same_output "$work/outside"
LD_LIBRARY_PATH="$prefix/lib" finds_component "$work/outside"

if [[ -x $prefix/bin/wengert ]]; then
  step "the tool"
  "$prefix/bin/wengert" --version
  if [[ $(component) ]]; then
    "$prefix/bin/wengert" eval "x^2" --at x=3 --engine compiled
    if WENGERT_LLVM=/nonexistent "$prefix/bin/wengert" eval "x^2" --at x=3 --engine compiled; then exit 1; fi
  fi
  WENGERT_LLVM=/nonexistent "$prefix/bin/wengert" eval "x^2" --at x=3
fi
step "done"
