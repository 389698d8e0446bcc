"""Runs planned batches on a model; a batch that fails is halved until the culprit stands alone.

Too little memory for a batch is no reason to lose it, and one bad item no reason to lose its
neighbours: each item ends with its result, or with the reason why it failed alone. How often its
batch was halved is kept, since smaller batches may round differently. Leaves out the plan
(``evalkit.models.batches``) and waiting for memory that another process holds.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Ran", "release", "run_planned"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Ran(Generic[Result]):
    """How one item ended."""

    result: Result | None
    """What the model gave; None where it failed."""
    n_splits: int = 0
    """How often its batch was halved because it failed as a whole, as for lack of memory."""
    error: str = ""
    """Why it failed, alone in its batch; "" where it did not."""


def run_planned(
    batches: Sequence[Sequence[int]], run: Callable[[Sequence[int]], Sequence[Result]]
) -> list[Ran[Result]]:
    """How each item ended, in the order of the items, whatever the order of the batches.

    Batches run in their order; the halves of one that failed run next, the earlier half first.
    What counts as failing: torch's OutOfMemoryError, MemoryError, RuntimeError, IndexError and
    ValueError. Anything else is raised. Without batches the answer is empty.

    Args:
        batches: indices 0 … n-1 of the items, each once (as ``batches.plan`` gives them).
        run: of some indices their results, in that order.

    Raises:
        ValueError: an index is missing, or stands there twice; ``run`` gave too few results or
            too many.
    """
    n = sum(len(batch) for batch in batches)
    if sorted(index for batch in batches for index in batch) != list(range(n)):
        raise ValueError(f"the batches must hold each of 0 to {n - 1} once")
    ended: dict[int, Ran[Result]] = {}
    waiting = deque((tuple(batch), 0) for batch in batches)
    while waiting:
        batch, n_splits = waiting.popleft()
        outcome = _attempt(run, batch)
        if not isinstance(outcome, str):
            if len(outcome) != len(batch):
                raise ValueError(f"{len(outcome)} results for a batch of {len(batch)}")
            found = zip(batch, outcome, strict=True)
            ended.update((index, Ran(result, n_splits)) for index, result in found)
            continue
        release()
        if len(batch) > 1:
            middle = len(batch) // 2
            waiting.appendleft((batch[middle:], n_splits + 1))
            waiting.appendleft((batch[:middle], n_splits + 1))
        elif batch:
            ended[batch[0]] = Ran(None, n_splits, outcome)
    return [ended[index] for index in range(n)]


def _attempt(
    run: Callable[[Sequence[int]], Sequence[Result]], batch: Sequence[int]
) -> Sequence[Result] | str:
    """The batch's results, or the reason why it failed."""
    import torch

    try:
        return run(batch)
    except torch.OutOfMemoryError as error:
        return f"out of memory: {_first_line(error)}"
    except (MemoryError, RuntimeError, IndexError, ValueError) as error:
        return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]


def release() -> None:
    """Gives memory that nobody holds back to the graphics card, if one is in use."""
    import gc

    import torch

    gc.collect()
    torch.cuda.empty_cache()  # does nothing where no card is in use
