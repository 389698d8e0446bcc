"""How resamples are drawn, and when there are too few clusters for them to mean anything."""

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = [
    "FEW_CLUSTERS",
    "MIN_CLUSTERS",
    "POISSON_FROM",
    "Correction",
    "IntervalKind",
    "Method",
    "Resampling",
    "TestKind",
    "scope_note",
]

MIN_CLUSTERS = 10
"""Below it neither an interval nor a p-value is given."""
FEW_CLUSTERS = 30
"""Up to it they are given with a warning."""
POISSON_FROM = 100_000
"""Clusters from which on ``auto`` takes the Poisson bootstrap."""

Method = Literal["auto", "multinomial", "poisson"]
IntervalKind = Literal["percentile", "bca"]
TestKind = Literal["permutation", "bootstrap"]
Correction = Literal["holm", "bh", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """Settings of bootstraps and paired tests.

    Raises:
        ValueError: no draws, a negative seed, a confidence that is not between 0 and 1, or a word
            that a setting does not have.
    """

    draws: int = 1000
    """Resamples, or random swaps."""
    seed: int = 12345
    """Decides every draw; 0 is a seed like any other."""
    confidence: float = 0.95
    """Of intervals."""
    unit: str = "segment"
    """What a cluster is, in the singular; a plural takes an s."""
    method: Method = "auto"
    """How the bootstrap weighs clusters: ``multinomial`` (so many with replacement), ``poisson``
    (each on its own), or ``auto``: Poisson from 100,000 clusters on."""
    interval: IntervalKind = "percentile"
    """``percentile``, or ``bca``: corrected for bias and skewness (Efron 1987)."""
    test: TestKind = "permutation"
    """Where p-values come from: paired ``permutation`` (Riezler & Maxwell 2005) or paired
    ``bootstrap`` (Koehn 2004)."""
    correction: Correction = "holm"
    """For several comparisons: ``holm``, ``bh`` (Benjamini & Hochberg 1995) or ``none``."""

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"{self.draws} draws; at least 1 is needed")
        if self.seed < 0:
            raise ValueError(f"the seed is {self.seed}; it must not be negative")
        if not 0 < self.confidence < 1:
            raise ValueError(f"the confidence is {self.confidence}; it must lie between 0 and 1")
        _check("method", self.method, Method)
        _check("interval", self.interval, IntervalKind)
        _check("test", self.test, TestKind)
        _check("correction", self.correction, Correction)

    def weights(self, n_clusters: int) -> str:
        """The bootstrap's weights for so many clusters: ``multinomial`` or ``poisson``."""
        if self.method != "auto":
            return self.method
        return "poisson" if n_clusters >= POISSON_FROM else "multinomial"

    def interval_signature(self, n_clusters: int) -> str:
        """What decides an interval besides the data.

        >>> Resampling(seed=1).interval_signature(50)
        'bootstrap-percentile-multinomial|draws:1000|seed:1|unit:segment|conf:0.95'
        """
        method = f"bootstrap-{self.interval}-{self.weights(n_clusters)}"
        return f"{self._signature(method)}|conf:{self.confidence:g}"

    def test_signature(self, n_clusters: int) -> str:
        """What decides a p-value besides the data.

        >>> Resampling(seed=1).test_signature(50)
        'permutation-paired|draws:1000|seed:1|unit:segment'
        """
        weights = f"-{self.weights(n_clusters)}" if self.test == "bootstrap" else ""
        return self._signature(f"{self.test}-paired{weights}")

    def too_few(self, n_clusters: int, wanted: str) -> str:
        """Why there is no interval (no p-value) with so few clusters, or "".

        >>> Resampling(unit="document").too_few(3, "an interval")
        '3 documents: too few for an interval; 10 are needed'
        """
        if n_clusters >= MIN_CLUSTERS:
            return ""
        return f"{self._count(n_clusters)}: too few for {wanted}; {MIN_CLUSTERS} are needed"

    def few(self, n_clusters: int) -> str:
        """What to mind with few clusters, or "".

        >>> Resampling(unit="document").few(12)
        'only 12 documents: read it with care'
        """
        if n_clusters > FEW_CLUSTERS:
            return ""
        return f"only {self._count(n_clusters)}: read it with care"

    def _signature(self, method: str) -> str:
        return f"{method}|draws:{self.draws}|seed:{self.seed}|unit:{self.unit}"

    def _count(self, n: int) -> str:
        return f"{n} {self.unit}{'' if n == 1 else 's'}"


def _check(setting: str, value: str, known: object) -> None:
    if value not in get_args(known):
        raise ValueError(f"{setting} is {value!r}; it may be {', '.join(get_args(known))}")


def scope_note(unit: str, n_documents: int) -> str:
    """What an interval over parts of few documents is about, or "" where there are enough.

    >>> scope_note("sentence", 2)
    'intervals over the sentences of 2 documents describe these documents only'
    """
    if unit == "document" or n_documents >= MIN_CLUSTERS:
        return ""
    these = "this document" if n_documents == 1 else "these documents"
    documents = "1 document" if n_documents == 1 else f"{n_documents} documents"
    return f"intervals over the {unit}s of {documents} describe {these} only"
