"""The work behind ``compare``: systems in files or in a run folder, to tests and ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from evalkit.cli.gating import Gate, as_json, gates
from evalkit.cli.named import Files, read_files
from evalkit.cli.options import Format
from evalkit.cli.permission import announce
from evalkit.cli.printing import print_json
from evalkit.cli.progress import bars
from evalkit.errors import ConfigError, nearest
from evalkit.pipeline.closing import closing
from evalkit.pipeline.run_tables import read_tables
from evalkit.pipeline.sanity import SanityCounts, sanity_notes
from evalkit.pipeline.segment_report import number
from evalkit.pipeline.segments import (
    Measurements,
    Wanted,
    compare_segments,
    measure_segments,
)
from evalkit.records import SCHEMA_VERSION
from evalkit.registry import Code
from evalkit.report.pairs import as_csv, as_latex, as_text, note_of
from evalkit.stages import Scorer
from evalkit.stats.contrasts import Contrast, contrasts
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Comparison
from evalkit.store.folder import read_report

__all__ = ["Asked", "Chosen", "compare_files", "compare_run", "refuse_files", "refuse_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to compare and print."""

    settings: Resampling
    baseline: str | None
    format: Format
    gate: Gate


@dataclass(frozen=True, slots=True)
class _Compared:
    """One table's comparisons, with what to say above them."""

    name: str
    title: str
    found: tuple[Contrast, ...]
    signatures: Mapping[str, str]
    sanity: tuple[SanityCounts, ...] = ()
    left_out: tuple[str, ...] = ()
    """Why scores of the table are not compared."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a run folder to compare."""

    table: str | None
    """Its name; None: every table."""
    metrics: str | None
    """Names of headline numbers, by commas; None: all of them."""


def compare_files(files: Files, scorers: Sequence[Scorer], asked: Asked) -> None:
    """Compares systems in files of segments; ends the scorers.

    Raises:
        ConfigError: fewer than two systems, or an unknown baseline.
    """
    with closing(scorers):
        _compare_files(files, scorers, asked)


def _compare_files(files: Files, scorers: Sequence[Scorer], asked: Asked) -> None:
    parallel = read_files(files)
    _check_systems(list(parallel.systems), asked.baseline)
    wanted = Wanted(cluster=asked.settings.unit, language=asked.gate.language or "en")
    sanity = gates(asked.gate, parallel)
    with bars() as progress:
        measured = measure_segments(parallel, scorers, wanted, also=sanity, progress=progress)
    for warning in measured.warnings:
        typer.echo(f"evalkit: {warning}", err=True)
    title = f"{parallel.n} segments"
    made = _compared("segments", title, measured, asked.settings, asked.baseline)
    _print([replace(made, sanity=tuple(each.counts() for each in sanity))], asked)


def compare_run(folder: Path, chosen: Chosen, asked: Asked, *, allow_code: bool) -> None:
    """Compares the systems of a run folder, table by table.

    Raises:
        ConfigError: an unknown baseline, or a cluster or metric that the run does not have.
    """
    if folder.is_file():
        raise ConfigError(f"{folder} is a file, no run folder; name systems with --hypotheses FILE")
    if allow_code:
        announce(read_report(folder).run.code, allowed=True)
    made = []
    for each in read_tables(folder, table=chosen.table, code=Code(allow_code, folder)):
        for warning in each.warnings:
            typer.echo(f"evalkit: {warning}", err=True)
        _check_systems(list(each.measured.found), asked.baseline)
        unit = asked.settings.unit
        if unit not in ("segment", "document", each.unit):
            raise ConfigError(f"--cluster {unit!r}: a run folder has {each.unit}s and documents")
        by_document = unit == "document" and each.unit != "document"
        measured = replace(each.measured, clusters=each.documents if by_document else None)
        settings = replace(asked.settings, unit="document" if by_document else each.unit)
        compared = _compared(each.name, each.title, measured, settings, asked.baseline)
        made.append(replace(compared, left_out=each.warnings))
    _print(made if chosen.metrics is None else _only(made, chosen.metrics), asked)


def _only(made: Sequence[_Compared], metrics: str) -> list[_Compared]:
    """The tables with the named metrics alone; those that have none of them are left out."""
    wanted = [name.strip() for name in metrics.split(",") if name.strip()]
    known = list(dict.fromkeys(contrast.field.name for each in made for contrast in each.found))
    for name in wanted:
        if name not in known:
            guess = nearest(name, known)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise ConfigError(f"the run has no metric {name!r}.{hint} It has: {', '.join(known)}")
    kept = [
        replace(
            each,
            found=tuple(c for c in each.found if c.field.name in wanted),
            signatures={name: s for name, s in each.signatures.items() if name in wanted},
        )
        for each in made
    ]
    return [each for each in kept if each.found]


