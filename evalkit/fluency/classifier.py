"""``classifier``: how acceptable a model with a head for whole texts finds a text.

For acceptability heads (the CoLA kind; Warstadt et al. 2019) and any other
``AutoModelForSequenceClassification``. Each text gets the probability of the labels in
``accept``; a set of texts gets their mean. A text is judged as a whole: such heads learn from
single sentences, so give them sentences. Leaves out heads for pairs of texts.

A long text in windows: the mean of the windows' probabilities (and log-odds, and values), each
weighted by the sub-words that it stands for; in an overlap half belongs to each window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evalkit.errors import ConfigError
from evalkit.fluency.head_labels import Wanted
from evalkit.fluency.head_options import HeadOptions
from evalkit.fluency.seen import see
from evalkit.metrics.options import check_choice
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured

if TYPE_CHECKING:
    from evalkit.models.head_loading import Head
    from evalkit.models.head_reader import TextLogits

__all__ = ["ACCEPTABLE", "Classifier"]

ACCEPTABLE = frozenset({"acceptable", "accepted", "grammatical", "correct", "fluent", "natural"})
"""Names of labels that say by themselves that they stand for a good text."""
ACTIVATIONS = ("softmax", "sigmoid", "none")


@dataclass(frozen=True, kw_only=True)
class Classifier(HeadOptions):
    """The scorer ``classifier``. The fields are the options.

    Scores are probabilities times 100, higher is better; with ``activation: none`` the model's
    own number, in the direction that ``better`` says.
    """

    name: str = "classifier"
    """The name in tables and records."""
    accept: Wanted | None = None
    """The label that stands for a good text, by name or number; or several, whose probabilities
    add up. None takes the one that is plainly called so (``ACCEPTABLE``); else it is an error."""
    activation: str | None = None
    """From logits to probabilities: ``softmax`` over the labels, or ``sigmoid`` of one. ``none``
    takes the output as it is, for regression heads. None does what the model's config says
    (``problem_type``), where the model has more than one output."""
    bounds: tuple[float, ...] | list[float] | None = None
    """Smallest and largest value of a regression head; a text with a value outside is not
    scored. None: no bounds."""
    better: str = "higher"
    """Which values of a regression head are better: ``higher`` or ``lower``."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("better", self.better, ("higher", "lower"))
        if self.activation is not None:
            check_choice("activation", self.activation, ACTIVATIONS)
        if not self._regression and (self.bounds is not None or self.better != "higher"):
            raise ValueError("bounds and better are for regression heads: say activation: none")
        if self.bounds is not None and not _is_interval(self.bounds):
            raise ValueError(
                f"bounds is {self.bounds!r}; expected the smallest and the largest value"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Sums over texts: of probabilities, of log-odds, of those accepted, and their number."""
        if self._regression:
            return ("value", "texts")
        return ("probability", "logodds", "accepted", "texts")

    @property
    def fields(self) -> tuple[Field, ...]:
        """Mean probability, mean log-odds, share accepted; a regression head's mean value."""
        if self._regression:
            low, high = self.bounds or (-np.inf, np.inf)
            unit = "model's own scale" if self.bounds is None else f"{low:g} to {high:g}"
            better = self.better == "higher"
            return (Field(self.name, unit, higher_is_better=better, low=low, high=high),)
        return (
            Field(self.name, "0-100", higher_is_better=True),
            Field(
                f"{self.name}.logodds", "log-odds", higher_is_better=True, low=-np.inf, high=np.inf
            ),
            Field(f"{self.name}.accepted", "percent of texts", higher_is_better=True),
        )

    def measure(self, batch: Batch) -> Measured:
        """The row of each hypothesis; one without words is invalid.

        Raises:
            ConfigError: an option doesn't fit the model.
            MissingExtraError: a library is not installed.
            ModelError: the model cannot be found, brought or loaded.
        """
        self._judged  # noqa: B018 - raises before the model is loaded
        reader, limit = self._reader, self._limit
        seen = see(reader, batch.hypotheses, long_input=self.long_input, limit=limit)
        rows = [one.ids for one in seen.rows.values()]
        found = reader.read_texts(rows, max_tokens=self._n_together, limit=limit)
        reasons = dict(seen.reasons)
        statistics = np.zeros((len(batch), len(self.columns)))
        for row, one in zip(seen.rows, found, strict=True):
            answer = self._row(one)
            if isinstance(answer, str):
                reasons[row] = answer
            else:
                statistics[row] = (*answer, 1.0)
        valid = np.array([row not in reasons for row in range(len(batch))], dtype=np.bool_)
        cuts = {row: cut for row, cut in seen.cuts.items() if row not in reasons}
        return Measured(statistics, valid, reasons, cuts=cuts)

    def score(self, totals: FloatArray) -> FloatArray:
        """Means of sums over texts: (..., 3) of (..., 4), or (..., 1) of (..., 2); NaN of none."""
        scale = [1.0] if self._regression else [100.0, 1.0, 100.0]
        n = totals[..., -1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            means = totals[..., :-1] * np.array(scale) / n
        return np.where(n > 0, means, np.nan)

    def signature(self) -> str:
        """Model, labels, settings and versions.

        Raises what finding the model raises, and ConfigError where an option doesn't fit it;
        weights are not loaded.
        """
        accepted, activation = self._judged
        shown = self._labels.shown(accepted)
        if activation == "none":
            low, high = self.bounds or (-np.inf, np.inf)
            bounds = f"{low:g},{high:g}"
            parts = self._signed(output=shown, activation=activation, bounds=bounds)
        else:
            threshold = self.threshold
            parts = self._signed(accept=shown, activation=activation, threshold=threshold)
        return f"{join(parts)}|{self._versions()}"

    @property
    def _head(self) -> "Head":
        return "texts"

    @property
    def _regression(self) -> bool:
        return self.activation == "none"

    @cached_property
    def _judged(self) -> tuple[tuple[int, ...], str]:
        """The labels that count as good, and the activation.

        Raises:
            ConfigError: the model doesn't say which, or the options don't fit it.
        """
        activation = self.activation or self._own_activation()
        accepted = self._accepted()
        n = len(self._labels)
        if activation == "softmax" and len(accepted) == n:
            raise ConfigError(
                f"{self._labels.model}: accept names every label, so that every text would score "
                f"100. Its labels: {self._labels}"
            )
        if activation != "softmax" and len(accepted) > 1:
            raise ConfigError(
                f"accept names {len(accepted)} labels of {self._labels.model}, whose outputs don't "
                f"add up ({activation}): name one. Its labels: {self._labels}"
            )
        return accepted, activation

    def _own_activation(self) -> str:
        problem = self._checkpoint.config.get("problem_type")
        if problem == "multi_label_classification":
            return "sigmoid"
        if problem == "regression" or len(self._labels) == 1:
            raise ConfigError(
                f"{self._labels.model} is a regression head with {len(self._labels)} output(s); "
                "what its numbers mean is not known here. Say activation: sigmoid (the output is a "
                "log-odds), or activation: none with bounds: [low, high] and better: higher|lower"
            )
        return "softmax"

    def _accepted(self) -> tuple[int, ...]:
        if self.accept is not None:
            return self._labels.chosen("accept", self.accept)
        plain = 0 if len(self._labels) == 1 else self._labels.plain(ACCEPTABLE)
        if plain is None:
            raise ConfigError(
                f"which label of {self._labels.model} stands for a good text? It has "
                f"{self._labels}. Say it with accept: NAME, or accept: NUMBER"
            )
        return (plain,)

    def _row(self, found: "TextLogits") -> tuple[float, ...] | str:
        """A text's statistics but for its count, or why there are none."""
        if found.error:
            return f"the model failed: {found.error}"
        if not np.isfinite(found.logits).all():
            return "the model's answer is no finite number; try dtype: float32"
        accepted, activation = self._judged
        if activation == "none":
            value = float(found.weights @ found.logits[:, accepted[0]])
            low, high = self.bounds or (-np.inf, np.inf)
            if not low <= value <= high:
                return f"the model gives {value:g}, outside the bounds {low:g} to {high:g}"
            return (value,)
        odds = _log_odds(found.logits, accepted, softmax=activation == "softmax")
        probability = float(found.weights @ np.exp(-np.logaddexp(0.0, -odds)))
        return probability, float(found.weights @ odds), float(probability >= self.threshold)


def _log_odds(logits: FloatArray, accepted: Sequence[int], *, softmax: bool) -> FloatArray:
    """Log-odds (n,) of the accepted labels, of logits (n, labels)."""
    if not softmax:
        return logits[:, accepted[0]]
    others = [i for i in range(logits.shape[1]) if i not in accepted]
    good, bad = (np.logaddexp.reduce(logits[:, part], axis=1) for part in (accepted, others))
    return np.asarray(good - bad)


def _is_interval(bounds: Sequence[float]) -> bool:
    numbers = all(isinstance(one, int | float) and np.isfinite(one) for one in bounds)
    return numbers and len(bounds) == 2 and bounds[0] < bounds[1]
