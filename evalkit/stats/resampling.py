"""How resamples are drawn, and when there are too few clusters for them to mean anything."""

from dataclasses import dataclass

__all__ = ["FEW_CLUSTERS", "MIN_CLUSTERS", "Resampling", "scope_note"]

MIN_CLUSTERS = 10
"""Below it neither an interval nor a p-value is given."""
FEW_CLUSTERS = 30
"""Up to it they are given with a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """Settings of a bootstrap or a permutation test.

    Raises:
        ValueError: no draws, a negative seed, or a confidence that is not between 0 and 1.
    """

    draws: int = 1000
    """Resamples, or random swaps."""
    seed: int = 12345
    """Decides every draw; 0 is a seed like any other."""
    confidence: float = 0.95
    """Of intervals."""
    unit: str = "segment"
    """What a cluster is, in the singular; a plural takes an s."""

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"{self.draws} draws; at least 1 is needed")
        if self.seed < 0:
            raise ValueError(f"the seed is {self.seed}; it must not be negative")
        if not 0 < self.confidence < 1:
            raise ValueError(f"the confidence is {self.confidence}; it must lie between 0 and 1")

    def signature(self, method: str, *, confidence: bool = False) -> str:
        """What decides the outcome besides the data, as ``a:b|c:d``."""
        tail = f"|conf:{self.confidence:g}" if confidence else ""
        return f"{method}|draws:{self.draws}|seed:{self.seed}|unit:{self.unit}{tail}"

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

    def _count(self, n: int) -> str:
        return f"{n} {self.unit}{'' if n == 1 else 's'}"


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
