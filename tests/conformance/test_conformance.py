"""The checks find what is wrong, each in its own way, and nothing where nothing is."""

from collections.abc import Callable

import numpy as np
import pytest

from evalkit.conformance import (
    Check,
    check_generator,
    check_scorer,
    check_set_scorer,
    failures,
)
from evalkit.records import Batch, Field, GenerationBatch, Measured, Output, SetScore, Span


class Sound:
    """Letters per word: a scorer with nothing wrong; the others break one thing each."""

    name = "sound"
    needs: frozenset[str] = frozenset()
    languages: frozenset[str] | None = None
    columns: tuple[str, ...] = ("letters", "words")
    fields: tuple[Field, ...] = (Field("sound", "letters per word", None, 0.0, np.inf),)

    def measure(self, batch: Batch) -> Measured:
        rows = [self.row(text) for text in batch.hypotheses]
        valid = np.array([row[1] > 0 for row in rows], bool)
        reasons = {at: "no words" for at, row in enumerate(rows) if not row[1]}
        statistics = np.array(rows, float).reshape(-1, 2) * valid[:, None]
        return Measured(statistics, valid, reasons)

    def row(self, text: str) -> tuple[float, float]:
        words = text.split()
        return float(sum(map(len, words))), float(len(words))

    def score(self, totals: np.ndarray) -> np.ndarray:
        words = totals[..., 1:]
        return np.where(words > 0, totals[..., :1], np.nan) / np.where(words > 0, words, 1)

    def signature(self) -> str:
        return "letters|version:1"


class Misnamed(Sound):
    name = "other"


class TwiceTheField(Sound):
    fields = (*Sound.fields, *Sound.fields)

    def score(self, totals):
        return np.concatenate([super().score(totals)] * 2, axis=-1)


class Backwards(Sound):
    fields = (Field("sound", "", None, 1.0, 0.0),)


class NeedsMuch(Sound):
    needs = frozenset({"reference"})


class SpeaksEnglish(Sound):
    languages = frozenset({"English"})


class TwoLines(Sound):
    def signature(self):
        return "letters\nversion:1"


class Counting(Sound):
    n = 0

    def signature(self):
        Counting.n += 1
        return f"letters|{Counting.n}"


class FallsOnNothing(Sound):
    def measure(self, batch):
        return Measured(np.array([self.row(t) for t in batch.hypotheses]), *self.valid(batch))

    def valid(self, batch):
        found = super().measure(batch)
        return found.valid, found.reasons


class NoReason(Sound):
    def measure(self, batch):
        found = super().measure(batch)
        return Measured(found.statistics, found.valid, dict.fromkeys(found.reasons, " "))


class LoudInvalid(Sound):
    def measure(self, batch):
        found = super().measure(batch)
        statistics = found.statistics + ~found.valid[:, None]
        return Measured(statistics, found.valid, found.reasons)


class CountsNeighbours(Sound):
    def measure(self, batch):
        found = super().measure(batch)
        return Measured(found.statistics * len(batch), found.valid, found.reasons)


class CountsPlaces(Sound):
    def measure(self, batch):
        found = super().measure(batch)
        rows = found.statistics + np.arange(len(batch))[:, None] * found.valid[:, None]
        return Measured(rows, found.valid, found.reasons)


class Ascii(Sound):
    def row(self, text):
        text.encode("ascii")
        return super().row(text)


class Short(Sound):
    def measure(self, batch):
        return super().measure(Batch(batch.hypotheses[:3]))


class Remembers(Sound):
    n = 0.0

    def measure(self, batch):
        self.n += 1
        found = super().measure(batch)
        return Measured(
            found.statistics + self.n * found.valid[:, None], found.valid, found.reasons
        )


class FarSpans(Sound):
    def measure(self, batch):
        found = super().measure(batch)
        spans = tuple((Span(0, len(text) + 1, "grammar"),) for text in batch.hypotheses)
        return Measured(found.statistics, found.valid, found.reasons, spans)


class FewSpans(Sound):
    def measure(self, batch):
        found = super().measure(batch)
        return Measured(found.statistics, found.valid, found.reasons, ((),))


class WithoutReference(Sound):
    needs = frozenset({"references"})


class OneTotalOnly(Sound):
    def score(self, totals):
        letters, words = totals
        return np.array([letters / words if words else np.nan])


