#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Writes the files that are made from the tool's own records: the man page, the shell completions, docs/primitives.md.
# A test fails where they are out of date.   Usage: tools/generate.sh [WENGERT]   (the tool; build/release otherwise)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tool=${1:-$root/build/release/wengert}

mkdir -p "$root/man" "$root/completions" "$root/docs"
"$tool" --man > "$root/man/wengert.1"
"$tool" --completion bash > "$root/completions/wengert.bash"
"$tool" --completion zsh > "$root/completions/_wengert"
"$tool" --completion fish > "$root/completions/wengert.fish"
"$tool" primitives --markdown > "$root/docs/primitives.md"
