"""The checks of a scorer."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial

import numpy as np

from evalkit.conformance import naming
from evalkit.conformance.answers import answer_problems, same_rows, within
from evalkit.conformance.check import Check, Look, Maker, attempt, run
from evalkit.conformance.samples import BROKEN, ODD, PLAIN, in_context, one, part, with_odd, without
from evalkit.errors import EvalkitError
from evalkit.records import Batch, Measured
from evalkit.stages import Scorer, SegmentScorer

__all__ = ["check_scorer"]

MEMBERS = ("name", "needs", "languages", "columns", "fields", "measure", "score", "signature")


def check_scorer(
    make: Callable[[], Scorer], *, tolerance: float = 1e-5, texts: Batch = PLAIN
) -> tuple[Check, ...]:
    """Makes the scorer and looks at it from all sides.

    Args:
        make: makes it: the class, where it needs no option; called twice.
        tolerance: how far two rows that must be equal may differ, relative and absolute: what
            batches do to a network's last digits.
        texts: at least three different ones, all of which the scorer can score, with references,
            sources and documents: for a scorer that reads no English, or one reference alone.
    """
    with Maker(make) as maker:
        return run(_Scorers(maker, tolerance, texts).looks())


class _Scorers:
    """A scorer under check, and what it found in the plain texts."""

    def __init__(self, make: Callable[[], Scorer], tolerance: float, texts: Batch) -> None:
        self._make = make
        self._texts = texts
        self._tolerance = tolerance

    @cached_property
    def scorer(self) -> Scorer:
        return self._make()

    @cached_property
    def plain(self) -> Batch:
        if self._texts is not PLAIN:
            return self._texts
        return replace(PLAIN, language=naming.chosen_language(self.scorer.languages))

    @cached_property
    def whole(self) -> Measured:
        return self.scorer.measure(self.plain)

    def looks(self) -> list[Look]:
        return [
            Look("it can be made", naming.MADE, self._made),
            Look(
                "name, fields, columns",
                "name the headline field as the scorer; give each field a name and unit of its "
                "own and low < high; name each column once",
                self._names,
            ),
            Look(
                "needs, languages",
                naming.NEEDS,
                self._needs,
            ),
            Look(
                "signature",
                naming.SIGNATURE,
                self._signature,
            ),
            Look(
                "many texts",
                "give a row for each hypothesis: finite, zero and with a reason where invalid; "
                "spans and tokens within the text",
                lambda: answer_problems(self.scorer, self.plain, self.whole),
            ),
            Look("no text", "give statistics of shape (0, k) for an empty batch", self._empty),
            Look("one text", "give the row that it has among others", self._one),
            Look(
                "texts of any kind",
                "give a row for every text, or mark it invalid and say why; never raise",
                self._odd,
            ),
            Look(
                "half of a surrogate pair",
                "mark the row invalid, or raise ValueError: it is no Unicode text",
                self._broken,
            ),
            Look(
                "a text that cannot be scored takes no other with it",
                "mark that row invalid; the other rows may not change",
                self._others,
            ),
            Look(
                "an item without a reference, a batch without what is needed",
                "mark an item without reference invalid; raise ValueError where the whole batch "
                "has no references (sources)",
                self._without,
            ),
            Look(
                "a batch split in two gives the rows of the whole",
                "let a row depend on its own item alone",
                self._split,
            ),
            Look("another order", "let a row depend on its own item alone", self._order),
            Look("twice the same", "seed what is random; keep no state", self._twice),
            Look("a place in a longer text", "read contexts, or ignore them", self._contexts),
            Look(
                "scores of summed rows",
                "return (..., m) from (..., k) for any leading axes; leave the argument unchanged; "
                "NaN without a warning where nothing was summed",
                self._score,
            ),
            Look("bounds", "widen low and high of the field, or mend the score", self._bounds),
            Look("close() twice, then on", naming.CLOSE, self._close),
        ]

    def _made(self) -> Iterator[str]:
        yield from naming.lacking(self.scorer, MEMBERS)

    def _names(self) -> Iterator[str]:
        yield from naming.field_problems(self.scorer.name, self.scorer.fields)
        columns = list(self.scorer.columns)
        if not columns or len(set(columns)) < len(columns):
            yield f"columns are {columns}"

    def _needs(self) -> Iterator[str]:
        yield from naming.needs_problems(self.scorer.needs, self.scorer.languages)

    def _signature(self) -> Iterator[str]:
        before = self.scorer.signature()
        self.scorer.measure(self.plain)
        others = [("after measuring", self.scorer.signature()), ("anew", self._make().signature())]
        yield from naming.signatures(before, others)

    def _empty(self) -> Iterator[str]:
        yield from self._measured(part(self.plain, ()))

    def _one(self) -> Iterator[str]:
        batch = part(self.plain, (1,))
        found = self.scorer.measure(batch)
        yield from answer_problems(self.scorer, batch, found)
        yield from self._same(found, (1,))

    def _odd(self) -> Iterator[str]:
        for what, text in ODD.items():
            for problem in attempt(partial(self._measured, one(text, self.plain))):
                yield f"{what}: {problem}"

    def _broken(self) -> Iterator[str]:
        try:
            found = self.scorer.measure(one(BROKEN, self.plain))
        except (ValueError, EvalkitError):
            return
        yield from answer_problems(self.scorer, one(BROKEN, self.plain), found)

    def _measured(self, batch: Batch) -> Iterator[str]:
        yield from answer_problems(self.scorer, batch, self.scorer.measure(batch))

    def _others(self) -> Iterator[str]:
        rest = [0, *range(2, len(self.plain))]
        for what in ("an empty text", "control characters", "one long word"):
            found = self.scorer.measure(with_odd(ODD[what], self.plain))
            for problem in self._same(found, rest, at=rest):
                yield f"beside {what}: {problem}"

    def _without(self) -> Iterator[str]:
        if "references" in self.scorer.needs and self.plain.references is not None:
            references = ((), *self.plain.references[1:])
            batch = replace(self.plain, references=references)
            found = self.scorer.measure(batch)
            yield from answer_problems(self.scorer, batch, found)
            rest = range(1, len(batch))
            yield from self._same(found, rest, at=rest)
            if found.valid[0]:
                yield "an item without a reference is valid"
        for need in sorted(self.scorer.needs):
            try:
                self.scorer.measure(without(self.plain, need))
            except (ValueError, EvalkitError):
                continue
            yield f"a batch without {need} is measured as if nothing were missing"

    def _split(self) -> Iterator[str]:
        half = len(self.plain) // 2
        for items in (range(half), range(half, len(self.plain))):
            found = self.scorer.measure(part(self.plain, items))
            yield from self._same(found, items)

    def _order(self) -> Iterator[str]:
        items = range(len(self.plain) - 1, -1, -1)
        yield from self._same(self.scorer.measure(part(self.plain, items)), items)

    def _twice(self) -> Iterator[str]:
        everything = range(len(self.plain))
        yield from self._same(self.scorer.measure(self.plain), everything, tolerance=0.0)
        for problem in self._same(self._make().measure(self.plain), everything):
            yield f"made anew: {problem}"

    def _contexts(self) -> Iterator[str]:
        yield from self._measured(in_context(self.plain))

    def _score(self) -> Iterator[str]:
        rows = self.whole.statistics[self.whole.valid]
        n_columns, n_fields = len(self.scorer.columns), len(self.scorer.fields)
        nothing = self.scorer.score(np.zeros(n_columns))
        if nothing.shape != (n_fields,):
            yield f"the score of one sum has shape {nothing.shape}, there are {n_fields} fields"
            return
        totals = np.stack([rows[:n].sum(axis=0) for n in range(len(rows) + 1)])
        kept = totals.copy()
        single = np.stack([self.scorer.score(total) for total in totals])
        for shape in ((-1,), (1, -1), (-1, 1)):
            found = self.scorer.score(totals.reshape(*shape, n_columns))
            if found.shape[-1] != n_fields or not np.allclose(
                found.reshape(-1, n_fields), single, rtol=1e-12, atol=1e-12, equal_nan=True
            ):
                yield f"scores of sums in shape {totals.reshape(*shape, n_columns).shape} differ"
        if not np.array_equal(kept, totals):
            yield "score changes its argument"

    def _bounds(self) -> Iterator[str]:
        rows = self.whole.statistics[self.whole.valid]
        yield from within(self.scorer.fields, self.scorer.score(rows.sum(axis=0))[None])
        scorer: object = self.scorer
        own = scorer.score_segments if isinstance(scorer, SegmentScorer) else self.scorer.score
        yield from within(self.scorer.fields, own(rows))

    def _close(self) -> Iterator[str]:
        def again() -> Iterator[str]:
            yield from self._same(self.scorer.measure(self.plain), range(len(self.plain)))

        yield from naming.closing(self.scorer, again)

    def _same(
        self,
        found: Measured,
        items: "range | tuple[int, ...] | list[int]",
        *,
        at: "range | list[int] | None" = None,
        tolerance: float | None = None,
    ) -> Iterator[str]:
        """Where rows (``at``, else all) of an answer differ from the items' rows in the whole."""
        places = list(range(len(items)) if at is None else at)
        far = self._tolerance if tolerance is None else tolerance
        yield from same_rows(found, places, self.whole, list(items), far)
