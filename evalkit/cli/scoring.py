"""The work behind ``score``: files to rows, rows to numbers, numbers to one of four formats."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import typer

from evalkit.cli import requiring
from evalkit.cli.gating import Gate, as_json, gates
from evalkit.cli.making import measures_of
from evalkit.cli.metrics import parse, with_values
from evalkit.cli.named import Files, read_files
from evalkit.cli.options import Format
from evalkit.cli.printing import is_unicode, print_json
from evalkit.cli.progress import bars
from evalkit.errors import ConfigError
from evalkit.metrics.signature import shorten
from evalkit.pipeline.closing import close_all, closing
from evalkit.pipeline.collect import Collector
from evalkit.pipeline.items import notes
from evalkit.pipeline.likelihood_notes import likelihood_notes
from evalkit.pipeline.requirements import demands, judged, targets_of
from evalkit.pipeline.sanity import SanityCounts, sanity_notes
from evalkit.pipeline.segment_folder import write_segments
from evalkit.pipeline.segment_report import note_of, number, segment_report
from evalkit.pipeline.segments import (
    Measurements,
    Scored,
    Scores,
    Wanted,
    score_segments,
    segment_rows,
)
from evalkit.pipeline.whole import Texts
from evalkit.records import SCHEMA_VERSION
from evalkit.report import write_all
from evalkit.results import Report
from evalkit.stages import Scorer, SetScorer
from evalkit.stats.resampling import Resampling

__all__ = ["Printed", "measures", "score", "scorers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """How the scores are printed."""

    format: Format
    confidence: bool
    """With intervals and tests."""
    segments: bool
    """Each segment's scores too (JSON), or instead (CSV)."""
    short: bool
    """Signatures abbreviated."""
    gate: Gate
    """How outputs are looked at beside."""
    require: Sequence[str] = ()
    """What the scores must reach."""
    junit: Path | None = None
    """Where to write the outcome as JUnit XML."""
    folder: Path | None = None
    """A run folder to write, with every segment."""
    asked: Mapping[str, object] = field(default_factory=dict)
    """What the command was asked for, kept in that folder."""


def scorers(
    metrics: str, flags: Mapping[str, object], *, allow_code: bool = False
) -> tuple[Scorer, ...]:
    """The metrics that the command line names.

    Raises:
        UnknownNameError: there is no such metric.
        ConfigError: an option or flag that it doesn't have, none named, or one name twice.
    """
    made = measures(metrics, flags, allow_code=allow_code)
    for scorer in made:
        if not isinstance(scorer, Scorer):
            close_all(made)
            raise ConfigError(
                f"{scorer.name} measures a whole set at once: it can be scored, not compared or "
                f"put in buckets ({scorer.whole}); leave it out of --metrics"
            )
    return tuple(scorer for scorer in made if isinstance(scorer, Scorer))


def measures(
    metrics: str, flags: Mapping[str, object], *, allow_code: bool = False
) -> tuple[Scorer | SetScorer, ...]:
    """Like ``scorers``, with measures of a whole set among them."""
    made = measures_of(with_values(parse(metrics), flags), allow_code=allow_code)
    names = [scorer.name for scorer in made]
    for name in names:
        if names.count(name) > 1:
            close_all(made)
            raise ConfigError(
                f"--metrics names {name!r} twice with different options; tell them apart: "
                f"{name}(...,name=another)"
            )
    return made


def score(
    files: Files,
    made: Sequence[Scorer | SetScorer],
    wanted: Wanted,
    settings: Resampling,
    printed: Printed,
) -> None:
    """Prints every system's scores over all segments, with signatures; judges requirements.

    The scorers are ended, whatever happens.
    """
    with closing(made):
        _score(files, made, wanted, settings, printed)


def _score(
    files: Files,
    made: Sequence[Scorer | SetScorer],
    wanted: Wanted,
    settings: Resampling,
    printed: Printed,
) -> None:
    if printed.segments and printed.format not in (Format.JSON, Format.CSV):
        raise ConfigError("--segments needs --format json or --format csv")
    parallel = read_files(files)
    rows = [scorer for scorer in made if isinstance(scorer, Scorer)]
    whole = [scorer for scorer in made if not isinstance(scorer, Scorer)]
    kept = [Texts(name, whole, wanted.language) for name in parallel.systems] if whole else []
    if printed.segments and whole:
        _no_segments(rows, whole)
    sanity = gates(printed.gate, parallel)
    resample = rows and (printed.confidence or printed.format is Format.LATEX)
    resampling = settings if resample else None
    demanded = demands(
        printed.require,
        lambda: [
            target
            for name in parallel.systems
            for target in targets_of("scores", name, made, resampled=resampling is not None)
        ],
    )
    also: list[Collector] = [*sanity, *kept]
    with bars() as progress:
        scores = score_segments(parallel, rows, wanted, resampling, also=also, progress=progress)
    found = [each.counts() for each in sanity]
    scored = (*scores.scored, *(each for texts in kept for each in texts.scored()))
    if printed.short:
        scored = tuple(replace(each, signature=shorten(each.signature)) for each in scored)
    scores = replace(scores, scored=scored)
    standing = (*likelihood_notes(rows), *sanity_notes(found))
    report = segment_report(scores, notes=standing)
    report = report.model_copy(update={"requirements": judged(demanded, report.tables)})
    if printed.folder is not None and scores.measured is not None:
        written = write_segments(
            printed.folder, parallel, scores.measured, report, printed.asked, resampling
        )
        write_all(written, printed.folder)
    for warning in scores.warnings:
        typer.echo(f"evalkit: {warning}", err=True)
    if printed.segments and printed.format is Format.CSV and scores.measured is not None:
        _print_segments(scores.measured)
    elif printed.format is Format.JSON:
        _print_json(scores, found, printed)
    else:
        _print_report(report, found, printed)
    if printed.folder is not None:
        typer.echo(f"evalkit: wrote {printed.folder}; evalkit view {printed.folder}", err=True)
    requiring.write_junit(report, printed.junit)
    requiring.tell(report, to_errors=printed.format is not Format.TEXT)
    requiring.finish(report)


