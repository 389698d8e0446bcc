"""From probabilities of tokens to short marked stretches with a category and a message.

Tokens at or above the threshold are marked; neighbours are marked together as long as the stretch
stays short. Where something seems to be missing, the word before the gap is marked too. The
category is a guess from the head that is surest.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evalkit.records import Span, TokenScore

if TYPE_CHECKING:
    from evalkit.models.detector_reader import Heads

__all__ = ["LONGEST", "Marker", "Place"]

Place = tuple[int, int]
LONGEST = 60
"""Most characters of a span, unless one token alone is longer."""
KINDS = {
    "form": ("grammar", "This form of the word does not seem to fit here."),
    "function": ("grammar", "Another small word seems to be needed here."),
    "extra": ("grammar", "This seems to be superfluous."),
    "word": ("unnatural", "This word does not seem to fit here."),
    "order": ("grammar", "The words seem to stand in the wrong order."),
    "spelling": ("spelling", "This does not seem to be spelled like this."),
    "punctuation": ("punctuation", "This mark does not seem to belong here."),
}
MISSING = {
    "function": ("grammar", "A small word seems to be missing here."),
    "content": ("grammar", "A word seems to be missing here."),
    "punctuation": ("punctuation", "A mark seems to be missing here."),
}
EDITED = ("unnatural", "A careful editor would probably change this.")
UNSURE = np.log(0.2)


class Marker:
    """Marks the tokens that are probably wrong.

    Args:
        settings: the model's; ``wrongs`` and ``gaps`` name what its heads tell apart.
        threshold: tokens at least this probable are marked.
    """

    def __init__(self, settings: Mapping[str, object], *, threshold: float) -> None:
        self._wrongs = _names(settings, "wrongs")
        self._gaps = _names(settings, "gaps")
        self._threshold = threshold

    def spans(self, scores: Sequence[TokenScore], heads: "Heads") -> list[Span]:
        """The marked stretches of one sentence, in order."""
        return [self._span(scores, heads, group) for group in self._groups(scores)]

    def _groups(self, scores: Sequence[TokenScore]) -> Iterator[list[int]]:
        group: list[int] = []
        for i, score in enumerate(scores):
            marked = score.value >= self._threshold
            fits = bool(group) and score.end - scores[group[0]].start <= LONGEST
            if group and not (marked and fits):
                yield group
                group = []
            if marked:
                group.append(i)
        if group:
            yield group

    def _span(self, scores: Sequence[TokenScore], heads: "Heads", group: list[int]) -> Span:
        surest = max(group, key=lambda i: scores[i].value)
        category, message, missing = self._verdict(heads, surest)
        start, end = scores[group[0]].start, scores[group[-1]].end
        before = group[0] - 1
        if missing and before >= 0 and surest == group[0]:
            longer = scores[before].start  # what is missing stands between the two
            start = longer if end - longer <= LONGEST else start
        return Span(
            start, end, category, probability=scores[surest].value,
            finder="detector", message=message,
        )  # fmt: skip

    def _verdict(self, heads: "Heads", i: int) -> tuple[str, str, bool]:
        """Category, message, and whether something is missing rather than wrong."""
        wrong = int(np.argmax(heads.wrong[i, 1:])) + 1
        gap = int(np.argmax(heads.gap[i, 1:])) + 1
        sure_wrong, sure_gap = heads.wrong[i, wrong], heads.gap[i, gap]
        if max(sure_wrong, sure_gap) < UNSURE and heads.edit[i].max() > 0:
            return (*EDITED, False)
        if sure_gap > sure_wrong:
            return (*MISSING.get(self._gaps[gap], EDITED), True)
        return (*KINDS.get(self._wrongs[wrong], EDITED), False)


def _names(settings: Mapping[str, object], key: str) -> tuple[str, ...]:
    names = settings.get(key)
    return tuple(map(str, names)) if isinstance(names, list | tuple) else ()
