"""Scorers of ready-made rows, for the tests of this folder."""

import numpy as np

from evalkit.records import Batch, Field, FloatArray, Measured


def mean(totals: FloatArray) -> FloatArray:
    """The mean of a column beside a column of ones."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return totals[..., :1] / totals[..., 1:2]


def ratio(totals: FloatArray) -> FloatArray:
    """A score that is no mean of item scores."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (totals[..., :1] / totals[..., 1:2]) ** 2


def rows_of(values) -> FloatArray:
    """A row (value, 1) for each value."""
    return np.column_stack([np.asarray(values, float), np.ones(len(values))])


def measured(values, invalid=()) -> Measured:
    """Rows as a scorer gives them, some of them invalid."""
    statistics = rows_of(values)
    valid = np.ones(len(values), dtype=bool)
    valid[list(invalid)] = False
    statistics[~valid] = 0
    return Measured(statistics, valid, dict.fromkeys(invalid, "empty"))


class Means:
    """Two fields, a mean and its square; it counts how often it scores."""

    name = "mean"
    needs: frozenset[str] = frozenset()
    languages = None
    columns = ("sum", "n")

    def __init__(self, *, higher_is_better: bool | None = True) -> None:
        self.fields = (
            Field("mean", "0-100", higher_is_better),
            Field("mean.squared", "0-100", None),
        )
        self.n_calls = 0

    def measure(self, batch: Batch) -> Measured:
        raise AssertionError("statistics were measured already")

    def score(self, totals: FloatArray) -> FloatArray:
        self.n_calls += 1
        return np.concatenate([mean(totals), ratio(totals)], axis=-1)

    def signature(self) -> str:
        return "mean"
