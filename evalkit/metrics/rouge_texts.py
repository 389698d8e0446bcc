"""Texts as numbers for ROUGE: read once, whichever kinds of ROUGE are computed from them."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np

from evalkit.metrics.overlap import Coded, IntArray
from evalkit.metrics.rouge_tokens import find, folded, plain, stems
from evalkit.metrics.word_numbers import number
from evalkit.text import sentences

__all__ = ["Lines", "forget", "read"]

_MAX_TOKENS = 1 << 22
"""Tokens that are remembered; 8 bytes each."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Texts as numbers, line by line; equal tokens have equal numbers."""

    coded: Coded
    """The tokens of all texts in one row, and how many each text has."""
    lengths: IntArray
    """(lines,) tokens of each line; 0 is possible."""
    text: IntArray
    """(lines,) the text that a line belongs to, in order."""


_recent: OrderedDict[tuple[object, ...], Lines] = OrderedDict()


def read(
    texts: tuple[str, ...], *, tokenizer: str, stemmer: bool, split: str, language: str
) -> Lines:
    """The tokens of each text, cut into lines.

    The latest results are kept, because ROUGE-1, -2, -L and -Lsum of the same texts need the
    same tokens.

    Args:
        texts: any texts.
        tokenizer: ``unicode`` or ``rouge_score``.
        stemmer: reduce English words to their stems.
        split: ``newline``, ``sentences`` (evalkit's splitter) or ``auto`` (newlines in a text
            that has any, else sentences).
        language: ISO 639-1 code, for the splitter.
    """
    if split == "auto" and all("\n" in text for text in texts):
        split = "newline"
    key = (texts, tokenizer, stemmer, split, language if split != "newline" else "")
    found = _recent.pop(key, None)
    if found is None:
        pieces = texts if split == "newline" else _pieces(texts, split, language)
        found = _coded(pieces, tokenizer, stemmer)
    _recent[key] = found
    n_tokens = sum(len(kept.coded.tokens) for kept in _recent.values())
    while n_tokens > _MAX_TOKENS and len(_recent) > 1:
        _, dropped = _recent.popitem(last=False)
        n_tokens -= len(dropped.coded.tokens)
    return found


def forget() -> None:
    """Drop what is kept, for a fair timing."""
    _recent.clear()


def _pieces(texts: Sequence[str], split: str, language: str) -> list[str]:
    """The texts with one line feed between sentences and none within."""
    return [
        text if split == "auto" and "\n" in text else _sentence_lines(text, language)
        for text in texts
    ]


def _sentence_lines(text: str, language: str) -> str:
    spans = sentences.split(text, language=language)
    if len(spans) <= 1:
        return text.replace("\n", " ")
    return "\n".join(text[start:end].replace("\n", " ") for start, end in spans)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the texts, read."""

    numbers: IntArray
    """(tokens,)"""
    lengths: IntArray
    """(lines,) tokens of each line."""
    text: IntArray
    """(lines,) the text that a line belongs to."""
    words: Callable[[], tuple[IntArray, Iterable[str]]]
    """The numbers that occur, and the word that each stands for."""


def _coded(texts: Sequence[str], tokenizer: str, stemmer: bool) -> Lines:
    if tokenizer == "unicode":
        texts = [folded(text) for text in texts]
        is_plain = np.array([text.isascii() for text in texts], dtype=np.bool_)
    else:
        is_plain = np.ones(len(texts), dtype=np.bool_)
    parts = []
    if is_plain.any() or not len(texts):
        parts.append(_plain_part(texts, np.flatnonzero(is_plain)))
    if not is_plain.all():
        parts.append(_other_part(texts, np.flatnonzero(~is_plain)))
    numbers = _unified(parts, stemmer) if stemmer or len(parts) > 1 else parts[0].numbers
    lengths = np.concatenate([part.lengths for part in parts])
    text = np.concatenate([part.text for part in parts])
    if len(parts) > 1:
        numbers = numbers[np.argsort(np.repeat(text, lengths), kind="stable")]
        order = np.argsort(text, kind="stable")
        lengths, text = lengths[order], text[order]
    n_tokens = np.bincount(text, weights=lengths, minlength=len(texts)).astype(np.int64)
    return Lines(Coded(tokens=numbers, lengths=n_tokens), lengths, text)


def _unified(parts: Sequence[_Part], stemmer: bool) -> IntArray:
    """The tokens of all parts under common numbers; stems are looked up once for each word."""
    kinds: defaultdict[str, int] = defaultdict(count().__next__)
    found = []
    for part in parts:
        used, words = part.words()
        table = np.zeros(int(used.max(initial=-1)) + 1, dtype=np.int64)
        common = map(kinds.__getitem__, stems(words) if stemmer else words)
        table[used] = np.fromiter(common, np.int64, count=len(used))
        found.append(table[part.numbers])
    return np.concatenate(found)


def _plain_part(texts: Sequence[str], chosen: IntArray) -> _Part:
    """Texts of which only the ASCII counts."""
    data = plain("\n".join(texts[place] for place in chosen))
    text = _text_of_line(texts, chosen)
    found = number(data)
    if found is None:
        return _listed([line.split() for line in data.decode("ascii").split("\n")], text)

    def words() -> tuple[IntArray, Iterable[str]]:
        used = np.flatnonzero(found.example >= 0)
        example = found.example[used]
        whole = data.decode("ascii")
        spans = zip(found.starts[example].tolist(), found.ends[example].tolist(), strict=True)
        return used, [whole[start:end] for start, end in spans]

    return _Part(found.numbers, found.lengths[: len(text)], text, words)


def _other_part(texts: Sequence[str], chosen: IntArray) -> _Part:
    lines = [find(line) for place in chosen for line in texts[place].split("\n")]
    return _listed(lines, _text_of_line(texts, chosen))


def _listed(lines: Sequence[Sequence[str]], text: IntArray) -> _Part:
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    lengths = np.fromiter(map(len, lines), np.int64, count=len(lines))
    words = map(numbers.__getitem__, chain.from_iterable(lines))
    coded = np.fromiter(words, np.int64, count=int(lengths.sum()))
    return _Part(coded, lengths, text, lambda: (np.arange(len(numbers)), list(numbers)))


def _text_of_line(texts: Sequence[str], chosen: IntArray) -> IntArray:
    n_lines = [texts[place].count("\n") + 1 for place in chosen]
    return np.repeat(chosen, np.array(n_lines, dtype=np.int64))
