"""Keeps a run's loss curve beside the recipe, and says whether another run of the same steps follows it.

    python3 models/train/curves.py --keep main        writes models/train/curve.json: means over every 10 steps
    python3 models/train/curves.py --compare again    the same steps of another run: largest relative difference of those means
"""
import argparse
import json
import pathlib
import sys

import data

KEPT = pathlib.Path(__file__).with_name("curve.json")
EVERY = 10
# Two runs on one machine agree to rounding; other kernels and thread counts drift apart by a few per cent of a batch's loss.
NOISE = 0.05


def means(run):
    """[[step, class, patch]]: means over 10 steps of the last block's losses."""
    lines = [json.loads(text) for text in (data.CACHE / run / "curve.jsonl").read_text().splitlines()]
    rows = []
    for at in range(0, len(lines) - EVERY + 1, EVERY):
        part = lines[at : at + EVERY]
        losses = [sum(line[key][-1] for line in part) / EVERY for key in ("class", "patch")]
        rows.append([part[-1]["step"], *(round(loss, 5) for loss in losses)])
    return rows


def largest_difference(kept, other):
    """The largest relative difference over the steps both have; refuses curves with no common step."""
    known = {row[0]: row[1:] for row in kept}
    common = [(known[row[0]], row[1:]) for row in other if row[0] in known]
    if not common:
        raise ValueError("the two curves have no step in common")
    return max(abs(a - b) / a for first, second in common for a, b in zip(first, second)), len(common) * EVERY


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", metavar="RUN")
    parser.add_argument("--compare", metavar="RUN")
    options = parser.parse_args()
    if options.keep:
        rows = ",\n".join(json.dumps(row) for row in means(options.keep))
        KEPT.write_text(f'{{ "columns": ["step", "class", "patch"], "rows": [\n{rows}\n] }}\n')
    if options.compare:
        difference, steps = largest_difference(json.loads(KEPT.read_text())["rows"], means(options.compare))
        print(f"{steps} steps, largest relative difference of the means over {EVERY} steps: {difference:.4f}")
        sys.exit(0 if difference <= NOISE else 1)


if __name__ == "__main__":
    main()
