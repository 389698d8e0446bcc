"""Sentence-highlight pairs for the rewriter, by longest common subsequence.

A highlight is paired with a sentence of its article when enough of its words occur in that
sentence in the same order (``LCS(highlight, sentence) / len(highlight)``), as Chen & Bansal
(2018, arXiv:1805.11080) pair them by ROUGE-L recall. Each of its words then links to the source
word that it copies, or to none where it must be written. Among the longest common subsequences
the one with the longest unbroken runs is taken, so that copying mostly means "the next word".

Leaves out highlights that merge several sentences and links by meaning or stem.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalkit.models.rewriter_lists import word_list

__all__ = ["WRITTEN", "Pair", "align", "completed", "pairs_of"]

WRITTEN = -1
"""The link of a word that is not copied."""
ARTICLES = frozenset({"a", "an", "the"})
DETERMINERS = word_list("determiners")
AUXILIARIES = frozenset({"is", "are", "was", "were", "has", "have", "had", "been", "be"})
RUN_BONUS = 0.3
"""What a copied word that continues a run is worth more; below 1/3, so that length comes first
in all but contrived cases."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A source sentence, the highlight made from it, and which words were copied."""

    source: tuple[str, ...]
    """Plain words of the sentence."""
    target: tuple[str, ...]
    """Plain words of the highlight, without its final full stop."""
    links: tuple[int, ...]
    """For each target word the index of its source word, or WRITTEN."""
    coverage: float
    """Share of the target on the longest common subsequence, 0-1."""


def align(source: Sequence[str], target: Sequence[str]) -> tuple[int, ...]:
    """Links of each target word on a longest common subsequence; WRITTEN for the others.

    >>> align("the man who sang the song left".split(), "man left the hall".split())
    (1, 6, -1, -1)
    """
    matched, best = _tables(source, target)
    links = [WRITTEN] * len(target)
    i, j = len(target), len(source)
    forced = False
    while i > 0 and j > 0:
        here = matched[i][j]
        if not forced and (here is None or here < best[i][j]):
            if best[i - 1][j] >= best[i][j]:
                i -= 1
            else:
                j -= 1
            continue
        links[i - 1] = j - 1
        before = matched[i - 1][j - 1]
        forced = before is not None and before + RUN_BONUS >= best[i - 1][j - 1]
        i, j = i - 1, j - 1
    return tuple(links)


def _tables(
    source: Sequence[str], target: Sequence[str]
) -> tuple[list[list[float | None]], list[list[float]]]:
    """Best value of a subsequence that ends in the match (i, j), and of any up to (i, j)."""
    n = len(source) + 1
    best = [[0.0] * n]
    matched: list[list[float | None]] = [[None] * n]
    for word in target:
        above, above_matched = best[-1], matched[-1]
        row, row_matched = [0.0] * n, [None] * n  # type: list[float], list[float | None]
        for j, other in enumerate(source, start=1):
            value = max(above[j], row[j - 1])
            if word == other:
                run = above_matched[j - 1]
                here = 1 + (above[j - 1] if run is None else max(above[j - 1], run + RUN_BONUS))
                row_matched[j] = here
                value = max(value, here)
            row[j] = value
        best.append(row)
        matched.append(row_matched)
    return matched, best


def moved(source: Sequence[str], target: Sequence[str], links: Sequence[int]) -> tuple[int, ...]:
    """Links with reordered words added: longer words that stand once in the source, elsewhere.

    >>> moved("rain fell in spring".split(), "spring rain fell".split(), (-1, 0, 1))
    (3, 0, 1)
    """
    found = list(links)
    for i, word in enumerate(target):
        if found[i] == WRITTEN and len(word) > 3 and source.count(word) == 1:
            found[i] = source.index(word)
    return tuple(found)


def completed(
    source: Sequence[str], target: Sequence[str], links: Sequence[int]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """A headline-style target with the articles and auxiliaries that its source shows, and links.

    Highlights are often in the style of headlines ("man arrested after chase"). An article is put
    back where the copied word stood right after it and its phrase was kept; an auxiliary where it
    stood between two words that are neighbours in the target.

    >>> completed("a man was held after the chase".split(), "man held".split(), (1, 3))
    (('a', 'man', 'was', 'held'), (0, 1, 2, 3))
    """
    words: list[str] = []
    found: list[int] = []
    for i, (word, link) in enumerate(zip(target, links, strict=True)):
        before = source[link - 1] if link > 0 else ""
        last = found[-1] if found else WRITTEN
        dropped = before in AUXILIARIES and last == link - 2 and link >= 2
        if before in ARTICLES and last != link - 1 and link - 1 not in links:
            after = links[i + 1] if i + 1 < len(links) else WRITTEN
            ends = link + 1 >= len(source) or len(source[link + 1]) <= 3
            dropped = (after == link + 1 or ends) and not _determines(words, last)
        if dropped:
            words.append(before)
            found.append(link - 1)
        words.append(word)
        found.append(link)
    return tuple(words), tuple(found)


def _determines(words: Sequence[str], last: int) -> bool:
    """Whether an article after these words would be one too many, or split a phrase."""
    if not words:
        return False
    written = last == WRITTEN and len(words[-1]) > 4
    return written or words[-1] in DETERMINERS or words[-1].endswith("'s")


def pairs_of(
    sentences: Sequence[Sequence[str]],
    highlights: Sequence[Sequence[str]],
    *,
    coverage: float = 0.6,
    n_words: tuple[int, int] = (5, 50),
) -> Iterator[Pair]:
    """A pair for every sentence that covers a highlight, highlight by highlight.

    Args:
        sentences: plain words of each sentence of the article.
        highlights: plain words of each highlight, without the final full stop.
        coverage: least share of the highlight on the longest common subsequence.
        n_words: fewest words of a highlight, most words of a sentence.
    """
    from rapidfuzz.distance import LCSseq

    types = [frozenset(sentence) for sentence in sentences]
    for highlight in highlights:
        if len(highlight) < n_words[0]:
            continue
        wanted = set(highlight)
        for sentence, own in zip(sentences, types, strict=True):
            shared = len(wanted & own)  # a cheap bound before the costly comparison
            if len(sentence) > n_words[1] or shared < coverage * len(wanted) - 1:
                continue
            common = LCSseq.similarity(highlight, sentence)
            if common >= coverage * len(highlight):
                links = moved(sentence, highlight, align(sentence, highlight))
                share = common / len(highlight)
                yield Pair(tuple(sentence), tuple(highlight), links, share)
