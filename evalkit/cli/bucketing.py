"""The work behind ``buckets``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from evalkit.cli.gating import Gate, as_json, gates
from evalkit.cli.named import Files, read_files
from evalkit.cli.options import Format
from evalkit.cli.printing import print_json
from evalkit.cli.progress import bars
from evalkit.corpus.files import existing
from evalkit.corpus.rows import ROW_KINDS, cell, kind_of, read_rows, text_cell
from evalkit.corpus.streams import open_stream
from evalkit.errors import ConfigError, InputError
from evalkit.metrics.word_frequency import count
from evalkit.pipeline.buckets import BucketJob, Question, bucket_segments
from evalkit.pipeline.closing import closing
from evalkit.pipeline.sanity import SanityCounts, sanity_notes
from evalkit.pipeline.segment_report import number
from evalkit.records import SCHEMA_VERSION
from evalkit.report.bucket_tables import as_csv, as_latex, as_text, note_of
from evalkit.stages import Scorer
from evalkit.stats.buckets import BucketScore, BucketTable
from evalkit.stats.resampling import Resampling

__all__ = ["Printed", "buckets", "questions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """How the tables are printed, and how outputs are looked at beside."""

    format: Format
    gate: Gate


def questions(
    by: Sequence[str], edges: str | None, frequencies: Path | None
) -> tuple[Question, ...]:
    """What the command line asks for.

    Raises:
        ConfigError: edges that are no rising numbers, or frequencies that nothing uses.
    """
    steps = None if edges is None else _edges(edges)
    if frequencies is not None and "frequency" not in by:
        raise ConfigError("--frequencies has no effect without --by frequency")
    if steps is not None and len(by) > 1:
        raise ConfigError("--edges belongs to one --by; ask for the others apart")
    counted = None if frequencies is None else _frequencies(frequencies)
    aliases = {"length": "reference-length"}
    return tuple(
        Question(by=aliases.get(what, what), edges=steps, frequencies=counted)
        for what in dict.fromkeys(by)
    )


def buckets(
    files: Files,
    scorers: Sequence[Scorer],
    asked: Sequence[Question],
    settings: Resampling,
    printed: Printed,
) -> None:
    """Prints the scores by bucket, one table for each question; ends the scorers."""
    with closing(scorers):
        _buckets(files, scorers, asked, settings, printed)


def _buckets(
    files: Files,
    scorers: Sequence[Scorer],
    asked: Sequence[Question],
    settings: Resampling,
    printed: Printed,
) -> None:
    parallel = read_files(files)
    sanity = gates(printed.gate, parallel)
    language = printed.gate.language or "en"
    made: list[BucketTable] = []
    for question in asked:
        # Every question reads the files; the gate looks at them once.
        job = BucketJob(settings, language, also=() if made else sanity)
        with bars() as progress:
            made += bucket_segments(parallel, scorers, question, job, progress=progress)
    found = [each.counts() for each in sanity]
    for warning in dict.fromkeys(warning for table in made for warning in table.warnings):
        typer.echo(f"evalkit: {warning}", err=True)
    if printed.format is Format.JSON:
        systems = [{"name": s, **as_json(found, s)} for s in parallel.systems]
        tables = list(map(_as_json, made))
        print_json({"schema": SCHEMA_VERSION, "tables": tables, "systems": systems})
    elif printed.format is Format.CSV:
        typer.echo(as_csv(made), nl=False)
    elif printed.format is Format.LATEX:
        for table in made:
            typer.echo(as_latex(table), nl=False)
    else:
        _print_text(made, found)


def _print_text(made: Sequence[BucketTable], found: Sequence[SanityCounts]) -> None:
    from rich.console import Console

    from evalkit.report.terminal_grids import plain

    console = Console()
    for table in made:
        for part in as_text(table, width=console.width):
            console.print(part)
        console.print()
    for note in sanity_notes(found):
        console.print(plain(note))
    signatures = {row.scorer: row.signature for table in made for row in table.scores}
    for scorer, signature in signatures.items():
        console.print(plain(f"{scorer} {signature}"), soft_wrap=True)


def _as_json(table: BucketTable) -> dict[str, object]:
    systems = [
        {"name": system, "buckets": [_bucket(table, system, name) for name in table.buckets]}
        for system in table.systems
    ]
    return {"by": table.by, "unit": table.unit, "systems": systems}


def _bucket(table: BucketTable, system: str, bucket: str) -> dict[str, object]:
    """A bucket that a system has nothing in is there, with n = 0 and no metrics."""
    rows = [r for r in table.scores if (r.system, r.bucket) == (system, bucket)]
    metrics = [_metric(row, table.unit) for row in rows]
    return {"bucket": bucket, "n": rows[0].n if rows else 0, "metrics": metrics}


def _metric(row: BucketScore, unit: str) -> dict[str, object]:
    found = row.estimate
    return {
        "name": row.scorer,
        "value": number(found.value),
        "scale": found.field.unit,
        "low": number(found.interval.low),
        "high": number(found.interval.high),
        "signature": row.signature,
        "resampling": found.interval.signature,
        "n_scored": found.n_scored,
        "n_skipped": found.n_skipped,
        "note": note_of(row, unit),
    }


def _edges(text: str) -> tuple[float, ...]:
    try:
        steps = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise ConfigError(f"--edges {text!r}: numbers by commas are needed, e.g. 10,20") from error
    if list(steps) != sorted(set(steps)):
        raise ConfigError(f"--edges {text!r}: the numbers must rise")
    return steps


def _frequencies(path: Path) -> Mapping[str, int]:
    """Words of a training text, counted; or those of a table with columns word and count.

    Raises:
        InputError: the file is missing or damaged, or a count is no whole number.
    """
    found = existing(path, root=Path(), what="frequencies")
    frequencies: Counter[str] = Counter()
    if kind_of(found) not in ROW_KINDS:
        for entry in open_stream(str(path), "references", root=Path()):
            frequencies.update(count(entry.texts[0]))
        return frequencies
    for row in read_rows(found, kind=kind_of(found), name=found.name):
        value = cell(row, "count")
        if not str(value).isdecimal():
            raise InputError(f"{row.origin}: column 'count' holds {value!r}, no whole number")
        frequencies[text_cell(row, "word").casefold()] += int(str(value))
    return frequencies
