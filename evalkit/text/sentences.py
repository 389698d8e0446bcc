r"""Sentences and paragraphs as code-point spans into the text as it is.

A line break (``\n`` or ``\r\n``) ends a paragraph; no sentence crosses one. Inside a paragraph
the boundaries come from ``sentencex`` (Wikimedia, MIT, a Rust wheel without dependencies),
corrected by the small rules below. It was chosen over ``syntok`` 1.4.4 and ``pysbd`` 0.3.4 on the
first 51 lines of ``tests/text/sentences.txt`` and the articles in ``corpus/``. On the lines it gets
43 right, ``pysbd`` 41 and ``syntok`` 40: a near tie. But its misses are of few kinds that a rule
mends (quotations, brackets, stray marks), where ``syntok`` also trips over initials, titles and
numbers. It gives offsets, knows the abbreviations of many languages, takes 0.1 ms for an article
where ``syntok`` takes 6 and ``pysbd`` 36, and is the one that is still released (the others' last
releases are of 2022 and 2021).

The rules on top:

1. Sentences inside quotation marks are sentences: the library sees the marks as spaces. Marks
   beside a boundary then go to the side that they belong to.
2. A quotation's ``!”``, ``?”`` or ``.”`` ends nothing where a lower-case word, comma or dash
   follows (``“Stop!” he said``); a ``.”`` does in a paragraph without capitals.
3. An ellipsis ends a sentence where a capital follows, unless that is ``I``.
4. A piece without a letter or digit (a stray ``.``) belongs to the sentence before it.
5. A list's number (``1.``) belongs to the sentence after it.
6. A sentence in brackets ends at its bracket (``(It was late.) They left.``).
7. English abbreviations that the library lacks, and English words that it takes for one (``no``,
   ``me``, ``May``), in three short tables; and a time's zone (``9 p.m. Eastern time``).

Left out: a boundary where the full stop itself is missing, which takes a model of the language.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from evalkit.records import Document, Segment

__all__ = ["paragraphs", "sentences", "split"]

_LINE = re.compile(r"[^\n]*?(?=\r?\n|\Z)")
_PLAIN_QUOTES = '“”‘„‚‟‛«»‹›`"'
_QUOTES = _PLAIN_QUOTES + "'’"
_OPENING = "“‘„‚«‹`(["
_CLOSING = "”’»›)]"
_MARKS = re.escape(_QUOTES)
_QUOTE = re.compile(rf"(?<![^\W_])['’]|['’](?![^\W_])|[{re.escape(_PLAIN_QUOTES)}]")
_RUN = re.compile(rf"[{_MARKS}()\[\]]+")
_GAP = re.compile(rf"[\s{_MARKS}()\[\]]*")
_ELLIPSIS_END = re.compile(rf"(?:…|\.\.|\. \. \.)[{_MARKS}\s]*\Z")
_FIRST_WORD = re.compile(r"[^\W_]+")
_NUMBER_ONLY = re.compile(rf"[\s{_MARKS}]*(?:\d{{1,3}}|[A-Za-z])\.\s*")
_LAST_WORD = re.compile(r"([^\W\d_]+)\.\s*\Z")
_HALF_DAY = re.compile(r"\b[AaPp]\.?[Mm]\.\s*\Z")
_ZONE = re.compile(r"[A-Z]{1,3}T\b|[A-Z][a-z]+ (?:[Ss]tandard |[Dd]aylight )?[Tt]ime\b")
_BRACKETED = re.compile(
    r"[\s“‘\"']*[(\[][^()\[\]]*[.!?…][”’\"']*[)\]][”’\"']*\s+(?=[^\W\d_]|[“‘\"'(\[])"
)

_TITLES = re.compile(r"atty|mmes|mx|pte|ste")
"""Join before a capital."""
_BEFORE_NUMBERS = re.compile(
    r"approx|chap|ch|circa|eds|eqs|est|ext|figs|fri|incl|nos|tel|thurs?|tues?|vols?"
)
"""Join before a digit."""
_WORDS_AFTER_ALL = re.compile(r"\b(?:art|ill|May|me|miss|no|OK|ok)\.\s+(?=[^\W\d_a-z])")
"""Cut before a capital."""


def split(text: str, *, language: str = "en") -> tuple[tuple[int, int], ...]:
    """Spans of the sentences, in order, end exclusive, without white space at either end.

    Together they hold every character that is not white space. A text without any gives ().
    A language that the library has no rules for is split by its English ones.

    Raises:
        ValueError: the text holds half of a surrogate pair, so it is not Unicode text.

    >>> text = "“Stop! The U.S. ship is late,” she said. . (It was 5 p.m.) Nobody came."
    >>> [text[start:end] for start, end in split(text)]
    ['“Stop!', 'The U.S. ship is late,” she said. .', '(It was 5 p.m.)', 'Nobody came.']
    """
    return tuple(
        (line + start, line + end)
        for line, line_end in _lines(text)
        for start, end in _split_paragraph(text[line:line_end], language)
    )


def sentences(document: Document) -> tuple[Segment, ...]:
    """The document's sentences, each knowing its paragraph; () for an empty document."""
    found: list[Segment] = []
    for paragraph in paragraphs(document):
        for start, end in _split_paragraph(paragraph.text, document.language):
            first, last = paragraph.start + start, paragraph.start + end
            text = document.text[first:last]
            found.append(Segment(document.id, len(found), paragraph.index, first, last, text))
    return tuple(found)


