"""Fits a trained detector's calibration and threshold to texts whose errors people marked.

Use other texts than those that the detector learned from. Each token's label comes from the
marked spans: it lies in one, or one starts on it. The threshold is the lowest at which false
alarms stay as rare as asked for; a marked stretch and a span match one to one, by at least one
common character. Leaves out severities.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evalkit.fluency.calibration import (
    FEATURES,
    Calibration,
    Logistic,
    features,
    fit_logistic,
)
from evalkit.fluency.marks import Marker
from evalkit.models.bundle import bundle_settings, update_settings
from evalkit.records import BoolArray, FloatArray, TokenScore
from evalkit.text.words import count_words, tokens

if TYPE_CHECKING:
    from evalkit.models.detector_reader import Heads

__all__ = ["Marked", "Place", "Read", "calibrate", "labels", "matches", "read_marked"]

Place = tuple[int, int]
THRESHOLDS = np.linspace(0.05, 0.95, 181)
SHARPER = 2.0
"""What fitted weights are multiplied by: people's marks are incomplete, and the noise of what they
passed over pulls weights towards 0. Chosen with rated sentences of webnlg2020 and gmeg (halves a),
by hand, between 1 and 3."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence and the places in which people saw errors."""

    text: str
    """The sentence."""
    errors: tuple[Place, ...]
    """Spans, end exclusive; an empty span means that something is missing there."""


@dataclass(frozen=True, slots=True)
class Read:
    """A marked sentence that the detector has read."""

    marked: Marked
    places: tuple[Place, ...]
    heads: "Heads"
    rows: FloatArray
    """(tokens, features)."""


def read_marked(folder: Path, sentences: Sequence[Marked], *, device: str = "cpu") -> list[Read]:
    """What the detector in a folder says of the sentences."""
    from evalkit.models.detector_reader import load_detector

    reader = load_detector(folder, device=device).reader
    places = [tokens(one.text) for one in sentences]
    texts = [
        [one.text[start:end] for start, end in found]
        for one, found in zip(sentences, places, strict=True)
    ]
    return [
        Read(one, found, heads, features(heads.wrong, heads.gap, heads.edit))
        for one, found, heads in zip(sentences, places, reader.read(texts), strict=True)
    ]


def labels(places: Sequence[Place], errors: Sequence[Place]) -> tuple[BoolArray, BoolArray]:
    """Which tokens (n,) lie in an error, and on which one starts.

    >>> inside, starts = labels([(0, 2), (3, 6), (7, 9)], [(3, 9)])
    >>> inside.tolist(), starts.tolist()
    ([False, True, True], [False, True, False])
    """
    inside, starts = np.zeros((2, len(places)), dtype=np.bool_)
    for start, end in errors:
        hit = [
            i for i, (a, b) in enumerate(places) if (a < end and b > start) or (start == end < b)
        ]
        if hit:
            inside[hit if end > start else hit[:1]] = True
            starts[hit[0]] = True
    return inside, starts


def calibrate(
    folder: Path,
    sets: Sequence[Sequence[Marked]],
    *,
    words_per_alarm: float,
    device: str = "cpu",
) -> Calibration:
    """Fits, writes the result into the folder's ``model.json``, and gives it.

    All sets share the weights, and each is fitted with its own bias, since people mark more in
    some kinds of text than in others. The weights are then made sharper, and the biases are those
    at which the probabilities add up to the first set's errors: its raters say what an error is.

    Args:
        folder: a trained detector.
        sets: marked by people; the detector must not have learned from them. The threshold comes
            from the first.
        words_per_alarm: at most one false alarm in so many words.
        device: where the detector runs.

    Raises:
        ValueError: no sentence has an error, or every token is in one.
    """
    read = [read_marked(folder, sentences, device=device) for sentences in sets]
    weights = tuple(SHARPER * weight for weight in _fit(read).weights)
    token, start = (_counting(weights, read[0], kind) for kind in (0, 1))
    settings = dict(bundle_settings(folder))
    threshold = next(
        (
            float(value)
            for value in THRESHOLDS
            if _words_per_alarm(read[0], token, Marker(settings, threshold=value))
            >= words_per_alarm
        ),
        float(THRESHOLDS[-1]),
    )
    found = Calibration(token, start, round(threshold, 4))
    settings["calibration"] = {
        "token": _named(token),
        "start": _named(start),
        "threshold": found.threshold,
    }
    update_settings(folder, settings)
    return found


def _fit(sets: Sequence[Sequence[Read]]) -> Logistic:
    """Shared weights and the first set's bias."""
    blocks, marks = [], []
    for number, read in enumerate(sets):
        rows = np.vstack([one.rows for one in read])
        member = np.zeros((rows.shape[0], len(sets) - 1))
        if number:
            member[:, number - 1] = 1.0
        blocks.append(np.hstack([rows, member]))
        marks += [labels(one.places, one.marked.errors)[0] for one in read]
    found = fit_logistic(np.vstack(blocks), np.concatenate(marks))
    return Logistic(found.weights[: len(FEATURES)], found.bias)


def _counting(weights: tuple[float, ...], read: Sequence[Read], kind: int) -> Logistic:
    """The bias at which probabilities add up to the tokens in errors (kind 0) or the starts (1)."""
    rows = np.vstack([one.rows for one in read])
    n = sum(int(labels(one.places, one.marked.errors)[kind].sum()) for one in read)
    low, high = -40.0, 40.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        if Logistic(weights, middle).probabilities(rows).sum() > n:
            high = middle
        else:
            low = middle
    return Logistic(weights, low)


def matches(spans: Sequence[Place], errors: Sequence[Place]) -> int:
    """How many spans and errors pair off one to one with at least one character in common.

    >>> matches([(0, 4), (5, 9), (20, 22)], [(2, 7), (6, 8)])
    2
    """
    left, n = sorted(errors, key=lambda place: place[1]), 0
    for start, end in sorted(spans, key=lambda place: place[1]):
        partner = next((error for error in left if error[0] < end and error[1] > start), None)
        if partner is not None:
            left.remove(partner)
            n += 1
    return n


def _words_per_alarm(read: Sequence[Read], token: Logistic, marker: Marker) -> float:
    alarms = words = 0
    for one in read:
        values = token.probabilities(one.rows)
        scores = [TokenScore(*place, float(p)) for place, p in zip(one.places, values, strict=True)]
        found = [(s.start, s.end) for s in marker.spans(scores, one.heads)]
        alarms += len(found) - matches(found, one.marked.errors)
        words += count_words(one.marked.text)
    return words / alarms if alarms else float("inf")


def _named(logistic: Logistic) -> dict[str, float]:
    values = asdict(logistic)
    weights = dict(zip(FEATURES, values["weights"], strict=True))
    return {name: round(value, 5) for name, value in {**weights, "bias": values["bias"]}.items()}
