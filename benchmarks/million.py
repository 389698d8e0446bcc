"""Time and peak memory of ``evalkit score`` against the number of segment pairs, up to a million.

    python benchmarks/million.py [--sizes 10000,100000,1000000] [--draws 1000]

Makes up pairs of about 20 words with ids, writes them as JSON Lines, and scores each size in a
process of its own: ROUGE-1, -2, -L, BLEU and chrF with Poisson bootstrap intervals. Prints wall
and processor seconds (which do not count what else the machine does) and peak memory. On the
smallest size it also checks that corpus BLEU and chrF are sacrebleu's and that intervals are, to
the last bit, those of all rows at once. Exit code 1 when a number differs, memory exceeds 1.5 GB,
or processor time per pair grows by more than 1.3 times from one size to the next.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

METRICS = "rouge1,rouge2,rougeL,bleu,chrf"
LIMIT_GB = 1.5
LINEAR = 1.3
LAUNCHER = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""A small process between, because a child's peak counts what its parent held when it started."""


def write_pairs(folder: Path, n: int, seed: int) -> tuple[Path, Path]:
    """Hypotheses and references of n segments over 30,000 invented words of Zipf's frequencies."""
    rng = np.random.default_rng(seed)
    syllables = np.array([a + b for a in "bdfgklmnprstvz" for b in "aeiou"])
    words = np.array(["".join(rng.choice(syllables, size=k)) for k in rng.integers(1, 5, 30_000)])
    weights = 1 / np.arange(10, 10 + len(words))
    cumulated = np.cumsum(weights) / weights.sum()
    paths = folder / f"hypotheses-{n}.jsonl", folder / f"references-{n}.jsonl"
    with paths[0].open("w") as hypotheses, paths[1].open("w") as references:
        for number in range(n):
            length = int(rng.integers(8, 33))
            chosen = words[np.searchsorted(cumulated, rng.random(length))]
            changed = np.where(rng.random(length) < 0.3, rng.permutation(chosen), chosen)
            key = f"doc{number // 25}#{number}"
            for file, text in ((references, chosen), (hypotheses, changed)):
                row = {"id": key, "text": " ".join(text).capitalize() + "."}
                file.write(json.dumps(row) + "\n")
    return paths


def scored(
    hypotheses: Path, references: Path, draws: int
) -> tuple[dict[str, dict], float, float, float]:
    """Numbers by name, wall and processor seconds and peak GB of one run of the command."""
    command = [
        sys.executable, "-m", "evalkit", "score", "--hypotheses", f"ours={hypotheses}",
        "--references", str(references), "--metrics", METRICS, "--confidence", "--method",
        "poisson", "--draws", str(draws), "--format", "json",
    ]  # fmt: skip
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"evalkit score exited with {done.returncode}: {done.stderr}")
    processor, peak_kb = map(float, done.stderr.split()[-2:])
    (system,) = json.loads(done.stdout)["systems"]
    numbers = {m["name"]: m for m in system["metrics"]}
    return numbers, seconds, processor, peak_kb / 1024**2


def equal(found: dict[str, dict], hypotheses: Path, references: Path, draws: int) -> bool:
    """Whether the numbers are sacrebleu's, and the intervals those of all rows at once."""
    from sacrebleu.metrics import BLEU, CHRF

    from evalkit import registry
    from evalkit.records import Batch
    from evalkit.stats.estimate import estimate
    from evalkit.stats.resampling import Resampling

    texts = [
        [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
        for path in (hypotheses, references)
    ]
    theirs = {
        "bleu": BLEU().corpus_score(texts[0], [texts[1]]).score,
        "chrf": CHRF().corpus_score(texts[0], [texts[1]]).score,
    }
    same = all(abs(found[name]["value"] - value) < 1e-9 for name, value in theirs.items())
    batch = Batch(tuple(texts[0]), references=tuple((text,) for text in texts[1]))
    settings = Resampling(method="poisson", draws=draws)
    for name in METRICS.split(","):
        scorer = registry.scorer(name)
        whole = estimate(scorer, scorer.measure(batch), settings=settings)[0]
        mine = tuple(found[name][key] for key in ("value", "low", "high"))
        same &= mine == (whole.value, whole.interval.low, whole.interval.high)
    return same


def main() -> int:
    """Runs all sizes and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--draws", type=int, default=1000)
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    rows, good = [], True
    print(f"{METRICS}; Poisson bootstrap, {options.draws} draws; bar: {LIMIT_GB} GB, linear")
    print(f"{'pairs':>9} {'wall s':>9} {'CPU s':>9} {'CPU s per 1,000':>16} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            paths = write_pairs(Path(folder), size, seed=size)
            found, seconds, processor, memory = scored(*paths, options.draws)
            rows.append((size, processor / size, memory))
            rate = f"{1000 * processor / size:>16.3f} {1024 * memory:>8.0f}"
            print(f"{size:>9,} {seconds:>9.1f} {processor:>9.1f} {rate}", flush=True)
            if size == sizes[0]:
                same = equal(found, *paths, options.draws)
                print(f"          numbers equal to sacrebleu's and to all rows at once: {same}")
                good &= same
            for path in paths:
                path.unlink()
    good &= all(memory < LIMIT_GB for _, _, memory in rows)
    for (fewer, before, _), (more, after, _) in pairwise(rows):
        growth = after / before
        print(f"CPU time per pair at {more:,} over that at {fewer:,}: {growth:.2f}")
        good &= growth < LINEAR
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
