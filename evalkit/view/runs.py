"""The runs that a viewer shows: each folder's tables and, where it has them, its items' file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.results import Report
from evalkit.store.folder import read_report
from evalkit.store.items import ITEMS, item_rows, open_items, rows_table
from evalkit.view.select import Rows

__all__ = ["ShownRun", "described", "open_runs"]


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A finished run, open for reading."""

    title: str
    report: Report
    rows: Rows


def open_runs(folders: Sequence[Path]) -> tuple[ShownRun, ...]:
    """Opens the runs. One without an ``items.arrow`` (an older one) is read from its report.

    Raises:
        StoreError: a folder is no finished run, or damaged.
    """
    names = [folder.resolve().name for folder in folders]
    return tuple(
        _open(folder, name if names.count(name) == 1 else str(folder))
        for folder, name in zip(folders, names, strict=True)
    )


def _open(folder: Path, title: str) -> ShownRun:
    report = read_report(folder)
    path = folder / ITEMS
    if path.is_file():
        return ShownRun(title, report, Rows(open_items(path)))
    rows = list(item_rows(report))
    fields = list(dict.fromkeys(field for row in rows for field in row.scores))
    return ShownRun(title, report, Rows(rows_table(rows, fields)))


def described(runs: Sequence[ShownRun]) -> list[dict[str, object]]:
    """What the front end shows before any item: tables with scores, warnings, what there is."""
    return [_described(run) for run in runs]


def _described(run: ShownRun) -> dict[str, object]:
    scores = {table.name: table for table in run.report.tables}
    return {
        "title": run.title,
        "name": run.report.run.name,
        "finished": run.report.run.finished,
        "warnings": list(run.report.run.warnings),
        "tables": [
            {
                "name": about.name,
                "title": scores[about.name].title if about.name in scores else about.name,
                "n": about.n,
                "systems": list(about.systems),
                "fields": list(about.fields),
                "scores": _scores(scores[about.name].model_dump(mode="json")["scores"])
                if about.name in scores
                else [],
            }
            for about in run.rows.tables
        ],
    }


def _scores(scores: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    keys = ("system", "field", "unit", "higher_is_better", "value", "low", "high", "note")
    return [{key: score[key] for key in keys} for score in scores]
