"""``process``: a metric that runs as a program of its own.

So COMET, MetricX or anything else with conflicting pins runs in its own environment, in any
language, and its numbers get intervals and tests like all others. The program speaks the protocol
of ``evalkit.foreign.protocol``; ``evalkit/foreign/adapters/`` has adapters. It is started once
for a run, and asked about batches of texts.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evalkit.execute import plan
from evalkit.foreign.answers import Row, measure, rows
from evalkit.foreign.commands import arguments, identity
from evalkit.foreign.environment import environment as environment_of
from evalkit.foreign.launching import Spec
from evalkit.foreign.protocol import PROTOCOL, Ratio
from evalkit.foreign.session import Session, open_session
from evalkit.metrics.options import check_at_least, check_types
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured

__all__ = ["ProcessScorer", "Settings", "identified", "process", "spec_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a program is started and asked."""

    name: str | None = None
    """The name in tables and records; None for the program's own."""
    folder: str = "."
    """Where it runs."""
    offline: bool = False
    """Whether the hub's libraries are told to stay off the network."""
    start_timeout: float = 600.0
    """Seconds until its hello: it may load, or fetch, a model."""
    timeout: float = 600.0
    """Seconds for an answer."""
    batch_size: int = 64
    """Texts in a request."""

    def __post_init__(self) -> None:
        check_types(self)
        check_at_least("start_timeout", self.start_timeout, 0.001)
        check_at_least("timeout", self.timeout, 0.001)
        check_at_least("batch_size", self.batch_size, 1)


def process(  # noqa: PLR0913  (a scorer's options)
    *,
    command: Sequence[str],
    name: str | None = None,
    environment: Sequence[str] = (),
    folder: str = ".",
    offline: bool = False,
    start_timeout: float = 600.0,
    timeout: float = 600.0,
    batch_size: int = 64,
) -> "ProcessScorer":
    """The scorer behind a command, which is started here.

    Args:
        command: the program and its arguments, a list; no shell reads them.
        name: the name in tables and records; None for the program's own.
        environment: variables to pass on by name (``HF_TOKEN``) or to set (``NAME=value``), beside
            those that every program gets (``evalkit.foreign.environment``).
        folder: where it runs; in a config, the config's own folder.
        offline: tells the hub's libraries to stay off the network.
        start_timeout: seconds until its hello.
        timeout: seconds for an answer.
        batch_size: texts in a request.

    Raises:
        ConfigError: there is no such program, or an option is wrong.
        ForeignError: it failed, stayed silent or broke the protocol.
    """
    settings = Settings(
        name=name,
        folder=folder,
        offline=offline,
        start_timeout=start_timeout,
        timeout=timeout,
        batch_size=batch_size,
    )
    spec = spec_of(command, environment, settings)
    session = open_session(spec, "scorer", settings.start_timeout)
    return ProcessScorer(session, settings, identified(spec, environment))


def spec_of(command: Sequence[str], environment: Sequence[str], settings: Settings) -> Spec:
    """What to start, from options; raises ``ConfigError`` where one is wrong."""
    variables = environment_of(os.environ, environment, offline=settings.offline)
    return Spec(arguments(command), Path(settings.folder), variables)


class ProcessScorer:
    """A foreign metric as a scorer.

    Args:
        session: the program.
        settings: its name, time and batches.
        identified: what of the command decides the numbers, for the signature.
    """

    def __init__(self, session: Session, settings: Settings, identified: Mapping[str, str]) -> None:
        self._session = session
        self._said = session.said
        self._settings = settings
        self._identified = dict(identified)
        self._closed = False
        self.name = settings.name or self._said.name
        self.fields: tuple[Field, ...] = tuple(
            replace(field, name=self.name + field.name.removeprefix(self._said.name))
            for field in self._said.fields
        )

    @property
    def needs(self) -> frozenset[str]:
        """What the program cannot do without."""
        return self._said.needs

    @property
    def languages(self) -> frozenset[str] | None:
        """What the program says that it reads."""
        return self._said.languages

    @property
    def columns(self) -> tuple[str, ...]:
        """The program's statistics, or the sum of each score and the number of texts."""
        sums = (f"sum.{field.name}" for field in self._said.fields)
        return self._said.columns or (*sums, "texts")

    def measure(self, batch: Batch) -> Measured:
        """The program's rows; a text that it gives a reason for is invalid, as is one without a
        reference that it needs.

        Raises:
            ValueError: the batch has no references or sources, which the program needs.
            ForeignError: the program fails, stays silent or breaks the protocol.
        """
        chosen, reasons = _measurable(batch, self._said.needs, self.name)
        found: dict[int, Row] = {}
        for part in plan(chosen, weight=lambda _: 1, budget=self._settings.batch_size):
            found |= dict(zip(part, self._ask(batch, part), strict=True))
        reasons |= {place: row.reason for place, row in found.items() if row.reason}
        statistics = np.zeros((len(batch), len(self.columns)))
        for place, row in found.items():
            if not row.reason:
                statistics[place] = row.numbers if self._said.columns else (*row.numbers, 1.0)
        nothing = Row((), "")
        each = [found.get(place, nothing) for place in range(len(batch))]
        return Measured(
            statistics=statistics,
            valid=np.array([place not in reasons for place in range(len(batch))], dtype=np.bool_),
            reasons=reasons,
            spans=tuple(row.spans for row in each) if self._said.spans else None,
            tokens=tuple(row.tokens for row in each) if self._said.tokens else None,
            cuts={place: row.cut for place, row in found.items() if row.cut},
        )

    def score(self, totals: FloatArray) -> FloatArray:
        """Means of scores, or the fields' ratios (..., m), of sums (..., k); NaN where the divisor
        is 0, as it is for the sum of no text.
        """
        n = len(self.columns) - 1
        ratios = self._said.ratios or tuple(Ratio(at, n) for at in range(n))
        above = totals[..., [ratio.above for ratio in ratios]]
        below = totals[..., [ratio.below for ratio in ratios]]
        scales = np.array([ratio.scale for ratio in ratios])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found: FloatArray = np.where(below != 0, scales * above / below, np.nan)
        return found

    def signature(self) -> str:
        """What the program says decides its numbers, and the command's hash."""
        said = self._said
        return join(
            {"process": said.name, "protocol": PROTOCOL, **said.signature, **self._identified}
        )

    def close(self) -> None:
        """Ends the program, unless another scorer uses it."""
        if not self._closed:
            self._closed = True
            self._session.close()

    def _ask(self, batch: Batch, part: Sequence[int]) -> tuple[Row, ...]:
        said = self._said
        first = self._session.ids(len(part))
        request = measure(batch, part, first, said.needs | said.uses)
        texts = [batch.hypotheses[place] for place in part]
        return self._session.ask(
            request,
            lambda answer: rows(answer, request, texts, said),
            seconds=self._settings.timeout,
        )


def identified(spec: Spec, environment: Sequence[str]) -> dict[str, str]:
    """What the command line and the variables that a config sets decide."""
    return {"command": identity(spec.command, spec.folder, [e for e in environment if "=" in e])}


def _measurable(batch: Batch, needs: frozenset[str], name: str) -> tuple[list[int], dict[int, str]]:
    """Places of the texts that have what the program needs, and why the others are left out."""
    for need in sorted(needs):
        if getattr(batch, need) is None:
            raise ValueError(f"{name} needs {need} and the batch has none")
    reasons: dict[int, str] = {}
    if "references" in needs and batch.references is not None:
        reasons = {at: "no reference" for at, found in enumerate(batch.references) if not found}
    return [at for at in range(len(batch)) if at not in reasons], reasons
