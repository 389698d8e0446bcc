"""What the detector learns from: clean sentences and sentences with real, tagged errors.

A row of a JSON Lines file (``.jsonl`` or ``.jsonl.gz``) is used in up to two ways: a text field
gives clean sentences; ``mt_tokens`` with ``word_tags`` and ``gap_tags`` (OK or BAD, gap i before
token i, one more gap than tokens; the layout of MLQE-PE) gives a sentence with real errors.
Leaves out sentences that are too short or long to learn from, and counts them.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import InputError
from evalkit.text.sentences import split
from evalkit.text.words import tokens
from evalkit.training.clitics import SYMBOLS, join_clitics

__all__ = ["Corpus", "Reading", "Tagged", "penn_sentences", "read_corpus"]

Tokens = tuple[str, ...]
ENDS = frozenset(".?!")
ODD = frozenset("@|\\{}[]<>_=*#^~")
KEYS = ("mt_tokens", "word_tags", "gap_tags")


@dataclass(frozen=True, slots=True)
class Reading:
    """Which fields of a row hold text, and which sentences are taken."""

    text_fields: Mapping[str, int]
    """Field -> at most so many sentences of one row, in pairs spread evenly over it."""
    penn_fields: frozenset[str]
    """Those of them that are tokenised in the Penn Treebank manner."""
    shortest: int
    """Fewest tokens of a sentence."""
    longest: int
    """Most tokens of a sentence."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A sentence and where a post-editor changed it."""

    tokens: Tokens
    """The n tokens."""
    edited: tuple[bool, ...]
    """(n,) whether the token was changed or deleted."""
    filled: tuple[bool, ...]
    """(n + 1,) whether something was put in before it; the last: at the end."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """All that was read."""

    clean: tuple[Tokens, ...]
    """Sentences without known errors."""
    follows: tuple[bool, ...]
    """For each of them, and for the end, whether it comes right after the one before it in one
    text."""
    tagged: tuple[Tagged, ...]
    """Sentences with real errors, and post-edits without."""
    n_skipped: int
    """Sentences that were too short, too long or odd (tables, addresses, code)."""

    def counts(self) -> Counter[str]:
        """How often each lower-case token occurs in the clean sentences."""
        return Counter(token.lower() for sentence in self.clean for token in sentence)


def read_corpus(paths: Sequence[Path], reading: Reading) -> Corpus:
    """Every usable sentence of the files, in order.

    Raises:
        InputError: a file is missing or unreadable, a row is not as it must be, or nothing usable
            is in them.
    """
    clean: list[Tokens] = []
    follows: list[bool] = []
    known: dict[str, str] = {}
    tagged: list[Tagged] = []
    skipped = 0
    for path in paths:
        for where, row in _rows(path):
            if all(key in row for key in KEYS):
                tagged.append(_tagged(row, where))
            for field, most in reading.text_fields.items():
                text = row.get(field)
                if isinstance(text, str):
                    found = list(_sentences(text, penn=field in reading.penn_fields))
                    good = [i for i, sentence in enumerate(found) if _usable(sentence, reading)]
                    skipped += len(found) - len(good)
                    taken = _spread(good, most)
                    follows += [n > 0 and i == taken[n - 1] + 1 for n, i in enumerate(taken)]
                    added = [tuple(known.setdefault(t, t) for t in found[i]) for i in taken]
                    clean += added
                    if all(key in row for key in KEYS):
                        tagged += [_untouched(sentence) for sentence in added]
    tagged = [one for one in tagged if 0 < len(one.tokens) <= reading.longest]
    if not clean:
        fields = ", ".join(reading.text_fields)
        raise InputError(
            f"no usable sentence in {', '.join(map(str, paths)) or 'no file'}: each row needs "
            f"text in one of the fields {fields}. Name others in the recipe's text_fields"
        )
    return Corpus(tuple(clean), (*follows, False), tuple(tagged), skipped)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise InputError(f"{path}:{number}: a JSON object is needed on each line")
                yield f"{path}:{number}", row
    except FileNotFoundError as error:
        raise InputError(f"{path} is not there: --data takes JSON Lines files") from error
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path}:{number}: not JSON Lines in UTF-8 ({error})") from error


def _tagged(row: Mapping[str, object], where: str) -> Tagged:
    lists = [row[key] for key in KEYS]
    if not all(isinstance(part, list) for part in lists):
        raise InputError(f"{where}: {', '.join(KEYS)} must be lists")
    words, word_tags, gap_tags = (list(map(str, part)) for part in lists if isinstance(part, list))
    if not len(words) == len(word_tags) == len(gap_tags) - 1:
        raise InputError(
            f"{where}: {len(words)} tokens need as many word_tags and one more gap_tags, "
            f"found {len(word_tags)} and {len(gap_tags)}"
        )
    groups = join_clitics(words)
    bad = [tag == "BAD" for tag in word_tags]
    gaps = [tag == "BAD" for tag in gap_tags]
    return Tagged(
        tokens=tuple("".join(words[i] for i in group) for group in groups),
        edited=tuple(any(bad[i] or (gaps[i] and i > group[0]) for i in group) for group in groups),
        filled=(*(gaps[group[0]] for group in groups), gaps[-1]),
    )


def _untouched(sentence: Tokens) -> Tagged:
    n = len(sentence)
    return Tagged(sentence, (False,) * n, (False,) * (n + 1))


def _sentences(text: str, *, penn: bool) -> Iterator[Tokens]:
    if penn:
        yield from penn_sentences(text)
        return
    for start, end in split(text):
        sentence = text[start:end]
        yield tuple(sentence[a:b] for a, b in tokens(sentence))


def penn_sentences(text: str) -> Iterator[Tokens]:
    """The sentences of a text in Penn Treebank tokens, each as a tuple of words and marks."""
    parts = [SYMBOLS.get(token.lower(), token) for token in text.split()]
    words = ["".join(parts[i] for i in group) for group in join_clitics(parts)]
    sentence: list[str] = []
    for index, word in enumerate(words):
        if sentence and sentence[-1] in ENDS:
            # A quotation mark after the full stop closes the sentence that opened it.
            if word == '"' and sentence.count('"') % 2:
                yield (*sentence, word)
                sentence = []
                continue
            yield tuple(sentence)
            sentence = []
        if sentence or word != '"' or index + 1 < len(words):
            sentence.append(word)
    if sentence:
        yield tuple(sentence)


def _usable(sentence: Tokens, reading: Reading) -> bool:
    if not reading.shortest <= len(sentence) <= reading.longest:
        return False
    if sentence[-1][-1] not in '.?!"”’)' or any(ODD & set(token) for token in sentence):
        return False
    letters = sum(token[0].isalpha() for token in sentence)
    return letters >= 0.6 * len(sentence) and all(len(token) < 30 for token in sentence)


def _spread(items: list[int], most: int) -> list[int]:
    """At most so many of the items, in pairs of neighbours that are spread evenly."""
    if len(items) <= most:
        return items
    places = [i // 2 * 2 * len(items) // most + i % 2 for i in range(most)]
    return [items[place] for place in places]
