"""``evaluate``: any module of that library as a metric.

Where a module gives a number for each segment, and its corpus score is their mean (checked on
every batch), it is a scorer like any other: rows are (value, …, 1), and intervals and tests come
with them. Where it gives none, or its corpus score is something else, it is a measure of the
whole set, without interval, and says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from evalkit.errors import ConfigError, nearest
from evalkit.foreign.asking import Asker, inputs_of, measurable, part_of, probe
from evalkit.foreign.loading import load_module
from evalkit.foreign.results import Shape, is_mean
from evalkit.metrics.options import check_types
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured, SetScore

__all__ = ["EvaluateSegments", "EvaluateSet", "evaluate_module"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """Options of an evaluate module that evalkit reads itself."""

    module: str
    """A folder, a script, or a hub id."""
    revision: str | None = None
    """The commit; for a hub id."""
    config_name: str | None = None
    """The module's configuration."""
    score: str | None = None
    """Which of its keys is the headline score; None: its only one, the one that bears the
    module's name, or ``score``."""
    segments: bool = True
    """False: take it as a measure of the whole set, whatever it gives."""
    higher_is_better: bool | None = None
    """None where neither is better, or nobody said."""
    name: str | None = None
    """The name in tables and records; None for the module's."""
    offline: bool = False
    """Never touch the network."""

    def __post_init__(self) -> None:
        check_types(self)


def evaluate_module(*, module: str, **options: object) -> "EvaluateSegments | EvaluateSet":
    """The scorer of a module: loads it, which runs its code, and asks it about a few segments.

    Args:
        module: a folder, a script, or a hub id.
        options: ``revision``, ``config_name``, ``score``, ``segments``, ``higher_is_better``,
            ``name``, ``offline``; any other goes to the module's ``compute``.

    Raises:
        ConfigError: it is not there, not pinned, cannot be loaded, or doesn't read texts.
        MissingExtraError: evaluate is not installed.
    """
    known = _Options.__dataclass_fields__.keys()
    own = {name: value for name, value in options.items() if name in known}
    chosen = _Options(module=module, **own)  # type: ignore[arg-type]
    loaded = load_module(
        chosen.module,
        revision=chosen.revision,
        config_name=chosen.config_name,
        offline=chosen.offline,
    )
    settings = {name: value for name, value in options.items() if name not in known}
    asker = Asker(loaded, inputs_of(loaded), settings, chosen.offline)
    shape = probe(asker)
    headline = _headline(chosen.score, shape, loaded.name)
    name = chosen.name or loaded.name
    whole = _whole(headline, shape, wanted=chosen.segments)
    if whole:
        keys = _first(headline, shape.scalars)
        fields = _fields(name, keys, chosen.higher_is_better)
        return EvaluateSet(name, fields, asker, keys, whole)
    additive = [key for key in shape.keys if shape.list_of(key) is not None]
    keys = _first(headline, additive)
    fields = _fields(name, keys, chosen.higher_is_better)
    return EvaluateSegments(name, fields, asker, keys, shape)


def _headline(asked: str | None, shape: Shape, module: str) -> str:
    if asked is not None:
        if asked not in (*shape.keys, *shape.by_segment):
            guess = nearest(asked, shape.keys)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise ConfigError(
                f"the evaluate module {module} gives no {asked!r}.{hint} It gives: "
                f"{', '.join(shape.keys)}"
            )
        return asked
    named = [key for key in (module, "score") if key in shape.keys]
    if named or len(shape.keys) == 1:
        return named[0] if named else shape.keys[0]
    raise ConfigError(
        f"the evaluate module {module} gives several numbers ({', '.join(shape.keys)}): say which "
        "is the score, for example score: " + shape.keys[0]
    )


def _whole(headline: str, shape: Shape, *, wanted: bool) -> str:
    """Why the module is a measure of the whole set; "" where it is one of segments."""
    if not wanted and headline in shape.scalars:
        return "taken as a measure of the whole set (segments: false)"
    if shape.list_of(headline) is not None:
        return ""
    if shape.unsteady:
        return (
            f"the module's numbers by segment ({', '.join(shape.unsteady)}) change with the other "
            "segments, so that its score is of the whole set only"
        )
    if shape.by_segment:
        return (
            f"the module's {headline} is not the mean of its numbers by segment "
            f"({', '.join(shape.by_segment)}), so that it is of the whole set only"
        )
    return "the module gives no numbers by segment, so that its score is of the whole set only"


def _first(headline: str, keys: Sequence[str]) -> tuple[str, ...]:
    return (headline, *(key for key in keys if key != headline))


def _fields(name: str, keys: Sequence[str], higher: bool | None) -> tuple[Field, ...]:
    unit = "as the module gives it"
    headline = Field(name, unit, higher, low=-np.inf, high=np.inf)
    others = (Field(f"{name}.{key}", unit, None, low=-np.inf, high=np.inf) for key in keys[1:])
    return (headline, *others)


