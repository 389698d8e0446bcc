"""Fits the bundled detector's calibration and threshold on the sets that may choose.

    python benchmarks/calibrate_detector.py [--data ../shared/data] [--model FOLDER]

What is marked is learned from ``fluency/ted_zhen_mqm`` half a (spans of fluency and style) and
from sentences of ``summaries/cnn_dailymail.val`` half a with errors put in; what is counted, from
the TED spans, the runs of BAD words of every fourth sentence of ``fluency/mlqe_pe.dev``, and the
post-edits of its other sentences with errors put in. The threshold keeps false alarms rare in TED
(against spans of any category), in those sentences of mlqe_pe.dev, and in clean news.
"""

import argparse
import gzip
import json
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy as np
from detector import FLUENCY, half, plain, tagged

from evalkit.fluency.detector import BUNDLED
from evalkit.models.detector_trainer import vectors_of
from evalkit.models.encoder import load_encoder
from evalkit.training.calibration import CalibrationSets, Marked, calibrate
from evalkit.training.corruption import OPERATIONS, Corruptor
from evalkit.training.detector_data import penn_sentences
from evalkit.training.lexicon import build_lexicon

SEED = 11


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


def news(data: Path) -> list[list[str]]:
    """Sentences of news, two of each article of half a, in tokens."""
    found = []
    for row in rows(data, "summaries/cnn_dailymail.val"):
        if half(row["id"]) == "a":
            usable = [s for s in penn_sentences(row["article"]) if 6 <= len(s) <= 50]
            found += [list(s) for s in usable[2:8:3] if s[-1] in '.?!"']
    return found


def corrupted(sentences: list[list[str]]) -> list[Marked]:
    """Clean sentences with errors put in."""
    counts = Counter(word.lower() for sentence in sentences for word in sentence)
    encoder = load_encoder()
    lexicon = build_lexicon(counts, lambda words: vectors_of(encoder, list(words)))
    operations = dict.fromkeys(OPERATIONS, 1.0)
    corruptor = Corruptor(lexicon, errors=(0.4, 0.4, 0.2), operations=operations)
    rng = np.random.default_rng(SEED)
    marked = []
    for sentence in sentences:
        one = corruptor.corrupt(sentence, rng)
        ends = np.cumsum([len(token) + 1 for token in one.tokens]).tolist()
        places = [(end - len(t) - 1, end - 1) for t, end in zip(one.tokens, ends, strict=True)]
        errors = [p for p, w in zip(places, one.wrong, strict=True) if w]
        errors += [
            (p[0], p[0])
            for p, w, g in zip(places, one.wrong, one.gap[:-1], strict=True)
            if g and not w
        ]
        marked.append(Marked(" ".join(one.tokens), tuple(sorted(errors))))
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
    edited = [plain(row["post_edit"]).split() for i, row in enumerate(dev) if i % 4]
    clean = news(options.data)
    spoken = ted(options.data, FLUENCY)
    translated = mlqe(dev[::4])
    sets = CalibrationSets(
        errors=[spoken, corrupted(clean[::2])],
        counts=[spoken, translated, corrupted(edited)],
        alarms=[
            ted(options.data, ("",)),
            translated,
            [Marked(" ".join(sentence), ()) for sentence in clean[1::2]],
        ],
    )
    print(calibrate(options.model, sets, words_per_alarm=options.words_per_alarm))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
