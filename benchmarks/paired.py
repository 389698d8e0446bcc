"""Speed of the paired bootstrap against sacrebleu's ``--paired-bs``, with equal resampled scores.

    python benchmarks/paired.py [--data FILE] [--segments 2000] [--draws 1000] [--clusters 1000000]

Six systems, five metrics: BLEU, chrF, chrF++, TER and ROUGE-L, of which sacrebleu has the first
four. Texts are made up from a seeded vocabulary, or, with ``--data``, taken from a JSON Lines file
(.gz or not) with ``systems`` and ``references`` in each row. Both sides run in one process:
sacrebleu compares five systems with the first, evalkit all fifteen pairs with intervals and
adjusted p-values. Two ratios: resampling and testing alone, from statistics that are at hand, and
all of it, measuring included. Seconds are those of the processor, so that other processes on the
machine do not count.

Equality: both draw the same indices (seed 12345). Every resampled score of evalkit's is compared
with what sacrebleu's own metric makes of the sums of its own statistics over these indices. Given
float sums, it must agree to 1e-12 (relative); sacrebleu itself sums and divides in float32, and
must agree to 1e-5. The p-values cannot be compared: sacrebleu counts strictly larger differences
and centres |delta| on its own mean. Exit code 1 when a score differs.

Last, the Poisson bootstrap of 10^6 segments with 30 columns of counts: processor seconds (of all
threads), and that shards give the same bits as the whole.
"""

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf, chrf_plus_plus
from evalkit.metrics.rouge import Rouge
from evalkit.metrics.ter import Ter
from evalkit.records import Batch, Measured
from evalkit.stages import Scorer
from evalkit.stats.comparison import compare_systems
from evalkit.stats.resampling import Resampling
from evalkit.stats.sample import sampled
from evalkit.stats.shards import resample_shard

SEED = 12345
SCORERS: dict[str, Scorer] = {
    "BLEU": Bleu(),
    "chrF": Chrf(),
    "chrF++": chrf_plus_plus(),
    "TER": Ter(),
}
Systems = Mapping[str, Sequence[str]]


def made_up(n: int, n_systems: int, seed: int) -> tuple[Systems, list[str]]:
    """References over 5,000 invented words, and systems that keep more and more of them."""
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("abdeiklmnorst", k=rng.randrange(2, 9))) for _ in range(5000)]
    weights = [1 / (rank + 10) for rank in range(5000)]
    references = [rng.choices(vocabulary, weights, k=rng.randrange(3, 30)) for _ in range(n)]
    systems = {}
    for place in range(n_systems):
        kept = 0.6 + 0.03 * place
        systems[f"system {place + 1}"] = [
            " ".join(w if rng.random() < kept else rng.choice(vocabulary) for w in reference)
            for reference in references
        ]
    return systems, [" ".join(reference) for reference in references]


def read(path: Path, n: int, n_systems: int) -> tuple[Systems, list[str]]:
    """The first systems and the first reference of the first rows of the file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(n), strict=False)]
    names = list(rows[0]["systems"])[:n_systems]
    systems = {name: [row["systems"][name] for row in rows] for name in names}
    return systems, [next(iter(row["references"].values())) for row in rows]


class Timed:
    """Runs a function, keeps what it gave, and adds up its seconds."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seconds = 0.0
        self.results: list[Any] = []

    def __call__(self, *args: object) -> Any:
        """What the function gives."""
        start = time.process_time()
        result = self._function(*args)
        self.seconds += time.process_time() - start
        self.results.append(result)
        return result


def sacrebleu_side(
    systems: Systems, references: list[str], draws: int
) -> tuple[dict[str, Any], dict[str, Timed], float]:
    """Its metrics, their statistics of each system, and the seconds of the whole test."""
    metrics = {"BLEU": BLEU(), "chrF": CHRF(), "chrF++": CHRF(word_order=2), "TER": TER()}
    extracted = {}
    for name, metric in metrics.items():
        extracted[name] = Timed(metric._extract_corpus_statistics)  # noqa: SLF001
        metric._extract_corpus_statistics = extracted[name]  # noqa: SLF001
    start = time.process_time()
    test = PairedTest(list(systems.items()), metrics, [references], "bs", draws)
    test()
    return metrics, extracted, time.process_time() - start


def measure(
    systems: Systems, references: list[str], scorers: Mapping[str, Scorer]
) -> tuple[dict[str, dict[str, Measured]], float]:
    """Rows by metric and system, and the seconds that they took."""
    batches = {
        name: Batch(tuple(texts), tuple((reference,) for reference in references))
        for name, texts in systems.items()
    }
    start = time.process_time()
    rows = {
        metric: {name: scorer.measure(batch) for name, batch in batches.items()}
        for metric, scorer in scorers.items()
    }
    return rows, time.process_time() - start