def _signature(asker: Asker, keys: Sequence[str], of: str) -> str:
    loaded = asker.loaded
    settings = {name: str(value) for name, value in sorted(asker.settings.items())}
    parts: dict[str, str | int | float | bool] = {
        "evaluate": loaded.name,
        "version": loaded.version,
        "config": str(loaded.module.config_name),
        "score": keys[0],
        **{
            f"set.{name}": value.replace("|", "/").replace(":", "=")
            for name, value in settings.items()
        },
        "of": of,
        "library": f"evaluate-{version('evaluate')}",
    }
    return join(parts)


@dataclass(frozen=True, slots=True)
class EvaluateSegments:
    """A module whose scores are means of its numbers by segment, as a scorer."""

    name: str
    """The name in tables and records."""
    fields: tuple[Field, ...]
    """The headline and every other number by segment."""
    asker: Asker
    keys: tuple[str, ...]
    """For each field the module's key."""
    shape: Shape

    @property
    def needs(self) -> frozenset[str]:
        """What the module takes beside the hypotheses."""
        return self.asker.inputs.needs

    @property
    def languages(self) -> None:
        """Not known."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The sum for each key, and how many segments were added."""
        return (*(f"sum.{key}" for key in self.keys), "segments")

    def measure(self, batch: Batch) -> Measured:
        """The module's numbers for each hypothesis; one without a reference it needs is invalid.

        Raises:
            ConfigError: the module fails, or its corpus score is not the mean of its numbers here.
        """
        chosen, reasons = measurable(batch, self.needs)
        statistics = np.zeros((len(batch), len(self.columns)))
        if chosen:
            rows = self._rows(part_of(batch, chosen))
            for place, row in zip(chosen, rows, strict=True):
                if np.isfinite(row).all():
                    statistics[place] = (*row, 1.0)
                else:
                    reasons[place] = "the module gives no number for this segment"
        valid = np.array([place not in reasons for place in range(len(batch))], dtype=np.bool_)
        return Measured(statistics, valid, reasons)

    def score(self, totals: FloatArray) -> FloatArray:
        """Means (..., m) of sums (..., m + 1); NaN for the sum of no row."""
        with np.errstate(divide="ignore", invalid="ignore"):
            means = totals[..., :-1] / totals[..., -1:]
        found: FloatArray = np.where(totals[..., -1:] > 0, means, np.nan)
        return found

    def signature(self) -> str:
        """Module, version, settings and library."""
        return _signature(self.asker, self.keys, "segments")

    def _rows(self, batch: Batch) -> FloatArray:
        """The module's numbers (n, m), its corpus scores held against their means."""
        answer = self.asker.ask(batch)
        columns = []
        for key in self.keys:
            source = self.shape.list_of(key) or key
            if source not in answer.lists:
                raise ConfigError(
                    f"the evaluate module {self.asker.loaded.name} gave {source} by segment at "
                    f"first, but not for these {len(batch)} segments; set segments: false"
                )
            row = answer.lists[source]
            whole = answer.scalars.get(key)
            if whole is not None and np.isfinite(row).all() and not is_mean(whole, row):
                raise ConfigError(
                    f"the evaluate module {self.asker.loaded.name}: {key} is {whole:.6g} for "
                    f"{len(batch)} segments, but the mean of its {source} is {row.mean():.6g}, so "
                    "its score is no mean of segments; set segments: false"
                )
            columns.append(row)
        return np.stack(columns, axis=1)


@dataclass(frozen=True, slots=True)
class EvaluateSet:
    """A module that measures a whole set, as a set scorer."""

    name: str
    """The name in tables and records."""
    fields: tuple[Field, ...]
    """The headline and every other number of the whole set."""
    asker: Asker
    keys: tuple[str, ...]
    """For each field the module's key."""
    whole: str
    """Why its score is of the whole set only."""

    @property
    def needs(self) -> frozenset[str]:
        """What the module takes beside the hypotheses."""
        return self.asker.inputs.needs

    @property
    def languages(self) -> None:
        """Not known."""

    def measure_set(self, batch: Batch) -> tuple[SetScore, ...]:
        """The module's numbers for all hypotheses that have what it needs; NaN for none.

        Raises:
            ConfigError: the module fails.
        """
        chosen, reasons = measurable(batch, self.needs)
        scalars = self.asker.ask(part_of(batch, chosen)).scalars if chosen else {}
        undefined = "the module gives no number here" if chosen else "there is nothing to score"
        skipped = list(dict.fromkeys(reasons.values()))
        return tuple(
            SetScore(
                name=field.name,
                unit=field.unit,
                higher_is_better=field.higher_is_better,
                value=scalars.get(key, np.nan),
                n_texts=len(chosen),
                reason="; ".join([undefined, *skipped] if key not in scalars else skipped),
                signature=self.signature(),
            )
            for field, key in zip(self.fields, self.keys, strict=True)
        )

    def signature(self) -> str:
        """Module, version, settings and library."""
        return _signature(self.asker, self.keys, "set")
