"""Requests to a foreign program and its answers to them: every item once, each as agreed.

Pure: objects in, records out. A ``ValueError`` says what an answer holds that it may not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, cast

from evalkit.foreign.protocol import PROTOCOL, Introduction, Role, number, only
from evalkit.records import CATEGORIES, Batch, GenerationBatch, Output, Severity, Span, TokenScore

__all__ = ["Row", "generate", "hello", "measure", "outputs", "rows"]

Item = Mapping[str, object]
Found = TypeVar("Found")

_SPAN = {"start", "end", "category", "severity", "probability", "message"}
_STOPS = ("end", "length")


@dataclass(frozen=True, slots=True)
class Row:
    """What a program said of one text."""

    numbers: tuple[float, ...]
    """Its scores, or its statistics; empty where it has none."""
    reason: str
    """Why it has none; "" where it has."""
    cut: str = ""
    """What of the text it did not read."""
    spans: tuple[Span, ...] = ()
    tokens: tuple[TokenScore, ...] = ()


def hello(role: Role, version: str) -> dict[str, object]:
    """The first request; ``version`` is evalkit's."""
    return {"type": "hello", "protocol": PROTOCOL, "role": role, "evalkit": version}


def measure(
    batch: Batch, chosen: Sequence[int], first: int, sent: frozenset[str]
) -> dict[str, object]:
    """The request about the chosen texts of a batch.

    Args:
        batch: the texts.
        chosen: places in it.
        first: id of the first of them; the others follow.
        sent: of references and sources, what the program is to see.
    """
    items: list[dict[str, object]] = []
    for key, place in enumerate(chosen, start=first):
        item: dict[str, object] = {"id": key, "hypothesis": batch.hypotheses[place]}
        if batch.documents is not None:
            item["document"] = batch.documents[place]
        if batch.references is not None and "references" in sent:
            item["references"] = list(batch.references[place])
        if batch.sources is not None and "sources" in sent:
            item["source"] = batch.sources[place]
        items.append(item)
    return {"type": "measure", "id": first, "language": batch.language, "items": items}


def generate(batch: GenerationBatch, chosen: Sequence[int], first: int) -> dict[str, object]:
    """The request for summaries of the chosen documents of a batch; ids begin at ``first``."""
    return {
        "type": "generate",
        "id": first,
        "language": batch.language,
        "words": batch.length.words,
        "length": batch.length.kind,
        "items": [
            {"id": key, "document": batch.ids[place], "text": batch.texts[place]}
            for key, place in enumerate(chosen, start=first)
        ],
    }


def rows(
    answer: Item, request: Mapping[str, object], hypotheses: Sequence[str], said: Introduction
) -> tuple[Row, ...]:
    """The rows of the texts that ``request`` asked about, in their order.

    Raises:
        ValueError: it is no full answer to the request, or one of its items is not as agreed.
    """
    items = _items(answer, "measured", request)
    return tuple(
        _of(key, item, partial(_row, hypothesis=text, said=said))
        for (key, item), text in zip(items, hypotheses, strict=True)
    )


def outputs(answer: Item, request: Mapping[str, object]) -> tuple[Output, ...]:
    """The outputs that ``request`` asked for, in order; raises like ``rows``."""
    items = _items(answer, "generated", request)
    return tuple(_of(key, item, _output) for key, item in items)


def _items(answer: Item, kind: str, request: Mapping[str, object]) -> list[tuple[int, Item]]:
    """Ids and items of an answer in the order in which they were asked for."""
    if answer.get("type") != kind:
        raise ValueError(f"its answer is of type {answer.get('type')!r:.60}, not {kind!r}")
    only(answer, {"type", "id", "items"}, "the answer")
    if answer.get("id") != request["id"]:
        raise ValueError(f"it answers request {answer.get('id')!r:.60}, not {request['id']}")
    given = answer.get("items")
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise ValueError("its answer has no 'items', a list of objects")
    wanted = [cast(int, item["id"]) for item in cast(list[Item], request["items"])]
    found: dict[int, Item] = {}
    for item in given:
        key = item.get("id")
        if (
            isinstance(key, bool)
            or not isinstance(key, int)
            or not 0 <= key - wanted[0] < len(wanted)
        ):
            raise ValueError(f"it answers about item {key!r:.60}, which it was not asked about")
        if key in found:
            raise ValueError(f"it answers about item {key} twice")
        found[key] = item
    missing = [key for key in wanted if key not in found]
    if missing:
        raise ValueError(
            f"it answers about {len(found)} of {len(wanted)} items: item {missing[0]} is missing"
        )
    return [(key, found[key]) for key in wanted]


def _of(key: int, item: Item, read: Callable[[Item], Found]) -> Found:
    try:
        return read(item)
    except ValueError as error:
        raise ValueError(f"item {key}: {error}") from error