def refuse_files(
    hypotheses: Sequence[str] | None,
    references: Sequence[str] | None,
    sources: str | None,
    glossary: Path | None,
    flags: Mapping[str, object],
) -> None:
    """A run folder has its own texts and metrics.

    Raises:
        ConfigError: files or a metric's options are named beside it.
    """
    if hypotheses or references or sources:
        raise ConfigError("name a run folder or --hypotheses, not both")
    if glossary is not None:
        raise ConfigError("--glossary needs files: a run's outputs were looked at when it was made")
    if flags:
        raise ConfigError("a run folder is compared by its own metrics; leave their options out")


def refuse_table(table: str) -> None:
    """Files are one table.

    Raises:
        ConfigError: always.
    """
    raise ConfigError(f"--table {table} needs a run folder: evalkit compare RUN --table {table}")


def _check_systems(systems: Sequence[str], baseline: str | None) -> None:
    if len(systems) < 2:
        raise ConfigError(
            f"one system ({systems[0]!r}) cannot be compared; name more with --hypotheses"
        )
    if baseline is not None and baseline not in systems:
        guess = nearest(baseline, systems)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ConfigError(
            f"--baseline {baseline!r} is no system.{hint} Known: {', '.join(systems)}"
        )


def _compared(
    name: str, title: str, measured: Measurements, settings: Resampling, baseline: str | None
) -> _Compared:
    found = compare_segments(measured, settings, baseline=baseline)
    return _Compared(name, title, contrasts(found, all_pairs=baseline is None), measured.signatures)


def _print(made: Sequence[_Compared], asked: Asked) -> None:
    correction = asked.settings.correction
    if asked.format is Format.JSON:
        tables = [_as_json(each, asked.settings) for each in made]
        print_json({"schema": SCHEMA_VERSION, "tables": tables})
    elif asked.format is Format.CSV:
        typer.echo(as_csv([c for each in made for c in each.found]), nl=False)
    elif asked.format is Format.LATEX:
        for each in (each for each in made if each.found):
            typer.echo(as_latex(each.found, correction=correction), nl=False)
    else:
        _print_text(made, correction)


def _print_text(made: Sequence[_Compared], correction: str) -> None:
    from rich.console import Console

    from evalkit.report.terminal_grids import plain

    console = Console()
    for each in made:
        console.print(plain(each.title, "bold underline"))
        if not each.found:
            said = (reason.split(" is not compared: ")[-1] for reason in each.left_out)
            reasons = "; ".join(said) or "it has no scores"
            console.print(plain(f"Nothing here can be compared: {reasons}."))
            continue
        for part in as_text(each.found, width=console.width, correction=correction):
            console.print(part)
        for note in sanity_notes(each.sanity):
            console.print(plain(note))
        for scorer, signature in each.signatures.items():
            console.print(plain(f"{scorer} {signature}"), soft_wrap=True)
        console.print()


def _as_json(each: _Compared, settings: Resampling) -> dict[str, object]:
    return {
        "table": each.name,
        "confidence": 100 * settings.confidence,
        "correction": settings.correction,
        "signatures": dict(each.signatures),
        "systems": [{"name": s.system, **as_json(each.sanity, s.system)} for s in each.sanity],
        "comparisons": [_pair(pair) for c in each.found for pair in c.comparisons],
        "rankings": [_ranking(contrast) for contrast in each.found if contrast.ranking],
    }


def _pair(found: Comparison) -> dict[str, object]:
    return {
        "metric": found.field.name,
        "scale": found.field.unit,
        "higher_is_better": found.field.higher_is_better,
        "system_a": found.system_a,
        "system_b": found.system_b,
        "value_a": number(found.value_a),
        "value_b": number(found.value_b),
        "delta": number(found.difference),
        "low": number(found.interval.low),
        "high": number(found.interval.high),
        "p": number(found.test.p),
        "p_adjusted": number(found.p_adjusted),
        "effect": number(found.effect),
        "standard_error": number(found.interval.standard_error),
        "share_won": number(found.share_won),
        "n_won": found.n_won,
        "n_lost": found.n_lost,
        "n_tied": found.n_tied,
        "n_items": found.n_items,
        "n_dropped": found.n_dropped,
        "n_clusters": found.test.n_clusters,
        "smallest_difference": number(found.smallest_difference),
        "test": found.test.signature,
        "interval": found.interval.signature,
        "note": note_of(found),
    }


def _ranking(contrast: Contrast) -> dict[str, object]:
    return {
        "metric": contrast.field.name,
        "systems": [
            {
                "name": each.system,
                "value": number(each.value),
                "cluster": each.cluster,
                "best_rank": each.best_rank,
                "worst_rank": each.worst_rank,
            }
            for each in contrast.ranking
        ],
    }
