"""How well the detector agrees with people, on sets that neither trained nor tuned it.

    python benchmarks/detector.py [--data ../shared/data] [--model FOLDER] [--only NAME ...]

One line per figure. CoLA's threshold comes from its training part; every other figure needs none.
Sets of which half a helped to choose are measured on half b alone (by the parity of the first
byte of the SHA-256 of the item's id).
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from evalkit.fluency.detector import Detector
from evalkit.records import Batch, FloatArray, TokenScore
from evalkit.training.clitics import join_clitics

Row = dict[str, object]
WEIGHTS = {"Major": 5.0, "Minor": 1.0}
FLUENCY = ("Fluency/", "Style/")


class Bench:
    """The detector and the folder of data."""

    def __init__(self, data: Path, model: Path | None) -> None:
        self.data = data
        self.detector = Detector(folder=model)

    def rows(self, name: str) -> list[dict]:
        """Rows of a file."""
        with gzip.open(self.data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def errors(self, texts: Sequence[str]) -> FloatArray:
        """Expected errors per 100 words (n,); NaN where a text cannot be scored."""
        found = self.detector.measure(Batch(tuple(map(plain, texts))))
        return self.detector.score(found.statistics)[:, 1]

    def expected(self, texts: Sequence[str]) -> FloatArray:
        """Expected number of errors (n,)."""
        return self.detector.measure(Batch(tuple(map(plain, texts)))).statistics[:, 0]


def plain(text: str) -> str:
    """Tokenised text with its clitics joined; other text as it is."""
    words = text.split()
    return " ".join("".join(words[i] for i in group) for group in join_clitics(words))


def half(item: object) -> str:
    """Which half an item belongs to."""
    return "ab"[hashlib.sha256(str(item).encode()).digest()[0] % 2]


def auc(scores: FloatArray, positive: np.ndarray) -> float:
    """Chance that a positive scores above a negative, ties half."""
    ranks = stats.rankdata(scores)
    n = int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(scores) - n)))


def mcc(predicted: np.ndarray, true: np.ndarray) -> float:
    """Matthews correlation."""
    return float(np.corrcoef(predicted.astype(float), true.astype(float))[0, 1])


def spearman(one: FloatArray, other: FloatArray) -> float:
    """Spearman over the items that have both."""
    known = np.isfinite(one) & np.isfinite(other)
    return float(stats.spearmanr(one[known], other[known]).statistic)


def cola(bench: Bench) -> Iterator[tuple[str, float]]:
    """MCC at the threshold that is best on the training part, and AUC."""
    sets = {}
    for part in ("train", "in_domain_dev"):
        rows = bench.rows(f"fluency/cola.{part}")
        bad = np.array([row["acceptable"] == 0 for row in rows])
        sets[part] = bench.expected([str(row["text"]) for row in rows]), bad
    scores, bad = sets["train"]
    grid = np.quantile(scores, np.linspace(0.02, 0.98, 97))
    best = max(grid.tolist(), key=lambda cut: mcc(scores > cut, bad))
    scores, bad = sets["in_domain_dev"]
    yield "cola in_domain_dev MCC", mcc(scores > best, bad)
    yield "cola in_domain_dev AUC", auc(scores, bad)


def jfleg(bench: Bench) -> Iterator[tuple[str, float]]:
    """How often a learner's sentence scores below its rewrites (those that differ)."""
    rows = bench.rows("fluency/jfleg_dev")
    pairs = [
        (row["source"], fixed)
        for row in rows
        for fixed in row["references"]
        if fixed.split() != row["source"].split()
    ]
    source, fixed = (bench.errors([pair[i] for pair in pairs]) for i in (0, 1))
    yield "jfleg_dev pairs right", wins(source, fixed)


def wins(worse: FloatArray, better: FloatArray) -> float:
    """Share of pairs in which the worse text has more errors per word; ties count half."""
    known = np.isfinite(worse) & np.isfinite(better)
    gap = worse[known] - better[known]
    return float(((gap > 1e-6) + 0.5 * (np.abs(gap) <= 1e-6)).mean())


def gug(bench: Bench) -> Iterator[tuple[str, float]]:
    """Rank correlation with grammaticality, both splits."""
    rows = bench.rows("fluency/gug")
    yield "gug Spearman", spearman(*against(bench, rows, "mean"))


def against(bench: Bench, rows: Sequence[Row], field: str) -> tuple[FloatArray, FloatArray]:
    """Minus errors per 100 words, and the human score."""
    human = [np.nan if row[field] is None else float(str(row[field])) for row in rows]
    return -bench.errors([str(row["text"]) for row in rows]), np.array(human)


def acceptability(bench: Bench) -> Iterator[tuple[str, float]]:
    """Correlation with acceptability without context, of texts that went through MT."""
    rows = [
        row for row in bench.rows("fluency/acceptability_in_context")
        if row["context_kind"] == "none"
    ]  # fmt: skip
    found, human = against(bench, rows, "mean")
    fluent = np.exp(found / 10)
    yield "acceptability_in_context Pearson (no context)", float(np.corrcoef(fluent, human)[0, 1])


