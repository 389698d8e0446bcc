"""Planned batches one after the other; one that fails as a whole is halved, down to one item.

Too little memory for a batch, or one bad item in it, so costs nobody else's result. Leaves out the
plan (``batches``) and what a batch computes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Done", "in_halves"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What became of one item."""

    result: Result | None
    """None where it failed."""
    n_splits: int = 0
    """How often its batch was halved."""
    error: str = ""
    """Why it failed; "" where it did not."""


def in_halves(
    batches: Iterable[tuple[int, ...]],
    run: Callable[[tuple[int, ...]], Sequence[Result]],
    *,
    release: Callable[[], None],
    done: Callable[[int, Done[Result]], None] | None = None,
) -> dict[int, Done[Result]]:
    """Every item's result by its index.

    Args:
        batches: indices of items that run together, in the order in which they run.
        run: one result for each index of a batch. Out of memory and other errors of computing are
            caught; the batch is then run as two halves, and an item that fails alone gets the
            error's first line.
        release: called after a failure, to give memory back.
        done: is handed each item's result as soon as it is there.
    """
    found: dict[int, Done[Result]] = {}
    waiting = deque((batch, 0) for batch in batches)
    while waiting:
        batch, n_splits = waiting.popleft()
        results, error = _attempt(run, batch)
        if results is None:
            release()
        if results is None and len(batch) > 1:
            middle = len(batch) // 2
            waiting.extendleft(((batch[middle:], n_splits + 1), (batch[:middle], n_splits + 1)))
            continue
        for index, result in zip(batch, results or (None,), strict=True):
            found[index] = Done(result, n_splits, error)
            if done is not None:
                done(index, found[index])
    return found


def _attempt(
    run: Callable[[tuple[int, ...]], Sequence[Result]], batch: tuple[int, ...]
) -> tuple[Sequence[Result] | None, str]:
    """The batch's results, or None and the reason why it failed."""
    import torch

    try:
        return run(batch), ""
    except torch.OutOfMemoryError as error:
        return None, f"out of memory: {str(error).splitlines()[0]}"
    except (MemoryError, RuntimeError, IndexError, ValueError) as error:
        return None, f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
