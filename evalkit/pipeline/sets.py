"""Texts as a set: measures that are no functions of a sum, each a record of its own."""

import math
from collections.abc import Sequence

from evalkit.errors import ConfigError
from evalkit.metrics.sets import check_set_measure, set_score
from evalkit.results import SetScore

__all__ = ["checked", "set_scores"]


def checked(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once.

    Raises:
        ConfigError: there is no such measure.
    """
    try:
        for name in names:
            check_set_measure(name)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return tuple(dict.fromkeys(names))


def set_scores(system: str, texts: Sequence[str], names: Sequence[str]) -> tuple[SetScore, ...]:
    """What all texts of a system are as a set, measure by measure."""
    found = [set_score(name, texts) for name in names]
    return tuple(
        SetScore(
            system=system,
            name=score.name,
            unit=score.unit,
            higher_is_better=score.higher_is_better,
            value=score.value if math.isfinite(score.value) else None,
            n_texts=score.n_texts,
            note=score.reason,
            signature=score.signature,
        )
        for score in found
    )
