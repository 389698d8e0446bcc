"""Whatever a server sends is a completion, a malformed one, or an error; and never the key."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.endpoint.faults import Verdict, verdict
from evalkit.endpoint.key import Secret
from evalkit.endpoint.replies import MalformedError, Problem, read_problem, read_reply
from tests.endpoint.fake_server import completion

ODD = "sk-/+=&%<>\"'\\~u0123"
"""A key of characters that JSON, HTML and addresses escape."""
NAMES = st.sampled_from(
    ["choices", "message", "content", "refusal", "usage", "error", "detail", "code", "model", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(f"a {ODD} b"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.just(ODD), inner),
    max_leaves=12,
)
LIKELY = st.fixed_dictionaries(
    {"choices": st.lists(st.fixed_dictionaries({"message": JSON, "finish_reason": JSON}) | JSON)},
    optional={"usage": JSON, "model": JSON, "error": JSON},
)


@settings(deadline=None)
@given(JSON | LIKELY | st.binary())
def test_anything_is_read_or_malformed_and_the_key_is_out(sent: object) -> None:
    secret = Secret(ODD)
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    try:
        reply = read_reply(body, secret)
        shown = [reply.text, reply.thought, reply.finish, reply.model, reply.refused]
        assert reply.text or reply.refused
    except MalformedError as malformed:
        shown = [str(malformed), *malformed.usage]
    assert not any(ODD in text for text in shown)
    problem = read_problem(body, secret)
    assert ODD not in problem.message
    assert problem.message == " ".join(problem.message.split())
    assert len(problem.message) <= 301


@pytest.mark.parametrize(
    "text", [f"{ODD}", f"x{ODD}{ODD}", quote(ODD, safe=""), f"?k={quote(ODD)}", f"cut {ODD[:12]}"]
)
def test_every_form_of_the_key_is_replaced(text: str) -> None:
    assert "0123" not in Secret(ODD).redacted(text)
    assert "[key]" in Secret(ODD).redacted(text)


def test_without_a_key_nothing_is_replaced() -> None:
    assert Secret().redacted("as it is") == "as it is"
    assert Secret().header() == {}


def test_a_completion() -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 4}}
    raw = {**completion(" Fine. ").body, "usage": {"prompt_tokens": 9, **details}}  # type: ignore[dict-item]
    reply = read_reply(json.dumps(raw).encode(), Secret())
    assert (reply.text, reply.finish, reply.model) == ("Fine.", "stop", "tiny-2026-01")
    assert reply.usage == {"prompt_tokens": 9, "cached_tokens": 4}


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (b'{"error": {"message": "no\\n key", "code": "A", "type": "B"}}', "no key", "a b"),
        (b'{"error": "plain"}', "plain", ""),
        (b'{"detail": "Not Found"}', "Not Found", ""),
        (b'{"detail": [{"loc": ["body"]}]}', '[{"loc": ["body"]}]', ""),
        (b'{"object": "error", "message": "too long", "code": 400}', "too long", ""),
        (b"<html>\x1b[2J busy", "<html> [2J busy", ""),
        (b"", "", ""),
        (b"\xff", "\ufffd", ""),
    ],
)
def test_the_message_of_an_error(body: bytes, message: str, code: str) -> None:
    assert read_problem(body, Secret()) == Problem(message, code)


def test_every_status_has_a_meaning() -> None:
    for status in range(201, 600):
        found = verdict(status, Problem("no", ""), answered=False)
        again = status in {408, 409, 425, 429} or (status >= 500 and status != 501)
        assert (found is Verdict.AGAIN) == again
        assert (found is Verdict.ITEM) == (status == 413)