def demetr(bench: Bench) -> Iterator[tuple[str, float]]:
    """How often the perturbed MT has more expected errors than the MT."""
    rows = bench.rows("fluency/demetr")
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[str(row["perturbation"])].append(row)
    kept = {name: group for name, group in groups.items() if not name.startswith("base")}
    for name, group in sorted(kept.items()):
        worse, better = (
            bench.expected([str(row[key]) for row in group]) for key in ("perturbed", "mt")
        )
        yield f"demetr {name} pairs right", wins(worse, better)


def webnlg(bench: Bench) -> Iterator[tuple[str, float]]:
    """Rank correlation with rated fluency."""
    rows = [row for row in bench.rows("fluency/webnlg2020") if half(row["item"]) == "b"]
    yield "webnlg2020 half b Spearman", spearman(*against(bench, rows, "fluency"))


def simplicity(bench: Bench) -> Iterator[tuple[str, float]]:
    """Rank correlation with rated fluency."""
    yield (
        "simplicity_da Spearman",
        spearman(*against(bench, bench.rows("fluency/simplicity_da"), "fluency")),
    )


def ted(bench: Bench) -> Iterator[tuple[str, float]]:
    """System and segment agreement with MQM penalties for fluency and style."""
    rows = [row for row in bench.rows("fluency/ted_zhen_mqm") if half(row["doc"]) == "b"]
    penalty = np.array([penalty_of(row["errors"]) for row in rows])
    found = bench.detector.measure(Batch(tuple(row["target"] for row in rows)))
    systems = sorted({row["system"] for row in rows})
    member = np.array([[row["system"] == system for row in rows] for system in systems])
    totals = member.astype(float) @ found.statistics
    means = member @ penalty / member.sum(axis=1)
    rates = bench.detector.score(totals)[:, 1]
    yield "ted_zhen_mqm half b systems Kendall", float(stats.kendalltau(rates, means).statistic)
    yield "ted_zhen_mqm half b segments Spearman", spearman(found.statistics[:, 0], penalty)


def penalty_of(errors: Sequence[Row]) -> float:
    """MQM penalty for fluency and style: major 5, minor 1, minor punctuation 0.1."""
    total = 0.0
    for error in errors:
        category, severity = str(error["category"]), str(error["severity"])
        if category.startswith(FLUENCY):
            light = category == "Fluency/Punctuation" and severity == "Minor"
            total += 0.1 if light else WEIGHTS[severity]
    return total


def mlqe(bench: Bench) -> Iterator[tuple[str, float]]:
    """Tokens against BAD tags, sentences against direct assessment."""
    rows = bench.rows("fluency/mlqe_pe.test")
    texts, tags = zip(*(tagged(row) for row in rows), strict=True)
    found = bench.detector.measure(Batch(texts))
    values, bad = [], []
    for tokens, marks in zip(found.tokens or (), tags, strict=True):
        for start, end, tag in marks:
            inside = [t for t in tokens if t.start < end and t.end > start]
            if inside:
                values.append(highest(inside))
                bad.append(tag)
    scores, labels = np.array(values), np.array(bad)
    threshold = float(bench.detector.signature().rsplit(":", 1)[1])
    yield "mlqe_pe.test tokens MCC at the threshold", mcc(scores >= threshold, labels)
    yield "mlqe_pe.test tokens AUC", auc(scores, labels)
    human = np.array([row["da_z"] for row in rows], dtype=float)
    yield (
        "mlqe_pe.test sentences Spearman",
        spearman(-bench.detector.score(found.statistics)[:, 1], human),
    )


def highest(tokens: Sequence[TokenScore]) -> float:
    """The highest probability among tokens."""
    return max(token.value for token in tokens)


def tagged(row: Row) -> tuple[str, list[tuple[int, int, bool]]]:
    """The MT as text, and (start, end, BAD) of each of its words."""
    words, tags = list(row["mt_tokens"]), list(row["word_tags"])  # type: ignore[call-overload]
    parts, marks, at = [], [], 0
    for group in join_clitics(words):
        word = "".join(words[i] for i in group)
        parts.append(word)
        marks.append((at, at + len(word), any(tags[i] == "BAD" for i in group)))
        at += len(word) + 1
    return " ".join(parts), marks


BENCHES: dict[str, Callable[[Bench], Iterator[tuple[str, float]]]] = {
    bench.__name__: bench
    for bench in (cola, jfleg, gug, acceptability, demetr, webnlg, simplicity, ted, mlqe)
}


def main() -> int:
    """Prints every figure; 2 where the data are absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--only", nargs="*", choices=sorted(BENCHES), default=list(BENCHES))
    options = parser.parse_args()
    if not (options.data / "fluency").is_dir():
        print(f"{options.data} is absent: name the folder of data with --data", file=sys.stderr)
        return 2
    bench = Bench(options.data, options.model)
    print(bench.detector.signature())
    for name in options.only:
        for label, value in BENCHES[name](bench):
            print(f"{label}: {value:.3f}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
