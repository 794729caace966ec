#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is a plain ReLU net with early stopping as good as published ones on UCI's regression sets?

One hidden layer of rectifiers, Adam, a part of the training rows held out to choose the epoch: `wengert train` on each of
the 20 published splits (Hernandez-Lobato and Adams 2015), mean and standard error of the test RMSE beside the published
columns. A folder for each set holds data.csv (the target last) and test_rows.csv (line k: the test rows of split k).

    bench/uci_regression.py DATA [--sets yacht,energy] [--splits 20] [--wengert ./build/release/wengert]
"""

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Mean and standard error of the RMSE: PBP and dropout as in table 1 of Gal and Ghahramani 2016, deep ensembles as in table 1
# of Lakshminarayanan et al. 2017, whose deviations over the 20 splits are divided by the root of 20 here.
PUBLISHED = {
    "yacht": ((1.02, 0.05), (1.11, 0.09), (1.58, 0.48)),
    "boston-housing": ((3.01, 0.18), (2.97, 0.19), (3.28, 1.00)),
    "energy": ((1.80, 0.05), (1.66, 0.04), (2.09, 0.29)),
    "concrete": ((5.67, 0.09), (5.23, 0.12), (6.03, 0.58)),
    "wine-quality-red": ((0.64, 0.01), (0.62, 0.01), (0.64, 0.04)),
    "power-plant": ((4.12, 0.03), (4.02, 0.04), (4.11, 0.17)),
}


def run_split(options, rows, test_rows, split, folder):
    header, body = rows[0], rows[1:]
    test = set(test_rows)
    for name, wanted in (("train", False), ("test", True)):
        lines = [header] + [row for k, row in enumerate(body) if (k in test) == wanted]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    features = header.count(",")
    command = [options.wengert, "train", str(folder / "train.csv"), "--test", str(folder / "test.csv"), "--learn", "values",
               "--net", f"{features}-{options.hidden} relu-1", "--validation", "0.1", "--patience", str(options.patience),
               "--epochs", str(options.epochs), "--batch", str(options.batch), "--rate", str(options.rate),
               "--regularize", options.regularize, "--seed", str(split + 1), "-o", str(folder / "out")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^test rmse (\S+)$", result.stdout, re.MULTILINE)
    if result.returncode != 0 or found is None:
        sys.exit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")
    epochs = json.loads((folder / "out" / "metrics.json").read_text())
    return float(found[1]), min(epoch["validation_loss"] for epoch in epochs)


def mean_and_error(values):
    mean = sum(values) / len(values)
    spread = sum((v - mean) ** 2 for v in values) / max(len(values) - 1, 1)
    return mean, math.sqrt(spread / len(values))


def run_set(options, name):
    source = options.data / name
    rows = source.joinpath("data.csv").read_text().split()
    splits = [[int(k) for k in line.split(",")] for line in source.joinpath("test_rows.csv").read_text().split()]
    start, errors, validation = time.time(), [], []
    with tempfile.TemporaryDirectory() as folder:
        for split, test_rows in enumerate(splits[:options.splits]):
            rmse, loss = run_split(options, rows, test_rows, split, Path(folder))
            errors.append(rmse)
            validation.append(loss)
    (mean, error), seconds = mean_and_error(errors), time.time() - start
    pbp, dropout, (ensemble, deviation) = PUBLISHED[name]
    ensemble = (ensemble, deviation / math.sqrt(20))
    limit = sum(max(dropout, ensemble))
    print(f"| {name} | {len(errors)} | {mean:.3f} +- {error:.3f} | {pbp[0]:.2f} +- {pbp[1]:.2f} | {dropout[0]:.2f} +- {dropout[1]:.2f} | "
          f"{ensemble[0]:.2f} +- {ensemble[1]:.2f} | {limit:.3f} | {'yes' if mean <= limit else 'NO'} | {mean_and_error(validation)[0]:.4f} | "
          f"{seconds:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--sets", default=",".join(PUBLISHED))
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--wengert", default="build/release/wengert")
    for name, usual in (("hidden", 50), ("epochs", 1000), ("patience", 50), ("batch", 32)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--rate", type=float, default=0.005)
    parser.add_argument("--regularize", default="l2 1e-3")
    options = parser.parse_args()
    print("| set | splits | RMSE here | PBP | dropout | ensemble | limit | within | validation loss | seconds |\n"
          "|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for name in options.sets.split(","):
        run_set(options, name)


if __name__ == "__main__":
    main()
