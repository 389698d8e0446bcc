"""Systems measured on the same clusters, and every way of drawing them again, all together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.records import FloatArray
from evalkit.stats.exact import Slices, sliced
from evalkit.stats.keyed import keys
from evalkit.stats.resampling import Resampling
from evalkit.stats.weights import multinomial_sums, poisson_sums, swap_sums

__all__ = ["Sample", "Score", "sampled"]

Score = Callable[[FloatArray], FloatArray]
"""From sums (..., k) to scores (..., m)."""

_CHUNK_CLUSTERS = 1 << 15
"""Left out one by one, that many at a time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The sums of n systems over the same clusters."""

    systems: tuple[Slices, ...]
    """For each system its rows by cluster."""
    names: tuple[str, ...]
    """Of the clusters, sorted, so that the order in which items arrive cannot matter."""

    def __len__(self) -> int:
        return len(self.names)

    def totals(self) -> list[FloatArray]:
        """Each system's statistics of all clusters (k,)."""
        return [system.total().values()[0] for system in self.systems]

    def resampled(self, settings: Resampling) -> Iterator[list[FloatArray]]:
        """Chunks of bootstrap draws: each system's sums (some draws, k), by the same weights."""
        joined = self._joined()
        if settings.weights(len(self)) == "poisson":
            chunks = poisson_sums(joined, keys(self.names, settings.seed), settings.draws)
        else:
            chunks = multinomial_sums(joined, settings.draws, settings.seed)
        return map(self._split, chunks)

    def swapped(self, settings: Resampling) -> Iterator[list[FloatArray]]:
        """Chunks of permutation draws: each system's sums over the clusters that are swapped."""
        key = keys(self.names, settings.seed)
        return map(self._split, swap_sums(self._joined(), key, settings.draws))

    def resampled_scores(self, score: Score, settings: Resampling) -> list[FloatArray]:
        """Each system's scores (draws, m) of the bootstrap draws."""
        chunks = [[score(sums) for sums in chunk] for chunk in self.resampled(settings)]
        return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]

    def jackknifed(self, score: Score) -> list[FloatArray]:
        """Each system's scores (clusters, m) with one cluster left out: the total less its row."""
        found = []
        for system, total in zip(self.systems, self.totals(), strict=True):
            rows = system.values()
            starts = range(0, len(rows), _CHUNK_CLUSTERS)
            parts = [score(total - rows[start : start + _CHUNK_CLUSTERS]) for start in starts]
            found.append(np.concatenate(parts))
        return found

    def _joined(self) -> Slices:
        """The systems' slices side by side, so that a draw's weights meet all of them at once."""
        return Slices(
            np.concatenate([system.matrix for system in self.systems], axis=1),
            tuple(place for system in self.systems for place in system.grid),
            (),
            (),
        )

    def _split(self, sums: FloatArray) -> list[FloatArray]:
        ends = np.cumsum([len(system.grid) for system in self.systems])[:-1]
        parts = np.split(sums, ends, axis=1)
        return [
            system.sums(part).values() for system, part in zip(self.systems, parts, strict=True)
        ]


def sampled(
    statistics: Sequence[FloatArray],
    clusters: Sequence[str] | None = None,
    places: Sequence[int] | None = None,
) -> Sample:
    """The sample of systems with these rows (n, k) of the same items.

    Args:
        statistics: for each system its rows.
        clusters: the cluster of each item; None makes each item one, named by its place.
        places: where the items stood, if not side by side from 0.

    Raises:
        ValueError: the systems' rows are not of one shape, or there is not one cluster per row.
    """
    shape = statistics[0].shape
    for rows in statistics:
        if rows.shape != shape:
            raise ValueError(
                f"statistics of shapes {shape} and {rows.shape}: the same items by the same "
                "scorer are needed"
            )
    cut = [sliced(rows) for rows in statistics]
    if clusters is None:
        return Sample(tuple(cut), tuple(map(str, range(shape[0]) if places is None else places)))
    if len(clusters) != shape[0]:
        raise ValueError(f"{shape[0]} rows of statistics but {len(clusters)} clusters")
    names = sorted(set(clusters))
    order = {name: place for place, name in enumerate(names)}
    index = np.array([order[name] for name in clusters], dtype=np.int64)
    return Sample(tuple(part.by_cluster(index, len(names)) for part in cut), tuple(names))
