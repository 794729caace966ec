#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the documentation against the code: every error id in wengert/ has a section "## Wnnn" in docs/errors.md and a
test that names it (W9xx, our own faults, need none), no section is left without its error, every error says what to do
(tools/check_errors.py), relative links and anchors in Markdown files lead somewhere, and tests named there
(`Suite.sentence_of_words`) exist. Usage: check_docs.py [ROOT]"""

import re
import subprocess
import sys
from pathlib import Path

from check_errors import fix_problems

ERROR_ID = re.compile(r"\bW[1-9]\d\d\b")
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
TEST = re.compile(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE)
NAMED_TEST = re.compile(r"`([A-Z]\w*\.\w+_\w+)`")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)


def ids_below(root, folder):
    """{error id: the first place it is named} in the sources of a folder."""
    places = {}
    for path in sorted((root / folder).rglob("*")):
        if path.suffix in (".h", ".cpp", ".cc", ".sh", ".wl"):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                for error_id in ERROR_ID.findall(line):
                    places.setdefault(error_id, f"{path.relative_to(root)}:{number}")
    return places


def id_problems(root):
    """Error ids without a section or a test, sections without an error."""
    used, tested = ids_below(root, "wengert"), ids_below(root, "tests")
    page = root / "docs/errors.md"
    sections = re.findall(r"^## (W\d{3})\b", page.read_text(), re.MULTILINE) if page.is_file() else []
    for error_id, place in sorted(used.items()):
        if error_id not in sections:
            yield f"{place}: {error_id} has no section in docs/errors.md"
        if error_id not in tested and not error_id.startswith("W9"):
            yield f"{place}: no test names {error_id}"
    for error_id in sections:
        if error_id not in used:
            yield f"docs/errors.md: section {error_id} describes an error that nothing raises"
        if sections.count(error_id) > 1:
            yield f"docs/errors.md: section {error_id} is there {sections.count(error_id)} times"


def markdown_files(root):
    """Markdown files git knows or would take; all of them outside a repository."""
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=root, text=True,
                             capture_output=True)
    if listing.returncode == 0:
        return [root / name for name in listing.stdout.splitlines() if (root / name).is_file()]
    return sorted(p for p in root.rglob("*.md") if "build" not in p.parts)


def prose(path):
    """The text without fenced code and code spans."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", path.read_text(), flags=re.DOTALL | re.MULTILINE))


def anchors(path):
    """The anchors GitHub gives the headings of a page."""
    fenceless = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in HEADING.findall(fenceless)}


def link_problems(root):
    """Relative links without a target, anchors without a heading."""
    for page in markdown_files(root):
        for link in LINK.findall(prose(page)):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            where = page.relative_to(root)
            if not target.exists() or not target.is_relative_to(root):
                yield f"{where}: link to {link}, which is not there"
            elif anchor and target.suffix == ".md" and anchor not in anchors(target):
                yield f"{where}: link to {link}, but no heading there reads so"


def test_problems(root):
    """Tests that a page names and no file has."""
    tests = {".".join(name) for path in (root / "tests").rglob("*_test.cpp") for name in TEST.findall(path.read_text())}
    for page in markdown_files(root):
        for name in NAMED_TEST.findall(page.read_text()):
            if name not in tests:
                yield f"{page.relative_to(root)}: there is no test {name}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    checks = (id_problems, fix_problems, link_problems, test_problems)
    problems = [problem for check in checks for problem in check(root)]
    count = len(ids_below(root, "wengert"))
    print("\n".join(problems + [f"docs: {count} error ids, {len(markdown_files(root))} pages, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
