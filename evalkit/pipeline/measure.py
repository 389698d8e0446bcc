"""Hypotheses to rows of statistics: planned in batches, each computed once and kept as a part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from evalkit.errors import ConfigError
from evalkit.execute import ordered_map, plan
from evalkit.pipeline.blame import blamed
from evalkit.pipeline.closing import close_all
from evalkit.pipeline.job import Job
from evalkit.records import Batch, Context, Measured, SetScore, Span, TokenScore
from evalkit.stages import EachScorer, Scorer, SetScorer
from evalkit.store.parts import key_of

__all__ = ["Everything", "Hypotheses", "measure", "measure_all", "measure_each", "measure_set"]

Value = TypeVar("Value")

ITEMS_PER_PART = 256
"""Items in a part, roughly: a document is never split over two."""


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """The texts of one system, in document order, with what belongs to each."""

    system: str
    documents: tuple[str, ...]
    """For each text the id of its document."""
    indices: tuple[int, ...]
    """For each text its position in the document."""
    texts: tuple[str, ...]
    languages: tuple[str, ...]
    """For each text its ISO 639-1 code."""
    references: tuple[tuple[str, ...], ...] | None = None
    sources: tuple[str, ...] | None = None
    contexts: tuple[Context, ...] | None = None
    failures: Mapping[int, str] = field(default_factory=dict)
    """Numbers of the texts that are not there to be measured, with the reason."""

    def batch(self, chosen: Sequence[int]) -> Batch:
        """The chosen texts as a scorer's batch; they must share a language."""
        return Batch(
            hypotheses=tuple(self.texts[i] for i in chosen),
            references=None if self.references is None else _pick(self.references, chosen),
            sources=None if self.sources is None else _pick(self.sources, chosen),
            documents=_pick(self.documents, chosen),
            contexts=None if self.contexts is None else _pick(self.contexts, chosen),
            language=self.languages[chosen[0]] if chosen else "en",
        )


def _pick(values: Sequence[Value], chosen: Sequence[int]) -> tuple[Value, ...]:
    return tuple(values[i] for i in chosen)


def measure(job: Job, scorer: Scorer, hypotheses: Hypotheses, *, stage: str) -> Measured:
    """What ``scorer`` finds in the hypotheses; parts that exist are read, not computed.

    Args:
        job: keeps the rows and is told of finished batches.
        scorer: any scorer.
        hypotheses: the texts of one system.
        stage: sub-folder of the parts, a plain name.
    """
    if isinstance(scorer, EachScorer):
        rows_found = iter(_each(job, scorer, hypotheses, stage=stage))
        return _measured(_whole(scorer, hypotheses, rows_found), len(scorer.columns))

    def rows(chosen: tuple[int, ...]) -> list[dict[str, Any]]:
        batch = hypotheses.batch(chosen)
        key = key_of(scorer.name, scorer.columns, scorer.signature(), asdict(batch))
        with blamed(scorer):
            return job.parts.rows(stage, key, lambda: _rows(scorer.measure(batch)))

    batches = _plan(hypotheses)
    label = f"{scorer.name} on {hypotheses.system}"
    found = ordered_map(rows, batches, stage=label, progress=job.progress)
    rows_found = iter([row for part in found for row in part])
    return _measured(_whole(scorer, hypotheses, rows_found), len(scorer.columns))


