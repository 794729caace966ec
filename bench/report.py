#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Runs the benches that compare with plain C++, and writes docs/benchmarks.md with a table and a drawing of each.
#
#   bench/report.py [BUILD_FOLDER = build/release]     (configured with -DWENGERT_BENCH=ON)
#   bench/report.py --from FOLDER                      the same from JSON files written before (BENCH --json FILE)
#   bench/report.py --update FOLDER                    the sections of those files alone; the page's others stay
"""Benchmarks as a page."""
import html
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What is run, with the sizes that are shown.
BENCHES = {
    "small_jacobians": ["512", "131072"],
    "mixture_gradient": ["2x5x1000", "10x25x1000", "64x50x1000", "2x5x10000", "10x25x10000", "64x50x10000"],
    "jacobian_orders": [],
    "jacobian_chains": [],
    "bundle_jacobian": ["31843", "563734"],
    "lstm_gradient": [],
    "hand_jacobian": ["100", "12800"],
    "training_step": [],
    "network_steps": [],
    "recorded_lists": ["1000000"],
}


def measured(build, folder):
    """The JSON documents of all benches, run one after the other."""
    for name, sizes in BENCHES.items():
        target = folder / f"{name}.json"
        print(f"bench_{name} {' '.join(sizes)}", file=sys.stderr)
        subprocess.run([build / "bench" / f"bench_{name}", *sizes, "--json", target], check=True, stdout=subprocess.DEVNULL)
    return read(folder)


def read(folder):
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in BENCHES if (folder / f"{name}.json").exists()}


def ratio_text(ratio):
    """0.52, 12.3, 0.0013."""
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def table(entry):
    limit = f"; the machine's limit: {entry['limit_ns']:.4g}" if "limit_ns" in entry else ""
    share = "limit_ns" in entry
    lines = [f"| {entry['title']}: ns per {entry['unit']}{limit} | median | quartiles | ratio |" + (" share of the limit |" if share else ""),
             "|---|---:|---:|---:|" + ("---:|" if share else "")]
    for row in entry["rows"]:
        lines.append(f"| {row['name']} | {row['ns']:.4g} | {row['lower_ns']:.4g} to {row['upper_ns']:.4g} | {ratio_text(row['ratio'])} |"
                     + ((f" {100 * row['share']:.0f}% |" if "share" in row else " |") if share else ""))
    return "\n".join(lines)


def drawing(entries):
    """Bars of the ratios to the first row, one group a table; a bar that is longer than 4 is broken off."""
    most, bar, label = 4.0, 14, 330
    parts, y = [], 10
    for entry in entries:
        parts.append(f'<text x="8" y="{y + 12}" font-weight="bold">{html.escape(entry["title"])}</text>')
        y += 20
        for row in entry["rows"]:
            width = min(row["ratio"], most) * 110
            colour = "#2c6fbb" if row["name"].startswith("Wengert") else "#9aa5b1"
            parts.append(f'<text x="{label - 8}" y="{y + 11}" text-anchor="end">{html.escape(row["name"])}</text>')
            parts.append(f'<rect x="{label}" y="{y}" width="{width:.1f}" height="{bar - 2}" fill="{colour}"/>')
            mark = "" if row["ratio"] <= most else " (longer)"
            parts.append(f'<text x="{label + width + 5:.1f}" y="{y + 11}">{ratio_text(row["ratio"])}{mark}</text>')
            y += bar
        y += 10
    one = label + 110
    parts.append(f'<line x1="{one}" y1="24" x2="{one}" y2="{y - 10}" stroke="#444" stroke-dasharray="3 3"/>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="860" height="{y + 4}" font-family="DejaVu Sans, sans-serif" '
            f'font-size="11"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n')


def introduction(some):
    return ["# Benchmarks", "",
            "What values and derivatives cost here, side by side in one run: the same functions in plain scalar C++ (g++ -O3 "
            "-march=native; the yardstick, value alone), by hand, by other libraries where they are installed, and as Wengert Programs, "
            "compiled, or recorded lists. Every answer is compared before anything is timed. Medians of interleaved runs of one thread's processor time; "
            "`ratio` is to the first row, which is the plain function, or for training steps libtorch, and for orders of elimination reverse order. The machine's limit is the time that it needs for "
            "the multiply-adds (of a list: its operations in fused pairs) or for the bytes alone, whichever is longer, at the rates below. `bench/report.py` measures anew and writes this page.", "",
            f"{some['processor']}, gcc {some['compiler']}; one thread reaches {some['limits']['fma_per_s'] / 1e9:.0f} GFMA/s (double) and "
            f"{some['limits']['bytes_per_s'] / 1e9:.0f} GB/s (triad).", ""]


def section(name, document):
    (ROOT / "docs" / f"bench_{name}.svg").write_text(drawing(document["tables"]))
    out = [f"## {document['question']}", "", f"![ratios to the first row](bench_{name}.svg)", ""]
    for entry in document["tables"]:
        out += [table(entry), ""]
    out += [f"- {name}: {value:.4g}" for name, value in document["notes"].items() if isinstance(value, float)] + [""]
    if name == "network_steps":
        out += shipped(ROOT / "build" / "release") + [""]
    return out


def shipped_mb(files):
    """These files and the libraries that they load, without those of C and C++ itself, which any program has."""
    ours = set()
    for file in files:
        for line in subprocess.run(["ldd", file], capture_output=True, text=True, check=True).stdout.splitlines():
            path = line.split("=>")[-1].split()[0]
            if path.startswith("/") and not pathlib.Path(path).name.startswith(("libc.so", "libm.so", "libstdc++", "libgcc_s", "ld-linux")):
                ours.add(pathlib.Path(path).resolve())
        ours.add(pathlib.Path(file).resolve())
    return sum(path.stat().st_size for path in ours) / 1e6


def shipped(build):
    """Lines about what a program that trains has to bring along."""
    rows = {"the tool, interpreting": [build / "wengert"],
            "the tool with the compiler (LLVM)": [build / "wengert", build / "libwengert_llvm.so"],
            "libtorch (its shared libraries alone)": ["/usr/lib/x86_64-linux-gnu/libtorch.so"]}
    return ["Executable and libraries, without those of C and C++:", ""] + [
        f"- {name}: {shipped_mb(files):.0f} MB" for name, files in rows.items() if all(pathlib.Path(file).exists() for file in files)]


def page(documents):
    out = introduction(next(iter(documents.values())))
    for name, document in documents.items():
        out += section(name, document)
    return "\n".join(out).rstrip() + "\n"


def updated(text, documents):
    """The page with the sections of `documents` in place of those of the same question; new ones at its end."""
    parts = text.rstrip("\n").split("\n## ")
    sections = {part.split("\n", 1)[0]: part for part in parts[1:]}
    for name, document in documents.items():
        sections[document["question"]] = "\n".join(section(name, document)).strip()[len("## "):]
    return "\n## ".join([parts[0], *(part.rstrip() + "\n" for part in sections.values())]).rstrip() + "\n"


def main(arguments):
    target = ROOT / "docs" / "benchmarks.md"
    with tempfile.TemporaryDirectory() as scratch:
        if arguments[:1] in (["--from"], ["--update"]):
            documents = read(pathlib.Path(arguments[1]))
        else:
            documents = measured(ROOT / (arguments[0] if arguments else "build/release"), pathlib.Path(scratch))
    target.write_text(updated(target.read_text(), documents) if arguments[:1] == ["--update"] else page(documents))
    print("wrote docs/benchmarks.md", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
