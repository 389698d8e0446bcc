"""Which sub-words of a text a language model is asked for, and what text they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.errors import ConfigError
from evalkit.models.subwords import Subwords

__all__ = ["Asked", "Part", "Policy", "before", "part_of"]

CHARACTERS_PER_SUBWORD = 16
"""So many characters of a document are read for each sub-word that the model has room for."""
NO_OFFSETS = "the model's tokenizer doesn't say which characters a sub-word stands for"


@dataclass(frozen=True, slots=True)
class Asked:
    """A text and what is read before it."""

    before: str
    text: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of a text."""

    limit: int | None
    """Most sub-words that are read at once; None: any number."""
    long_input: str
    """``window``, ``truncate`` or ``refuse``."""
    scores_first: bool
    """Whether the first sub-word of what is read can be scored."""


@dataclass(frozen=True, slots=True)
class Part:
    """A text as the model is asked about it."""

    text: str
    """The text that is scored."""
    boundary: int
    """Code points before it."""
    subwords: Subwords
    """Of all that is read."""
    first: int
    """First sub-word that is scored."""
    last: int
    """One past the last."""
    cut: str = ""
    """What isn't read, in words; "" where all is."""

    @property
    def ids(self) -> Sequence[int]:
        """The sub-words that are scored."""
        return self.subwords.ids[self.first : self.last]

    @property
    def offsets(self) -> list[tuple[int, int]] | None:
        """Where each of them is in the text; the first may begin before it. None: not known."""
        if self.subwords.offsets is None:
            return None
        places = self.subwords.offsets[self.first : self.last]
        return [(start - self.boundary, end - self.boundary) for start, end in places]

    @property
    def covered(self) -> str:
        """The text that they stand for: all of it, but for what is cut or can't be scored."""
        offsets = self.subwords.offsets
        if offsets is None:
            return self.text
        start = 0 if self.first == 0 else max(0, offsets[self.first - 1][1] - self.boundary)
        at_end = self.last == len(self.subwords.ids)
        return self.text[start : None if at_end else offsets[self.last - 1][1] - self.boundary]


def before(document: str, start: int, *, limit: int | None) -> str:
    """As much of the document before ``start`` as a model of ``limit`` sub-words can use."""
    text = document[:start]
    room = None if limit is None else CHARACTERS_PER_SUBWORD * limit
    if room is None or len(text) <= room:
        return text
    _, _, whole = text[-room:].partition(" ")  # a word that is cut reads as another
    return whole


def part_of(asked: Asked, subwords: Subwords, policy: Policy) -> Part | str:
    """What is asked of the text, or why nothing can be.

    Args:
        asked: the text.
        subwords: of ``asked.before`` and ``asked.text`` as one.
        policy: of the scorer.

    Raises:
        ConfigError: a part of a text would have to be scored, and the tokenizer has no offsets.
    """
    boundary, n, limit = len(asked.before), len(subwords.ids), policy.limit
    begin = _first_after(boundary, subwords)
    if begin == n:
        return "the tokenizer makes no sub-words of it"
    first, last, cut = begin if policy.scores_first or begin > 0 else 1, n, ""
    if first == n:
        return "a single sub-word, and no start token to predict it from"
    if limit is not None and n - begin > limit:
        many = f"{n - begin} sub-words; the model reads {limit} at once"
        if policy.long_input == "refuse":
            return f"{many} (long_input: window reads the text in parts)"
        if policy.long_input == "truncate":
            last = begin + limit
            cut = f"did not read the last {n - last} of {many}"
    if subwords.offsets is None and (first != begin or last != n):
        raise ConfigError(
            f"{NO_OFFSETS}, so that a part of a text can't be scored: name a start token "
            "(start: eos), and use long_input: window"
        )
    return Part(asked.text, boundary, subwords, first, last, cut)


def _first_after(boundary: int, subwords: Subwords) -> int:
    """The first sub-word that reaches past the boundary."""
    if boundary == 0:
        return 0
    if subwords.offsets is None:
        raise ConfigError(f"{NO_OFFSETS}, which context: document needs; use context: none")
    ends = (place for place, (_, end) in enumerate(subwords.offsets) if end > boundary)
    return next(ends, len(subwords.ids))