def _whole(
    scorer: Scorer, hypotheses: Hypotheses, rows: Iterator[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A row for every text: those that were measured, and those that are not there to be."""
    nothing = {"statistics": [0.0] * len(scorer.columns), "spans": [], "tokens": []}
    return [
        {**nothing, "reason": hypotheses.failures[i]} if i in hypotheses.failures else next(rows)
        for i in range(len(hypotheses.texts))
    ]


def _each(job: Job, scorer: Scorer, hypotheses: Hypotheses, *, stage: str) -> list[dict[str, Any]]:
    """The rows of a scorer that hands over each as soon as it is there; each is kept at once.

    Invalid ones are kept with their reason, and tried again only where ``job.retry_failed``.
    """
    journal = job.parts.journal(stage, key_of(scorer.name, scorer.columns, scorer.signature()))
    places = [i for batch in _plan(hypotheses) for i in batch]
    keys = {i: key_of(asdict(hypotheses.batch([i]))) for i in places}
    missing = [
        i
        for i in places
        if (row := journal.get(keys[i])) is None or (job.retry_failed and row["reason"] is not None)
    ]
    label = f"{scorer.name} on {hypotheses.system}"
    n_done = len(places) - len(missing)
    job.progress(label, n_done, len(places))
    for _, same in groupby(missing, key=lambda i: hypotheses.languages[i]):
        chosen = tuple(same)

        def keep(place: int, measured: Measured, chosen: tuple[int, ...] = chosen) -> None:
            nonlocal n_done
            (row,) = _rows(measured)
            journal.add(keys[chosen[place]], row)
            n_done += 1
            job.progress(label, n_done, len(places))

        with blamed(scorer):
            cast("EachScorer", scorer).measure_each(hypotheses.batch(chosen), keep)
    rows = [journal.get(keys[i]) for i in places]
    if None in rows:
        raise ConfigError(f"{scorer.name} handed no row back for a text; each needs one")
    return cast("list[dict[str, Any]]", rows)


class Everything(NamedTuple):
    """What was found in one system's texts, each in the order of the scorers."""

    rows: tuple[tuple[Scorer, Measured], ...]
    """Text by text."""
    whole: tuple[tuple[SetScorer, tuple[SetScore, ...]], ...]
    """In all texts together."""


def measure_all(
    job: Job, scorers: Sequence[Scorer | SetScorer], hypotheses: Hypotheses, *, stage: str
) -> Everything:
    """What scorers find in the texts of one system; each is freed before the next begins."""
    return measure_each(job, [(hypotheses, scorers)], stage=stage)[0]


def measure_each(
    job: Job,
    wanted: Sequence[tuple[Hypotheses, Sequence[Scorer | SetScorer]]],
    *,
    stage: str,
) -> tuple[Everything, ...]:
    """What scorers find in the texts of several systems.

    A scorer measures every system before the next begins, and then frees its model, so that each
    is loaded once and no two are held at a time.

    Args:
        job: keeps the rows and is told of finished batches.
        wanted: each system's texts, and what is to measure them.
        stage: sub-folder of the parts, a plain name.
    """
    rows: dict[tuple[int, int], tuple[Scorer, Measured]] = {}
    whole: dict[tuple[int, int], tuple[SetScorer, tuple[SetScore, ...]]] = {}
    scorers = {id(scorer): scorer for _, its in wanted for scorer in its}
    for scorer in scorers.values():
        places = [
            (at, order)
            for at, (_, its) in enumerate(wanted)
            for order, one in enumerate(its)
            if one is scorer
        ]
        for at, order in places:
            texts = wanted[at][0]
            if isinstance(scorer, Scorer):
                rows[at, order] = scorer, measure(job, scorer, texts, stage=stage)
            else:
                whole[at, order] = scorer, measure_set(job, scorer, texts, stage=stage)
        close_all([scorer])
    return tuple(
        Everything(
            tuple(found for (own, _), found in sorted(rows.items(), key=_place) if own == at),
            tuple(found for (own, _), found in sorted(whole.items(), key=_place) if own == at),
        )
        for at in range(len(wanted))
    )


def _place(entry: tuple[tuple[int, int], object]) -> tuple[int, int]:
    return entry[0]


def measure_set(
    job: Job, scorer: SetScorer, hypotheses: Hypotheses, *, stage: str
) -> tuple[SetScore, ...]:
    """What ``scorer`` finds in all hypotheses together, texts that failed left out."""
    chosen = [i for i in range(len(hypotheses.texts)) if i not in hypotheses.failures]
    batch = hypotheses.batch(chosen)

    def rows() -> list[dict[str, Any]]:
        with blamed(scorer):
            found = [asdict(score) for score in scorer.measure_set(batch)]
        return [{**row, "value": None if np.isnan(row["value"]) else row["value"]} for row in found]

    names = [field.name for field in scorer.fields]
    key = key_of(scorer.name, names, scorer.signature(), asdict(batch))
    kept: Sequence[Mapping[str, Any]] = job.parts.rows(stage, key, rows)
    return tuple(
        SetScore(**{**row, "value": np.nan if row["value"] is None else row["value"]})
        for row in kept
    )


def _plan(hypotheses: Hypotheses) -> list[tuple[int, ...]]:
    """Batches of item numbers: whole documents, one language each."""
    runs = groupby(
        (i for i in range(len(hypotheses.texts)) if i not in hypotheses.failures),
        key=lambda i: (hypotheses.languages[i], hypotheses.documents[i]),
    )
    documents = [(language, tuple(items)) for (language, _), items in runs]
    batches: list[tuple[int, ...]] = []
    for _, same in groupby(documents, key=lambda document: document[0]):
        planned = plan(same, weight=lambda d: len(d[1]), budget=ITEMS_PER_PART)
        batches += [tuple(i for _, items in chosen for i in items) for chosen in planned]
    return batches


def _rows(measured: Measured) -> list[dict[str, Any]]:
    rows = []
    for i, statistics in enumerate(measured.statistics.tolist()):
        row: dict[str, Any] = {"statistics": statistics, "reason": measured.reasons.get(i)}
        if measured.spans is not None:
            row["spans"] = [asdict(span) for span in measured.spans[i]]
        if measured.tokens is not None:
            row["tokens"] = [[t.start, t.end, t.value] for t in measured.tokens[i]]
        if i in measured.cuts:
            row["cut"] = measured.cuts[i]
        rows.append(row)
    return rows


def _measured(rows: Sequence[Mapping[str, Any]], n_columns: int) -> Measured:
    reasons = {i: row["reason"] for i, row in enumerate(rows) if row["reason"] is not None}
    has_spans = bool(rows) and all("spans" in row for row in rows)
    has_tokens = bool(rows) and all("tokens" in row for row in rows)
    return Measured(
        statistics=np.array([row["statistics"] for row in rows], float).reshape(-1, n_columns),
        valid=np.array([i not in reasons for i in range(len(rows))], bool),
        reasons=reasons,
        spans=tuple(tuple(Span(**s) for s in row["spans"]) for row in rows) if has_spans else None,
        tokens=(
            tuple(tuple(TokenScore(*t) for t in row["tokens"]) for row in rows)
            if has_tokens
            else None
        ),
        cuts={i: row["cut"] for i, row in enumerate(rows) if "cut" in row},
    )