def _row(item: Item, *, hypothesis: str, said: Introduction) -> Row:
    kind = "statistics" if said.columns else "scores"
    known = {"id", kind, "reason", "cut"}
    known |= {name for name in ("spans", "tokens") if getattr(said, name)}
    only(item, known, "it")
    cut = _words(item, "cut")
    if "reason" in item:
        if kind in item:
            raise ValueError(f"it has both {kind} and a reason why there are none")
        reason = _words(item, "reason")
        if not reason:
            raise ValueError("its reason is empty")
        return Row((), reason, cut)
    return Row(
        _statistics(item, said) if said.columns else _scores(item, said),
        "",
        cut,
        tuple(_span(each, len(hypothesis), said.name) for each in _list(item, "spans")),
        tuple(_token(each, len(hypothesis)) for each in _list(item, "tokens")),
    )


def _scores(item: Item, said: Introduction) -> tuple[float, ...]:
    found = _numbers(item, "scores", len(said.fields))
    for value, field in zip(found, said.fields, strict=True):
        slack = 1e-6 * max(1.0, abs(value))
        if not field.low - slack <= value <= field.high + slack:
            raise ValueError(
                f"its {field.name} is {value:g}, outside the bounds that its hello gave: "
                f"{field.low:g} to {field.high:g}"
            )
    return found


def _statistics(item: Item, said: Introduction) -> tuple[float, ...]:
    return _numbers(item, "statistics", len(said.columns))


def _numbers(item: Item, key: str, n: int) -> tuple[float, ...]:
    given = item.get(key)
    if not isinstance(given, list) or len(given) != n:
        raise ValueError(f"its {key!r} is {given!r:.60}; a list of {n} is needed, or a 'reason'")
    found = [number(value) for value in given]
    for value, read in zip(given, found, strict=True):
        if read is None:
            raise ValueError(
                f"its {key!r} holds {value!r:.60}, which is no finite number, and there is no "
                "'reason' why"
            )
    return tuple(value for value in found if value is not None)


def _span(given: object, n: int, finder: str) -> Span:
    if not isinstance(given, dict):
        raise ValueError(f"a span is {given!r:.60}, no object")
    only(given, _SPAN, "a span")
    category = _words(given, "category")
    if category not in ("", *CATEGORIES):
        raise ValueError(f"a span's category is {category!r:.60}; known: {', '.join(CATEGORIES)}")
    severity = given.get("severity")
    if severity not in (None, "minor", "major"):
        raise ValueError(f"a span's severity is {severity!r:.60}; known: minor, major")
    probability = given.get("probability")
    if probability is not None:
        probability = number(probability)
        if probability is None or not 0 <= probability <= 1:
            raise ValueError(f"a span's probability is {given['probability']!r:.60}, not 0 to 1")
    start, end = _offsets(given.get("start"), given.get("end"), n)
    return Span(
        start,
        end,
        category,
        cast("Severity | None", severity),
        probability,
        finder,
        _words(given, "message"),
    )


def _token(given: object, n: int) -> TokenScore:
    if not isinstance(given, list) or len(given) != 3:
        raise ValueError(f"a token is {given!r:.60}; [start, end, value] is needed")
    value = number(given[2])
    if value is None:
        raise ValueError(f"a token's value is {given[2]!r:.60}, no finite number")
    return TokenScore(*_offsets(given[0], given[1], n), value)


def _offsets(start: object, end: object, n: int) -> tuple[int, int]:
    for offset in (start, end):
        if isinstance(offset, bool) or not isinstance(offset, int):
            raise ValueError(f"an offset is {offset!r:.60}, no whole number")
    first, last = cast(int, start), cast(int, end)
    if not 0 <= first <= last <= n:
        raise ValueError(f"offsets {first} to {last} lie outside the hypothesis (0 to {n})")
    return first, last


def _output(item: Item) -> Output:
    if "error" in item:
        only(item, {"id", "error", "usage", "details"}, "it")
        text, stop, error = "", "error", _words(item, "error") or "it gave no reason"
    else:
        only(item, {"id", "text", "stop", "usage", "cut", "details"}, "it")
        if not isinstance(item.get("text"), str):
            raise ValueError("it has neither 'text' nor 'error'")
        text, stop, error = cast(str, item["text"]), str(item.get("stop", "end")), ""
        if stop not in _STOPS:
            raise ValueError(f"its 'stop' is {stop!r:.60}; known: {', '.join(_STOPS)}")
    usage = _mapping(item, "usage", int)
    details = _mapping(item, "details", str | int | float)
    return Output(
        text,
        stop,
        cast(Mapping[str, int], usage),
        _words(item, "cut"),
        error,
        cast(Mapping[str, str | int | float], details),
    )


def _mapping(item: Item, key: str, kinds: object) -> Mapping[str, object]:
    given = item.get(key, {})
    fits = isinstance(given, dict) and all(
        isinstance(value, kinds) and not isinstance(value, bool)  # type: ignore[arg-type]
        for value in given.values()
    )
    if not fits:
        raise ValueError(f"its {key!r} is {given!r:.60}; an object of plain values is needed")
    return cast(Mapping[str, object], given)


def _words(item: Item, key: str) -> str:
    value = item.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"its {key!r} is {value!r:.60}, no text")
    return value.strip()


def _list(item: Item, key: str) -> list[object]:
    value = item.get(key, [])
    if not isinstance(value, list):
        raise ValueError(f"its {key!r} is {value!r:.60}, no list")
    return value
