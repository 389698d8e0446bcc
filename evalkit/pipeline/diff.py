"""Two finished runs held against each other: what changed, and whether the scores really did."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evalkit.pipeline.diff_items import Entry, Matched, matched
from evalkit.pipeline.diff_scores import item_moved, moved, score_changes
from evalkit.results import (
    Change,
    Difference,
    ItemChange,
    OutputChange,
    Report,
    RunName,
    Score,
    Table,
)
from evalkit.store.folder import read_report

__all__ = ["difference", "read_difference"]

_WHERE = ("output",)
"""Settings that decide no number: where a run is written."""


def read_difference(a: Path, b: Path, *, n_items: int = 10) -> Difference:
    """What changed from the run in folder ``a`` to the one in ``b``.

    Args:
        a: the first run folder.
        b: the second run folder.
        n_items: how many changed items to list, those with the largest differences.

    Raises:
        StoreError: no finished run in one of them.
    """
    return difference(read_report(a), read_report(b), (str(a), str(b)), n_items=n_items)


def difference(
    a: Report, b: Report, folders: tuple[str, str] = ("a", "b"), *, n_items: int = 10
) -> Difference:
    """What changed from report ``a`` to report ``b``; see ``read_difference``."""
    matches = matched(a, b)
    scores = tuple(score_changes(a, b, matches))
    items = list(_items(b, matches))
    only_a, only_b = _only(a, b), _only(b, a)
    changes = {
        "config": _changes(_flat(_settings(a)), _flat(_settings(b))),
        "versions": _changes(a.run.versions, b.run.versions),
        "inputs": _changes(a.run.inputs, b.run.inputs),
        "generators": _changes(a.run.generators, b.run.generators),
    }
    outputs = tuple(map(_outputs, matches))
    return Difference(
        a=RunName(name=a.run.name, folder=folders[0], finished=a.run.finished),
        b=RunName(name=b.run.name, folder=folders[1], finished=b.run.finished),
        **changes,
        only_a=only_a,
        only_b=only_b,
        outputs=outputs,
        scores=scores,
        items=tuple(items[:n_items]),
        n_items=len(items),
        n_listed=n_items,
        differs=bool(
            any(changes.values())
            or only_a
            or only_b
            or items
            or any(o.n_other or o.n_only_a or o.n_only_b for o in outputs)
            or any(moved(score) for score in scores)
        ),
    )


def _settings(report: Report) -> dict[str, object]:
    return {key: value for key, value in report.run.config.items() if key not in _WHERE}


def _changes(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[Change, ...]:
    names = dict.fromkeys([*a, *b])
    return tuple(
        Change(name=name, a=a.get(name), b=b.get(name))
        for name in names
        if a.get(name) != b.get(name)
    )


def _flat(value: object, path: str = "") -> dict[str, str]:
    """Every setting by its path; entries of a list by their label, name or kind, if they can."""
    if isinstance(value, Mapping) and value:
        inner = value.items()
    elif isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value):
        inner = _labelled(value).items()
    else:
        return {path: json.dumps(value, ensure_ascii=False)}
    found: dict[str, str] = {}
    for key, each in inner:
        found |= _flat(each, f"{path}.{key}" if path else str(key))
    return found


def _labelled(entries: Sequence[object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for at, entry in enumerate(entries):
        labels = (
            [entry.get(key) for key in ("label", "name", "kind")]
            if (isinstance(entry, Mapping))
            else []
        )
        label = str(next(filter(None, labels), at))
        found[label if label not in found else f"{label}#{at}"] = entry
    return found


def _only(a: Report, b: Report) -> tuple[str, ...]:
    """What a has and b has not: whole tables, whole systems, else single scores."""
    theirs = {(t.name, s.system, s.field) for t in b.tables for s in t.scores}
    tables = {table.name for table in b.tables}
    systems = {(table.name, system) for table in b.tables for system in table.systems}
    found: dict[str, None] = {}
    for table in a.tables:
        for score in table.scores:
            if table.name not in tables:
                found[table.name] = None
            elif (table.name, score.system) not in systems:
                found[f"{table.name}/{score.system}"] = None
            elif (table.name, score.system, score.field) not in theirs:
                found[f"{table.name}/{score.system}/{score.field}"] = None
    return tuple(found)


def _outputs(match: Matched) -> OutputChange:
    n_same = sum(old.text == new.text for old, new in match.pairs)
    return OutputChange(
        table=match.table,
        system=match.system,
        n_same=n_same,
        n_changed=len(match.pairs) - n_same,
        n_other=match.n_other,
        n_only_a=len(match.only_a),
        n_only_b=len(match.only_b),
    )


def _items(b: Report, matches: Sequence[Matched]) -> Iterator[ItemChange]:
    """Changed items of all tables: largest difference first, then those that have none."""
    tables = {table.name: table for table in b.tables}
    found = []
    for match in matches:
        score = _telling(tables.get(match.table), match)
        for old, new in match.pairs:
            field = score.field if score else ""
            if old.text == new.text and not any(item_moved(old, new, f) for f in new.scores):
                continue
            found.append(_item(match, score, old, new, field))
    found.sort(key=lambda each: -abs((each.b or 0.0) - (each.a or 0.0)) if _both(each) else 1.0)
    yield from found


def _both(each: ItemChange) -> bool:
    return each.a is not None and each.b is not None


def _telling(table: Table | None, match: Matched) -> Score | None:
    """The first directed score of the table that the items have too."""
    present = {name for _, new in match.pairs for name in new.scores}
    scores = table.scores if table is not None else ()
    return next((s for s in scores if s.field in present and s.higher_is_better is not None), None)


def _item(match: Matched, score: Score | None, old: Entry, new: Entry, field: str) -> ItemChange:
    return ItemChange(
        table=match.table,
        system=match.system,
        document=new.document,
        index=new.index,
        field=field,
        unit=score.unit if score else "",
        higher_is_better=score.higher_is_better if score else None,
        a=old.scores.get(field),
        b=new.scores.get(field),
        text_a=old.text,
        text_b=new.text,
    )
