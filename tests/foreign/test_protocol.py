"""The protocol, object by object: what a program may say, and what is refused."""

import contextlib
import copy
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.foreign.answers import generate, measure, outputs, rows
from evalkit.foreign.protocol import PROTOCOL, Introduction, introduction
from evalkit.records import Batch, Field, GenerationBatch, Length, Span, TokenScore

FIELD = {"unit": "0-1", "higher_is_better": True, "low": 0, "high": 1}
HELLO: dict = {
    "type": "hello",
    "protocol": PROTOCOL,
    "name": "toy",
    "fields": [FIELD, {"name": "recall", "unit": "0-1", "higher_is_better": None}],
    "needs": ["references"],
    "uses": ["sources"],
    "signature": {"model": "a|b:c", "version": 2},
    "spans": True,
    "tokens": True,
}
TEXTS = ("naïve 日本", "", "a b")
BATCH = Batch(
    TEXTS, references=(("x", "y"), ("z",), ()), sources=("s", "t", "u"), documents=("d", "d", "e")
)
REQUEST = measure(BATCH, (0, 1, 2), 40, frozenset({"references", "sources"}))
SAID = introduction(HELLO, "scorer")
GOOD = {
    "type": "measured",
    "id": 40,
    "items": [
        {"id": 42, "reason": "no reference"},
        {
            "id": 40,
            "scores": [0.5, 7],
            "cut": "the last word",
            "spans": [{"start": 0, "end": 5, "severity": "major", "probability": 0.25}],
            "tokens": [[6, 8, -1.5]],
        },
        {"id": 41, "scores": [1, 0]},
    ],
}


def changed(whole: dict, **values: object) -> dict:
    made = copy.deepcopy(whole)
    for key, value in values.items():
        if value is ...:
            made.pop(key)
        else:
            made[key] = value
    return made


def with_item(**values: object) -> dict:
    """The good answer with its second item changed."""
    made = copy.deepcopy(GOOD)
    made["items"][1] = changed(made["items"][1], **values)
    return made


def test_a_hello_is_read() -> None:
    said = introduction(HELLO, "scorer")
    assert said == Introduction(
        name="toy",
        signature={"model": "a/b=c", "version": 2},
        fields=(
            Field("toy", "0-1", True, 0.0, 1.0),
            Field("toy.recall", "0-1", None, -math.inf, math.inf),
        ),
        needs=frozenset({"references"}),
        uses=frozenset({"sources"}),
        spans=True,
        tokens=True,
    )


@pytest.mark.parametrize(
    ("hello", "expected"),
    [
        (changed(HELLO, protocol=2), "it speaks protocol 2, and this evalkit speaks 1"),
        (changed(HELLO, protocol=True), "it speaks protocol True"),
        (changed(HELLO, protocol=...), "it speaks protocol None"),
        (changed(HELLO, type="hi"), "of type 'hi'"),
        (changed(HELLO, name=" "), "hello has no 'name'"),
        (changed(HELLO, name="a\x1b[2J"), "printable characters are needed"),
        (changed(HELLO, name="a" * 81), "up to 80 printable"),
        (changed(HELLO, fields=[changed(FIELD, unit="a\nb")]), "printable characters are needed"),
        (changed(HELLO, fields=[]), "hello has no 'fields'"),
        (changed(HELLO, signature=...), "hello has no 'signature'"),
        (changed(HELLO, signature={"a": [1]}), "signature 'a' is [1]"),
        (changed(HELLO, need=["references"]), "unknown key 'need'. Did you mean 'needs'?"),
        (changed(HELLO, needs=["reference"]), "known: references, sources"),
        (changed(HELLO, needs="references"), "'needs' is 'references'"),
        (changed(HELLO, languages="en"), "'languages' is 'en'"),
        (changed(HELLO, spans=1), "'spans' is 1; true or false"),
        (changed(HELLO, fields=[changed(FIELD, unit=...)]), "field 0 of hello has no 'unit'"),
        (changed(HELLO, fields=[changed(FIELD, higher_is_better=...)]), "'higher_is_better'"),
        (changed(HELLO, fields=[changed(FIELD, higher_is_better=1)]), "'higher_is_better'"),
        (changed(HELLO, fields=[changed(FIELD, low=2)]), "'low' is above 'high'"),
        (changed(HELLO, fields=[changed(FIELD, low=math.nan)]), "'low' is nan, no number"),
        (changed(HELLO, fields=[changed(FIELD, name="other")]), "called 'other'"),
        (changed(HELLO, fields=[FIELD, FIELD]), "field 1 of hello has no 'name'"),
        (changed(HELLO, fields=[changed(FIELD, ratio=["a", "b"])]), "unknown key 'ratio'"),
        (changed(HELLO, columns=["a", "b"]), "a field's 'ratio' is []"),
        (
            changed(HELLO, columns=["a"], fields=[changed(FIELD, ratio=["a", "b"])]),
            "two of the columns are needed: a",
        ),
        (
            changed(HELLO, columns=["a", "a"], fields=[changed(FIELD, ratio=["a", "a"])]),
            "one name",
        ),
    ],
)  # fmt: skip
def test_a_hello_that_is_refused(hello: dict, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)):
        introduction(hello, "scorer")


def test_what_a_program_is_asked() -> None:
    assert measure(BATCH, (2,), 7, frozenset()) == {
        "type": "measure",
        "id": 7,
        "language": "en",
        "items": [{"id": 7, "hypothesis": "a b", "document": "e"}],
    }
    assert REQUEST["items"][0] == {
        "id": 40, "hypothesis": "naïve 日本", "document": "d", "references": ["x", "y"],
        "source": "s",
    }  # fmt: skip


