"""Which items run together: batches sorted by length and packed by a budget of padded tokens.

The plan is made before anything runs, from the lengths alone, so it doesn't depend on the device,
on workers or on the order in which batches end. Leaves out running it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["padded", "plan"]


def plan(lengths: Sequence[int], *, max_tokens: int) -> tuple[tuple[int, ...], ...]:
    """Batches of indices into ``lengths``, each index once, the longest items first.

    A batch's padded size (items times longest) stays within ``max_tokens``; an item that is longer
    than that makes a batch of its own. Items of one length stay in the order they came in. The
    longest come first, so that too little memory shows at once. Without items there is no batch.

    Raises:
        ValueError: ``max_tokens`` is below 1.

    >>> plan([3, 9, 4, 4], max_tokens=12)
    ((1,), (2, 3, 0))
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}, expected at least 1")
    batches: list[list[int]] = []
    room = 0
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if room < 1:
            batches.append([])
            room = max(1, max_tokens // max(1, lengths[index]))
        batches[-1].append(index)
        room -= 1
    return tuple(tuple(batch) for batch in batches)


def padded(
    rows: Sequence[Sequence[int]], *, fill: int, device: "torch.device", left: bool = False
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Token ids and their mask, both (n, longest) int64; 0 in the mask where there is padding.

    It stands at the end, or at the start where ``left`` says so.
    """
    import torch

    longest = max((len(row) for row in rows), default=0)
    ids = torch.full((len(rows), longest), fill, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for index, row in enumerate(rows):
        start = longest - len(row) if left else 0
        ids[index, start : start + len(row)] = torch.tensor(row, dtype=torch.long)
        mask[index, start : start + len(row)] = 1
    return ids.to(device), mask.to(device)
