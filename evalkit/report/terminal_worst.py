"""The worst items of a run that read no text for fluency: by each table's first directed score."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding

from evalkit.report import numbers
from evalkit.report.fields import Named, headline_fields
from evalkit.report.marking import excerpt
from evalkit.report.terminal_parts import plain
from evalkit.results import Item, Report, Table

__all__ = ["worst_item_parts"]


def worst_item_parts(report: Report, n: int) -> Iterator[RenderableType]:
    """Of each table the ``n`` worst items of all systems, worst first."""
    for table in report.tables:
        items = [item for item in report.items if item.table == table.name]
        fields = headline_fields(table, (name for item in items for name in item.scores))
        key = next((field for field in fields if field.higher_is_better is not None), None)
        if key is not None:
            yield from _table(table, items, key, n)


def _table(table: Table, items: list[Item], key: Named, n: int) -> Iterator[RenderableType]:
    sign = 1.0 if key.higher_is_better else -1.0
    scored = [
        (sign * value, at, item)
        for at, item in enumerate(items)
        if (value := item.scores.get(key.field)) is not None
    ]
    scored.sort(key=lambda entry: entry[:2])
    yield plain(f"{table.title}: the worst by {key.field} {key.arrow}", "bold")
    for _, _, item in scored[:n]:
        place = f"{item.document} {item.index + 1}" if item.index else item.document
        shown = numbers.score(item.scores[key.field], key.unit)
        yield plain(f"{place}, {item.system}: {shown}")
        yield Padding(plain(excerpt(item.hypothesis) or "(no text)", ""), (0, 0, 0, 2))
        for reference in item.references[:1]:
            yield Padding(plain(f"{reference.name}: {excerpt(reference.text)}"), (0, 0, 0, 2))
    yield plain(f"{min(n, len(scored))} of {len(scored)} items")
