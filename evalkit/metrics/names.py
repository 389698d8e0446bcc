"""Names in English text, found by their capitals, and whether a source has them. No model.

A name is a capitalised word, or a capitalised part of a hyphenated one, that does not owe its
capital to its place: at the start of a sentence, a quotation or a bracket, and in lines set in
title case or capitals, a word counts only if the source has it as a name. Acronyms count anywhere
but there. A source has a name if it has the word (any case, with or without accents, possessive
or plural *s*), the full form of an acronym, or the acronym of a full form.

Left out: names that begin a sentence and are not in the source at all; whether first and last
names belong together; other forms of a name (*French* for *France*); languages other than English.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from evalkit.text.sentences import split
from evalkit.text.words import words

__all__ = ["Index", "Name", "index", "names"]

_SMALL_WORDS = (
    "a an and are as at be been but by did do does for from had has have he her his how i i'd i'll "
    "i'm i've if in into is it its mr mrs ms miss dr my no nor not of on or our over she so than "
    "that the their them then there these they this those to up was we were what when where which "
    "who why will with would yes you your"
)
_NO_NAMES = frozenset(_SMALL_WORDS.split())
"""Words that are no names, whatever their case."""
_OPENERS = "\"'“‘„«‹([:"
_POSSESSIVE = re.compile(r"['’][sS]?\Z")
_HYPHENS = re.compile(r"[-‐‑]")
_JOINERS = frozenset({"of", "and", "the", "for", "in", "on", "de"})
"""Words inside a name that give no letter to its acronym."""


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word or part of a word."""

    start: int
    """First code point."""
    end: int
    """One past the last code point, without a possessive ending."""
    key: str
    """What is compared: no accents, dots or case; an acronym of two letters or more keeps its."""
    placed: bool
    """Whether its place alone would give it a capital."""
    word: int
    """Which word of the text it is or lies in."""


@dataclass(frozen=True, slots=True)
class Index:
    """What can be looked up of a source."""

    keys: frozenset[str]
    """All words and parts of words, with and without a final s."""
    names: frozenset[str]
    """Keys of the names whose place does not explain their capital."""
    initials: frozenset[str]
    """Acronyms that the source's runs of capitalised words could have."""


def index(source: str) -> Index:
    """The source as ``names`` looks it up; it may hold no name at all."""
    parts = list(_parts(source))
    keys = {_key(text) for _, _, text in parts} | {_key(text).lower() for _, _, text in parts}
    keys |= {_key("".join(text for _, _, text in run)) for _, run in groupby(parts, key=_word_of)}
    found = list(_capitalised(source))
    initials = {acronym for run in _runs(source, found) for acronym, _ in _acronyms(source, run)}
    return Index(
        keys=frozenset(keys | {key.removesuffix("s") for key in keys}),
        names=frozenset(name.key for name in found if not name.placed),
        initials=frozenset(initials),
    )


def names(text: str, source: Index) -> tuple[tuple[Name, bool], ...]:
    """The names of a text, in order, and whether the source has each; () where there are none.

    >>> known = index("Ana Silva of the World Bank spoke in Lisbon.")
    >>> text = "The WB's Ana Silva flew to Porto. Silva smiled."
    >>> [(text[name.start : name.end], found) for name, found in names(text, known)]
    [('WB', True), ('Ana', True), ('Silva', True), ('Porto', False), ('Silva', True)]
    """
    found = list(_capitalised(text))
    as_acronym = {
        name
        for run in _runs(text, found)
        for acronym, part in _acronyms(text, run)
        if acronym in source.keys
        for name in part
    }
    own = {name.key for name in found if not name.placed}
    return tuple(
        (name, name in as_acronym or _has(source, name.key))
        for name in found
        if not name.placed or name.key in source.names or name.key in own
    )


def _has(source: Index, key: str) -> bool:
    forms = {key, key.removesuffix("s")}
    if len(key) > 2:  # Nato for NATO, but not us for US
        forms |= {form.lower() for form in forms}
    return not forms.isdisjoint(source.keys) or key.rstrip("s") in source.initials


def _capitalised(text: str) -> Iterator[Name]:
    placed = _placed(text)
    for word, start, part in _parts(text):
        bare = part.lower().replace("’", "'")
        if not part[0].isupper() or bare in _NO_NAMES or len(part.replace(".", "")) < 2:
            continue
        yield Name(start, start + len(part), _key(part), start in placed, word)


def _parts(text: str) -> Iterator[tuple[int, int, str]]:
    """Word number, start and text of each word or hyphenated part, without possessive ending."""
    for number, (start, end) in enumerate(words(text)):
        for piece in re.finditer(r"[^-‐‑]+", text[start:end]):
            part = _POSSESSIVE.sub("", piece.group())
            if part:
                yield number, start + piece.start(), part


def _word_of(part: tuple[int, int, str]) -> int:
    return part[0]


def _key(part: str) -> str:
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", part)
        if not unicodedata.combining(character) and character not in ".'’"
    )
    letters = plain.removesuffix("s")
    return plain if letters.isupper() and len(letters) > 1 else plain.casefold()


def _placed(text: str) -> set[int]:
    """Starts of the words that would be capitalised whatever they mean."""
    placed: set[int] = set()
    for first, last in split(text):
        starts = [(first + start, first + end) for start, end in words(text[first:last])]
        placed.update(start for start, _ in starts[:1])
        placed.update(s for s, _ in starts if text[first:s].rstrip()[-1:] in tuple(_OPENERS))
        if _is_title(text[start:end] for start, end in starts):
            placed.update(first + at for at in range(last - first))
    return placed


def _is_title(sentence: Iterator[str]) -> bool:
    """Whether no word that could be lower-case is, in a sentence of four words or more."""
    telling = [word for word in sentence if len(word) > 3 and word.lower() not in _NO_NAMES]
    return len(telling) > 3 and all(not word[0].islower() for word in telling)


def _runs(text: str, found: list[Name]) -> Iterator[list[Name]]:
    """Names that follow one another with nothing but small joining words between."""
    run: list[Name] = []
    for name in found:
        if run and not _joined(text[run[-1].end : name.start]):
            yield run
            run = []
        run.append(name)
    if run:
        yield run


def _joined(gap: str) -> bool:
    return all(word in _JOINERS for word in _HYPHENS.sub(" ", gap).split())


def _acronyms(text: str, run: list[Name]) -> Iterator[tuple[str, list[Name]]]:
    """Acronyms of every part of a run of two names or more, with that part."""
    letters = "".join(_key(text[name.start])[:1].upper() for name in run)
    for start in range(len(letters)):
        for end in range(start + 2, len(letters) + 1):
            yield letters[start:end], run[start:end]
