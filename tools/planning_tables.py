#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Plans the functions of `wengert plan --tasks` and writes the tables of docs/planning.md, between the lines
# <!-- tables --> and <!-- end of tables -->, and its pictures.
#
#   tools/planning_tables.py [WENGERT = build/release/wengert]
"""Tables and pictures of docs/planning.md."""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/planning.md"
PICTURES = {"planning_talk.svg": ["examples/tasks/talk.wl"], "planning_roe.svg": ["examples/tasks/RoeFlux_1d.wl", "--as-written"]}
BEGIN, END = "<!-- tables -->\n", "<!-- end of tables -->"


def duration(seconds):
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms" if seconds >= 0.001 else "< 1 ms"


def table(rows, published):
    lines = ["| multiplications | count | forward | reverse | Markowitz |" + (" published |" if published else "") + " found | bound | gap | CPU |",
             "|---|---|---:|---:|---:|" + ("---:|" if published else "") + "---:|---:|---:|---:|"]
    for row in rows:
        cells = [row["function"], f"`{row['count']}`", row["forward"], row["reverse"], row["markowitz"]]
        if published:
            cells.append(row.get("published", ""))
        cells += [row["multiplications"], row["lower_bound"], "proven" if row["proven"] else f"{100 * row['gap']:.1f}%", duration(row["cpu_s"])]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def main():
    tool = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build/release/wengert")
    rows = json.loads(subprocess.run([tool, "plan", "--tasks", "--json"], check=True, capture_output=True, text=True).stdout)["rows"]
    text = PAGE.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    tables = (table([row for row in rows if row["as_published"]], True) + "\n\n" +
              table([row for row in rows if not row["as_published"] and row["count"] != "no-numbers"], False))
    PAGE.write_text(text[:begin] + "\n" + tables + "\n\n" + text[end:])
    for name, words in PICTURES.items():
        subprocess.run([tool, "plan", *words, "--draw", ROOT / "docs" / name], check=True, cwd=ROOT, capture_output=True)


main()
