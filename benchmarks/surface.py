"""Speed of BLEU, chrF, chrF++ and TER against sacrebleu, in one run that checks equality too.

    python benchmarks/surface.py [--segments 2000] [--rounds 3]
        [--data FILE --hypothesis FIELD --reference FIELD]

Statistics of all segments and the corpus score, in one process and in its own processor time, so
that what else the machine does counts less; the best of some rounds, in which both sides take
turns, each with sacrebleu's memory of tokenised lines emptied. Texts are made up from a seeded
vocabulary, or come from a JSON Lines file (.gz or not): two fields, for example machine
translations and their post-edits, or for each row ``systems`` and ``references`` by name (as in
shared/data/translations), of which a system drawn at random and the first reference are taken.
Exit code 1 when a corpus score or a row of counts differs at all, 3 when a bar is missed.
"""

import argparse
import gzip
import json
import logging
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp
from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import chrf, chrf_plus_plus
from evalkit.metrics.ter import Ter
from evalkit.records import Batch

Pairs = list[tuple[str, str]]

METRICS = (
    (Bleu(), BLEU(), 1.5),
    (chrf(), CHRF(), 3.0),
    (chrf_plus_plus(), CHRF(word_order=2), 3.0),
    (Ter(), TER(), 10.0),
)
"""Ours, sacrebleu's, and how many times its speed is wanted."""


def made_up(n: int, seed: int = 1) -> Pairs:
    """Segments of about 25 invented words; a quarter is substituted, some are moved."""
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("aeilmnorstu", k=rng.randint(2, 9))) for _ in range(5000)]
    weights = [1 / (rank + 10) for rank in range(5000)]
    pairs = []
    for _ in range(n):
        words = rng.choices(vocabulary, weights, k=rng.randint(10, 40))
        other = [word if rng.random() < 0.75 else rng.choice(vocabulary) for word in words]
        cut = rng.randrange(len(other))
        if rng.random() < 0.5:
            other = other[cut:] + other[:cut]
        pairs.append((" ".join(words) + ".", " ".join(other) + "."))
    return pairs


def read(path: Path, hypothesis: str, reference: str, n: int) -> Pairs:
    """The first n pairs of a file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(n), strict=False)]
    if "systems" not in rows[0]:
        return [(row[hypothesis], row[reference]) for row in rows]
    rng = random.Random(1)
    return [
        (row["systems"][rng.choice(sorted(row["systems"]))], next(iter(row["references"].values())))
        for row in rows
    ]


def compare(pairs: Pairs, rounds: int) -> tuple[bool, bool]:
    """Time both on every metric and print ratios: whether all is equal, and all bars are met."""
    batch = Batch(
        hypotheses=tuple(hypothesis for hypothesis, _ in pairs),
        references=tuple((reference,) for _, reference in pairs),
    )
    hypotheses, stream = list(batch.hypotheses), [[reference for _, reference in pairs]]
    equal = met = True
    for scorer, reference, bar in METRICS:

        def ours(scorer=scorer):
            rows = scorer.measure(batch).statistics
            return scorer.score(rows.sum(axis=0))[0], rows[:, :-1]

        def theirs(reference=reference):
            rows = reference._extract_corpus_statistics(hypotheses, stream)  # noqa: SLF001
            return reference._aggregate_and_compute(rows).score, np.array(rows)  # noqa: SLF001

        scorer.measure(Batch(hypotheses=("warm",), references=(("up",),)))
        turns = [(timed(ours), timed(theirs)) for _ in range(rounds)]
        ((score, rows), _), ((expected, counts), _) = turns[0]
        same = score == expected and np.array_equal(rows, counts)
        fast, slow = (min(turn[side][1] for turn in turns) for side in (0, 1))
        equal, met = equal and same, met and slow / fast >= bar
        print(
            f"{scorer.name:7s} {len(pairs)} segments: sacrebleu {len(pairs) / slow:7.0f}/s, "
            f"evalkit {len(pairs) / fast:7.0f}/s, ratio {slow / fast:5.1f} "
            f"(bar {bar}), {'equal' if same else 'DIFFERENT'}: {score:.4f}"
        )
    return equal, met


def timed(work: Callable[[], tuple[float, np.ndarray]]) -> tuple[tuple[float, np.ndarray], float]:
    """What the work gives and the seconds of processor time that it took."""
    for tokenizer in (Tokenizer13a, TokenizerRegexp, TercomTokenizer):
        tokenizer.__call__.cache_clear()
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def main() -> int:
    """Read or make up the segments and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="JSON Lines with both fields, or with systems")
    parser.add_argument("--hypothesis", default="mt")
    parser.add_argument("--reference", default="post_edit")
    parser.add_argument("--segments", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)
    if options.data is None:
        print("no --data: segments are made up")
        pairs = made_up(options.segments)
    elif options.data.exists():
        pairs = read(options.data, options.hypothesis, options.reference, options.segments)
    else:
        print(f"{options.data} is absent; run without --data for made-up segments")
        return 2
    equal, met = compare(pairs, options.rounds)
    return 1 if not equal else 0 if met else 3


if __name__ == "__main__":
    sys.exit(main())
