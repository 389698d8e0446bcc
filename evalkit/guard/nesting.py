"""References nested the wrong way: found before each letter counts as a reference.

A batch's references are, for each hypothesis, its own texts: ``[["a house", "1 house"], ["two"]]``.
Seen instead, and scored without a word by other tools: a bare text where a list belongs (then each
character is a reference), one list per reference file (sacrebleu's order), a level too many.
"""

from collections.abc import Sequence

from evalkit.guard.resemblance import alike, sketch

__all__ = ["check_nesting"]

_CLEARLY = 0.1
"""How much more alike the other nesting must be where both would fit by their counts."""


def check_nesting(hypotheses: Sequence[str], references: object) -> None:
    """Refuses references that are not, for each hypothesis, a sequence of texts.

    Where there are as many hypotheses as references each, both nestings fit; then the texts decide,
    if they do so clearly.

    Raises:
        ValueError: they are nested the wrong way; says what they seem to be.

    >>> check_nesting(["a", "b"], [["a", "A"], ["b"]])
    >>> check_nesting(["a", "b"], ["a", "b"])
    Traceback (most recent call last):
        ...
    ValueError: references[0] is a bare text; each hypothesis needs a list of texts: [["…"], …]
    """
    groups = _groups(references)
    for at, group in enumerate(groups):
        if isinstance(group, str):
            raise ValueError(
                f"references[{at}] is a bare text; each hypothesis needs a list of texts: "
                '[["…"], …]'
            )
        for text in group:
            if not isinstance(text, str):
                raise ValueError(
                    f"references[{at}] holds a {type(text).__name__}; it must hold the texts of "
                    "this hypothesis: one level less"
                )
    n = len(hypotheses)
    by_file = bool(groups) and all(len(group) == n for group in groups)
    if len(groups) != n:
        hint = "; it seems to be one list per reference file: turn it round" if by_file else ""
        raise ValueError(f"{len(groups)} lists of references for {n} hypotheses{hint}")
    if by_file and n > 1 and _fits_better_turned(hypotheses, groups):
        raise ValueError(
            f"references seem to be one list per reference file ({n} of {n} texts): each "
            "hypothesis is much more like the texts at its own place in every list. Turn them round"
        )


def _groups(references: object) -> list[Sequence[str]]:
    if isinstance(references, str) or not isinstance(references, Sequence):
        raise ValueError(
            f"references are a {type(references).__name__}; they must be a list with, for each "
            "hypothesis, a list of texts"
        )
    return list(references)


def _fits_better_turned(hypotheses: Sequence[str], groups: Sequence[Sequence[str]]) -> bool:
    n = len(hypotheses)
    repeated = [text for text in hypotheses for _ in range(n)]
    own = [text for group in groups for text in group]
    turned = [group[at] for at in range(n) for group in groups]
    first, second = sketch(repeated, own)
    other = sketch(repeated, turned)
    return float(alike(*other, 0).mean() - alike(first, second, 0).mean()) > _CLEARLY
