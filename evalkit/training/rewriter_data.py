"""The rewriter's training examples: articles with highlights in, rows of numbers out.

Reads JSON Lines (gzip or plain). Each sentence that covers a highlight makes a pair; a pair is
kept when every word of its target can be copied or written.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evalkit.errors import InputError
from evalkit.models.rewriter_words import read_words
from evalkit.text.sentences import split
from evalkit.training.alignment import Pair, completed, pairs_of
from evalkit.training.casing import detokenise, split_tokenised
from evalkit.training.rewriter_vocabulary import spelled

__all__ = ["Article", "Examples", "make_examples", "make_pairs", "plain_words", "read_articles"]

IntArray = NDArray[np.int32]
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
class Examples:
    """Pairs as numbers: e examples over u different sources."""

    words: tuple[str, ...]
    """Every plain word of the sources."""
    sources: IntArray
    """Word indices of all sources, one after the other."""
    source_starts: IntArray
    """(u + 1,) where each source starts in ``sources``."""
    source_of: IntArray
    """(e,) the source of each example."""
    actions: IntArray
    """Actions of all examples, one after the other; see ``spelled``."""
    action_starts: IntArray
    """(e + 1,) where each example starts in ``actions``."""

    def __len__(self) -> int:
        return len(self.source_of)


def read_articles(
    path: Path, *, article: str = "article", highlights: str = "highlights"
) -> Iterator[Article]:
    """The articles of a JSON Lines file; ``highlights`` is a list, or text with a line each.

    Raises:
        InputError: the file is not there, a line is not JSON, or a field is missing.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _article(line, f"{path}, line {number}", article, highlights)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}. Give JSON Lines in UTF-8.") from error


def _article(line: str, place: str, article: str, highlights: str) -> Article:
    try:
        row = json.loads(line)
        text, points = row[article], row[highlights]
    except (json.JSONDecodeError, TypeError) as error:
        raise InputError(f"{place}: not a JSON object ({error})") from error
    except KeyError as error:
        raise InputError(
            f"{place}: no field {error}. Name the fields in the recipe: article_field, "
            "highlights_field."
        ) from error
    lines = points.splitlines() if isinstance(points, str) else points
    return Article(str(text), tuple(str(point) for point in lines if str(point).strip()))


def plain_words(text: str, *, tokenised: bool) -> tuple[str, ...]:
    """Plain words of a sentence, joined first where the text is tokenised."""
    joined = detokenise(text.split()) if tokenised else text
    return tuple(word.plain for word in read_words(joined))


def sentences_of(text: str, *, tokenised: bool, language: str = "en") -> list[tuple[str, ...]]:
    """Plain words of each sentence of a text."""
    if tokenised:
        return [
            tuple(word.plain for word in read_words(detokenise(tokens)))
            for tokens in split_tokenised(text)
        ]
    return [
        tuple(word.plain for word in read_words(text[start:end]))
        for start, end in split(text, language=language)
    ]


def highlight_words(text: str, *, tokenised: bool) -> tuple[str, ...]:
    """Plain words of a highlight without its newsroom prefix and final full stop."""
    words = plain_words(text, tokenised=tokenised)
    if words[:2] in PREFIXES:
        words = words[2:]
    return words[:-1] if words[-1:] == (".",) else words


def make_pairs(
    articles: Sequence[Article] | Iterator[Article], *, coverage: float, tokenised: bool,
    n_words: tuple[int, int],
) -> Iterator[Pair]:  # fmt: skip
    """Pairs of all articles, their targets completed."""
    for article in articles:
        sentences = sentences_of(article.article, tokenised=tokenised)
        points = [highlight_words(text, tokenised=tokenised) for text in article.highlights]
        for _, _, pair in pairs_of(sentences, points, coverage=coverage, n_words=n_words):
            words, links = completed(pair.source, pair.target, pair.links)
            yield Pair(pair.source, words, links, pair.coverage)


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
