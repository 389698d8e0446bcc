"""Which items of a batch a reference-based scorer can measure, and the masked rows of a result."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evalkit.records import Batch, FloatArray, Measured

__all__ = ["Pairs", "masked", "pairs"]


@dataclass(frozen=True, slots=True)
class Pairs:
    """The items of a batch that have what they are to be compared with."""

    n: int
    """Items in the batch."""
    index: tuple[int, ...]
    """Places of the measurable items in the batch."""
    hypotheses: tuple[str, ...]
    """Their hypotheses."""
    references: tuple[tuple[str, ...], ...]
    """For each at least one reference."""
    reasons: Mapping[int, str]
    """Why each other item cannot be measured."""


def pairs(batch: Batch, name: str) -> Pairs:
    """Hypotheses with their references; an item without any is left out with a reason.

    An empty reference is a reference: what it scores is the metric's to say.

    Raises:
        ValueError: the batch has no references, or they are nested wrongly (a text where a tuple
            of texts is needed would otherwise be compared letter by letter).
    """
    if batch.references is None:
        raise ValueError(f"{name} needs references and the batch has none")
    reasons: dict[int, str] = {}
    for place, found in enumerate(batch.references):
        if not isinstance(found, tuple | list) or not all(isinstance(text, str) for text in found):
            raise ValueError(
                f"the references of item {place} are {found!r:.60}; a tuple of texts is needed, "
                "one tuple for each hypothesis"
            )
        if not found:
            reasons[place] = "no reference"
    index = tuple(place for place in range(len(batch)) if place not in reasons)
    return Pairs(
        n=len(batch),
        index=index,
        hypotheses=tuple(batch.hypotheses[place] for place in index),
        references=tuple(batch.references[place] for place in index),
        reasons=reasons,
    )


def masked(rows: FloatArray, found: Pairs) -> Measured:
    """Rows (len(found.index), k) put in their places among found.n; the others are zero."""
    statistics = np.zeros((found.n, rows.shape[1]))
    valid = np.zeros(found.n, dtype=np.bool_)
    index = list(found.index)
    statistics[index] = rows
    valid[index] = True
    return Measured(statistics=statistics, valid=valid, reasons=found.reasons)
