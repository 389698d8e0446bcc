"""Fits a trained detector's calibration and threshold to texts whose errors people marked.

Use other texts than those that the detector learned from. Each token's label comes from the
marked spans: it lies in one, or one starts on it. The probability that an error lies on a token,
which decides what is marked, is fitted on errors of fluency alone; the expected number of errors
also on what post-editors changed, which ranks systems better. The threshold is the lowest at which
false alarms (marks that touch nothing that anybody marked) stay as rare as asked for. Leaves out
severities.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
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

__all__ = [
    "CalibrationSets", "Marked", "Place", "Read", "calibrate", "labels", "read_marked", "untouched",
]  # fmt: skip

Place = tuple[int, int]
THRESHOLDS = np.linspace(0.01, 0.95, 189)
EDITOR_ODDS = tuple(i / 10 for i in range(5, 41))
"""Log-odds of an editor's change that are tried, the boldest first; 0.5 is a chance of 62 %."""
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


@dataclass(frozen=True, slots=True)
class CalibrationSets:
    """Marked texts by what they are for; the detector must not have learned from any."""

    errors: Sequence[Sequence[Marked]]
    """Errors of fluency: what a mark is to be put on."""
    counts: Sequence[Sequence[Marked]]
    """What is counted; the first set's raters say how much is one error."""
    alarms: Sequence[Sequence[Marked]]
    """Texts in which marks that touch nothing marked are false alarms, clean ones among them."""


def calibrate(
    folder: Path, sets: CalibrationSets, *, words_per_alarm: float, device: str = "cpu"
) -> Calibration:
    """Fits, writes the result into the folder's ``model.json``, and gives it.

    The sets of a fit share the weights, and each has its own bias, since people mark more in some
    kinds of text than in others; the biases kept are those at which the probabilities add up to
    the first set's errors. Weights of counts are made sharper (``SHARPER``). The threshold is the
    lowest at which none of the sets ``alarms`` has more than one false alarm in so many words; what
    it leaves of that allowance goes to tokens that a post-editor would surely change.

    Args:
        folder: a trained detector.
        sets: texts that people marked.
        words_per_alarm: fewest words to a false alarm.
        device: where the detector runs.

    Raises:
        ValueError: no sentence has an error, or every token is in one.
    """
    known: dict[int, list[Read]] = {}

    def read(some: Sequence[Sequence[Marked]]) -> list[list[Read]]:
        for one in some:
            if id(one) not in known:
                known[id(one)] = read_marked(folder, one, device=device)
        return [known[id(one)] for one in some]

    errors, counts = read(sets.errors), read(sets.counts)
    token = _counting(_fit(errors, 0).weights, errors[0], 0)
    sharp = tuple(SHARPER * weight for weight in _fit(counts, 0).weights)
    start = _counting(sharp, counts[0], 1)
    settings = dict(bundle_settings(folder))
    alarms = read(sets.alarms)

    def rare(tried: Calibration) -> bool:
        marker = Marker(settings, threshold=tried.threshold)
        return all(_words_per_alarm(one, tried, marker) >= words_per_alarm for one in alarms)

    tried = (Calibration(token, start, round(value, 4)) for value in THRESHOLDS.tolist())
    found = next(filter(rare, tried), Calibration(token, start, float(THRESHOLDS[-1])))
    bolder = (replace(found, editor=_editor(found.threshold, odds)) for odds in EDITOR_ODDS)
    found = next(filter(rare, bolder), found)
    settings["calibration"] = {
        "token": _named(found.token),
        "start": _named(found.start),
        "editor": _named(found.editor),
        "threshold": found.threshold,
    }
    update_settings(folder, settings)
    return found


def _editor(threshold: float, odds: float) -> Logistic:
    """Reaches the threshold where the log-odds that an editor changes the token are ``odds``."""
    weights = tuple(float(name == "edit") for name in FEATURES)
    return Logistic(weights, float(np.log(threshold / (1 - threshold))) - odds)


def _fit(sets: Sequence[Sequence[Read]], kind: int) -> Logistic:
    """Shared weights and the first set's bias, for errors (kind 0) or their starts (1)."""
    blocks, marks = [], []
    for number, read in enumerate(sets):
        rows = np.vstack([one.rows for one in read])
        member = np.zeros((rows.shape[0], len(sets) - 1))
        if number:
            member[:, number - 1] = 1.0
        blocks.append(np.hstack([rows, member]))
        marks += [labels(one.places, one.marked.errors)[kind] for one in read]
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


def untouched(spans: Sequence[Place], errors: Sequence[Place]) -> int:
    """How many spans hold no character of an error, and hold or touch no place without extent.

    >>> untouched([(0, 4), (5, 9), (20, 22)], [(2, 4), (9, 9)])
    1
    """
    return sum(
        not any(
            (a < end and b > start) or (a == b and start <= a <= end)  # an error, a missing thing
            for a, b in errors
        )
        for start, end in spans
    )


def _words_per_alarm(read: Sequence[Read], tried: Calibration, marker: Marker) -> float:
    alarms = words = 0
    for one in read:
        values = tried.values(one.rows)
        scores = [TokenScore(*place, float(p)) for place, p in zip(one.places, values, strict=True)]
        found = [(s.start, s.end) for s in marker.spans(scores, one.heads)]
        alarms += untouched(found, one.marked.errors)
        words += count_words(one.marked.text)
    return words / alarms if alarms else float("inf")


def _named(logistic: Logistic) -> dict[str, float]:
    values = asdict(logistic)
    weights = dict(zip(FEATURES, values["weights"], strict=True))
    return {name: round(value, 5) for name, value in {**weights, "bias": values["bias"]}.items()}