class Warns(Sound):
    def score(self, totals):
        return totals[..., :1] / totals[..., 1:]


class ChangesItsArgument(Sound):
    def score(self, totals):
        totals /= 2
        return super().score(totals)


class OutOfBounds(Sound):
    fields = (Field("sound", "letters per word", None, 0.0, 1.0),)


class ClosesOnce(Sound):
    model: object | None = "loaded"

    def close(self):
        if self.model is None:
            raise RuntimeError("closed already")
        self.model = None


class Closing(Sound):
    n_closed = 0

    def close(self):
        self.n_closed += 1


@pytest.mark.parametrize(
    ("make", "check", "says"),
    [
        (Misnamed, "name, fields", "the headline field is 'sound', the name 'other'"),
        (TwiceTheField, "name, fields", "'sound' stands twice"),
        (Backwards, "name, fields", "'sound' has no unit; 'sound' has bounds from 1.0 to 0.0"),
        (NeedsMuch, "needs, languages", "needs is frozenset({'reference'})"),
        (SpeaksEnglish, "needs, languages", "'English' among languages"),
        (TwoLines, "signature", "it holds a line break"),
        (Counting, "signature", "after measuring it is"),
        (FallsOnNothing, "no text", "it raised ValueError: statistics of shape (0,)"),
        (NoReason, "texts of any kind", "an empty text: invalid row 0 has no reason"),
        (LoudInvalid, "texts of any kind", "the statistics of invalid row 0 are not zero"),
        (CountsNeighbours, "a batch split in two", "the rows of text 0 differ by"),
        (CountsPlaces, "another order", "the rows of text 5 differ by"),
        (Ascii, "texts of any kind", "Arabic: it raised UnicodeEncodeError"),
        (Short, "many texts", "statistics of shape (3, 2) and valid of (3,) for 6 texts"),
        (Remembers, "twice the same", "the rows of text 0 differ by"),
        (FarSpans, "many texts", "spans of row 0: 0-26 in a text of 25"),
        (FewSpans, "many texts", "1 rows of spans for 6 texts"),
        (WithoutReference, "an item without", "an item without a reference is valid"),
        (WithoutReference, "an item without", "a batch without references is measured as if"),
        (OneTotalOnly, "scores of summed rows", "it raised ValueError: too many values"),
        (Warns, "scores of summed rows", "RuntimeWarning: invalid value"),
        (ChangesItsArgument, "scores of summed rows", "score changes its argument"),
        (OutOfBounds, "bounds", "outside of 0 to 1"),
        (ClosesOnce, "close() twice", "it raised RuntimeError: closed already"),
    ],
)
def test_what_is_wrong_with_a_scorer_is_found(
    make: Callable[[], Sound], check: str, says: str
) -> None:
    failed = {c.name: c for c in check_scorer(make) if not c.passed}
    (found,) = [c for name, c in failed.items() if name.startswith(check)]
    assert says in found.found
    assert found.remedy
    assert says in failures(failed.values())


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    checks = check_scorer(Sound)
    assert failures(checks) == ""
    assert str(checks[0]) == "ok    it can be made"


def test_all_that_was_made_is_closed_in_the_end() -> None:
    made: list[Closing] = []

    def make() -> Closing:
        made.append(Closing())
        return made[-1]

    assert failures(check_scorer(make)) == ""
    assert len(made) > 1
    assert all(scorer.n_closed for scorer in made)


def test_what_cannot_be_made_or_is_no_scorer() -> None:
    def broken() -> Sound:
        raise KeyError("no such option")

    assert check_scorer(broken)[0].found == "it raised KeyError: 'no such option'"
    assert check_scorer(dict)[0].found.startswith("dict lacks name, needs, languages")
    assert "lacks" in check_set_scorer(Sound)[0].found
    assert "lacks" in check_generator(Sound)[0].found


class Echo:
    """A generator with nothing wrong; the others break one thing each."""

    name = "echo"
    languages: frozenset[str] | None = None

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        return tuple(self.one(text) for text in batch.texts)

    def one(self, text: str) -> Output:
        text.encode()
        if not text.strip():
            return Output("", "error", error="empty")
        return Output(text.split()[0], "end", {"words": 1})

    def signature(self) -> str:
        return "echo|version:1"


class Lists(Echo):
    def generate(self, batch):
        return list(super().generate(batch))