def test_an_answer_is_read_in_the_order_of_the_request() -> None:
    first, second, third = rows(GOOD, REQUEST, TEXTS, SAID)
    assert first.numbers == (0.5, 7.0)
    assert first.cut == "the last word"
    assert first.spans == (Span(0, 5, "", "major", 0.25, "toy"),)
    assert first.tokens == (TokenScore(6, 8, -1.5),)
    assert (second.numbers, second.reason, second.spans) == ((1.0, 0.0), "", ())
    assert (third.numbers, third.reason) == ((), "no reference")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (changed(GOOD, type="scores"), "of type 'scores', not 'measured'"),
        (changed(GOOD, id=39), "it answers request 39, not 40"),
        (changed(GOOD, items={}), "has no 'items'"),
        (changed(GOOD, items=[1]), "has no 'items'"),
        (changed(GOOD, items=GOOD["items"][:2]), "about 2 of 3 items: item 41 is missing"),
        (changed(GOOD, items=[*GOOD["items"], {"id": 41, "scores": [1, 0]}]), "item 41 twice"),
        (changed(GOOD, items=[{"id": 43, "scores": [1, 0]}]), "item 43, which it was not asked"),
        (changed(GOOD, items=[{"id": True, "scores": [1, 0]}]), "item True"),
        (changed(GOOD, items=[{"scores": [1, 0]}]), "item None"),
        (changed(GOOD, more=1), "unknown key 'more'"),
        (with_item(scores=[math.nan, 1]), "item 40: its 'scores' holds nan"),
        (with_item(scores=[None, 1]), "holds None, which is no finite number"),
        (with_item(scores=[math.inf, 1]), "holds inf"),
        (with_item(scores=["1", 1]), "holds '1'"),
        (with_item(scores=[True, 1]), "holds True"),
        (with_item(scores=[10**400, 1]), "no finite number"),
        (with_item(scores=[1]), "a list of 2 is needed, or a 'reason'"),
        (with_item(scores=...), "its 'scores' is None"),
        (with_item(scores=[1.1, 0]), "toy is 1.1, outside the bounds that its hello gave: 0 to 1"),
        (with_item(reason="but"), "both scores and a reason"),
        (with_item(scores=..., reason=" "), "its reason is empty"),
        (with_item(scores=..., reason=3), "its 'reason' is 3, no text"),
        (with_item(statistics=[1, 2]), "unknown key 'statistics'"),
        (with_item(spans=[{"start": 0, "end": 9}]), "0 to 9 lie outside the hypothesis (0 to 8)"),
        (with_item(spans=[{"start": 3, "end": 2}]), "3 to 2 lie outside"),
        (with_item(spans=[{"start": 0.0, "end": 2}]), "an offset is 0.0"),
        (with_item(spans=[{"start": 0, "end": 2, "severity": "critical"}]), "known: minor, major"),
        (with_item(spans=[{"start": 0, "end": 2, "category": "bad"}]), "category is 'bad'"),
        (with_item(spans=[{"start": 0, "end": 2, "probability": 2}]), "probability is 2"),
        (with_item(tokens=[[0, 1]]), "[start, end, value] is needed"),
        (with_item(tokens=[[0, 1, math.nan]]), "a token's value is nan"),
    ],
)
def test_an_answer_that_is_refused(answer: dict, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)):
        rows(answer, REQUEST, TEXTS, SAID)


def test_a_score_may_miss_its_bounds_by_rounding() -> None:
    (row, *_) = rows(with_item(scores=[1 + 1e-9, 0]), REQUEST, TEXTS, SAID)
    assert row.numbers[0] == 1 + 1e-9


def test_outputs_of_a_generator() -> None:
    said = introduction(
        {"type": "hello", "protocol": 1, "name": "g", "signature": {"v": 1}, "languages": ["en"]},
        "generator",
    )
    assert (said.name, said.languages, said.fields) == ("g", frozenset({"en"}), ())
    batch = GenerationBatch(("a", "b"), ("one", "two"), Length(60, "short"))
    request = generate(batch, (0, 1), 5)
    assert (request["words"], request["length"]) == (60, "short")
    items = [{"id": 6, "error": "too long"}, {"id": 5, "text": "x", "usage": {"tokens": 3}}]
    answer = {"type": "generated", "id": 5, "items": items}
    first, second = outputs(answer, request)
    assert (first.text, first.stop, first.usage, first.error) == ("x", "end", {"tokens": 3}, "")
    assert (second.text, second.stop, second.error) == ("", "error", "too long")
    for wrong in (
        {"text": None},
        {},
        {"text": "x", "stop": "why"},
        {"text": "x", "usage": {"a": ""}},
    ):
        items[0] = {"id": 6, **wrong}
        with pytest.raises(ValueError, match="item 6: "):
            outputs(answer, request)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Paths to everything inside a JSON value."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    return [path, *(p for key in keys for p in places(value[key], (*path, key)))]


@given(st.data())
def test_whatever_stands_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    """One value somewhere in a good hello or answer is any other: never another kind of error."""
    made = copy.deepcopy(data.draw(st.sampled_from([HELLO, GOOD])))
    *way, last = data.draw(st.sampled_from(places(made)[1:]))
    place = made
    for key in way:
        place = place[key]
    place[last] = data.draw(JSON)
    with contextlib.suppress(ValueError):
        if "protocol" in made or "name" in made:
            introduction(made, "scorer")
        else:
            rows(made, REQUEST, TEXTS, SAID)