def compare(
    scorers: Mapping[str, Scorer], rows: Mapping[str, Mapping[str, Measured]], settings: Resampling
) -> float:
    """Seconds that it takes to compare all pairs by these metrics."""
    start = time.process_time()
    for metric, scorer in scorers.items():
        compare_systems(scorer, rows[metric], settings=settings)
    return time.process_time() - start


def differences(
    metric: Any, statistics: Sequence[Any], scorer: Scorer, rows: Sequence[Measured], draws: int
) -> tuple[float, float]:
    """The largest relative differences of the systems' resampled scores: in float, in float32."""
    settings = Resampling(draws=draws, seed=SEED)
    indices = np.random.default_rng(SEED).choice(len(rows[0].valid), (draws, len(rows[0].valid)))
    worst = [0.0, 0.0]
    found = sampled([each.statistics for each in rows]).resampled_scores(scorer.score, settings)
    for each, scores in zip(statistics, found, strict=True):
        for place, dtype in enumerate((np.float64, np.float32)):
            table = np.array(each, dtype=dtype)
            sums = [table[taken].sum(0) for taken in indices]
            sums = [row.tolist() for row in sums] if dtype is np.float64 else sums
            compute = metric._compute_score_from_stats  # noqa: SLF001
            own = np.array([compute(row).score for row in sums])
            gap = np.abs(scores[:, 0] - own) / np.maximum(1.0, np.abs(own))
            worst[place] = max(worst[place], float(gap.max()))
    return worst[0], worst[1]


def against_sacrebleu(systems: Systems, references: list[str], draws: int) -> bool:
    """Time both, print the ratios, and say whether all resampled scores are equal."""
    metrics, extracted, theirs = sacrebleu_side(systems, references, draws)
    measuring = sum(each.seconds for each in extracted.values())
    settings = Resampling(draws=draws, seed=SEED, test="bootstrap")
    rows, measured = measure(systems, references, SCORERS)
    compared = compare(SCORERS, rows, settings)
    n = len(references)
    print(f"{len(systems)} systems, {n} segments, {draws} draws; BLEU, chrF, chrF++, TER")
    print(
        f"  resampling and testing: sacrebleu {theirs - measuring:.2f} s, evalkit "
        f"{compared:.2f} s, ratio {(theirs - measuring) / compared:.1f} (bar 10)"
    )
    print(
        f"  measuring included: sacrebleu {theirs:.2f} s, evalkit {measured + compared:.2f} s, "
        f"ratio {theirs / (measured + compared):.1f} (bar 10)"
    )
    fifth: dict[str, Scorer] = {"ROUGE-L": Rouge(kind="L")}
    more, _ = measure(systems, references, fifth)
    for test in ("bootstrap", "permutation"):
        kind = replace(settings, test=test)
        seconds = compare({**SCORERS, **fifth}, {**rows, **more}, kind)
        print(f"  five metrics, paired {test}: {seconds:.2f} s from statistics to p-values")
    equal = True
    for name, scorer in SCORERS.items():
        gaps = differences(
            metrics[name], extracted[name].results, scorer, list(rows[name].values()), draws
        )
        equal &= gaps[0] <= 1e-12 and gaps[1] <= 1e-5
        n_scores = draws * len(systems)
        print(
            f"  {name}: {n_scores} resampled scores, largest relative difference {gaps[0]:.1e} "
            f"(in sacrebleu's float32 {gaps[1]:.1e})"
        )
    return equal


def poisson(n: int, draws: int) -> bool:
    """Time the Poisson bootstrap of n segments, and hold shards against the whole."""
    counts = np.random.default_rng(1).integers(0, 60, size=(n, 30)).astype(float)
    valid = np.ones(n, dtype=bool)
    settings = Resampling(draws=draws, seed=SEED, method="poisson")
    start = time.process_time()
    (whole,) = resample_shard([Measured(counts, valid)], settings=settings)
    seconds = time.process_time() - start
    bounds = [0, n // 7, n // 2, n]
    merged = None
    for first, end in pairwise(bounds):
        part = Measured(counts[first:end], valid[first:end])
        (shard,) = resample_shard([part], first=first, settings=settings)
        merged = shard if merged is None else merged + shard
    same = merged is not None and np.array_equal(whole.drawn.values(), merged.drawn.values())
    print(f"Poisson bootstrap, {n} segments x {draws} draws x 30 columns: {seconds:.1f} s (bar 60)")
    print(f"  three shards, merged: {'the same bits' if same else 'DIFFERENT'}")
    return same


def main() -> int:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="JSON Lines with systems and references")
    parser.add_argument("--segments", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--clusters", type=int, default=1_000_000)
    options = parser.parse_args()
    if options.data is None:
        print("no --data: texts are made up")
        systems, references = made_up(options.segments, 6, seed=1)
    elif not options.data.exists():
        print(f"{options.data} is absent; run without --data for made-up texts")
        return 2
    else:
        systems, references = read(options.data, options.segments, 6)
    equal = against_sacrebleu(systems, references, options.draws)
    equal &= poisson(options.clusters, options.draws)
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
