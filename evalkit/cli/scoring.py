"""The work behind ``score``: files of segments to tables, as one corpus per system."""

import sys
from pathlib import Path

import typer

from evalkit import registry
from evalkit.cli.printing import print_json
from evalkit.corpus.aligned import read_aligned
from evalkit.errors import AlignmentError, ConfigError
from evalkit.pipeline.segments import Segments, score_segments
from evalkit.records import SCHEMA_VERSION
from evalkit.results import Report
from evalkit.stages import Scorer

__all__ = ["score"]


def score(
    hypotheses: list[str],
    references: list[str],
    sources: str | None,
    metrics: list[str],
    *,
    as_json: bool,
) -> None:
    """Prints every system's scores over all segments, with signatures."""
    scorers = _scorers(metrics, with_sources=sources is not None)
    if [*hypotheses, *references, sources].count("-") > 1:
        raise ConfigError("standard input ('-') can be named only once")
    aligned = read_aligned(
        {_name(path, hypotheses): path for path in hypotheses},
        {path: path for path in references},
        sources,
        root=Path(),
        stream=sys.stdin.buffer,
    )
    segments = Segments(
        systems=aligned.systems,
        references=aligned.references,
        sources=aligned.sources,
        ids=aligned.ids,
        notes=aligned.notes,
    )
    report = score_segments(segments, scorers)
    for warning in report.run.warnings:
        typer.echo(f"evalkit: {warning}", err=True)
    if as_json:
        print_json(_as_json(report))
        return
    from rich.console import Console

    from evalkit.report.terminal import show

    show(report, Console(), document=None, worst=None)


def _scorers(names: list[str], *, with_sources: bool) -> list[Scorer]:
    made = [registry.scorer(name.strip()) for name in dict.fromkeys(names) if name.strip()]
    if not made:
        raise ConfigError("--metrics names none; see 'evalkit list'")
    for scorer in made:
        if "sources" in scorer.needs and not with_sources:
            raise ConfigError(f"{scorer.name} needs --sources FILE")
    return made


def _name(path: str, paths: list[str]) -> str:
    if paths.count(path) > 1:
        raise AlignmentError(f"--hypotheses {path} is given twice")
    stems = [Path(other).stem for other in paths]
    return path if stems.count(Path(path).stem) > 1 else Path(path).stem


def _as_json(report: Report) -> dict[str, object]:
    (table,) = report.tables
    return {
        "schema": SCHEMA_VERSION,
        "systems": [
            {
                "name": system,
                "metrics": [
                    {
                        "name": score.field,
                        "value": score.value,
                        "scale": score.unit,
                        "signature": score.signature,
                        "n_scored": score.n_scored,
                        "n_skipped": score.n_skipped,
                    }
                    for score in table.scores
                    if score.system == system
                ],
            }
            for system in table.systems
        ],
    }
