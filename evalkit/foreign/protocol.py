"""The JSON Lines protocol, version 1, of metrics and summarisers in a process of their own.

evalkit starts a command (an argument list, no shell), writes requests to its standard input, and
reads one answer to each from its standard output: a JSON object on a line, UTF-8, ended by a line
feed. Standard error is the program's own: its last 16 KiB are shown if it fails. Nothing else may
be written to standard output. ``evalkit/foreign/adapters/template.py`` is a program to start from.

**hello** opens, once. The program answers when it is ready (its models loaded)::

    {"type": "hello", "protocol": 1, "role": "scorer", "evalkit": "0.1.0"}

    {"type": "hello", "protocol": 1, "name": "my-metric",
     "fields": [{"unit": "0-1", "higher_is_better": true, "low": 0, "high": 1},
                {"name": "recall", "unit": "0-1", "higher_is_better": true, "low": 0, "high": 1}],
     "needs": ["references"], "signature": {"model": "mine@2f1c", "my-metric": "1.2"}}

- ``fields``: the numbers, the headline first, which bears the metric's name; the others a ``name``
  each. ``higher_is_better`` is null where neither direction is; ``low`` and ``high`` are null (or
  left out) where there is no bound, else a score outside them is an error.
- ``signature``: everything that decides the numbers, as texts and numbers. evalkit adds a hash of
  the command's arguments, of the files that they name, and of the variables that are set.
- ``needs``: of ``references`` and ``sources``, what it cannot do without; ``uses``: what it also
  takes where it is there. Other parts are not sent.
- ``languages``: ISO 639-1 codes that it reads; null, or left out: any.
- ``columns``: names of additive statistics, where a score is not the mean of the texts' scores.
  Each field then has ``"ratio": ["errors", "words"]`` and may have ``"scale": 100``: its score is
  scale x the sum of the one over the sum of the other. Without columns an answer has scores, and
  their statistics are (sum of scores, number of texts).
- ``spans``, ``tokens``: true where its answers have them.

**measure** asks about texts, again and again, until the program is told to end::

    {"type": "measure", "id": 7, "language": "en",
     "items": [{"id": 448, "document": "ferry", "hypothesis": "…", "references": ["…", "…"]},
               {"id": 449, "document": "ferry", "hypothesis": "", "references": ["…"]}]}

    {"type": "measured", "id": 7,
     "items": [{"id": 448, "scores": [0.81, 0.77], "cut": "the last 12 of 524 sub-words"},
               {"id": 449, "reason": "the hypothesis is empty"}]}

Every item once, in any order: ``scores``, ``statistics`` (in the order of ``columns``), or a
``reason`` why it has none: NaN is not an answer. ``cut`` says what of the text was not read.
``spans`` are ``{"start": 0, "end": 4, "category": "", "severity": "minor", "probability": 0.9,
"message": ""}``, ``tokens`` are ``[start, end, value]``; offsets are code points of the hypothesis.

**generate**, where the role is ``generator`` (whose hello has ``name``, ``languages`` and
``signature`` alone)::

    {"type": "generate", "id": 3, "language": "en", "words": 60, "length": "short",
     "items": [{"id": 12, "document": "ferry", "text": "…"}]}

    {"type": "generated", "id": 3,
     "items": [{"id": 12, "text": "…", "stop": "end", "usage": {"tokens": 81}, "cut": "",
                "details": {"temperature": 0}}]}

``stop`` is ``end`` or ``length``; an item that failed has ``error`` instead of ``text``.

**error** answers any request where the program cannot go on; evalkit shows it and ends::

    {"type": "error", "message": "the model has no weights"}

**bye** asks the program to end, as does the end of its standard input::

    {"type": "bye"}

An unknown key, a missing, doubled or unknown id, another version, anything that is not JSON, and
silence beyond the time allowed are errors.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from evalkit.errors import nearest
from evalkit.records import Field

__all__ = ["PARTS", "PROTOCOL", "Introduction", "Ratio", "Role", "introduction", "number", "only"]

PROTOCOL = 1
"""The version that is spoken here."""
PARTS = ("references", "sources")
"""Parts of a batch that a metric may ask for, beside the hypotheses."""
Role = Literal["scorer", "generator"]

_HELLO = {"type", "protocol", "name", "signature", "languages"}
_SCORER = {"fields", "needs", "uses", "columns", "spans", "tokens"}
_LONGEST = 80
"""Characters of a name or unit."""
_FIELD = {"name", "unit", "higher_is_better", "low", "high"}


@dataclass(frozen=True, slots=True)
class Ratio:
    """How a field comes from sums of statistics."""

    above: int
    """Column of the numerator."""
    below: int
    """Column of the denominator."""
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a program said of itself in its hello."""

    name: str
    signature: Mapping[str, str | int | float | bool]
    languages: frozenset[str] | None = None
    fields: tuple[Field, ...] = ()
    """The headline is called as the program is, the others ``name.word``."""
    needs: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    """Names of its statistics; empty where it answers with scores."""
    ratios: tuple[Ratio, ...] = ()
    """For each field, where there are columns."""
    spans: bool = False
    tokens: bool = False


