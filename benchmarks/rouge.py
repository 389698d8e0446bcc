"""Speed of ROUGE against rouge-score 0.1.2, in one run that also checks that the scores are equal.

    python benchmarks/rouge.py [--data FILE] [--pairs 4000] [--long-pairs 20]

Two measurements, single process: ROUGE-1, -2, -L and -Lsum with stemmer on summaries of about 60
words, and ROUGE-L on texts of about 700 words. Texts are made up from a seeded vocabulary, or,
with ``--data``, taken from a JSON Lines file (.gz or not) of articles with ``article`` and
``highlights``: the first 60 words of the article against the highlights, and the first 700 words
of one article against the next one's. Exit code 1 when any score differs by more than 1e-12.
"""

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from evalkit.metrics.rouge import Rouge
from evalkit.metrics.rouge_tokens import tokenize_lines
from evalkit.records import Batch

Pairs = list[tuple[str, str]]


def made_up(n: int, n_words: int, seed: int) -> Pairs:
    """Pairs of texts over 5,000 invented words of Zipf's frequencies that share half of them."""
    rng = random.Random(seed)
    ends = ("", "", "s", "ing", "ed", "ational", "ly", "ness")
    vocabulary = [
        "".join(rng.choices("bcdfglmnprst", k=2)) + rng.choice("aeiou") + rng.choice("dlmnrt")
        + rng.choice(ends)
        for _ in range(5000)
    ]  # fmt: skip
    weights = [1 / (rank + 10) for rank in range(5000)]
    pairs = []
    for _ in range(n):
        words = rng.choices(vocabulary, weights, k=n_words)
        other = [word if rng.random() < 0.5 else rng.choice(vocabulary) for word in words]
        pairs.append((_lines(words, rng), _lines(other, rng)))
    return pairs


def _lines(words: list[str], rng: random.Random) -> str:
    cut = max(1, len(words) // 20)
    starts = sorted(rng.sample(range(1, len(words)), cut))
    bounds = zip([0, *starts], [*starts, len(words)], strict=True)
    return "\n".join(" ".join(words[start:end]) + "." for start, end in bounds)


def articles(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of the file, one after the other."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def read(path: Path, n: int, n_long: int) -> tuple[Pairs, Pairs]:
    """Short pairs and long pairs from a file of articles."""
    rows = [row for row, _ in zip(articles(path), range(n), strict=False)]
    short = [(_sentences(row["article"], 60), "\n".join(row["highlights"])) for row in rows]
    texts = [_sentences(row["article"], 700) for row in rows]
    long = [text for text in texts if len(text.split()) >= 600][: n_long + 1]
    return short, list(pairwise(long))


def _sentences(text: str, n_words: int) -> str:
    return " ".join(text.split()[:n_words]).replace(" . ", " .\n")


def compare(pairs: Pairs, kinds: list[str], *, stemmer: bool, bar: float) -> bool:
    """Time both on the same pairs, print the ratio, and say whether all scores are equal."""
    from rouge_score.rouge_scorer import RougeScorer

    names = [f"rouge{kind}" for kind in kinds]
    reference = RougeScorer(names, use_stemmer=stemmer)
    start = time.perf_counter()
    found = [reference.score(target, prediction) for prediction, target in pairs]
    theirs = time.perf_counter() - start
    expected = {name: [list(scores[name]) for scores in found] for name in names}

    batch = Batch(
        hypotheses=tuple(prediction for prediction, _ in pairs),
        references=tuple((target,) for _, target in pairs),
    )
    tokenize_lines.cache_clear()
    start = time.perf_counter()
    measured = {
        f"rouge{kind}": Rouge(
            kind=kind, tokenizer="rouge_score", stemmer=stemmer, split="newline"
        ).measure(batch)
        for kind in kinds
    }
    ours = time.perf_counter() - start
    worst = max(
        float(np.abs(measured[name].statistics[:, :3] - np.array(expected[name])).max())
        for name in names
    )
    n_words = sum(len(text.split()) for pair in pairs for text in pair) / (2 * len(pairs))
    print(
        f"{'+'.join(names)} (stemmer: {stemmer}), {len(pairs)} pairs of {n_words:.0f} words: "
        f"rouge-score {len(pairs) / theirs:.0f}/s, evalkit {len(pairs) / ours:.0f}/s, "
        f"ratio {theirs / ours:.1f} (bar {bar:.0f}), largest difference {worst:.1e}"
    )
    return worst <= 1e-12


def main() -> int:
    """Run both measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="JSON Lines of articles with highlights")
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--long-pairs", type=int, default=20)
    options = parser.parse_args()
    if options.data is None:
        print("no --data: texts are made up")
        short = made_up(options.pairs, 60, seed=1)
        long = made_up(options.long_pairs, 700, seed=2)
    elif not options.data.exists():
        print(f"{options.data} is absent; run without --data for made-up texts")
        return 2
    else:
        short, long = read(options.data, options.pairs, options.long_pairs)
    equal = compare(short, ["1", "2", "L", "Lsum"], stemmer=True, bar=20)
    equal &= compare(long, ["L"], stemmer=False, bar=200)
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
