"""Everything that the page's script draws: an index, and a block for each part of the run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evalkit.report import visible
from evalkit.report.blocks import Block, fitted, pack
from evalkit.report.marking import Palette
from evalkit.report.overview import is_headline
from evalkit.report.packing import Row, document_row, item_row, source_row
from evalkit.results import BucketTable, Item, MarkedDocument, Report, Table

__all__ = ["PageData", "page_data"]


@dataclass(frozen=True, slots=True)
class PageData:
    """The blocks of a page."""

    blocks: tuple[Block, ...]
    left_out: tuple[str, ...]
    """What does not fit into the page, part by part."""


def page_data(report: Report, drawn: Palette, *, most: int) -> PageData:
    """The report's texts and items in blocks.

    Args:
        report: the finished run.
        drawn: the styles of those who mark.
        most: characters of all blocks of texts and items together.
    """
    tables = {table.name: table for table in report.tables}
    documents: dict[str, list[MarkedDocument]] = {}
    for document in report.documents:
        documents.setdefault(document.table, []).append(document)
    items: dict[str, list[Item]] = {}
    for item in report.items:
        items.setdefault(item.table, []).append(item)
    parts = [
        *(_texts(name, own, tables.get(name), drawn) for name, own in documents.items()),
        *(_items(name, own, tables.get(name), drawn) for name, own in items.items()),
    ]
    fitting = [fitted(part.rows, part.head, most) for part in parts]
    total = sum(len(found.content) for found in fitting)
    if total > most:
        fitting = [
            fitted(part.rows, part.head, most * len(found.content) // total)
            for part, found in zip(parts, fitting, strict=True)
        ]
    blocks, left_out, index = [], [], []
    for at, (part, found) in enumerate(zip(parts, fitting, strict=True)):
        blocks.append(Block(f"part-{at}", found.content))
        left_out += [f"{part.title}: {words}" for words in found.left_out]
        index.append({**part.about, "block": f"part-{at}", "n": found.n_rows})
    blocks += _around(report)
    visible_names = dict(visible.labels())
    whole = {
        "parts": index,
        "labels": visible_names,
        "people": sorted(map(visible.line, drawn.people)),
    }
    return PageData((Block("index", pack(whole)), *blocks), tuple(left_out))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the run that is drawn together."""

    title: str
    about: Row
    """What the index says of it."""
    head: Row
    """What stands in its block before the rows."""
    rows: Sequence[Row]


def _texts(
    name: str, documents: Sequence[MarkedDocument], table: Table | None, drawn: Palette
) -> _Part:
    fields = _fields(table, (key for d in documents for s in d.sentences for key in s.scores))
    names = [str(field["name"]) for field in fields]
    about = _about("texts", name, table, fields, [document.system for document in documents])
    rows = [document_row(document, names, drawn) for document in documents]
    return _Part(str(about["title"]), about, {}, rows)


def _items(name: str, items: Sequence[Item], table: Table | None, drawn: Palette) -> _Part:
    fields = _fields(table, (key for item in items for key in item.scores))
    names = [str(field["name"]) for field in fields]
    kind = "translations" if table is not None and table.unit != "document" else "summaries"
    about = _about(kind, name, table, fields, [item.system for item in items])
    references: dict[tuple[str, str], int] = {}
    for item in items:
        for reference in item.references:
            references.setdefault((reference.name, reference.text), len(references))
    head: Row = {"refs": [[visible.line(name), text] for name, text in references]}
    rows = [item_row(item, names, drawn, texts=references) for item in items]
    return _Part(str(about["title"]), about, head, rows)


def _about(
    kind: str, name: str, table: Table | None, fields: Sequence[Row], systems: Sequence[str]
) -> Row:
    return {
        "kind": kind,
        "table": visible.line(name),
        "title": visible.line(table.title if table else name),
        "unit": table.unit if table else "item",
        "systems": list(map(visible.line, dict.fromkeys(systems))),
        "fields": list(fields),
    }


def _fields(table: Table | None, present: Iterator[str]) -> list[Row]:
    """The fields of a part: those of its table, and any that only its rows have."""
    scores = {score.field: score for score in (table.scores if table else ())}
    found: list[Row] = []
    for name in dict.fromkeys((*scores, *present)):
        score = scores.get(name)
        found.append(
            {
                "name": name,
                "label": visible.line(name),
                "scorer": visible.line(score.scorer) if score else "",
                "unit": visible.line(score.unit) if score else "",
                "up": score.higher_is_better if score else None,
                "head": table is None or (score is not None and is_headline(score, table)),
            }
        )
    return found


def _around(report: Report) -> Iterator[Block]:
    """Buckets, and the texts that the items were made from."""
    if report.buckets:
        yield Block("buckets", pack([_buckets(table) for table in report.buckets]))
    wanted = {item.document for item in report.items if item.origins}
    own = [source_row(d) for d in report.documents if d.system == "documents" and d.id in wanted]
    sources = own + [source_row(text) for text in report.sources if text.id in wanted]
    if sources:
        yield Block("sources", pack(sources))


def _buckets(table: BucketTable) -> Mapping[str, object]:
    return {
        "table": visible.line(table.table),
        "by": visible.line(table.by),
        "title": visible.line(table.title),
        "buckets": [
            {"name": visible.line(b.name), "n": {visible.line(k): n for k, n in b.sizes.items()}}
            for b in table.buckets
        ],
        "scores": [
            [
                visible.line(s.system),
                s.bucket,
                s.field,
                s.value,
                s.low,
                s.high,
                visible.line(s.note),
            ]
            for s in table.scores
        ],
        "members": {visible.line(name): list(own) for name, own in table.members.items()},
    }
