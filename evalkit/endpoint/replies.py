"""What a server sends back, read: a chat completion, or the message of an error.

After OpenAI's reference of ``POST /chat/completions``; what other servers add is ignored. Nothing
is believed: every part is checked, and an answer that is none has its reason.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from evalkit.endpoint.key import Secret

__all__ = ["MalformedError", "Problem", "Reply", "one_line", "read_problem", "read_reply"]

_THINKS, _THOUGHT = "<think>", "</think>"
_SHOWN = 300
"""Characters of a server's message that are shown."""
_COUNTS = {
    "prompt_tokens": ("prompt_tokens",),
    "completion_tokens": ("completion_tokens",),
    "cached_tokens": ("prompt_tokens_details", "cached_tokens"),
    "reasoning_tokens": ("completion_tokens_details", "reasoning_tokens"),
}
"""Counts of ``usage``: name -> where it stands."""


class MalformedError(ValueError):
    """An answer that is no chat completion; the message says what is wrong with it.

    Args:
        reason: what is wrong.
        usage: what it cost all the same.
    """

    def __init__(self, reason: str, usage: Mapping[str, int] | None = None) -> None:
        super().__init__(reason)
        self.usage = dict(usage or {})


@dataclass(frozen=True, slots=True)
class Reply:
    """A chat completion."""

    text: str
    """The answer, white space at both ends removed; empty only where ``refused`` says why."""
    finish: str
    """The server's own word for why it ended: ``stop``, ``length`` …; "" where it gives none."""
    model: str
    """The model that answered, as the server names it; "" where it doesn't."""
    fingerprint: str = ""
    """``system_fingerprint``: changes when the server's set-up does; "" where it sends none."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """``prompt_tokens``, ``completion_tokens`` and, of these, ``cached_tokens`` and
    ``reasoning_tokens``; those that the server counts."""
    thought: str = ""
    """What the model wrote between ``<think>`` and ``</think>`` before its answer, for models whose
    server leaves it there; it is no part of ``text``."""
    refused: str = ""
    """Why there is no text after all (a refusal, a content filter); "" where there is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """The message of an error."""

    message: str
    """On one line, cut at 300 characters."""
    code: str
    """The server's ``code`` and ``type``, lower case, parted by a space; "" where it has none."""


def read_reply(body: bytes, secret: Secret) -> Reply:
    """The completion in ``body``; every string in it is redacted.

    Raises:
        MalformedError: it is none, or an empty one.
    """
    raw = _parsed(body, secret)
    if not isinstance(raw, dict):
        raise MalformedError(f"the answer is a JSON {type(raw).__name__}, not an object")
    usage = _usage(raw.get("usage"))
    choices = raw.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        said = f"; the server says: {_message(raw)}" if "error" in raw else ""
        raise MalformedError(f"the answer holds no choices[0].message{said}", usage)
    content, finish = message.get("content"), choice.get("finish_reason")
    if content is not None and not isinstance(content, str):
        raise MalformedError(f"the answer's content is a {type(content).__name__}, no text", usage)
    text, thought = _without_thought((content or "").strip())
    return Reply(
        text=text,
        thought=thought,
        finish=_text(finish),
        model=_text(raw.get("model")),
        fingerprint=_text(raw.get("system_fingerprint")),
        usage=usage,
        refused=_refused(text, message, _text(finish)),
    )


def read_problem(body: bytes, secret: Secret) -> Problem:
    """The message of an answer that is an error, whatever the server's way of wrapping it."""
    try:
        raw = _parsed(body, secret)
    except MalformedError:
        raw = secret.redacted(body.decode(errors="replace"))
    inner = _inner(raw)
    code = ""
    if isinstance(inner, dict):
        code = " ".join(filter(None, (_text(inner.get("code")), _text(inner.get("type")))))
    return Problem(_message(raw), code.lower())


def _inner(raw: object) -> object:
    """An error without what OpenAI's servers, or FastAPI, wrap it in."""
    for name in ("error", "detail"):
        if isinstance(raw, dict) and name in raw:
            raw = raw[name]
    return raw


def _message(raw: object) -> str:
    inner = _inner(raw)
    if isinstance(inner, dict):
        inner = inner.get("message", inner)
    return one_line(inner if isinstance(inner, str) else json.dumps(inner))


def one_line(text: str) -> str:
    """A foreign message without line breaks and control characters, cut at 300 characters."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _SHOWN])
    line = " ".join(printable.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def _parsed(body: bytes, secret: Secret) -> object:
    """The JSON of a body, redacted."""
    try:
        return secret.cleaned(json.loads(body))
    except (ValueError, RecursionError):
        raise MalformedError(f"the answer is no JSON, or was cut: {len(body)} bytes") from None


def _usage(raw: object) -> dict[str, int]:
    counts = {}
    for name, path in _COUNTS.items():
        found = raw
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        if type(found) is int and found >= 0:
            counts[name] = found
    return counts


def _text(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _without_thought(content: str) -> tuple[str, str]:
    """An answer, and what the model thought aloud before it."""
    if not content.startswith(_THINKS):
        return content, ""
    thought, _, text = content.removeprefix(_THINKS).partition(_THOUGHT)
    return text.strip(), thought.strip()


def _refused(text: str, message: Mapping[object, object], finish: str) -> str:
    """Why a completion gives no text to use; "" where it gives one."""
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal.strip():
        return f"the model refused: {one_line(refusal)}"
    if finish == "content_filter":
        return "the server's content filter stopped the answer"
    if text:
        return ""
    if message.get("tool_calls"):
        return "the model called a tool instead of answering"
    if finish == "length":
        return "the answer is empty: the model used up its tokens before it wrote any text"
    return "the answer is empty"
