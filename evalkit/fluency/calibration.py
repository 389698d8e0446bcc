"""From what the detector's heads say to probabilities that can be counted.

Logistic regressions on the same features of a token: the probability that an error lies on it or
in the gap before it, and the probability that an error *starts* here. The second, summed, is an
expected number of errors, since an error of three words starts once. A third lets through what a
post-editor would surely change although nothing is broken. Coefficients are
fitted on texts whose errors people marked (``benchmarks/calibrate_detector.py``), after Platt
(1999). Leaves out monotone (isotonic) calibration, which needs more marked text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evalkit.records import BoolArray, FloatArray

__all__ = ["FEATURES", "Calibration", "Logistic", "features", "fit_logistic", "read_calibration"]

FEATURES = ("wrong", "gap", "edit", "fill", "wrong_before", "edit_before")
"""Log-odds of the heads for a token, and of two of them for the token before it."""
BOUND = 9.0
ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression."""

    weights: tuple[float, ...]
    """One per feature."""
    bias: float
    """Log-odds where all features are 0."""

    def probabilities(self, rows: FloatArray) -> FloatArray:
        """Probabilities (n,) of rows (n, features)."""
        return np.asarray(1.0 / (1.0 + np.exp(-(rows @ np.array(self.weights) + self.bias))))


NEVER = Logistic((0.0,) * len(FEATURES), bias=-40.0)
"""Probability 0, whatever the features."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes the heads' answers countable."""

    token: Logistic
    """An error lies on this token, or in the gap before it."""
    start: Logistic
    """An error starts here."""
    threshold: float
    """Tokens at least this probable are marked."""
    editor: Logistic = NEVER
    """A post-editor would surely change this token; on the scale of ``token``."""

    def values(self, rows: FloatArray) -> FloatArray:
        """The tokens' probabilities (n,): the larger of ``token`` and ``editor``."""
        return np.maximum(self.token.probabilities(rows), self.editor.probabilities(rows))


def features(wrong: FloatArray, gap: FloatArray, edit: FloatArray) -> FloatArray:
    """Features (n, 6) of the n tokens of a text.

    Args:
        wrong: (n + 1, kinds) log-probabilities, the first kind "ok"; last row: the end.
        gap: (n + 1, kinds) log-probabilities, the first kind "none".
        edit: (n + 1, 2) logits.
    """
    n = wrong.shape[0] - 1
    missing, fill = _odds_against(gap[:, 0]), edit[:, 1].copy()
    if n:  # what is missing at the end is charged to the last token
        missing[n - 1], fill[n - 1] = max(missing[n - 1 :]), max(fill[n - 1 :])
    own = np.stack([_odds_against(wrong[:n, 0]), missing[:n], edit[:n, 0], fill[:n]], axis=1)
    own = np.clip(own, -BOUND, BOUND)
    before = np.vstack([np.full((min(n, 1), 2), -BOUND), own[: max(n - 1, 0), [0, 2]]])
    return np.hstack([own, before])


def fit_logistic(rows: FloatArray, labels: BoolArray, *, ridge: float = 1.0) -> Logistic:
    """The most likely logistic regression, by Newton's method with a small ridge on the weights.

    Args:
        rows: (n, features).
        labels: (n,).
        ridge: penalty on the squared weights, in units of observations.

    Raises:
        ValueError: no rows, or all labels are alike: nothing to fit.
    """
    if labels.size == 0 or labels.all() or not labels.any():
        raise ValueError("a calibration needs tokens with and without an error")
    design = np.hstack([rows, np.ones((rows.shape[0], 1))])
    penalty = np.diag([ridge] * rows.shape[1] + [0.0])
    found = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-(design @ found)))
        gradient = design.T @ (chance - labels) + penalty @ found
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature, gradient)
        found = found - step
        if np.abs(step).max() < 1e-8:
            break
    return Logistic(tuple(found[:-1].tolist()), float(found[-1]))


def read_calibration(settings: Mapping[str, object]) -> Calibration:
    """The calibration in a model's settings; without one, the heads' own odds at threshold 0.5.

    Raises:
        ValueError: it is there, but not as it must be.
    """
    table = settings.get("calibration")
    if table is None:
        plain = Logistic((1.0, 1.0, 0.0, 0.0, 0.0, 0.0), bias=4.0)
        return Calibration(plain, plain, 0.5)
    if not isinstance(table, dict):
        raise ValueError("calibration is not a table")
    try:
        token, start, editor = (
            Logistic(tuple(float(table[part][name]) for name in FEATURES), table[part]["bias"])
            if part in table or part != "editor"
            else NEVER
            for part in ("token", "start", "editor")
        )
        return Calibration(token, start, float(table["threshold"]), editor)
    except (KeyError, TypeError) as error:
        raise ValueError(f"calibration lacks or mistypes {error}") from error


def _odds_against(log_fine: FloatArray) -> FloatArray:
    """Log-odds that something is wrong, from the log-probability that nothing is."""
    log_fine = np.minimum(log_fine, -1e-12)
    return np.asarray(np.log(-np.expm1(log_fine)) - log_fine)
