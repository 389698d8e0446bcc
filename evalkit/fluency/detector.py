"""``detector``: the bundled model's errors per 100 words and fluency, and where it sees them.

The model reads a text sentence by sentence, as it learned to; each token gets the probability
that an error lies on it or in the gap before it, and the expected number of errors is the sum of
the probabilities that one starts here. Score: ``evalkit.fluency.rate``. Leaves out casing, which
the uncased encoder cannot see (``mechanics`` looks at it), and meaning: a fluent mistranslation
is no error here.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import evalkit
from evalkit.errors import ConfigError, ModelError
from evalkit.fluency.calibration import Calibration, features, read_calibration
from evalkit.fluency.marks import Marker, Place
from evalkit.fluency.rate import COLUMNS, rate_fields, rate_scores
from evalkit.models.bundle import bundle_settings, bundle_sha256
from evalkit.models.checkpoint import versions
from evalkit.records import Batch, Field, FloatArray, Measured, Span, TokenScore
from evalkit.text.language import not_in
from evalkit.text.sentences import split
from evalkit.text.words import count_words, tokens

if TYPE_CHECKING:
    from evalkit.models.detector_reader import Heads, LoadedDetector

__all__ = ["BUNDLED", "Detector"]

BUNDLED = Path(evalkit.__file__).with_name("bundled") / "detector"
LANGUAGES = frozenset({"en"})


class Detector:
    """The scorer ``detector``.

    Args:
        folder: a trained detector; None for the bundled one.
        device: ``"cpu"``, ``"cuda"`` … or ``"auto"``.
        threshold: tokens at least this probable are marked; None for the model's own.

    Raises:
        ConfigError: a threshold outside 0-1.
    """

    name = "detector"
    needs: frozenset[str] = frozenset()
    languages: frozenset[str] | None = LANGUAGES
    columns = COLUMNS
    fields: tuple[Field, ...] = rate_fields("detector")
    dtype = "float32"
    token_unit = "probability"  # noqa: S105  (no password)

    def __init__(
        self,
        *,
        folder: str | Path | None = None,
        device: str = "cpu",
        threshold: float | None = None,
    ) -> None:
        if threshold is not None and not 0 < threshold <= 1:
            raise ConfigError(f"detector: threshold is {threshold}, expected more than 0, up to 1")
        self._folder = BUNDLED if folder is None else Path(folder)
        self.device = device
        self._threshold = threshold

    def measure(self, batch: Batch) -> Measured:
        """Expected errors and words per hypothesis, tokens with probabilities, error spans.

        A hypothesis without words, or surely not English, is invalid.
        """
        reasons = {
            row: reason
            for row, text in enumerate(batch.hypotheses)
            if (reason := _refusal(text)) is not None
        }
        places = [
            () if row in reasons else _places(text) for row, text in enumerate(batch.hypotheses)
        ]
        heads = iter(self._read(batch.hypotheses, places))
        n = len(batch)
        statistics = np.zeros((n, len(COLUMNS)))
        scored: list[tuple[TokenScore, ...]] = []
        marked: list[tuple[Span, ...]] = []
        for row, text in enumerate(batch.hypotheses):
            answers = [self._answer(sentence, next(heads)) for sentence in places[row]]
            scored.append(tuple(score for one in answers for score in one[0]))
            marked.append(tuple(span for one in answers for span in one[1]))
            if row not in reasons:
                statistics[row] = sum(one[2] for one in answers), count_words(text)
        valid = np.array([row not in reasons for row in range(n)], dtype=np.bool_)
        return Measured(statistics, valid, reasons, tuple(marked), tuple(scored))

    def score(self, totals: FloatArray) -> FloatArray:
        """Fluency (0-100, higher is better) and errors per 100 words of sums (..., 2)."""
        return rate_scores(totals)

    def signature(self) -> str:
        """Model, versions, arithmetic and threshold."""
        parts = {
            "model": bundle_sha256(self._folder)[:12],
            "calibration": hashlib.sha256(repr(self._calibration).encode()).hexdigest()[:8],
            "evalkit": evalkit.__version__,
            "torch": versions("torch").removeprefix("torch:"),
            "dtype": self.dtype,
            "threshold": f"{self._marks_from:g}",
        }
        return "|".join(f"{name}:{value}" for name, value in parts.items())

    @cached_property
    def _model(self) -> "LoadedDetector":
        from evalkit.models.detector_reader import load_detector

        return load_detector(self._folder, device=self.device)

    @cached_property
    def _calibration(self) -> Calibration:
        try:
            return read_calibration(bundle_settings(self._folder))
        except ValueError as error:
            raise ModelError(
                f"{self._folder / 'model.json'}: {error}. Reinstall evalkit, or calibrate again"
            ) from error

    @cached_property
    def _marker(self) -> Marker:
        return Marker(bundle_settings(self._folder), threshold=self._marks_from)

    @property
    def _marks_from(self) -> float:
        return self._calibration.threshold if self._threshold is None else self._threshold

    def _read(
        self, texts: Sequence[str], places: Sequence[Sequence[Sequence[Place]]]
    ) -> tuple["Heads", ...]:
        sentences = [
            [text[start:end] for start, end in sentence]
            for text, found in zip(texts, places, strict=True)
            for sentence in found
        ]
        return self._model.reader.read(sentences) if sentences else ()

    def _answer(
        self, sentence: Sequence[Place], heads: "Heads"
    ) -> tuple[list[TokenScore], list[Span], float]:
        rows = features(heads.wrong, heads.gap, heads.edit)
        errors = self._calibration.values(rows)
        starts = self._calibration.start.probabilities(rows)
        scores = [
            TokenScore(start, end, float(value))
            for (start, end), value in zip(sentence, errors, strict=True)
        ]
        return scores, self._marker.spans(scores, heads), float(starts.sum())


def _refusal(text: str) -> str | None:
    if not text.strip():
        return "empty text"
    if count_words(text) == 0:
        return "text without words"
    foreign = not_in(text, LANGUAGES)
    if foreign is not None:
        return f"seems to be {foreign.name}; the detector reads English"
    return None


def _places(text: str) -> tuple[tuple[Place, ...], ...]:
    """The tokens of each sentence, offsets into the text."""
    return tuple(
        tuple((start + a, start + b) for a, b in tokens(text[start:end]))
        for start, end in split(text)
    )
