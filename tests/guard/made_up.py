"""Made-up parallel text: references, and translations of them as good or as bad as one asks."""

from collections.abc import Sequence

import numpy as np

LATIN = [
    first + middle + last
    for first in ("ba", "tro", "ske", "mil", "fen", "gor", "lu", "per", "cha", "win")
    for middle in ("ri", "nto", "sta", "le", "vo", "dda", "ck")
    for last in ("n", "rs", "ing", "me", "t", "ly")
]
HAN = [chr(0x4E00 + 7 * at) for at in range(420)]
THAI = [chr(0x0E01 + at % 40) + chr(0x0E30 + at % 9) + chr(0x0E01 + at % 23) for at in range(420)]
SCRIPTS = {"latin": (LATIN, " "), "han": (HAN, ""), "thai": (THAI, "")}


def references(rng: np.random.Generator, n: int, script: str = "latin") -> list[list[str]]:
    """n sentences of 5 to 25 words; some words are far more frequent than others."""
    words, _ = SCRIPTS[script]
    shares = 1 / np.arange(3, len(words) + 3)
    shares /= shares.sum()
    drawn = [rng.choice(len(words), size=rng.integers(5, 26), p=shares) for _ in range(n)]
    return [[words[at] for at in each] for each in drawn]


def translated(
    rng: np.random.Generator, sentences: Sequence[Sequence[str]], kept: float, script: str = "latin"
) -> list[list[str]]:
    """The sentences with a share of their words kept, the others exchanged, some moved."""
    words, _ = SCRIPTS[script]
    made = []
    for sentence in sentences:
        new = [w if rng.random() < kept else words[rng.integers(len(words))] for w in sentence]
        at = int(rng.integers(len(new)))
        made.append(new[at:] + new[:at])
    return made


def lines(sentences: Sequence[Sequence[str]], script: str = "latin") -> list[str]:
    """As text."""
    return [SCRIPTS[script][1].join(sentence) for sentence in sentences]
