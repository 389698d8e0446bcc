"""Every score of a run as CSV in long form: one row per table, system and field or set measure.

Numbers are written in full, for programs; what is undefined is an empty cell with its reason in
``note``. Spreadsheets run a text that starts like a formula, so such a text gets an apostrophe in
front, and so does one that starts with an apostrophe: taking the first one away gives the text.
See https://owasp.org/www-community/attacks/CSV_Injection. Left out: comparisons, items, texts.
"""

import csv
import io
import math

from evalkit.report import visible
from evalkit.results import Report

__all__ = ["COLUMNS", "safe", "scores"]

COLUMNS = (
    "table",
    "system",
    "scorer",
    "field",
    "unit",
    "value",
    "low",
    "high",
    "n_scored",
    "n_skipped",
    "note",
    "signature",
)
"""The header."""

_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r", "\n")


def scores(report: Report) -> str:
    """The scores of all tables, with a header, lines ended by CR LF (RFC 4180)."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for table in report.tables:
        for score in table.scores:
            names = (table.name, score.system, score.scorer, score.field, score.unit)
            values = map(_number, (score.value, score.low, score.high))
            counts = (score.n_scored, score.n_skipped)
            reasons = map(safe, (score.note, score.signature))
            writer.writerow((*map(safe, names), *values, *counts, *reasons))
    return file.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(value)


def safe(value: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    shown = visible.text(value)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
