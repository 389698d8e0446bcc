"""Grades: the form in which a judge must answer, and an answer read by it to the letter.

An answer is one JSON object with a grade on the rubric's scale and a reason, in a code fence or
not. Everything else is malformed and no grade: two objects, a grade as text, a grade off the
scale, half a point where grades are whole, a key that stands twice. Nothing is guessed from words.
"""

import json
import re
from collections.abc import Sequence

from evalkit.judging.rubric import Rubric

__all__ = ["UngradedError", "format_of", "grade", "instruction"]

_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)\n?\s*```", re.DOTALL)


class UngradedError(ValueError):
    """An answer without a grade that can be used; the message says why."""


def format_of(rubric: Rubric) -> dict[str, object]:
    """The ``response_format`` of a request: a JSON Schema in OpenAI's strict subset."""
    kind = "integer" if rubric.whole else "number"
    grade_schema = {"type": kind, "minimum": rubric.low, "maximum": rubric.high}
    schema = {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "grade": grade_schema},
        "required": ["reason", "grade"],
        "additionalProperties": False,
    }
    return {
        "type": "json_schema",
        "json_schema": {"name": "grade", "strict": True, "schema": schema},
    }


def instruction(rubric: Rubric) -> str:
    """How to answer, in words, for servers that don't enforce the schema."""
    kind = "whole number" if rubric.whole else "number"
    return (
        'Answer with one JSON object and nothing else: {"reason": "…", "grade": …}, where "reason" '
        f'is one or two sentences and "grade" a {kind} from {rubric.low:g} to {rubric.high:g}.'
    )


def grade(answer: str, rubric: Rubric) -> float:
    """The grade in an answer.

    Raises:
        UngradedError: there is none, or not just one on the scale.
    """
    fenced = _FENCED.fullmatch(answer.strip())
    try:
        found = json.loads(fenced[1] if fenced else answer, object_pairs_hook=_unique)
    except UngradedError:
        raise
    except (ValueError, RecursionError):
        raise UngradedError("the answer is not the one JSON object that was asked for") from None
    if not isinstance(found, dict) or "grade" not in found:
        raise UngradedError("the answer holds no grade")
    value = found["grade"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UngradedError(f"the grade is {_short(value)}, no number")
    if not rubric.low <= value <= rubric.high:
        raise UngradedError(f"the grade {_short(value)} is not on the scale {rubric.scale}")
    if rubric.whole and value != int(value):
        raise UngradedError(f"the grade {_short(value)} is no whole number")
    return float(value)


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UngradedError("the answer says something twice")
    return found


def _short(value: object) -> str:
    shown = json.dumps(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
