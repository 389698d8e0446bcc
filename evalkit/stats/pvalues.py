"""From counts of extreme draws to a two-sided p-value: (c + 1) / (draws + 1), never 0.

c counts draws at least as extreme as what was observed, within 1e-12, so that identical systems
give p = 1 (sacrebleu 2.6 counts strictly larger ones: p = 0.002 in 500 draws). A draw without a
score counts against a difference.
"""

import numpy as np
from numpy.typing import NDArray

from evalkit.records import FloatArray
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import TOLERANCE, PairedTest

__all__ = ["Extremes"]


class Extremes:
    """Counts, for m differences, the draws that are as extreme as the observed ones."""

    def __init__(self, observed: FloatArray) -> None:
        """Start counting.

        Args:
            observed: the differences (m,), score of a minus score of b.
        """
        self._observed = observed
        self._n_extreme: NDArray[np.int64] = np.zeros(len(observed), dtype=np.int64)
        self._n_undefined = self._n_extreme.copy()

    def count(self, drawn: FloatArray) -> None:
        """Take in what differences (some draws, m) would be if there were none."""
        undefined = np.isnan(drawn)
        extreme = np.abs(drawn) >= np.abs(self._observed) - TOLERANCE
        self._n_undefined += undefined.sum(axis=0)
        self._n_extreme += (undefined | extreme).sum(axis=0)

    def tests(self, n_clusters: int, settings: Resampling) -> tuple[PairedTest, ...]:
        """One test per difference; without a p but with a reason where there can be none."""
        signature = settings.test_signature(n_clusters)
        found = []
        for value, n_extreme, n_undefined in zip(
            self._observed.tolist(),
            self._n_extreme.tolist(),
            self._n_undefined.tolist(),
            strict=True,
        ):
            reason = settings.too_few(n_clusters, "a p-value")
            if not reason and np.isnan(value):
                reason = "one system or both have no score"
            if reason:
                found.append(PairedTest(value, float("nan"), n_clusters, signature, reason))
                continue
            lacking = f"{n_undefined} of {settings.draws} draws have no score and count against it"
            said = [settings.few(n_clusters), lacking if n_undefined else ""]
            warning = "; ".join(filter(None, said))
            p = (n_extreme + 1) / (settings.draws + 1)
            found.append(PairedTest(value, p, n_clusters, signature, warning=warning))
        return tuple(found)
