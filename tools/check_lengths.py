#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks lengths: a function has at most 40 lines (nine of ten at most 20), a file at most 400. Functions are found by
universal-ctags; without it only files are measured. Exceptions are listed, with their reason, in
tools/lengths_allowed.txt; one that is no longer needed is a problem too. Usage: check_lengths.py [ROOT]"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

LONGEST_FUNCTION, NINTH_DECILE, LONGEST_FILE = 40, 20, 400
FOLDERS = ("wengert", "tests", "fuzz", "bench", "examples", "tools")
SOURCES = (".h", ".cpp", ".cc", ".c", ".py", ".sh")


def sources(root):
    """Every source file, relative to the root."""
    found = (p for folder in FOLDERS for p in (root / folder).rglob("*") if p.suffix in SOURCES)
    return sorted(str(p.relative_to(root)) for p in found)


def functions(root, paths):
    """(path, line, name, number of lines) of each function definition."""
    command = ["ctags", "--output-format=json", "--fields=+ne", "--kinds-C++=f", "--kinds-Python=fm",
               "--languages=C++,Python", "--map-C++=+.h", "-o", "-", "-L", "-"]
    listing = subprocess.run(command, cwd=root, input="\n".join(paths), text=True, capture_output=True, check=True)
    for line in listing.stdout.splitlines():
        tag = json.loads(line)
        if "end" in tag and not tag["name"].startswith("__anon"):  # lambdas count where they stand
            yield tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1


def allowed(root):
    """{(path, function or "*"): largest number of lines} from lines "PATH FUNCTION LINES reason"."""
    table = {}
    for line in (root / "tools/lengths_allowed.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            path, name, lines, _ = line.split(None, 3)
            table[path, name] = int(lines)
    return table


def check(measured, limit, exceptions, what):
    """Problems of (path, line, name, lines); takes the exceptions it uses out of `exceptions`."""
    for path, line, name, lines in measured:
        if lines > limit:
            granted = exceptions.pop((path, name), limit)
            if lines > granted:
                yield f"{path}:{line}: {what} {name} has {lines} lines, {granted} are allowed".replace(" * ", " ")


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    paths, exceptions = sources(root), allowed(root)
    files = [(path, 1, "*", len((root / path).read_text().splitlines())) for path in paths]
    problems = list(check(files, LONGEST_FILE, exceptions, "file"))
    summary = f"lengths: {len(files)} files"
    if shutil.which("ctags"):
        found = list(functions(root, paths))
        problems += check(found, LONGEST_FUNCTION, exceptions, "function")
        problems += [f"tools/lengths_allowed.txt: {path} {name} needs no exception" for path, name in exceptions]
        ninth = sorted(lines for *_, lines in found)[len(found) * 9 // 10] if found else 0
        if ninth > NINTH_DECILE:
            problems.append(f"one function in ten has {ninth} lines or more; the limit is {NINTH_DECILE}")
        summary += f", {len(found)} functions, nine of ten have at most {ninth} lines"
    else:
        summary += ", functions not measured (universal-ctags is missing)"
    print("\n".join(problems + [f"{summary}, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
