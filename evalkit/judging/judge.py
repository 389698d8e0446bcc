"""``judge``: a language model behind an endpoint grades each text by a rubric.

One request per text, or ``repeats`` of them with seeds one apart, whose grades are averaged; how
far they lie apart is a number of its own. A text whose judge refused, answered something else, or
could not be reached, even once, has no grade: it is an invalid row with its reason.

The grade is the mean over texts, on the rubric's scale, higher is better. A judge is a model: it
has favourites (its own texts, long ones, the first it is shown), and its grades are only as good as
their agreement with people on texts like yours. Tokens of texts that got no grade are not in the
ledger. A grade is kept when its text's last answer is there: where a run is killed, the earlier
answers for the few texts under way are lost.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from statistics import fmean, variance
from typing import TYPE_CHECKING

import numpy as np

from evalkit.endpoint.client import ask
from evalkit.endpoint.options import Asking
from evalkit.errors import ConfigError
from evalkit.judging.grade import UngradedError, format_of, grade, instruction
from evalkit.judging.rubric import find_rubric
from evalkit.records import Batch, Field, FloatArray, Measured
from evalkit.text.language import language_name
from evalkit.text.limit import Fitted

if TYPE_CHECKING:
    from evalkit.endpoint.sending import Body
    from evalkit.endpoint.session import Answer

__all__ = ["Judge"]

COLUMNS = (
    "grades",
    "texts",
    "variance",
    "texts_with_variance",
    "requests",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "uncounted",
)


@dataclass
class _Texts:
    """The answers for one hypothesis, as they come."""

    place: int
    cut: str
    left: int
    """Answers that are still to come."""
    grades: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    usage: Counter[str] = field(default_factory=Counter)


@dataclass(kw_only=True)
class Judge(Asking):
    """Grades by a model behind an address. The fields are the options."""

    rubric: object
    """``coherence``, ``consistency``, ``fluency``, ``relevance`` (1-5, of summaries), ``gemba-da``,
    ``gemba-da-ref`` (0-100, of translations), a YAML file, or a mapping with ``low``, ``high``,
    ``criterion`` and, if need be, ``prompt``, ``system`` and ``whole``."""
    name: str = ""
    """Name in tables; ``judge-`` and the rubric's where none is given."""
    repeats: int = 1
    """Requests for each text; from 2 on ``temperature`` is 1 where none is given."""
    structured: str | bool = "auto"
    """``auto`` asks for the answer's JSON Schema to be enforced, and does without from then on
    where the server doesn't know ``response_format``; ``off`` never asks."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if type(self.repeats) is not int or self.repeats < 1:
            raise ConfigError(f"repeats is {self.repeats!r}, expected a whole number from 1")
        if self.structured is False:  # YAML reads a bare off as false
            self.structured = "off"
        if self.structured not in {"auto", "off"}:
            raise ConfigError(f"structured is {self.structured!r}, expected auto or off")
        self._rubric = find_rubric(self.rubric)
        self._prompt = self._rubric.template()
        self.name = self.name or f"judge-{self._rubric.name}"

    @property
    def needs(self) -> frozenset[str]:
        """What the rubric's prompt names: ``sources``, ``references``."""
        uses = self._prompt.uses
        needed = {"sources": "source" in uses, "references": "references" in uses}
        return frozenset(name for name, is_needed in needed.items() if is_needed)

    @property
    def languages(self) -> None:
        """Any: what the model reads, only the model knows."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Mean grades; texts; variances over repeats; texts that have one; requests and tokens."""
        return COLUMNS

    @property
    def fields(self) -> tuple[Field, ...]:
        """The mean grade, and the spread of a text's repeated grades."""
        low, high = self._rubric.low, self._rubric.high
        return (
            Field(self.name, self._rubric.scale, True, low, high),
            Field(f"{self.name}.spread", "standard deviation", False, 0.0, high - low),
        )

    def measure(self, batch: Batch) -> Measured:
        """One row per hypothesis; raises like ``measure_each``."""
        rows: dict[int, Measured] = {}
        self.measure_each(batch, rows.__setitem__)
        order = range(len(batch))
        statistics = [rows[place].statistics for place in order]
        return Measured(
            np.concatenate([np.zeros((0, len(COLUMNS))), *statistics]),
            np.array([rows[place].valid[0] for place in order], dtype=np.bool_),
            {place: rows[place].reasons[0] for place in order if rows[place].reasons},
            cuts={place: rows[place].cuts[0] for place in order if rows[place].cuts},
        )

    def measure_each(self, batch: Batch, done: Callable[[int, Measured], None]) -> None:
        """Hands over the row of each hypothesis as soon as its last answer is there.

        Raises:
            ConfigError: the batch lacks sources or references that the rubric needs, the key is
                not there, or the server is not on this machine and ``offline`` is set.
            EndpointError: the server refuses every request, or nobody answers.
            MissingExtraError: httpx2 is not installed.
        """
        for need in sorted(self.needs):
            if getattr(batch, need) is None:
                raise ConfigError(f"{self.name} needs {need}: its rubric shows them to the judge")
        bodies: list[Body] = []
        asked: list[_Texts] = []
        for place in range(len(batch)):
            source = self._limit.fit(batch.sources[place] if batch.sources is not None else "")
            refused, prompt = self._asked(batch, place, source)
            if refused:
                done(place, _invalid(refused, source.cut))
                continue
            texts = _Texts(place, source.cut, self.repeats)
            bodies += [self._body(prompt, turn) for turn in range(self.repeats)]
            asked += [texts] * self.repeats
        self._check_offline(bodies, "grades")

        def answered(at: int, answer: "Answer") -> None:
            texts = asked[at]
            self._take(texts, answer)
            if not texts.left:
                done(texts.place, self._row(texts))

        ask(self._connection, bodies, answered)

    def score(self, totals: FloatArray) -> FloatArray:
        """Mean grade and pooled standard deviation (..., 2) of sums (..., 9); NaN of nothing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(totals[..., 1] > 0, totals[..., 0] / totals[..., 1], np.nan)
            within = np.where(totals[..., 3] > 0, totals[..., 2] / totals[..., 3], np.nan)
        return np.stack([mean, np.sqrt(within)], axis=-1)

    def signature(self) -> str:
        """The server, the model, the rubric's hash and every setting that decides the grades."""
        parts = {
            **self._decisive(),
            "rubric": self._rubric.name.replace("|", " "),
            "sha256": sha256(self._asked_how().encode()).hexdigest()[:16],
            "repeats": self.repeats,
            "structured": self.structured,
        }
        return "|".join(["judge", *(f"{name}:{part}" for name, part in parts.items())])

    def _asked_how(self) -> str:
        """Everything of a request that is the same for all texts."""
        return f"{self._rubric.sha256} {instruction(self._rubric)}"

    def _settings(self) -> dict[str, object]:
        """The generation settings that are sent; answers that are repeated are sampled."""
        if self.repeats == 1 or "temperature" in self.generation:
            return super()._settings()
        return {**super()._settings(), "temperature": 1}

    def _asked(self, batch: Batch, place: int, source: Fitted) -> tuple[str, str]:
        """Why a text can't be graded, and the prompt for one that can."""
        if source.refused:
            return f"the source: {source.refused}", ""
        references = batch.references[place] if batch.references is not None else ()
        if "references" in self.needs and not references:
            return "it has no reference, which the rubric shows to the judge", ""
        values: dict[str, object] = {
            "hypothesis": batch.hypotheses[place],
            "source": source.text,
            "references": list(references),
            "criterion": self._rubric.criterion,
            "low": f"{self._rubric.low:g}",
            "high": f"{self._rubric.high:g}",
            "language": language_name(batch.language),
        }
        try:
            prompt = self._prompt.render(**values)
            prompt.encode()
        except UnicodeEncodeError as error:
            return f"the texts are not Unicode text: {error}", ""
        except ValueError as error:
            return str(error), ""
        return "", prompt

    def _body(self, prompt: str, turn: int) -> "Body":
        system = f"{self._rubric.system} {instruction(self._rubric)}".strip()
        seed = None if self.seed is None else self.seed + turn
        body = self._request(system, prompt, seed)
        return (
            body
            if self.structured == "off"
            else {**body, "response_format": format_of(self._rubric)}
        )

    def _take(self, texts: _Texts, answer: "Answer") -> None:
        """Notes an answer: its grade, or why it has none."""
        texts.left -= 1
        texts.usage.update({**answer.usage, "requests": answer.tries})
        if answer.reply is None:
            texts.reasons.append(answer.error)
            return
        texts.usage["uncounted"] += "prompt_tokens" not in answer.usage
        try:
            texts.grades.append(grade(answer.reply.text, self._rubric))
        except UngradedError as error:
            cut = " (it was cut at its limit of tokens)" if answer.reply.finish == "length" else ""
            texts.reasons.append(f"{error}{cut}")

    def _row(self, texts: _Texts) -> Measured:
        """The row of a text all of whose answers are there."""
        if texts.reasons:
            n = len(texts.reasons)
            which = "" if self.repeats == 1 else f"{n} of {self.repeats} answers: "
            return _invalid(which + "; ".join(dict.fromkeys(texts.reasons)), texts.cut)
        varies = self.repeats > 1
        statistics = {
            "grades": fmean(texts.grades),
            "texts": 1.0,
            "variance": variance(texts.grades) if varies else 0.0,
            "texts_with_variance": float(varies),
            **texts.usage,
        }
        row = np.array([[float(statistics.get(column, 0)) for column in COLUMNS]])
        return Measured(row, np.ones(1, dtype=np.bool_), cuts=_cuts(texts.cut))


def _invalid(reason: str, cut: str) -> Measured:
    zeros = np.zeros((1, len(COLUMNS)))
    return Measured(zeros, np.zeros(1, dtype=np.bool_), {0: reason}, cuts=_cuts(cut))


def _cuts(cut: str) -> Mapping[int, str]:
    return {0: f"of the source {cut}"} if cut else {}
