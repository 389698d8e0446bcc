"""The checks of a measure of a whole set."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial

from evalkit.conformance import naming
from evalkit.conformance.check import Check, Look, Maker, attempt, run
from evalkit.conformance.samples import ODD, PLAIN, one, part, without
from evalkit.errors import EvalkitError
from evalkit.records import Batch, SetScore
from evalkit.stages import SetScorer

__all__ = ["check_set_scorer"]

MEMBERS = ("name", "needs", "languages", "fields", "whole", "measure_set", "signature")


def check_set_scorer(make: Callable[[], SetScorer], *, texts: Batch = PLAIN) -> tuple[Check, ...]:
    """Makes the set scorer (twice) and looks at it from all sides, with ``texts``."""
    with Maker(make) as maker:
        return run(_Sets(maker, texts).looks())


class _Sets:
    """A set scorer under check."""

    def __init__(self, make: Callable[[], SetScorer], texts: Batch) -> None:
        self._make = make
        self._texts = texts

    @cached_property
    def scorer(self) -> SetScorer:
        return self._make()

    @cached_property
    def plain(self) -> Batch:
        if self._texts is not PLAIN:
            return self._texts
        return replace(PLAIN, language=naming.chosen_language(self.scorer.languages))

    def looks(self) -> list[Look]:
        shape = "give the fields' numbers in their order; NaN has a reason, and a reason is of NaN"
        return [
            Look("it can be made", naming.MADE, self._made),
            Look(
                "name, fields, whole",
                "name the headline field as the scorer; say in whole why there is no interval",
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
            Look("many texts", shape, lambda: self._answer(self.plain)),
            Look("no text", shape, lambda: self._answer(part(self.plain, ()))),
            Look("one text", shape, lambda: self._answer(part(self.plain, (0,)))),
            Look("texts of any kind", "give a number, or NaN and say why; never raise", self._odd),
            Look(
                "a batch without what is needed",
                "raise ValueError where the batch has no references (sources)",
                self._without,
            ),
            Look("twice the same", "seed what is random; keep no state", self._twice),
            Look("close() twice, then on", naming.CLOSE, self._close),
        ]

    def _made(self) -> Iterator[str]:
        yield from naming.lacking(self.scorer, MEMBERS)

    def _names(self) -> Iterator[str]:
        yield from naming.field_problems(self.scorer.name, self.scorer.fields)
        if not self.scorer.whole:
            yield "whole is empty"

    def _needs(self) -> Iterator[str]:
        yield from naming.needs_problems(self.scorer.needs, self.scorer.languages)

    def _signature(self) -> Iterator[str]:
        before = self.scorer.signature()
        self.scorer.measure_set(self.plain)
        others = [("after measuring", self.scorer.signature()), ("anew", self._make().signature())]
        yield from naming.signatures(before, others)

    def _answer(self, batch: Batch) -> Iterator[str]:
        yield from self._problems(self.scorer.measure_set(batch), len(batch))

    def _problems(self, found: tuple[SetScore, ...], n_texts: int) -> Iterator[str]:
        fields = self.scorer.fields
        if [score.name for score in found] != [field.name for field in fields]:
            yield f"scores {[score.name for score in found]} for fields {[f.name for f in fields]}"
            return
        for score, field in zip(found, fields, strict=True):
            if math.isnan(score.value) != bool(score.reason):
                yield f"{score.name} is {score.value} with the reason {score.reason!r}"
            elif not math.isnan(score.value) and not field.low <= score.value <= field.high:
                yield f"{score.name} is {score.value}, outside of {field.low:g} to {field.high:g}"
            if score.n_texts > n_texts:
                yield f"{score.name} is of {score.n_texts} texts, and there are {n_texts}"

    def _odd(self) -> Iterator[str]:
        for what, text in ODD.items():
            for problem in attempt(partial(self._answer, one(text, self.plain))):
                yield f"{what}: {problem}"

    def _without(self) -> Iterator[str]:
        for need in sorted(self.scorer.needs):
            try:
                self.scorer.measure_set(without(self.plain, need))
            except (ValueError, EvalkitError):
                continue
            yield f"a batch without {need} is measured as if nothing were missing"

    def _twice(self) -> Iterator[str]:
        first = self.scorer.measure_set(self.plain)
        for when, scorer in (("again", self.scorer), ("made anew", self._make())):
            for one_, other in zip(first, scorer.measure_set(self.plain), strict=True):
                if not math.isclose(one_.value, other.value) and not math.isnan(one_.value):
                    yield f"{one_.name} is {one_.value}, {when} {other.value}"

    def _close(self) -> Iterator[str]:
        yield from naming.closing(self.scorer, lambda: self._answer(self.plain))
