"""The rewriter's training examples: articles with highlights in, rows of numbers out.

Reads JSON Lines (gzip or plain). Each sentence that covers a highlight makes a pair; a pair is
kept when every word of its target can be copied or written.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evalkit.errors import InputError
from evalkit.models.rewriter_examples import Examples, IntArray
from evalkit.models.rewriter_words import read_words
from evalkit.models.salience import FEATURES, content, features
from evalkit.text.sentences import split
from evalkit.training.alignment import Pair, completed, pairs_of
from evalkit.training.casing import detokenise, split_tokenised
from evalkit.training.rewriter_vocabulary import spelled

__all__ = [
    "Article",
    "Pairing",
    "draw_rows",
    "highlight_words",
    "make_examples",
    "make_pairs",
    "read_articles",
    "read_texts",
    "sentences_of",
]

DRAWN = 0.8
"""Least sum of two shares, each 0-1."""
PREFIXES = (("new", ":"), ("update", ":"))
"""What newsrooms put before a highlight."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article and the sentences that sum it up."""

    article: str
    """The whole text."""
    highlights: tuple[str, ...]
    """One sentence each."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which sentence-highlight pairs to take."""

    coverage: float
    """Least share of a highlight that stands in its sentence, in order."""
    shortest: int
    """Fewest words of a highlight."""
    longest: int
    """Most words of a sentence."""
    n_sentences: int
    """Sentences of an article that are looked at."""
    tokenised: bool
    """Whether the text is tokenised in the Penn Treebank manner."""


def read_articles(
    path: Path, *, article: str = "article", highlights: str = "highlights"
) -> Iterator[Article]:
    """The articles of a JSON Lines file; ``highlights`` is a list, or text with a line each.

    Raises:
        InputError: the file is not there, a line is not a JSON object, or a field is missing.
    """
    for place, row in _rows(path):
        for field in (article, highlights):
            if field not in row:
                raise InputError(
                    f"{place}: no field {field!r}. Name the fields in the recipe: article_field, "
                    "highlights_field; files of other text: texts."
                )
        points = row[highlights]
        lines = points if isinstance(points, list) else str(points).splitlines()
        found = tuple(str(point) for point in lines if str(point).strip())
        yield Article(str(row[article]), found)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """The place and the fields of each row."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{path}, line {number}", _row(line, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}. Give JSON Lines in UTF-8.") from error


def _row(line: str, place: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{place}: no JSON ({error})") from error
    if not isinstance(row, dict):
        raise InputError(f"{place}: expected a JSON object, found {type(row).__name__}")
    return row


def read_texts(path: Path, fields: Sequence[str]) -> Iterator[str]:
    """The texts in a JSON Lines file: of each row the first of these fields that it has.

    Raises:
        InputError: as ``read_articles``.
    """
    for place, row in _rows(path):
        found = next((field for field in fields if field in row), None)
        if found is None:
            raise InputError(
                f"{place}: no field {' or '.join(fields)}. Name it in the recipe: text_fields."
            )
        yield str(row[found])


def _plain(words: str) -> tuple[str, ...]:
    return tuple(word.plain for word in read_words(words))


def sentences_of(text: str, *, tokenised: bool) -> list[tuple[str, ...]]:
    """Plain words of each sentence of a text."""
    if tokenised:
        return [_plain(detokenise(tokens)) for tokens in split_tokenised(text)]
    return [_plain(text[start:end]) for start, end in split(text)]


def highlight_words(text: str, *, tokenised: bool) -> tuple[str, ...]:
    """Plain words of a highlight without its newsroom prefix and final full stop.

    >>> highlight_words("NEW: Ferry crew were safe.", tokenised=False)
    ('ferry', 'crew', 'were', 'safe')
    """
    words = _plain(detokenise(text.split()) if tokenised else text)
    if words[:2] in PREFIXES:
        words = words[2:]
    return words[:-1] if words[-1:] == (".",) else words


def make_pairs(articles: Iterable[Article], pairing: Pairing) -> Iterator[Pair]:
    """Pairs of all articles, their targets completed."""
    for article in articles:
        sentences = sentences_of(article.article, tokenised=pairing.tokenised)
        points = [highlight_words(text, tokenised=pairing.tokenised) for text in article.highlights]
        for pair in pairs_of(
            sentences[: pairing.n_sentences],
            points,
            coverage=pairing.coverage,
            n_words=(pairing.shortest, pairing.longest),
        ):
            words, links = completed(pair.source, pair.target, pair.links)
            yield Pair(pair.source, words, links, pair.coverage)


def draw_rows(
    articles: Iterable[Article], *, tokenised: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Features of every sentence, and whether a highlight was drawn from it.

    A highlight is drawn from the sentence that shares most with it: the share of its words that
    stand there in order, plus the share of its content words. Below DRAWN it is from none.
    """
    from rapidfuzz.distance import LCSseq

    rows, drawn = [], []
    for article in articles:
        sentences = sentences_of(article.article, tokenised=tokenised)
        if not sentences:
            continue
        marks = np.zeros(len(sentences), np.bool_)
        contents = [content(words) for words in sentences]
        for text in article.highlights:
            point = highlight_words(text, tokenised=tokenised)
            wanted = content(point)
            if not wanted:
                continue
            shares = [
                LCSseq.similarity(point, words) / len(point) + len(wanted & own) / len(wanted)
                for words, own in zip(sentences, contents, strict=True)
            ]
            best = int(np.argmax(shares))
            marks[best] |= shares[best] > DRAWN
        rows.append(features(sentences))
        drawn.append(marks)
    if not rows:
        return np.zeros((0, len(FEATURES))), np.zeros(0, np.bool_)
    return np.concatenate(rows), np.concatenate(drawn)


def make_examples(
    pairs: Sequence[Pair],
    vocabulary: Sequence[str],
    *,
    n_longest: int = 32,
    gap_coverage: float = 2.0,
) -> Examples:
    """Examples of the pairs whose target can be spelled and is not a whole copy of its source.

    Args:
        pairs: what to learn from.
        vocabulary: the words that can be written.
        n_longest: most decisions in a target.
        gap_coverage: from this coverage on, one word that can be neither copied nor written is
            forgiven; above 1, never.
    """
    index = {word: i for i, word in enumerate(vocabulary)}
    sources: dict[tuple[str, ...], int] = {}
    source_of: list[int] = []
    actions: list[tuple[int, ...]] = []
    for pair in pairs:
        found = spelled(pair, index, n_gaps=int(pair.coverage >= gap_coverage))
        if found is None or len(found) > n_longest or len(pair.target) == len(pair.source):
            continue
        source_of.append(sources.setdefault(pair.source, len(sources)))
        actions.append(found)
    words: dict[str, int] = {}
    flat = [words.setdefault(word, len(words)) for source in sources for word in source]
    return Examples(
        tuple(words), np.array(flat, np.int32), _starts(sources), np.array(source_of, np.int32),
        np.array([a for action in actions for a in action], np.int32), _starts(actions),
    )  # fmt: skip


def _starts(rows: "dict[tuple[str, ...], int] | list[tuple[int, ...]]") -> IntArray:
    lengths = np.fromiter((len(row) for row in rows), np.int64, len(rows))
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
