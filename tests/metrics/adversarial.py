"""Seeded random segments that try a metric: each with the kind of trouble that it makes."""

import random
from collections.abc import Callable

from evalkit.records import Batch

PLAIN, MARKED, FOREIGN = (
    text.split()
    for text in (
        "the a of harbour wind ferry noon risen port closed for and was boat 7 1,200.50 5-6",
        """Harbour, 'tis (noon) "port" it's e.g. U.S. 3.5 1,2,3 5-6 -7 a-b &amp; &lt;b&gt; <skipped>
        ... ?! .5 5. , ;: [x] {y} ~ @home #1 50% $3 a/b don't cats'""",
        """Straße ÉCOLE İstanbul ΟΔΟΣ Μост पुल أعيد 桥梁今天 橋は開いた 다리가 ﾊｼ １２３ ，。
        「橋」 ・ 🙂 👍🏽 na\u0308ive a\u0301 \u200bx\u200b \ud800 ﬁn １．５ 、 ㌔ ㈱ №5 ½ ™
        “q” — –""",
    )
)
SPACES = [" ", " ", " ", "  ", "\t", "\n", "-\n", "\u00a0", "\u3000", " \r\n"]

Rng = random.Random


def words(rng: Rng, longest: int) -> list[str]:
    """Words of one or of all vocabularies, often the same few."""
    pool = rng.choice((PLAIN, PLAIN, MARKED, FOREIGN, PLAIN + MARKED + FOREIGN))
    pool = rng.sample(pool, rng.choice((2, 4, len(pool))))
    return rng.choices(pool, k=rng.randint(1, longest))


def same(rng: Rng, text: list[str]) -> list[str]:
    return list(text)


def other(rng: Rng, text: list[str]) -> list[str]:
    return [f"{word}x" for word in text]


def edited(rng: Rng, text: list[str]) -> list[str]:
    kept = [word for word in text if rng.random() < 0.85]
    return [word if rng.random() < 0.75 else rng.choice(PLAIN) for word in kept]


def shifted(rng: Rng, text: list[str]) -> list[str]:
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text))
        end = start + rng.randint(1, 12)
        run, rest = text[start:end], text[:start] + text[end:]
        place = rng.randint(0, len(rest))
        text = rest[:place] + run + rest[place:]
    return text


def shifted_and_edited(rng: Rng, text: list[str]) -> list[str]:
    return edited(rng, shifted(rng, text))


def shuffled(rng: Rng, text: list[str]) -> list[str]:
    return rng.sample(text, len(text))


def repeated(rng: Rng, text: list[str]) -> list[str]:
    return text * rng.randint(2, 3)


def cut(rng: Rng, text: list[str]) -> list[str]:
    return text[rng.randrange(len(text)) :]


def cased(rng: Rng, text: list[str]) -> list[str]:
    return [rng.choice((str.upper, str.lower, str.title, str.swapcase))(word) for word in text]


def glued(rng: Rng, text: list[str]) -> list[str]:
    return ["".join(text)]


def one(rng: Rng, text: list[str]) -> list[str]:
    return [rng.choice(text)]


def none(rng: Rng, text: list[str]) -> list[str]:
    return []


CHANGES: tuple[Callable[[Rng, list[str]], list[str]], ...] = (
    same, other, edited, shifted, shifted_and_edited, shuffled, repeated, cut, cased, glued, one,
    none,
)  # fmt: skip


def written(rng: Rng, text: list[str]) -> str:
    """With single spaces, or with all kinds of white space between, before and after."""
    if rng.random() < 0.7:
        return " ".join(text)
    return "".join(part for word in text for part in (rng.choice(SPACES), word)) + rng.choice(
        ("", " ", "\n")
    )


def adversarial(seed: int, n: int, *, longest: int = 14, most_references: int = 3) -> Batch:
    """Segments of up to ``longest`` words and their changed forms, 1 to n references each."""
    rng = Rng(seed)
    hypotheses, references = [], []
    for _ in range(n):
        text = words(rng, longest)
        n_references = rng.randint(1, most_references)
        first, *others = (rng.choice(CHANGES)(rng, text) for _ in range(n_references + 1))
        hypotheses.append(written(rng, first))
        references.append(tuple(written(rng, found) for found in others))
    return Batch(hypotheses=tuple(hypotheses), references=tuple(references))