class Loses(Echo):
    def generate(self, batch):
        return tuple(self.one(text) for text in batch.texts if text.strip())


class Halts(Echo):
    def one(self, text):
        return Output(text.split()[0], "stop")


class FailsWithText(Echo):
    def one(self, text):
        return Output("text", "error", error="no")


class Quiet(Echo):
    def one(self, text):
        return Output("", "error")


class Surrogates(Echo):
    def one(self, text):
        return Output("a\udc80", "end")


class HalfCounts(Echo):
    def one(self, text):
        return Output("a", "end", {"cost": 0.5})


class Chats(Echo):
    def generate(self, batch):
        return tuple(Output(f"{len(batch.texts)} texts", "end") for _ in batch.texts)


class RandomChoice(Echo):
    rng = np.random.default_rng(1)

    def one(self, text):
        return Output(str(self.rng.integers(1 << 40)), "end")


@pytest.mark.parametrize(
    ("make", "check", "says"),
    [
        (Lists, "many documents", "list of 3 outputs for 3 documents"),
        (Loses, "documents of any kind", "an empty text: tuple of 0 outputs for 1 documents"),
        (Loses, "a document that cannot", "beside an empty text: 2 outputs for 3 documents"),
        (Halts, "many documents", "stop is 'stop'"),
        (Halts, "documents of any kind", "an empty text: it raised IndexError"),
        (FailsWithText, "one document", "it failed ('no') and has a text"),
        (Quiet, "many documents", "stop is 'error' and error ''"),
        (Surrogates, "many documents", "a lone surrogate in the text"),
        (HalfCounts, "many documents", "usage 'cost' is 0.5"),
        (Chats, "a batch split in two", "document 0: '1 texts', before '3 texts'"),
        (Chats, "one document", "document 1: '1 texts', before '3 texts'"),
        (RandomChoice, "twice the same", "document 0"),
        (RandomChoice, "another order", "document 2"),
    ],
)
def test_what_is_wrong_with_a_generator_is_found(
    make: Callable[[], Echo], check: str, says: str
) -> None:
    failed = {c.name: c for c in check_generator(make) if not c.passed}
    (found,) = [c for name, c in failed.items() if name.startswith(check)]
    assert says in found.found


def test_nothing_is_found_in_a_sound_generator() -> None:
    assert failures(check_generator(Echo)) == ""


class Total:
    """A set scorer with nothing wrong."""

    name = "total"
    needs: frozenset[str] = frozenset()
    languages = None
    whole = "it is a sum of all"
    fields = (Field("total", "letters", None, 0.0, np.inf),)

    def measure_set(self, batch: Batch) -> tuple[SetScore, ...]:
        return (self.one(float(sum(map(len, batch.hypotheses))), len(batch)),)

    def one(self, value: float, n: int, reason: str = "") -> SetScore:
        return SetScore("total", "letters", None, value, n, reason, self.signature())

    def signature(self) -> str:
        return "total|version:1"


class Undefined(Total):
    def measure_set(self, batch):
        return (self.one(np.nan, len(batch)),)


class MoreFields(Total):
    fields = (*Total.fields, Field("total.more", "letters", None))


class NoWhy(Total):
    whole = ""


class Negative(Total):
    def measure_set(self, batch):
        return (self.one(-1.0, len(batch) + 1),)


@pytest.mark.parametrize(
    ("make", "check", "says"),
    [
        (Undefined, "many texts", "total is nan with the reason ''"),
        (MoreFields, "many texts", "scores ['total'] for fields ['total', 'total.more']"),
        (NoWhy, "name, fields, whole", "whole is empty"),
        (Negative, "many texts", "total is -1.0, outside of 0 to inf; total is of 7 texts"),
    ],
)
def test_what_is_wrong_with_a_set_scorer_is_found(
    make: Callable[[], Total], check: str, says: str
) -> None:
    failed = {c.name: c for c in check_set_scorer(make) if not c.passed}
    (found,) = [c for name, c in failed.items() if name.startswith(check)]
    assert says in found.found
    assert failures(check_set_scorer(Total)) == ""


def test_a_check_prints_what_was_found_and_the_remedy() -> None:
    assert str(Check("order", "rows differ", "mend it")) == (
        "FAIL  order\n      found: rows differ\n      remedy: mend it"
    )
