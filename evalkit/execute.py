"""An ordered map over planned batches.

Batches are planned before any runs and their results are merged in their order, so that nothing
depends on who computed what first. Local and sequential for now; a parallel backend slots in
behind ``ordered_map`` and must give the same answer.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

__all__ = ["Progress", "ordered_map", "plan", "silent"]

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Member = TypeVar("Member")


class Progress(Protocol):
    """Is told how far a stage has come."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """``done`` of ``total`` items of ``stage`` are finished."""
        ...


def silent(stage: str, done: int, total: int) -> None:
    """A Progress that says nothing."""
    del stage, done, total


def ordered_map(
    function: Callable[[Batch], Result],
    batches: Sequence[Batch],
    *,
    stage: str,
    progress: Progress = silent,
) -> list[Result]:
    """``function`` of each batch, in order; tells ``progress`` before the first and after each."""
    progress(stage, 0, len(batches))
    results = []
    for done, batch in enumerate(batches, start=1):
        results.append(function(batch))
        progress(stage, done, len(batches))
    return results


def plan(
    members: Iterable[Member], *, weight: Callable[[Member], int], budget: int
) -> Iterator[tuple[Member, ...]]:
    """Consecutive members in batches whose weights sum to at most ``budget``.

    A member heavier than the budget makes a batch of its own.

    >>> list(plan([3, 4, 9, 1], weight=lambda n: n, budget=7))
    [(3, 4), (9,), (1,)]
    """
    batch: list[Member] = []
    load = 0
    for member in members:
        heavy = weight(member)
        if batch and load + heavy > budget:
            yield tuple(batch)
            batch, load = [], 0
        batch.append(member)
        load += heavy
    if batch:
        yield tuple(batch)
