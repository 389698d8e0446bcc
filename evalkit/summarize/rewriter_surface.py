"""From a rewrite's plain words back to printed English: the source's own case and marks.

A copied word keeps its form. The first word gets a capital; a word that had its capital only from
standing first loses it elsewhere; *a* and *an* follow the word that now comes next; the sentence
ends in a full stop, inside a closing quotation mark as American print has it.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

from evalkit.models.rewriter_words import ReadWord, joined

__all__ = ["printed"]

VOWEL_SOUNDS = ("hour", "honest", "honour", "honor", "heir", "mba", "fbi", "mp", "nhs", "sos")
CONSONANT_SOUNDS = ("uni", "use", "usu", "eu", "one", "once", "uk", "us-", "u.s", "u.n", "ut", "ur")
ENDS = ".!?"
CLOSING = "”\"'’"


def printed(
    words: Sequence[str],
    links: Sequence[int],
    source: Sequence[ReadWord],
    *,
    small: Collection[str],
    marks: tuple[str, str] = ('"', '"'),
) -> str:
    """The sentence as it is printed.

    Args:
        words: plain words of the rewrite.
        links: for each the source word that it copies, or -1.
        source: the sentence that it was made from.
        small: plain words that are written small inside a sentence.
        marks: the opening and the closing quotation mark.

    >>> from evalkit.models.rewriter_words import read_words
    >>> source = read_words("Two men stole an old “lucky” hat.")
    >>> words = ["a", "hat", "was", "stolen", "by", "two", "men"]
    >>> printed(words, (-1, 8, -1, -1, -1, 0, 1), source, small={"two"})
    'A hat was stolen by two men.'
    """
    surfaces = [
        _surface(word, link, source, small if i and words[i - 1] != '"' else ())
        for i, (word, link) in enumerate(zip(words, links, strict=True))
    ]
    _fix_articles(words, links, surfaces)
    _fix_quotes(words, marks, surfaces)
    while surfaces and words[len(surfaces) - 1] in (",", "-", ";", ":", "."):
        surfaces.pop()
    text = joined(surfaces, tight=_tight(links, source))
    return _capitalised(_ended(text))


def _tight(links: Sequence[int], source: Sequence[ReadWord]) -> list[bool | None]:
    """For each word whether it stood close to the one before it in the source; else None."""
    found: list[bool | None] = [None]
    for last, link in pairwise(links):
        run = last >= 0 and link == last + 1
        found.append(source[last].end == source[link].start if run else None)
    return found


def _surface(word: str, link: int, source: Sequence[ReadWord], small: Collection[str]) -> str:
    if link < 0:
        return "I" + word[1:] if word == "i" or word.startswith("i'") else word
    surface = source[link].surface
    opens = all(not one.plain[:1].isalnum() for one in source[:link])
    if opens and word in small and (surface == "A" or surface == surface.capitalize()):
        return surface.lower()
    return surface


def _fix_articles(words: Sequence[str], links: Sequence[int], surfaces: list[str]) -> None:
    """Sets *a* or *an* before a word that did not follow it in the source."""
    for i in range(len(words) - 1):
        kept = links[i] >= 0 and links[i + 1] == links[i] + 1
        if words[i] not in ("a", "an") or kept or not words[i + 1][:1].isalpha():
            continue
        following = words[i + 1]
        vowel = following[0] in "aeiou" and not following.startswith(CONSONANT_SOUNDS)
        wanted = "an" if vowel or following.startswith(VOWEL_SOUNDS) else "a"
        surfaces[i] = wanted


def _fix_quotes(words: Sequence[str], marks: tuple[str, str], surfaces: list[str]) -> None:
    """Opens and closes in turn, with the marks that the source uses."""
    is_open = False
    for i, word in enumerate(words):
        if word == '"':
            surfaces[i] = marks[is_open]
            is_open = not is_open


def _ended(text: str) -> str:
    bare = text.rstrip(CLOSING)
    if bare[-1:] in tuple(ENDS):
        return text
    if text[-1:] in '”"' and len(bare) < len(text):
        return f"{bare.rstrip(',;:')}.{text[len(bare) :]}"
    return text + "."


def _capitalised(text: str) -> str:
    for i, character in enumerate(text):
        if character.isalnum():
            return text[:i] + character.upper() + text[i + 1 :]
    return text
