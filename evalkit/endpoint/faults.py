"""What a failed request means: try again, give this item up, or give the whole run up.

========================================  =======================================================
answer                                    meaning
========================================  =======================================================
408, 409, 425, 429, 5xx; no connection,   try again, after a pause
a cut or malformed answer, a time-out
429 that says that the quota is spent     the whole run
413; 400 and 422 about this text (its     this item: another text may well be answered
length, a content filter), or after
another request was answered
401, 402, 403, 404 and every other        the whole run: each of the other requests would fare
status, redirections among them           the same
========================================  =======================================================

The codes are those of OpenAI, Azure, vLLM and transformers, as their sources and references name
them in 2026; a server that uses others is understood by its status alone.
"""

from enum import Enum

from evalkit.endpoint.replies import Problem

__all__ = ["Verdict", "verdict"]

_AGAIN = frozenset({408, 409, 425, 429})
_ABOUT_THE_REQUEST = frozenset({400, 422})
_SPENT = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
_ABOUT_THE_TEXT = (
    "context_length_exceeded",
    "string_above_max_length",
    "content_filter",
    "content_policy_violation",
    "maximum context length",
    "context length",
    "too many tokens",
    "too long",
)
"""Codes, and words of messages, of a request that is wrong for its text alone."""


class Verdict(Enum):
    """What to do after an answer that is an error."""

    AGAIN = "again"
    ITEM = "item"
    RUN = "run"


def verdict(status: int, problem: Problem, *, answered: bool) -> Verdict:
    """What an error means.

    Args:
        status: HTTP status, not 200.
        problem: what the server says.
        answered: whether a request of the same settings was answered before, so that the
            settings are not what is wrong.
    """
    if status == 429 and any(code in problem.code for code in _SPENT):
        return Verdict.RUN
    if status in _AGAIN or (status >= 500 and status != 501):
        return Verdict.AGAIN
    if status == 413:
        return Verdict.ITEM
    if status in _ABOUT_THE_REQUEST:
        said = f"{problem.code} {problem.message}".lower()
        about_text = answered or any(words in said for words in _ABOUT_THE_TEXT)
        return Verdict.ITEM if about_text else Verdict.RUN
    return Verdict.RUN