def introduction(answer: Mapping[str, object], role: Role) -> Introduction:
    """The program's hello, checked.

    Raises:
        ValueError: it speaks another version, or something is missing, unknown or of another kind.
    """
    if answer.get("type") != "hello":
        raise ValueError(f"its answer to hello is of type {answer.get('type')!r}")
    version = answer.get("protocol")
    if version != PROTOCOL or isinstance(version, bool):
        raise ValueError(
            f"it speaks protocol {version!r}, and this evalkit speaks {PROTOCOL}: use a version of "
            "its adapter that does"
        )
    only(answer, _HELLO | (_SCORER if role == "scorer" else set()), "hello")
    name = _text(answer, "name", "hello")
    languages = answer.get("languages")
    common = {
        "name": name,
        "signature": _signature(answer.get("signature")),
        "languages": None if languages is None else frozenset(_texts(languages, "languages")),
    }
    if role == "generator":
        return Introduction(**common)  # type: ignore[arg-type]
    columns = _texts(answer.get("columns") or [], "columns")
    described = answer.get("fields")
    if not isinstance(described, list) or not described:
        raise ValueError("hello has no 'fields': a list of one for each number is needed")
    fields = tuple(_field(name, place, each, columns) for place, each in enumerate(described))
    names = [field.name for field in fields]
    if len(set(names)) < len(names) or len(set(columns)) < len(columns):
        raise ValueError(f"two fields or columns have one name: {', '.join((*names, *columns))}")
    return Introduction(
        **common,  # type: ignore[arg-type]
        fields=fields,
        needs=_parts(answer, "needs"),
        uses=_parts(answer, "uses"),
        columns=columns,
        ratios=tuple(_ratio(each, columns) for each in described) if columns else (),
        spans=_flag(answer, "spans"),
        tokens=_flag(answer, "tokens"),
    )


def only(given: Mapping[str, object], known: Collection[str], where: str) -> None:
    """Refuses keys that the protocol does not have.

    Raises:
        ValueError: names the first of them, and the nearest known one.
    """
    for key in given:
        if key not in known:
            guess = nearest(key, known)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise ValueError(f"{where} has an unknown key {key!r:.80}.{hint}")


def number(value: object) -> float | None:
    """A finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _field(name: str, place: int, given: object, columns: Collection[str]) -> Field:
    where = f"field {place} of hello"
    if not isinstance(given, Mapping):
        raise ValueError(f"{where} is {given!r:.60}, no object")
    only(given, _FIELD | ({"ratio", "scale"} if columns else set()), where)
    own = given.get("name", name if place == 0 else None)
    if place == 0 and own != name:
        raise ValueError(f"{where}, the headline, is called {own!r:.60}; its name is {name!r}")
    if place > 0:
        own = _text(given, "name", where)
    better = given.get("higher_is_better", "")
    if better is not None and not isinstance(better, bool):
        raise ValueError(f"{where} needs 'higher_is_better': true, false or null")
    bounds = {"low": -math.inf, "high": math.inf}
    for side in bounds:
        if given.get(side) is not None:
            found = number(given[side])
            if found is None:
                raise ValueError(f"{where}: {side!r} is {given[side]!r:.60}, no number")
            bounds[side] = found
    if bounds["low"] > bounds["high"]:
        raise ValueError(f"{where}: 'low' is above 'high'")
    return Field(
        name if place == 0 else f"{name}.{own}",
        _text(given, "unit", where),
        better,
        bounds["low"],
        bounds["high"],
    )


def _ratio(given: Mapping[str, object], columns: tuple[str, ...]) -> Ratio:
    pair = _texts(given.get("ratio") or [], "ratio")
    unknown = [column for column in pair if column not in columns]
    if len(pair) != 2 or unknown:
        raise ValueError(
            f"a field's 'ratio' is {list(pair)}; two of the columns are needed: "
            + ", ".join(columns)
        )
    scale = number(given.get("scale", 1))
    if scale is None:
        raise ValueError(f"a field's 'scale' is {given['scale']!r:.60}, no number")
    return Ratio(columns.index(pair[0]), columns.index(pair[1]), scale)


def _signature(given: object) -> dict[str, str | int | float | bool]:
    if not isinstance(given, Mapping) or not given:
        raise ValueError(
            "hello has no 'signature': what decides its numbers, by name, for example "
            '{"version": "1.2"}'
        )
    for key, value in given.items():
        if not isinstance(value, str | int | float | bool):
            raise ValueError(f"signature {key!r:.60} is {value!r:.60}; a text or number is needed")
    return {_plain(key): _plain(v) if isinstance(v, str) else v for key, v in given.items()}


def _plain(text: str) -> str:
    """Printable, and without the signs that part a signature."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split()).replace("|", "/").replace(":", "=")


def _text(given: Mapping[str, object], key: str, where: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where} has no {key!r}: a text is needed, found {value!r:.60}")
    return _printable(value.strip(), key)


def _printable(value: str, key: str) -> str:
    if not value.isprintable() or len(value) > _LONGEST:
        raise ValueError(
            f"{key!r} is {value!r:.60}; up to {_LONGEST} printable characters are needed"
        )
    return value


def _texts(given: object, key: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise ValueError(f"{key!r} is {given!r:.60}; a list of texts is needed")
    return tuple(_printable(text, key) for text in given)


def _parts(answer: Mapping[str, object], key: str) -> frozenset[str]:
    found = _texts(answer.get(key, []), key)
    for part in found:
        if part not in PARTS:
            raise ValueError(f"{key!r} holds {part!r:.60}; known: {', '.join(PARTS)}")
    return frozenset(found)


def _flag(answer: Mapping[str, object], key: str) -> bool:
    value = answer.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key!r} is {value!r:.60}; true or false is needed")
    return value
