"""Porter's stemmer (Porter 1980, "An algorithm for suffix stripping") as rouge-score uses it.

rouge-score 0.1.2 stems with NLTK's default mode, which adds rules of its own to the published
algorithm: a short list of irregular words, ``-ies`` and ``-ied`` in words of four letters, ``-y``
only after a consonant, ``-fulli``, ``-logi``, and ``-alli`` tried first. This file is those rules,
so that ROUGE needs neither NLTK nor another stemmer: Snowball's ``porter`` (snowballstemmer 3.1)
differs from NLTK 3.10 on 2,350 of the 122,549 distinct words of a large English collection
(``tuesday``, ``display``, ``dying``); this one on none.
"""

__all__ = ["stem"]

_IRREGULAR = {
    "skies": "sky",
    "sky": "sky",
    "dying": "die",
    "lying": "lie",
    "tying": "tie",
    "news": "news",
    "innings": "inning",
    "inning": "inning",
    "outings": "outing",
    "outing": "outing",
    "cannings": "canning",
    "canning": "canning",
    "howe": "howe",
    "proceed": "proceed",
    "exceed": "exceed",
    "succeed": "succeed",
}
_DERIVATION = {
    "ational": "ate",
    "tional": "tion",
    "enci": "ence",
    "anci": "ance",
    "izer": "ize",
    "bli": "ble",
    "alli": "al",
    "entli": "ent",
    "eli": "e",
    "ousli": "ous",
    "ization": "ize",
    "ation": "ate",
    "ator": "ate",
    "alism": "al",
    "iveness": "ive",
    "fulness": "ful",
    "ousness": "ous",
    "aliti": "al",
    "iviti": "ive",
    "biliti": "ble",
    "fulli": "ful",
}
_QUALITY = {
    "icate": "ic",
    "ative": "",
    "alize": "al",
    "iciti": "ic",
    "ical": "ic",
    "ful": "",
    "ness": "",
}
_ENDINGS = (
    *("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion"),
    *("ou", "ism", "ate", "iti", "ous", "ive", "ize"),
)
_PAST_ENDS = frozenset("dg")
_DERIVATION_ENDS = frozenset(suffix[-2:] for suffix in (*_DERIVATION, "logi"))
_QUALITY_ENDS = frozenset(suffix[-2:] for suffix in _QUALITY)
_ENDING_ENDS = frozenset(suffix[-2:] for suffix in _ENDINGS)
"""The last letters of the words that a step can change."""


def stem(word: str) -> str:
    """The stem of a lower-case word; words of one or two characters stay.

    >>> [stem(word) for word in ("tuesday", "flies", "dies", "relational", "geology", "skies")]
    ['tuesday', 'fli', 'die', 'relat', 'geolog', 'sky']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 2:
        return word
    # Most steps have nothing to do with most words, and the last letters tell.
    if word[-1] == "s":
        word = _plural(word)
    if word[-1:] in _PAST_ENDS:
        word = _past(word)
    if word[-1:] == "y":
        word = _final_y(word)
    if word[-2:] in _DERIVATION_ENDS:
        word = _derivation(word)
    if word[-2:] in _QUALITY_ENDS:
        word = _replaced(word, _QUALITY)
    if word[-2:] in _ENDING_ENDS:
        word = _ending(word)
    if word[-1:] == "e":
        word = _final_e(word)
    return _final_double_l(word) if word[-2:] == "ll" else word


class _Shapes(dict[int, str]):
    def __missing__(self, point: int) -> str:
        return "c"


_SHAPES = _Shapes(dict.fromkeys(range(128), "c") | dict.fromkeys(map(ord, "aeiou"), "v"))
_SHAPES[ord("y")] = "y"


def _shape(word: str) -> str:
    """The word as ``c`` and ``v``: y is a vowel after a consonant, and nowhere else."""
    shape = word.translate(_SHAPES)
    while "y" in shape:
        before, _, after = shape.partition("y")
        shape = f"{before}{'v' if before.endswith('c') else 'c'}{after}"
    return shape


def _measure(word: str) -> int:
    """Porter's m: how often a vowel is followed by a consonant."""
    return _shape(word).count("vc")


def _ends_short(word: str) -> bool:
    """Porter's *o (consonant, vowel, consonant other than w, x, y), or a word like ``at``."""
    shape = _shape(word)
    return (shape.endswith("cvc") and word[-1] not in "wxy") or shape == "vc"


def _plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("sses"):
        return word[:-2]
    return word if word.endswith("ss") else word[:-1]


def _past(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        left = word.removesuffix(suffix)
        if left != word and "v" in _shape(left):
            return _restored(left)
    return word


def _restored(left: str) -> str:
    """What ``-ed`` or ``-ing`` was added to: conflat -> conflate, hopp -> hop, fil -> file."""
    if left.endswith(("at", "bl", "iz")):
        return left + "e"
    if left[-2:-1] == left[-1] and _shape(left)[-1] == "c":
        return left if left[-1] in "lsz" else left[:-1]
    return left + "e" if _measure(left) == 1 and _ends_short(left) else left


def _final_y(word: str) -> str:
    left = word[:-1]
    after_consonant = len(left) > 1 and _shape(left)[-1] == "c"
    return left + "i" if after_consonant else word


def _derivation(word: str) -> str:
    if word.endswith("alli") and _measure(word[:-4]) > 0:
        return _derivation(word[:-2])
    if word.endswith("logi"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    return _replaced(word, _DERIVATION)


def _replaced(word: str, rules: dict[str, str]) -> str:
    """The word after the first rule whose suffix it has, if what is before has m > 0."""
    if not word.endswith(tuple(rules)):
        return word
    for suffix, replacement in rules.items():
        if word.endswith(suffix):
            left = word.removesuffix(suffix)
            return left + replacement if _measure(left) > 0 else word
    return word


def _ending(word: str) -> str:
    if not word.endswith(_ENDINGS):
        return word
    for suffix in _ENDINGS:
        if word.endswith(suffix):
            left = word.removesuffix(suffix)
            allowed = suffix != "ion" or left.endswith(("s", "t"))
            return left if allowed and _measure(left) > 1 else word
    return word


def _final_e(word: str) -> str:
    left = word[:-1]
    measure = _measure(left)
    drop = measure > 1 or (measure == 1 and not _ends_short(left))
    return left if drop else word


def _final_double_l(word: str) -> str:
    return word[:-1] if _measure(word[:-1]) > 1 else word
