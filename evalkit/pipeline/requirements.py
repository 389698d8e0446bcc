"""Requirements held against scores: names and limits checked before a run, judged after it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from evalkit.config.requirement import Requirement, parse, read_limit
from evalkit.errors import ConfigError, nearest
from evalkit.pipeline.prepare import Prepared
from evalkit.records import Field
from evalkit.results import Requirement as Outcome
from evalkit.results import Score, Table
from evalkit.stages import Scorer, SetScorer

__all__ = ["Demand", "Target", "demands", "fell_short", "judged", "planned", "targets_of"]

_NAMED = 5
"""Scores that a warning names."""


@dataclass(frozen=True, slots=True)
class Target:
    """A score that there will be."""

    table: str
    system: str
    field: Field
    resampled: bool
    """Whether it can have an interval."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement and the scores that it is about."""

    requirement: Requirement
    targets: tuple[tuple[Target, float], ...]
    """Each with the limit on its own scale."""


def planned(prepared: Prepared, *, of: Iterable[str]) -> tuple[Target, ...]:
    """Every score that a run will give.

    Args:
        prepared: the run.
        of: the texts that are read for fluency, as the config names them.
    """
    made = list(_fluency(prepared, frozenset(of))) if prepared.fluency else []
    for system in prepared.systems:
        usable = [m for m in prepared.metrics if system.kind or "references" not in m.needs]
        made += targets_of(system.table, system.name, usable)
    return (*made, *targets_of("post-edit", "documents", prepared.post_edit))


def _fluency(prepared: Prepared, wanted: frozenset[str]) -> Iterator[Target]:
    names = ["documents"] if "documents" in wanted else []
    references = prepared.references
    edited = references is not None and any(
        references.of(document.id).post_edit is not None for document in prepared.documents
    )
    names += ["post-edit"] if "post-edit" in wanted and edited else []
    names += [s.text_name for s in prepared.systems] if "summaries" in wanted else []
    for name in names:
        yield from targets_of("fluency", name, prepared.fluency)


def targets_of(
    table: str, system: str, scorers: Sequence[Scorer | SetScorer], *, resampled: bool = True
) -> tuple[Target, ...]:
    """Every number that scorers give one system.

    Args:
        table: name of the table.
        system: name of the system.
        scorers: of rows or of the whole set; the latter have no intervals.
        resampled: whether there are intervals at all.
    """
    return tuple(
        Target(table, system, field, resampled and isinstance(scorer, Scorer))
        for scorer in scorers
        for field in scorer.fields
    )


def demands(texts: Sequence[str], known: Callable[[], Sequence[Target]]) -> tuple[Demand, ...]:
    """What each requirement is about.

    Args:
        texts: the requirements.
        known: gives every score that there will be; called only where something is required, for
            a scorer may have to start something to say which scores it gives.

    Raises:
        ConfigError: a requirement names no score that there will be, is ambiguous, lies outside
            the score's range, or asks for an interval where there will be none.
    """
    if not texts:
        return ()
    targets = known()
    return tuple(_demand(text, targets) for text in texts)


def _demand(text: str, known: Sequence[Target]) -> Demand:
    try:
        requirement = parse(text)
        chosen = _chosen(requirement, known)
        return Demand(requirement, tuple((each, _limit(requirement, each)) for each in chosen))
    except ValueError as error:
        raise ConfigError(f"require: {error}") from None


def _chosen(requirement: Requirement, known: Sequence[Target]) -> list[Target]:
    fields = [each for each in known if each.field.name == requirement.field]
    if not fields:
        names = dict.fromkeys(each.field.name for each in known)
        raise ValueError(_unknown(requirement, "score", requirement.field, names))
    readings = [
        found
        for table, system in _places(requirement.path[:-1])
        if (found := [t for t in fields if table in ("*", t.table) and system in ("*", t.system)])
    ]
    if not readings:
        tables = dict.fromkeys(each.table for each in fields)
        systems = dict.fromkeys(each.system for each in fields)
        place = "/".join(requirement.path[:-1])
        raise ValueError(_unknown(requirement, "table or system", place, [*tables, *systems]))
    if len(readings) > 1 and readings[0] != readings[1]:
        raise ValueError(
            f"{requirement.text!r}: {'/'.join(requirement.path[:-1])!r} is a table and a system; "
            f"write TABLE/SYSTEM/{requirement.field}, with * for all"
        )
    return readings[0]


def _places(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Table and system, each way that the names can be read; a system's name may hold slashes."""
    if not names:
        yield "*", "*"
        return
    yield names[0], "/".join(names[1:]) or "*"
    yield "*", "/".join(names)


def _unknown(requirement: Requirement, what: str, name: str, known: Iterable[str]) -> str:
    names = list(known)
    guess = nearest(name, names)
    hint = f" Did you mean {guess!r}?" if guess else ""
    listed = ", ".join(names) or "none"
    return f"{requirement.text!r}: there will be no {what} {name!r}.{hint} There are: {listed}"


def _limit(requirement: Requirement, target: Target) -> float:
    """The limit on the target's scale, once it is known that it can be met and missed."""
    limit, field = read_limit(requirement, target.field.unit), target.field
    if not field.low <= limit <= field.high:
        raise ValueError(
            f"{requirement.text!r}: {field.name} lies between {field.low:g} and {field.high:g} "
            f"({field.unit}); {limit:g} does not"
        )
    if requirement.end != "value" and not target.resampled:
        raise ValueError(
            f"{requirement.text!r}: {field.name} of {target.system} will have no interval; leave "
            f"@{requirement.end} out, or have intervals made (score: --confidence)"
        )
    return limit


def judged(asked: Sequence[Demand], tables: Sequence[Table]) -> tuple[Outcome, ...]:
    """Every demanded score held against its limit; what is undefined falls short, with a reason."""
    found = {(t.name, s.system, s.field): s for t in tables for s in t.scores}
    return tuple(
        _outcome(demand.requirement, target, limit, found)
        for demand in asked
        for target, limit in demand.targets
    )


def fell_short(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """A warning where a requirement is not met; nothing where all are."""
    short = [each for each in outcomes if not each.met]
    if not short:
        return ()
    names = [f"{each.table}/{each.system}/{each.field}" for each in short[:_NAMED]]
    names += [f"{len(short) - _NAMED} more"] if len(short) > _NAMED else []
    fall = "falls" if len(short) == 1 else "fall"
    said = f"{len(short)} of {len(outcomes)} required scores {fall} short: {', '.join(names)}"
    return (said,)


def _outcome(
    requirement: Requirement,
    target: Target,
    limit: float,
    found: dict[tuple[str, str, str], Score],
) -> Outcome:
    score = found.get((target.table, target.system, target.field.name))
    value = getattr(score, requirement.end) if score is not None else None
    return Outcome(
        text=requirement.text,
        table=target.table,
        system=target.system,
        field=target.field.name,
        unit=target.field.unit,
        end=requirement.end,
        operator=requirement.operator,
        limit=limit,
        value=value,
        met=value is not None and requirement.holds(value, limit),
        reason="" if value is not None else _missing(score),
    )


def _missing(score: Score | None) -> str:
    if score is None:
        return "the run has no such score"
    what = "undefined" if score.value is None else "no interval"
    return f"{what}: {score.note}" if score.note else what
