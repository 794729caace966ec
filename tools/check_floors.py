#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every include of the library points to a lower floor or into its own folder, that no headers include each
other in a circle, and that LLVM, solver and command-line headers stay where they belong. Usage: check_floors.py [ROOT]"""

import re
import sys
from pathlib import Path

FLOORS = {
    "base": 0, "kernel": 1, "ir": 2, "primitives": 3, "trace": 4, "passes": 4, "ad": 5, "plan": 6, "exec": 6,
    "draw": 6, "io": 6, "api": 7, "nn": 8, "optim": 8, "check": 8, "teach": 8, "train": 9, "decide": 9, "": 10, "cli": 11,
}  # "" is wengert/wengert.h, the umbrella
ONLY_IN = {
    r"llvm(-c)?/": "wengert/exec/llvm/",
    r"(Coin|Osi|Clp|Cbc)\w*\.h": "wengert/plan/solver",
    r"CLI/": "wengert/cli/",
    r"(gtest|gmock|rapidcheck)": "tests/",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def folder_of(path):
    """The floor's folder of wengert/FOLDER/... ; "" for files right under wengert/."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def includes_of(root, path):
    """(line number, delimiter, included path) of each include."""
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def floor_problem(path, target):
    """What is wrong with `path` including `target`, or None."""
    here, there = folder_of(path), folder_of(target)
    for folder in (here, there):
        if folder not in FLOORS:
            return f"folder {folder}/ has no floor; give it one in tools/check_floors.py"
    if here == there or FLOORS[there] < FLOORS[here]:
        return None
    relation = "on the same floor as" if FLOORS[there] == FLOORS[here] else "above"
    return f"includes {target}, but {there or 'the umbrella'} ({FLOORS[there]}) is {relation} {here} ({FLOORS[here]})"


def include_problem(root, path, delimiter, target):
    """What is wrong with one include line, or None."""
    if target.startswith("wengert/"):
        return floor_problem(path, target) if (root / target).is_file() else f"includes {target}, which does not exist"
    if delimiter == '"':
        return f'includes "{target}"; project headers are named from the root, "wengert/..."'
    for pattern, place in ONLY_IN.items():
        if re.match(pattern, target) and not path.startswith(place):
            return f"includes <{target}>, which belongs to {place} only"
    return None


def circles(graph):
    """Paths of headers that include each other, depth first without recursion."""
    done = set()
    for start in sorted(graph):
        stack = [(start, iter(graph[start]))]
        trail = [start]
        while stack and start not in done:
            target = next(stack[-1][1], None)
            if target is None:
                done.add(stack.pop()[0])
                trail.pop()
            elif target in trail:
                yield trail[trail.index(target):] + [target]
            elif target not in done:
                stack.append((target, iter(graph.get(target, ()))))
                trail.append(target)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    files = sorted(str(p.relative_to(root)) for p in (root / "wengert").rglob("*") if p.suffix in (".h", ".cpp"))
    problems, graph = [], {}
    for path in files:
        for number, delimiter, target in includes_of(root, path):
            graph.setdefault(path, []).append(target)
            problem = include_problem(root, path, delimiter, target)
            if problem:
                problems.append(f"{path}:{number}: {problem}")
    problems += [f"{c[0]}: headers in a circle: " + " -> ".join(c) for c in circles(graph)]
    print("\n".join(problems + [f"floors: {len(files)} files, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
