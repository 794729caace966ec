#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every error says what to do: each `throw UsageError("Wnnn", problem, where, fix)` in wengert/, and each
ShapeError, DomainError and ResourceError, has its fourth argument. Our own faults (W9xx) need none. tools/check_docs.py
runs this too. Usage: check_errors.py [ROOT]"""

import re
import sys
from pathlib import Path

THROW = re.compile(r"\bthrow\s+(?:wengert::)?(?:Usage|Shape|Domain|Resource)Error\s*(?=\()")
TOKEN = re.compile(r'R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|//[^\n]*|/\*(?:.|\n)*?\*/|[()\[\]{},]')


def arguments(text, start):
    """The arguments of the call whose parenthesis opens at `start`; commas inside texts and brackets part none."""
    found, begin, depth = [], start + 1, 0
    for token in TOKEN.finditer(text, start):
        if token[0] in ("(", "[", "{"):
            depth += 1
        elif token[0] in (")", "]", "}"):
            depth -= 1
        if (token[0] == "," and depth == 1) or depth == 0:
            found.append(text[begin:token.start()].strip())
            begin = token.end()
        if depth == 0:
            break
    return found


def fix_problems(root):
    """Places that throw an error of the user's without a remedy."""
    for path in sorted((root / "wengert").rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        text = path.read_text()
        for throw in THROW.finditer(text):
            given = arguments(text, throw.end())
            error_id = given[0].strip('"')
            if not error_id.startswith("W9") and (len(given) < 4 or given[3] in ("{}", '""')):
                line = text.count("\n", 0, throw.start()) + 1
                yield f"{path.relative_to(root)}:{line}: {error_id} has no fix; the fourth argument says what to do"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    problems = list(fix_problems(root))
    print("\n".join(problems + [f"errors: {len(problems)} without a fix"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