def paragraphs(document: Document) -> tuple[Segment, ...]:
    """The document's lines that are not blank, without white space at either end."""
    return tuple(
        Segment(document.id, index, index, start, end, document.text[start:end])
        for index, (start, end) in enumerate(_lines(document.text))
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for match in _LINE.finditer(text):
        span = _trimmed(text, match.start(), match.end())
        if span[0] < span[1]:
            yield span


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _split_paragraph(text: str, language: str) -> Iterator[tuple[int, int]]:
    cuts = [0, *_kept(text, _library_cuts(text, language)), len(text)]
    for start, end in pairwise(cuts):
        span = _trimmed(text, start, end)
        while bracketed := _BRACKETED.match(text, *span):
            yield _trimmed(text, span[0], bracketed.end())
            span = _trimmed(text, bracketed.end(), span[1])
        yield span


def _library_cuts(text: str, language: str) -> list[int]:
    """Where the library starts a new sentence, moved past marks that close the one before."""
    import sentencex

    masked = _masked(text)
    code = language.split("-")[0].lower()
    starts = {
        int(piece["start_index"]) for piece in sentencex.get_sentence_boundaries(code, masked)
    }
    if code == "en":
        starts |= {match.end() for match in _WORDS_AFTER_ALL.finditer(masked)}
    return sorted({_placed(text, masked, start) for start in starts} - {0, len(text)})


def _masked(text: str) -> str:
    """The text with spaces for quotation marks; an apostrophe between letters stays."""
    return _QUOTE.sub(" ", text.replace("…", "."))


def _placed(text: str, masked: str, cut: int) -> int:
    """The cut, put between closing and opening marks of the gap that it lies in."""
    left = len(masked[:cut].rstrip())
    gap = _GAP.match(text, left)
    right = gap.end() if gap else left
    for run in _RUN.finditer(text, left, right):
        for position in range(run.start(), run.end()):
            if not _closes(text, position, run.span()):
                return position
    return max(right, cut)


def _closes(text: str, position: int, run: tuple[int, int]) -> bool:
    """Whether the mark at ``position``, one of a run of marks, closes what stands before it."""
    spaced_before = text[run[0] - 1 : run[0]].isspace()
    spaced_after = run[1] == len(text) or text[run[1]].isspace()
    if spaced_before != spaced_after:
        return spaced_after
    mark = text[position]
    if mark in _OPENING or mark in _CLOSING:
        return mark in _CLOSING
    return text.count(mark, 0, position) % 2 == 1


def _kept(text: str, cuts: list[int]) -> Iterator[int]:
    cased = text != text.lower()
    start = 0
    for index, cut in enumerate(cuts):
        following = cuts[index + 1] if index + 1 < len(cuts) else len(text)
        if not _joins(text[start:cut], text[cut:following], cased=cased):
            start = cut
            yield cut


def _joins(before: str, after: str, *, cased: bool) -> bool:
    """Whether no sentence ends between the two pieces."""
    first = _FIRST_WORD.search(after)
    if first is None or _NUMBER_ONLY.fullmatch(before):
        return True
    if _FIRST_WORD.search(before) is None:
        return True
    lead = after[: first.start()].strip()
    lower = first.group()[0].islower()
    if _ELLIPSIS_END.search(before):
        return lower or first.group() == "I"
    if lead[:1] in {",", ";", ":", "-", "–", "—"} and (lower or lead[0] in ",;:"):
        return True
    said = before.rstrip()
    if lower and said[-1] in _QUOTES and (cased or said.rstrip(_QUOTES + " ")[-1:] != "."):
        return True
    if _HALF_DAY.search(before) and _ZONE.match(after):
        return True
    return _is_abbreviation(before, first.group() if not lead else "")


def _is_abbreviation(before: str, following: str) -> bool:
    last = _LAST_WORD.search(before)
    if last is None or not following:
        return False
    word = last.group(1).lower()
    if following[0].isdigit():
        return _BEFORE_NUMBERS.fullmatch(word) is not None
    return following[0].isupper() and _TITLES.fullmatch(word) is not None