def _no_segments(rows: Sequence[Scorer], whole: Sequence[SetScorer]) -> None:
    names = ", ".join(scorer.name for scorer in whole)
    if not rows:
        raise ConfigError(f"--segments: {names} is of the whole set and has no scores by segment")
    typer.echo(f"evalkit: {names}: of the whole set, so not among the segments", err=True)


def _print_report(report: Report, found: Sequence[SanityCounts], printed: Printed) -> None:
    if printed.format is Format.CSV:
        from evalkit.report.long_form import safe, scores

        typer.echo(scores(report), nl=False)
        writer = csv.writer(sys.stdout)
        for each in found:
            for kind, n in each.counts.items():
                field = f"sanity.{kind}"
                row = ["scores", safe(each.system), "sanity", field, "outputs", n, "", "", each.n]
                writer.writerow([*row, 0, "", ""])
    elif printed.format is Format.LATEX:
        from evalkit.report.latex import table

        typer.echo(table(report.tables[0], intervals=printed.confidence), nl=False)
    else:
        from rich.console import Console

        from evalkit.report.terminal_grids import plain, score_table

        console = Console()
        for part in score_table(report.tables[0], console.width):
            console.print(part)
        console.print()
        for scorer, signature in _signatures(report).items():
            console.print(plain(f"{scorer} {signature}"), soft_wrap=True)


def _signatures(report: Report) -> Mapping[str, str]:
    return {score.scorer: score.signature for score in report.tables[0].scores}


def _print_json(scores: Scores, found: Sequence[SanityCounts], printed: Printed) -> None:
    whole: dict[str, object] = {
        "schema": SCHEMA_VERSION,
        "systems": [
            {
                "name": system,
                "metrics": [
                    _metric(each, scores.settings)
                    for each in scores.scored
                    if each.system == system
                ],
                **as_json(found, system),
            }
            for system in scores.systems
        ],
    }
    if not printed.segments or scores.measured is None:
        print_json(whole)
        return
    escaped = not is_unicode(sys.stdout)
    text = json.dumps(whole, ensure_ascii=escaped, indent=1)
    typer.echo(text.removesuffix("\n}") + ',\n "segments": [', nl=False)
    separator = "\n  "
    for at, (key, system, values) in enumerate(segment_rows(scores.measured)):
        row: dict[str, object] = {"id": key, "system": system, "scores": values}
        if said := notes(scores.measured.found[system], at % scores.n):
            row["notes"] = said
        typer.echo(separator + json.dumps(row, ensure_ascii=escaped), nl=False)
        separator = ",\n  "
    typer.echo("\n ]\n}")


def _metric(scored: Scored, settings: Resampling | None) -> dict[str, object]:
    found = scored.estimate
    metric: dict[str, object] = {
        "name": found.field.name,
        "value": number(found.value),
        "scale": found.field.unit,
        "signature": scored.signature,
        "n_scored": found.n_scored,
        "n_skipped": found.n_skipped,
    }
    if settings is None:
        note = note_of(found)
        return metric | ({"note": note} if note else {})
    return metric | {
        "low": number(found.interval.low),
        "high": number(found.interval.high),
        "confidence": 100 * settings.confidence,
        "standard_error": number(found.interval.standard_error),
        "n_clusters": found.interval.n_clusters,
        "resampling": found.interval.signature,
        "note": note_of(found),
    }


def _print_segments(measured: Measurements) -> None:
    """One row per segment and system; what is undefined is an empty cell."""
    from evalkit.report.long_form import safe

    _, parts = next(iter(measured.found.items()))
    fields = [field.name for scorer, _ in parts for field in scorer.fields]
    writer = csv.writer(sys.stdout)
    writer.writerow(["id", "system", *fields])
    for key, system, scores in segment_rows(measured):
        values = ["" if (v := scores[name]) is None else repr(v) for name in fields]
        writer.writerow([safe(key), safe(system), *values])
