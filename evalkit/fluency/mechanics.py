"""``mechanics``: errors of punctuation, spacing, casing and repetition, found by rules.

No model: every rule is a pure function with a name (``evalkit/fluency/rules``), every finding a
span with a category, a severity, a message and, where it is safe, a correction. The rules look for
what edited English (almost) never holds, so that each finding can be shown to a person.

A rule sees the whole document, because quotations run over sentences and paragraphs; each span
then belongs to the sentence in which it starts. A span that starts between two sentences belongs
to the one before. So a sentence's row depends on its document and on nothing else in the batch.
Where only some sentences of a document are given, the text of the others is still read, and what
starts in them is left out.

Left out: whatever needs the meaning or the grammar of a sentence (``detector`` does that), and
the spelling of words beyond a short table.
"""

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

import evalkit
from evalkit.errors import AlignmentError, LanguageError, UnknownNameError
from evalkit.fluency.rate import COLUMNS, rate_fields, rate_scores
from evalkit.fluency.rules.catalogue import RULES, VERSION, find_errors, tables_hash
from evalkit.fluency.rules.rule import Rule
from evalkit.metrics.signature import join
from evalkit.records import Batch, Context, Field, FloatArray, Measured, Span
from evalkit.text.words import count_words

__all__ = ["Mechanics"]

_PIECE = re.compile(r"\S+")


class Mechanics:
    """Scores English by the errors that rules find.

    Args:
        without: ids of rules to leave out, for example ``["space-before-mark"]`` for text that is
            tokenised on purpose.

    Raises:
        UnknownNameError: no rule has such an id.
    """

    name = "mechanics"
    needs: frozenset[str] = frozenset()
    languages: frozenset[str] | None = frozenset({"en"})
    columns: tuple[str, ...] = COLUMNS

    def __init__(self, *, without: Sequence[str] = ()) -> None:
        known = {rule.id for rule in RULES}
        for wanted in without:
            if wanted not in known:
                raise UnknownNameError("mechanics rule", wanted, known)
        self._without = tuple(sorted(set(without)))
        self._rules = tuple(rule for rule in RULES if rule.id not in self._without)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are applied, the more specific first."""
        return self._rules

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fluency 0-100 and errors per 100 words; ``evalkit.fluency.rate`` has the formula."""
        return rate_fields(self.name)

    def measure(self, batch: Batch) -> Measured:
        """Rows (errors, words) and the errors' spans.

        A hypothesis without a word has a row of its errors in no words, so that they count in its
        document; its own scores are NaN. A blank one is invalid.

        Raises:
            LanguageError: the batch is not in English.
            AlignmentError: a context does not hold its hypothesis where it says.
        """
        if batch.language.split("-")[0].lower() != "en":
            raise LanguageError(
                f"mechanics reads English (en); these texts are marked {batch.language!r}. "
                "Leave mechanics out for them, or mend the language in the config."
            )
        spans = self._in_documents(batch) if batch.contexts is not None else self._alone(batch)
        n = len(batch)
        reasons = {i: "the text is blank" for i in range(n) if not batch.hypotheses[i].strip()}
        valid = np.array([i not in reasons for i in range(n)], dtype=np.bool_)
        rows = [
            (len(found), count_words(text))
            for found, text in zip(spans, batch.hypotheses, strict=True)
        ]
        statistics = np.array(rows, dtype=np.float64).reshape(n, len(COLUMNS))
        statistics[~valid] = 0.0
        return Measured(statistics, valid, reasons, tuple(spans))

    def score(self, totals: FloatArray) -> FloatArray:
        """Fluency and errors per 100 words (..., 2) of sums (..., 2); NaN without words."""
        return rate_scores(totals)

    def signature(self) -> str:
        """The rule set, its tables, the rules left out, and evalkit's version."""
        return join(
            {
                "rules": VERSION,
                "tables": tables_hash(),
                "without": ",".join(self._without) or "none",
                "language": "en",
                "evalkit": evalkit.__version__,
            }
        )

    def _alone(self, batch: Batch) -> list[tuple[Span, ...]]:
        """The spans of hypotheses that each stand alone."""
        return [find_errors(text, complete=False, rules=self._rules) for text in batch.hypotheses]

    def _in_documents(self, batch: Batch) -> list[tuple[Span, ...]]:
        """The spans of hypotheses in their documents, each document read once."""
        spans: list[tuple[Span, ...]] = [()] * len(batch)
        for text, members in _by_document(batch).items():
            found = find_errors(text, rules=self._rules)
            for index, own in _assign(text, found, members).items():
                spans[index] = own
        return spans


def _by_document(batch: Batch) -> dict[str, dict[int, tuple[int, int]]]:
    """By the text of each document, where its hypotheses stand; blank ones stand nowhere.

    Raises:
        AlignmentError: a context does not hold its hypothesis where it says.
    """
    members: dict[str, dict[int, tuple[int, int]]] = {}
    contexts: Iterable[Context] = batch.contexts or ()
    for index, (hypothesis, context) in enumerate(zip(batch.hypotheses, contexts, strict=True)):
        start, end = context.start, context.start + len(hypothesis)
        if start < 0 or context.text[start:end] != hypothesis:
            raise AlignmentError(
                f"hypothesis {index} ({hypothesis[:40]!r}) does not stand at character {start} "
                f"of its document ({len(context.text)} characters). "
                "Give the offset of each sentence in the text as it was read."
            )
        if hypothesis.strip():
            members.setdefault(context.text, {})[index] = (start, end)
    return members


def _assign(
    text: str, found: Sequence[Span], places: Mapping[int, tuple[int, int]]
) -> dict[int, tuple[Span, ...]]:
    """Gives each span of a document to the hypothesis in which it starts.

    Args:
        text: the document.
        found: its spans, in order of their starts.
        places: for each hypothesis its stretch of the document; a stretch that is given twice
            gets its spans twice.
    """
    span_starts = [span.start for span in found]
    heads = sorted(start for start, _ in places.values())
    assigned = {}
    for index, (start, end) in places.items():
        following = bisect.bisect_left(heads, end)
        limit = heads[following] if following < len(heads) else len(text)
        first = bisect.bisect_left(span_starts, start)
        last = bisect.bisect_left(span_starts, _reach(text, end, limit))
        assigned[index] = tuple(span.moved(-start) for span in found[first:last])
    return assigned


def _reach(text: str, end: int, limit: int) -> int:
    """Where what follows a sentence stops being its own: at the next piece that holds a word.

    White space and marks without a letter or digit (a stray full stop) still belong to it, up to
    where another hypothesis starts.
    """
    for piece in _PIECE.finditer(text, end, limit):
        if any(char.isalnum() for char in piece.group()):
            return piece.start()
    return limit
