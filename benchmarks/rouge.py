"""Speed of ROUGE against rouge-score 0.1.2, in one run that also checks that the scores are equal.

    python benchmarks/rouge.py [--data ../shared/data] [--made-up] [--pairs 4000] [--long-pairs 60]

Two bars, single process, in processor time, which other processes disturb least: ROUGE-1, -2, -L
and -Lsum with stemmer on summaries of about 60 words (20 times), and ROUGE-L on texts of about
700 words (200 times). Each side starts with empty caches. Texts are taken from
``summaries/cnn_dailymail.val.jsonl.gz`` in the folder ``--data`` (articles with ``article`` and
``highlights``: the first 60 words of an article against its highlights, the first 700 words of one
article against the next one's); where there is no such file, or with ``--made-up``, they come from
a seeded vocabulary. Then evalkit's speed where rouge-score has nothing to compare with.
Exit code 1 when any score differs by more than 1e-12 or a bar is missed.
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

from evalkit.metrics import rouge_texts, rouge_tokens
from evalkit.metrics.rouge import rouge
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


def batch_of(pairs: Pairs) -> Batch:
    return Batch(
        hypotheses=tuple(prediction for prediction, _ in pairs),
        references=tuple((target,) for _, target in pairs),
    )


def forget() -> None:
    """Start evalkit cold: no texts and no stems are remembered."""
    rouge_texts.forget()
    rouge_tokens.forget()


def compare(pairs: Pairs, names: list[str], *, stemmer: bool, bar: float) -> bool:
    """Time both on the same pairs, print the ratio; whether scores are equal and the bar is met."""
    from rouge_score.rouge_scorer import RougeScorer

    reference = RougeScorer(names, use_stemmer=stemmer)
    start = time.process_time()
    found = [reference.score(target, prediction) for prediction, target in pairs]
    theirs = time.process_time() - start

    batch = batch_of(pairs)
    options = {"tokenizer": "rouge_score", "stemmer": stemmer, "split": "newline"}
    forget()
    start = time.process_time()
    measured = [rouge(name, **options).measure(batch).statistics for name in names]
    ours = time.process_time() - start
    worst = max(
        float(np.abs(rows[:, :3] - np.array([list(scores[name]) for scores in found])).max())
        for name, rows in zip(names, measured, strict=True)
    )
    n_words = sum(len(text.split()) for pair in pairs for text in pair) / (2 * len(pairs))
    print(
        f"{'+'.join(names)} (stemmer: {stemmer}), {len(pairs)} pairs of {n_words:.0f} words: "
        f"rouge-score {len(pairs) / theirs:.0f}/s, evalkit {len(pairs) / ours:.0f}/s, "
        f"ratio {theirs / ours:.1f} (bar {bar:.0f}), largest difference {worst:.1e}"
    )
    return worst <= 1e-12 and theirs / ours >= bar


def alone(pairs: Pairs, names: list[str], **options: object) -> None:
    """Time evalkit by itself, each kind with the texts still to be read."""
    batch = batch_of(pairs)
    rates = []
    for name in names:
        forget()
        start = time.process_time()
        rouge(name, **options).measure(batch)
        rates.append(f"{name} {len(pairs) / (time.process_time() - start):.0f}/s")
    print(f"evalkit alone, {options or 'default settings'}: {', '.join(rates)}")


def main() -> int:
    """Run both measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--made-up", action="store_true", help="don't look for data")
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--long-pairs", type=int, default=60)
    options = parser.parse_args()
    path = options.data / "summaries" / "cnn_dailymail.val.jsonl.gz"
    if path.exists() and not options.made_up:
        print(f"texts from {path.name}")
        short, long = read(path, options.pairs, options.long_pairs)
    else:
        print("made-up texts" + ("" if options.made_up else f": {path} is absent"))
        short = made_up(options.pairs, 60, seed=1)
        long = made_up(options.long_pairs, 700, seed=2)
    short_kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    passed = compare(short, short_kinds, stemmer=True, bar=20)
    passed &= compare(long, ["rougeL"], stemmer=False, bar=200)
    alone(short, ["rouge1", "rouge4", "rougeL", "rougeS4", "rougeSU4", "rougeS", "rougeW"])
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
