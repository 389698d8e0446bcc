"""Which layer of the bundled encoder BERTScore should read, and what unrelated texts score there.

``--layers FILE`` prints the table that chose it: machine translations against their post-edits
(MLQE-PE, CC0), layer by layer, Pearson's r and Spearman's rho of the segments' scores with the
mean direct assessment, within each language pair, and the mean over the pairs. chrF and TER stand
below for comparison. The winner has the highest mean of r and rho of F on the development part;
on the test part it shows whether the choice holds.

``--baseline FOLDER OUT.csv`` writes the table for rescaling: the mean P, R and F, by layer, of
sentences put beside sentences of other documents, from the three sets of ``english/`` that a
released file may be made from.

    python benchmarks/semantic.py --layers DATA/fluency/mlqe_pe.dev.jsonl.gz
    python benchmarks/semantic.py --layers DATA/fluency/mlqe_pe.test.jsonl.gz --only 4 6
    python benchmarks/semantic.py --baseline DATA/english evalkit/bundled/bertscore/baseline.csv
"""

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from evalkit import registry
from evalkit.records import Batch, FloatArray
from evalkit.semantic.bertscore import BertScore
from evalkit.stages import Scorer
from evalkit.text.sentences import split
from evalkit.text.words import count_words

N_LAYERS = 6
SOURCES = ("digitalgov", "masc", "speeches")
PER_SOURCE = 1500
SEED = 1
WORDS = range(5, 61)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--layers", type=Path, metavar="FILE")
    parser.add_argument("--only", type=int, nargs="+", default=range(N_LAYERS + 1), metavar="LAYER")
    what.add_argument("--baseline", type=Path, nargs=2, metavar=("FOLDER", "OUT"))
    arguments = parser.parse_args()
    if arguments.layers is not None:
        layers(rows(arguments.layers), arguments.only)
    else:
        baseline(*arguments.baseline)


def rows(path: Path) -> list[dict]:
    if not path.is_file():
        sys.exit(f"{path} is not here: this benchmark needs data that evalkit doesn't ship")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def layers(segments: Sequence[dict], chosen: Sequence[int]) -> None:
    pairs = sorted({row["pair"] for row in segments})
    batch = Batch(
        tuple(row["mt"] for row in segments), tuple((row["post_edit"],) for row in segments)
    )
    print(f"{len(segments)} segments; r and rho with direct assessment, within {', '.join(pairs)}")
    print(f"{'scorer':<22}{'mean r':>8}{'mean rho':>10}   r by pair / rho by pair")
    for layer in chosen:
        show(f"bertscore layer {layer}", BertScore(layer=layer), batch, segments)
    for name in ("chrf", "ter"):
        show(name, registry.scorer(name), batch, segments)


def show(title: str, scorer: Scorer, batch: Batch, segments: Sequence[dict]) -> None:
    measured = scorer.measure(batch)
    scores = scorer.score(measured.statistics)[:, : 3 if title.startswith("bert") else 1]
    sign = 1 if scorer.fields[0].higher_is_better else -1
    for field, column in zip(scorer.fields, scores.T, strict=False):
        r, rho = agreement(sign * column, segments)
        by_pair = " ".join(f"{x:.3f}" for x in r) + " / " + " ".join(f"{x:.3f}" for x in rho)
        name = title + field.name.removeprefix(scorer.name).replace("precision", "P").replace(
            "recall", "R"
        )
        print(f"{name:<22}{r.mean():>8.4f}{rho.mean():>10.4f}   {by_pair}", flush=True)


def agreement(scores: FloatArray, segments: Sequence[dict]) -> tuple[FloatArray, FloatArray]:
    """Pearson's r and Spearman's rho within each pair of languages, in the order of names."""
    found = []
    for pair in sorted({row["pair"] for row in segments}):
        chosen = [i for i, row in enumerate(segments) if row["pair"] == pair]
        people = [segments[i]["da_mean"] for i in chosen]
        ours = scores[chosen]
        found.append((stats.pearsonr(ours, people)[0], stats.spearmanr(ours, people)[0]))
    r, rho = np.array(found).T
    return r, rho


def baseline(folder: Path, out: Path) -> None:
    rng = np.random.default_rng(SEED)
    chosen: list[tuple[str, str]] = []
    for source in SOURCES:
        sentences = [
            (row["doc"], row["text"][start:end])
            for row in rows(folder / f"{source}.jsonl.gz")
            for start, end in split(row["text"])
            if count_words(row["text"][start:end]) in WORDS
        ]
        chosen += [sentences[i] for i in rng.choice(len(sentences), PER_SOURCE, replace=False)]
    others = rng.permutation(len(chosen))
    kept = [(i, j) for i, j in enumerate(others.tolist()) if chosen[i][0] != chosen[j][0]]
    batch = Batch(tuple(chosen[i][1] for i, _ in kept), tuple((chosen[j][1],) for _, j in kept))
    lines = ["LAYER,P,R,F"]
    for layer in range(N_LAYERS + 1):
        statistics = BertScore(layer=layer).measure(batch).statistics
        precision, recall, f = statistics[:, :3].mean(axis=0)
        lines.append(f"{layer},{precision:.6f},{recall:.6f},{f:.6f}")
        print(f"{lines[-1]} (sd of F {statistics[:, 2].std():.4f}, {len(kept)} pairs)", flush=True)
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
