"""One pass over parallel files: what is kept of each chunk, once its texts are gone.

A collector takes chunk after chunk and keeps numbers: rows or sums of statistics (see ``keepers``),
labels, lengths. So the memory of a job is that of its numbers, whatever the texts weigh.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from evalkit.corpus.chunks import Chunk
from evalkit.corpus.parallel import Parallel
from evalkit.errors import ConfigError, nearest
from evalkit.execute import Progress, silent
from evalkit.metrics.bleu import Bleu
from evalkit.records import FloatArray

__all__ = ["Collector", "Doubts", "Ids", "Labels", "ReferenceCounts", "collect"]


class Collector(Protocol):
    """Keeps what it needs of every chunk."""

    def take(self, chunk: Chunk) -> None:
        """Is handed every chunk once, in order."""
        ...


def collect(
    parallel: Parallel, collectors: Sequence[Collector], *, progress: Progress = silent
) -> None:
    """Reads all files once and hands every chunk to every collector."""
    progress("segments", 0, parallel.n)
    for chunk in parallel.chunks():
        for collector in collectors:
            collector.take(chunk)
        progress("segments", chunk.start + len(chunk), parallel.n)


class ReferenceCounts:
    """How many references the segments have: the ``nrefs`` of signatures."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[str, ...]] = {}

    def take(self, chunk: Chunk) -> None:
        """Notes every number that occurs."""
        for found in chunk.references or ():
            self._counts.setdefault(len(found), found)

    def examples(self) -> tuple[tuple[str, ...], ...] | None:
        """A segment's references for every number that occurs; None without any references."""
        return tuple(self._counts.values()) or None


class Ids:
    """The ids of all segments, for what is printed by segment."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def take(self, chunk: Chunk) -> None:
        """Keeps the chunk's ids."""
        self.ids += chunk.ids


class Doubts:
    """Whether a system's hypotheses look tokenised already, which lowers BLEU.

    Args:
        system: the system's name.
    """

    def __init__(self, system: str) -> None:
        self.system = system
        self._ends: list[str] = []

    def take(self, chunk: Chunk) -> None:
        """Keeps of each hypothesis what BLEU looks at: its end."""
        self._ends += [" ." if t.endswith(" .") else "" for t in chunk.systems[self.system]]

    def of(self, scorers: Sequence[object]) -> Iterator[str]:
        """What every BLEU among the scorers has to say."""
        for scorer in scorers:
            said = scorer.doubt(self._ends) if isinstance(scorer, Bleu) else None
            if said:
                yield f"{self.system!r}: {said}"


class Labels:
    """A label of each segment: its document, or its value in a column.

    Args:
        column: ``document`` or the name of a further column.

    Raises:
        ConfigError: (``take``) no file has that column; lists those that there are.
    """

    def __init__(self, column: str) -> None:
        self.column = column
        self.labels: list[str] = []
        self._same: dict[str, str] = {}

    def take(self, chunk: Chunk) -> None:
        """Keeps one label per segment, equal ones once."""
        found = self._found(chunk)
        self.labels += [self._same.setdefault(label, label) for label in found]

    def numbers(self) -> FloatArray:
        """The labels as numbers.

        Raises:
            ConfigError: one is no number.
        """
        try:
            return np.array([float(label) for label in self.labels], dtype=np.float64)
        except ValueError as error:
            raise ConfigError(
                f"the column {self.column!r} holds texts ({error}); edges need numbers"
            ) from error

    def _found(self, chunk: Chunk) -> Sequence[str]:
        if self.column == "document" and chunk.documents is not None:
            return chunk.documents
        missing = next((at for at, row in enumerate(chunk.columns) if self.column not in row), None)
        if missing is None:
            return [row[self.column] for row in chunk.columns]
        known = sorted({key for row in chunk.columns for key in row})
        known += ["document"] if chunk.documents is not None else []
        guess = nearest(self.column, known)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ConfigError(
            f"segment {chunk.ids[missing]!r} has no column {self.column!r}.{hint} "
            f"Columns: {', '.join(known) or 'none (plain lines have none; use JSON Lines)'}."
        )
