"""The rows of a run that a page asks for, out of a memory-mapped table.

Numbers are numpy arrays; an order is computed once per number and direction and kept, so a page
costs a mask over the rows and the texts of those that are shown. Nothing is written.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from evalkit.store.items import SCORE
from evalkit.view.query import Query

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Rows", "Selected", "TableRows"]

KEPT = 24
"""Orders and masks that are kept, each 8 or 1 bytes per row."""
NO_ROW = -1

Value = TypeVar("Value")
Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TableRows:
    """What a table of the run holds."""

    name: str
    n: int
    """Its rows: items times systems."""
    systems: tuple[str, ...]
    fields: tuple[str, ...]
    """The numbers that some row of it has."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A page of rows."""

    total: int
    """Rows that fit the query."""
    rows: tuple[Mapping[str, object], ...]
    """Those of the page, as JSON data."""


class Rows:
    """A run's items. Safe to call from several threads.

    Args:
        table: from ``evalkit.store.items``.
    """

    def __init__(self, table: "pa.Table") -> None:
        self._batches = table.to_batches()
        self._starts = np.cumsum([0, *(batch.num_rows for batch in self._batches)])
        self._columns = table
        self._fields = [n.removeprefix(SCORE) for n in table.schema.names if n.startswith(SCORE)]
        self._kept: OrderedDict[object, Any] = OrderedDict()
        self._lock = Lock()
        self._tables, self._table_codes = self._codes("table")
        self._systems, self._system_codes = self._codes("system")
        self.tables = tuple(self._about(code) for code in range(len(self._tables)))

    def select(self, query: Query) -> Selected:
        """The page of rows that ``query`` asks for.

        Raises:
            ValueError: the run has no such table, system or number; names those that there are.
        """
        table = self._check(query)
        values = self._values(query, table)
        mask = self._mask(query, values)
        if query.sort == "score" and values is not None:
            key = (query.table, query.field, query.descending, query.system, query.versus)
            plain = key[:3] if not query.versus else key
            order = self._once(("order", *plain), lambda: _order(values, query.descending))
            found = order[mask[order]]
        else:
            found = np.flatnonzero(mask)
            found = found[::-1] if query.descending else found
        start = query.page * query.size
        shown = found[start : start + query.size]
        partners = self._partners(query) if query.versus else None
        return Selected(
            total=len(found),
            rows=tuple(self._row(int(at), table, partners) for at in shown),
        )

    def columns(self, table: str) -> Mapping[str, Sequence[object]]:
        """Of every row of a table its row number, system and numbers, for a static export."""
        chosen = self._in_table(table)
        about = next(each for each in self.tables if each.name == table)
        names = [self._systems[code] for code in self._system_codes[chosen]]
        return {
            "row": chosen.tolist(),
            "system": names,
            **{
                f"{SCORE}{field}": [
                    None if np.isnan(value) else round(float(value), 4)
                    for value in self._numbers(field)[chosen]
                ]
                for field in about.fields
            },
        }

    def row(self, at: int) -> Mapping[str, object]:
        """One row, whole, as JSON data."""
        name = self._tables[self._table_codes[at]]
        return self._row(at, next(each for each in self.tables if each.name == name), None)

    def _check(self, query: Query) -> TableRows:
        table = next((each for each in self.tables if each.name == query.table), None)
        if table is None:
            known = ", ".join(each.name for each in self.tables)
            raise ValueError(f"no table {query.table!r}; there are: {known}")
        for name in filter(None, (query.system, query.versus)):
            if name not in table.systems:
                known = ", ".join(table.systems)
                raise ValueError(f"{table.name} has no system {name!r}; there are: {known}")
        if query.field and query.field not in table.fields:
            known = ", ".join(table.fields)
            raise ValueError(f"{table.name} has no number {query.field!r}; there are: {known}")
        return table

    def _values(self, query: Query, table: TableRows) -> Numbers | None:
        """The number that is sorted and filtered by, of every row; a difference with versus."""
        if not query.field:
            return None
        own = self._numbers(query.field)
        if not query.versus:
            in_table = self._table_codes == self._tables.index(table.name)
            return np.where(in_table, own, np.nan)
        partners = self._partners(query)
        other = np.where(partners == NO_ROW, np.nan, own[partners])
        return np.asarray(own - other)

    def _mask(self, query: Query, values: Numbers | None) -> Mask:
        mask: Mask = self._table_codes == self._tables.index(query.table)
        if query.system:
            mask &= self._system_codes == self._systems.index(query.system)
        if query.versus:
            mask &= self._partners(query) != NO_ROW
        with np.errstate(invalid="ignore"):
            if values is not None and query.low is not None:
                mask &= values >= query.low
            if values is not None and query.high is not None:
                mask &= values <= query.high
        if query.document:
            mask &= self._once(("document", query.document), lambda: self._equal(query.document))
        if query.search:
            text = query.search.lower()
            mask &= self._once(("search", text), lambda: self._holds(text))
        return mask

    def _partners(self, query: Query) -> Places:
        """For every row of ``system`` the row of ``versus`` with the same id; else NO_ROW."""
        key = ("partners", query.table, query.system, query.versus)
        return self._once(key, lambda: self._matched(query))

    def _matched(self, query: Query) -> Places:
        import pyarrow.compute as pc

        in_table = self._table_codes == self._tables.index(query.table)
        ids = pc.dictionary_encode(self._columns.column("id").combine_chunks())
        codes = np.asarray(ids.indices)
        ours = np.flatnonzero(in_table & (self._system_codes == self._systems.index(query.system)))
        theirs = np.flatnonzero(
            in_table & (self._system_codes == self._systems.index(query.versus))
        )
        at = np.full(len(ids.dictionary), NO_ROW, dtype=np.int64)
        at[codes[theirs]] = theirs
        found = np.full(len(codes), NO_ROW, dtype=np.int64)
        found[ours] = at[codes[ours]]
        return found

    def _equal(self, document: str) -> Mask:
        import pyarrow.compute as pc

        return _plain(pc.equal(self._columns.column("document"), document))

    def _holds(self, text: str) -> Mask:
        """Batches are searched on all cores: Arrow lets go of the interpreter meanwhile."""
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(lambda batch: _batch_holds(batch, text), self._batches))
        return np.concatenate(found) if found else np.zeros(0, dtype=np.bool_)

    def _numbers(self, field: str) -> Numbers:
        column = self._columns.column(f"{SCORE}{field}")
        return self._once(
            ("numbers", field), lambda: np.asarray(column.to_numpy(), dtype=np.float64)
        )

    def _in_table(self, table: str) -> Places:
        return np.flatnonzero(self._table_codes == self._tables.index(table))

    def _codes(self, name: str) -> tuple[list[str], NDArray[np.int32]]:
        column = self._columns.column(name).unify_dictionaries().combine_chunks()
        if not len(column):
            return [], np.zeros(0, dtype=np.int32)
        return column.dictionary.to_pylist(), np.asarray(column.indices)

    def _about(self, code: int) -> TableRows:
        chosen = self._table_codes == code
        systems = np.unique(self._system_codes[chosen], return_index=True)
        in_order = [self._systems[systems[0][at]] for at in np.argsort(systems[1])]
        fields = [f for f in self._fields if not np.isnan(self._numbers(f)[chosen]).all()]
        return TableRows(self._tables[code], int(chosen.sum()), tuple(in_order), tuple(fields))

    def _row(self, at: int, table: TableRows, partners: Places | None) -> Mapping[str, object]:
        row = self._read(at, table)
        if partners is not None:
            row["versus"] = self._read(int(partners[at]), table)
        return row

    def _read(self, at: int, table: TableRows) -> dict[str, object]:
        place = int(np.searchsorted(self._starts, at, side="right")) - 1
        (found,) = self._batches[place].slice(at - int(self._starts[place]), 1).to_pylist()
        names = found["reference_names"] or [""] * len(found["references"])
        return {
            "row": at,
            **{key: found[key] for key in ("system", "document", "index", "id")},
            **{key: found[key] for key in ("hypothesis", "source")},
            "references": [
                {"name": name, "text": text}
                for name, text in zip(names, found["references"], strict=True)
            ],
            "scores": {field: found[f"{SCORE}{field}"] for field in table.fields},
            **(json.loads(found["more"]) if found["more"] else {}),
        }

    def _once(self, key: object, make: Callable[[], Value]) -> Value:
        """What was made under that key, or is made now; the oldest of many is forgotten."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: Value = self._kept[key]
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def _order(values: Numbers, descending: bool) -> Places:
    """Row numbers by value, NaN last, ties in their own order."""
    return np.argsort(-values if descending else values, kind="stable")


def _batch_holds(batch: "pa.RecordBatch", text: str) -> Mask:
    import pyarrow.compute as pc

    found = np.zeros(batch.num_rows, dtype=np.bool_)
    for name in ("hypothesis", "source", "id"):
        found |= _plain(pc.match_substring(batch.column(name), text, ignore_case=True))
    lists = batch.column("references")
    hits = _plain(pc.match_substring(lists.flatten(), text, ignore_case=True))
    found[np.asarray(pc.list_parent_indices(lists))[hits]] = True
    return found


def _plain(found: "pa.ChunkedArray | pa.Array") -> Mask:
    """An Arrow mask as numpy's; null is False."""
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)
