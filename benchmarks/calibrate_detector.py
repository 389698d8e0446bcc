"""Fits the bundled detector's calibration and threshold on the sets that may choose.

    python benchmarks/calibrate_detector.py [--data ../shared/data] [--model FOLDER]

Two sets of real MT share the weights: ``fluency/ted_zhen_mqm`` half a (spans marked as fluency or
style; its bias is kept), and every fourth sentence of ``fluency/mlqe_pe.dev`` (runs of BAD tags).
The threshold comes from the next sentence of each four, whose words all have a tag. Sentences with
errors put in are left out: weights that fit them rank MT systems no better than chance (measured
on half a).
"""

import argparse
import gzip
import json
import sys
from itertools import groupby
from pathlib import Path

from detector import half, tagged

from evalkit.fluency.detector import BUNDLED
from evalkit.training.calibration import Marked, calibrate


def rows(data: Path, name: str) -> list[dict]:
    """Rows of a file."""
    with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def ted(data: Path, categories: tuple[str, ...]) -> list[Marked]:
    """Half a with the spans of some categories."""
    return [
        Marked(
            row["target"],
            tuple(
                (error["start"], error["end"])
                for error in row["errors"]
                if error["start"] is not None and error["category"].startswith(categories)
            ),
        )
        for row in rows(data, "fluency/ted_zhen_mqm")
        if half(row["doc"]) == "a"
    ]


def mlqe(found: list[dict]) -> list[Marked]:
    """Raw MT with its runs of BAD words."""
    marked = []
    for row in found:
        text, marks = tagged(row)
        runs = [list(run) for bad, run in groupby(marks, key=lambda mark: mark[2]) if bad]
        marked.append(Marked(text, tuple((run[0][0], run[-1][1]) for run in runs)))
    return marked


def main() -> int:
    """Writes the calibration into the model's folder; 2 where the data are absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--words-per-alarm", type=float, default=60.0)
    options = parser.parse_args()
    if not (options.data / "fluency").is_dir():
        print(f"{options.data} is absent: name the folder of data with --data", file=sys.stderr)
        return 2
    dev = rows(options.data, "fluency/mlqe_pe.dev")
    sets = [ted(options.data, ("Fluency/", "Style/")), mlqe(dev[::4])]
    alarms = mlqe(dev[1::4])
    print(calibrate(options.model, sets, alarms=alarms, words_per_alarm=options.words_per_alarm))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
