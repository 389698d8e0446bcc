"""The checks of a generator."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

from evalkit.conformance import naming
from evalkit.conformance.check import Check, Look, Maker, attempt, run
from evalkit.conformance.samples import BROKEN, DOCUMENTS, ODD, generation
from evalkit.errors import EvalkitError
from evalkit.records import Output
from evalkit.stages import Generator

__all__ = ["check_generator"]

STOPS = ("end", "length", "error")
MEMBERS = ("name", "languages", "generate", "signature")


def check_generator(make: Callable[[], Generator]) -> tuple[Check, ...]:
    """Makes the generator (twice) and looks at it from all sides."""
    with Maker(make) as maker:
        return run(_Generators(maker).looks())


class _Generators:
    """A generator under check, and what it wrote for the plain documents."""

    def __init__(self, make: Callable[[], Generator]) -> None:
        self._make = make

    @cached_property
    def generator(self) -> Generator:
        return self._make()

    @cached_property
    def whole(self) -> tuple[Output, ...]:
        return self._written(DOCUMENTS)

    def _written(self, texts: Sequence[str], by: Generator | None = None) -> tuple[Output, ...]:
        language = naming.chosen_language(self.generator.languages)
        return (by or self.generator).generate(generation(texts, language))

    def looks(self) -> list[Look]:
        shape = (
            "give one Output per document, in order: stop is end, length or error; one that "
            "failed has an error and no text, any other a text without lone surrogates"
        )
        return [
            Look("it can be made", naming.MADE, self._made),
            Look(
                "name, languages",
                "name is the kind's; languages a frozenset of ISO 639-1 codes, or None for any",
                self._names,
            ),
            Look(
                "signature",
                naming.SIGNATURE,
                self._signature,
            ),
            Look("many documents", shape, lambda: _problems(self.whole, len(DOCUMENTS))),
            Look("no document", shape, lambda: _problems(self._written(()), 0)),
            Look("one document", shape, self._one),
            Look(
                "documents of any kind",
                "write something, or return an Output with error; never raise",
                self._odd,
            ),
            Look(
                "half of a surrogate pair",
                "return an Output with error, or raise ValueError: it is no Unicode text",
                self._broken,
            ),
            Look(
                "a document that cannot be read takes no other with it",
                "return an Output with error for that one; the others may not change",
                self._others,
            ),
            Look(
                "a batch split in two gives the outputs of the whole",
                "let an output depend on its own document alone",
                self._split,
            ),
            Look("another order", "let an output depend on its own document alone", self._order),
            Look("twice the same", "key what is random by seed and document id", self._twice),
            Look("close() twice, then on", naming.CLOSE, self._close),
        ]

    def _made(self) -> Iterator[str]:
        yield from naming.lacking(self.generator, MEMBERS)

    def _names(self) -> Iterator[str]:
        if not isinstance(self.generator.name, str) or not self.generator.name:
            yield f"name is {self.generator.name!r}"
        yield from naming.languages_problems(self.generator.languages)

    def _signature(self) -> Iterator[str]:
        before = self.generator.signature()
        self._written(DOCUMENTS)
        others = [
            ("after generating", self.generator.signature()),
            ("anew", self._make().signature()),
        ]
        yield from naming.signatures(before, others)

    def _one(self) -> Iterator[str]:
        found = self._written(DOCUMENTS[1:2])
        yield from _problems(found, 1)
        yield from self._same(found, (1,))

    def _odd(self) -> Iterator[str]:
        for what, text in ODD.items():
            for problem in attempt(partial(self._answer, text)):
                yield f"{what}: {problem}"

    def _answer(self, text: str) -> Iterator[str]:
        yield from _problems(self._written((text,)), 1)

    def _broken(self) -> Iterator[str]:
        try:
            found = self._written((BROKEN,))
        except (ValueError, EvalkitError):
            return
        yield from _problems(found, 1)

    def _others(self) -> Iterator[str]:
        first, *others = DOCUMENTS
        for what in ("an empty text", "control characters"):
            found = self._written((first, ODD[what], *others))
            for problem in self._same((found[0], *found[2:]), range(len(DOCUMENTS))):
                yield f"beside {what}: {problem}"

    def _split(self) -> Iterator[str]:
        for items in (range(1), range(1, len(DOCUMENTS))):
            yield from self._same(self._written([DOCUMENTS[i] for i in items]), items)

    def _order(self) -> Iterator[str]:
        items = range(len(DOCUMENTS) - 1, -1, -1)
        yield from self._same(self._written([DOCUMENTS[i] for i in items]), items)

    def _twice(self) -> Iterator[str]:
        everything = range(len(DOCUMENTS))
        yield from self._same(self._written(DOCUMENTS), everything)
        for problem in self._same(self._written(DOCUMENTS, self._make()), everything):
            yield f"made anew: {problem}"

    def _close(self) -> Iterator[str]:
        def again() -> Iterator[str]:
            yield from self._same(self._written(DOCUMENTS), range(len(DOCUMENTS)))

        yield from naming.closing(self.generator, again)

    def _same(self, found: Sequence[Output], items: Sequence[int]) -> Iterator[str]:
        if len(found) != len(items):
            yield f"{len(found)} outputs for {len(items)} documents"
            return
        for output, item in zip(found, items, strict=True):
            before = self.whole[item]
            if (output.text, output.error) != (before.text, before.error):
                now, then = (each.text or each.error for each in (output, before))
                yield f"document {item}: {now[:60]!r}, before {then[:60]!r}"


def _problems(found: object, n: int) -> Iterator[str]:
    if not isinstance(found, tuple) or len(found) != n:
        size = len(found) if isinstance(found, tuple | list) else "no"
        yield f"{type(found).__name__} of {size} outputs for {n} documents"
        return
    for at, output in enumerate(found):
        for problem in _output_problems(output):
            yield f"document {at}: {problem}"


def _output_problems(output: Output) -> Iterator[str]:
    if output.stop not in STOPS:
        yield f"stop is {output.stop!r}"
    if (output.stop == "error") != bool(output.error):
        yield f"stop is {output.stop!r} and error {output.error!r}"
    if output.error and output.text:
        yield f"it failed ({output.error!r}) and has a text: {output.text[:40]!r}"
    if any("\ud800" <= character <= "\udfff" for character in output.text):
        yield f"a lone surrogate in the text: {output.text[:40]!r}"
    for name, count in output.usage.items():
        if not isinstance(count, int) or count < 0:
            yield f"usage {name!r} is {count!r}"
