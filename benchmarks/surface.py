"""Speed of BLEU, chrF, chrF++ and TER against sacrebleu, in one run that checks equality too.

    python benchmarks/surface.py [--segments 2000]
        [--data FILE --hypothesis FIELD --reference FIELD]

Statistics of all segments and the corpus score, single process. Texts are made up from a seeded
vocabulary, or fields of a JSON Lines file (.gz or not), for example machine translations and
their post-edits. Exit code 1 when a corpus score or a row of counts differs at all.
"""

import argparse
import gzip
import json
import logging
import random
import sys
import time
from pathlib import Path

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import chrf, chrf_plus_plus
from evalkit.metrics.ter import Ter
from evalkit.records import Batch

Pairs = list[tuple[str, str]]

BARS = {"bleu": 1.5, "chrf": 3.0, "chrf++": 3.0, "ter": 10.0}
"""How many times sacrebleu's speed is wanted."""


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
    return [(row[hypothesis], row[reference]) for row in rows]


def compare(pairs: Pairs) -> bool:
    """Time both on every metric, print ratios, and say whether all is equal."""
    batch = Batch(
        hypotheses=tuple(hypothesis for hypothesis, _ in pairs),
        references=tuple((reference,) for _, reference in pairs),
    )
    stream = [[reference for _, reference in pairs]]
    metrics = (
        (Bleu(), BLEU()),
        (chrf(), CHRF()),
        (chrf_plus_plus(), CHRF(word_order=2)),
        (Ter(), TER()),
    )
    equal = True
    for scorer, reference in metrics:
        Bleu().measure(Batch(hypotheses=("warm",), references=(("up",),)))
        start = time.perf_counter()
        rows = scorer.measure(batch).statistics
        score = scorer.score(rows.sum(axis=0))[0]
        ours = time.perf_counter() - start
        if hasattr(reference, "tokenizer"):  # sacrebleu's tokenisers remember what both asked
            type(reference.tokenizer).__call__.cache_clear()
        start = time.perf_counter()
        statistics = reference._extract_corpus_statistics(list(batch.hypotheses), stream)  # noqa: SLF001
        expected = reference._aggregate_and_compute(statistics).score  # noqa: SLF001
        theirs = time.perf_counter() - start
        same = score == expected and np.array_equal(rows[:, :-1], np.array(statistics))
        equal &= same
        print(
            f"{scorer.name:7s} {len(pairs)} segments: sacrebleu {len(pairs) / theirs:7.0f}/s, "
            f"evalkit {len(pairs) / ours:7.0f}/s, ratio {theirs / ours:5.1f} "
            f"(bar {BARS[scorer.name]}), {'equal' if same else 'DIFFERENT'}: {score:.4f}"
        )
    return equal


def main() -> int:
    """Read or make up the segments and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="JSON Lines with both fields")
    parser.add_argument("--hypothesis", default="mt")
    parser.add_argument("--reference", default="post_edit")
    parser.add_argument("--segments", type=int, default=2000)
    options = parser.parse_args()
    logging.getLogger("sacrebleu").setLevel(logging.ERROR)
    if options.data is None:
        print("no --data: segments are made up")
        return 0 if compare(made_up(options.segments)) else 1
    if not options.data.exists():
        print(f"{options.data} is absent; run without --data for made-up segments")
        return 2
    pairs = read(options.data, options.hypothesis, options.reference, options.segments)
    return 0 if compare(pairs) else 1


if __name__ == "__main__":
    sys.exit(main())
