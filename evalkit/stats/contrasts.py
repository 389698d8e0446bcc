"""Comparisons of several fields, field by field, each with the ranking that they allow."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.records import Field
from evalkit.stats.ranking import Ranked, ranked
from evalkit.stats.results import Comparison

__all__ = ["Contrast", "contrasts"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Everything that is known of one field."""

    field: Field
    """Name, unit and direction."""
    comparisons: tuple[Comparison, ...]
    """All pairs, or each system against the baseline."""
    ranking: tuple[Ranked, ...]
    """Best first, in significance clusters; () against a baseline or without a direction."""


def contrasts(comparisons: Sequence[Comparison], *, all_pairs: bool) -> tuple[Contrast, ...]:
    """The comparisons grouped by field, in the order in which fields are met.

    Args:
        comparisons: of any fields, as ``compare_systems`` gives them.
        all_pairs: whether every pair is there, which a ranking needs.
    """
    by_field: dict[Field, list[Comparison]] = {}
    for each in comparisons:
        by_field.setdefault(each.field, []).append(each)
    return tuple(
        Contrast(
            field,
            tuple(found),
            ranked(found) if all_pairs and field.higher_is_better is not None else (),
        )
        for field, found in by_field.items()
    )
