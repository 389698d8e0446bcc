"""What a tagger's labels say about errors: which are none, where one begins, and of what kind.

Reads BIO, IOB, BIOES and BILOU schemes (``B-SPELL``, ``I-SPELL``, ``O``), plain kinds (ERRANT's
``R:SPELL``; ``BAD``), and any pair of labels that the user sorts. Leaves out schemes that mark gaps
between words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import ConfigError, nearest
from evalkit.fluency.head_labels import Labels, Wanted
from evalkit.records import CATEGORIES

__all__ = ["FINE", "ErrorLabels"]

FINE = frozenset({"o", "ok", "correct", "keep", "$keep"})
"""Names of labels that say by themselves that nothing is wrong."""
SPECIAL = frozenset({"x", "pad", "[pad]", "<pad>", "[cls]", "[sep]", "<s>", "</s>", "special"})
"""Names of labels that stand for no word; they are neither errors nor fine without being asked."""
PREFIX = re.compile(r"([BIESLU])-(.+)")
BEGINS = frozenset("BSU")
UNKNOWN = "unnatural"
"""The category of a label that says nothing of its kind: a reader stumbles."""
ERRANT = re.compile(r"[MRU]:.+")
ERRANT_KINDS = {"SPELL": "spelling", "ORTH": "spelling", "PUNCT": "punctuation"}
"""The last part of an ERRANT type (Bryant et al. 2017); every other type is grammar."""


@dataclass(frozen=True, slots=True)
class ErrorLabels:
    """The labels of a tagger, sorted."""

    labels: Labels
    fine: tuple[int, ...]
    """Labels of words in which nothing is wrong."""
    begins: tuple[int, ...]
    """Error labels of the first word of an error."""
    goes_on: tuple[int, ...]
    """All other error labels: of a word that belongs to the error before it, if one is there."""
    kinds: tuple[str, ...]
    """For each label its name without the prefix of a scheme."""
    categories: tuple[str, ...]
    """For each label the MQM category that its spans get."""

    @classmethod
    def of(
        cls,
        labels: Labels,
        *,
        ok: Wanted | None,
        errors: Wanted | None,
        categories: Mapping[str, str],
    ) -> "ErrorLabels":
        """The labels, sorted by what the user says, else by what they are plainly called.

        Args:
            labels: the model's.
            ok: labels of words in which nothing is wrong.
            errors: labels of errors; with ``ok`` alone all others.
            categories: by label, or by its name without the scheme's prefix, the category.

        Raises:
            ConfigError: it isn't plain which are errors; or what the user says doesn't fit.
        """
        fine = _fine(labels, ok, errors)
        wrong = [number for number in range(len(labels)) if number not in fine]
        matches = [PREFIX.fullmatch(name) for name in labels.names]
        kinds = [
            match.group(2) if match else name
            for match, name in zip(matches, labels.names, strict=True)
        ]
        begins = [n for n in wrong if (match := matches[n]) and match.group(1) in BEGINS]
        return cls(
            labels,
            fine,
            tuple(begins),
            tuple(number for number in wrong if number not in begins),
            tuple(kinds),
            _categories(labels, kinds, wrong, categories),
        )

    @property
    def wrong(self) -> tuple[int, ...]:
        """All error labels."""
        return tuple(sorted((*self.begins, *self.goes_on)))


def _fine(labels: Labels, ok: Wanted | None, errors: Wanted | None) -> tuple[int, ...]:
    fine = None if ok is None else set(labels.chosen("ok", ok))
    wrong = None if errors is None else set(labels.chosen("errors", errors))
    every = set(range(len(labels)))
    if fine is None and wrong is None:
        fine = {_plainly_fine(labels)}
    fine = every - (wrong or set()) if fine is None else fine
    wrong = every - fine if wrong is None else wrong
    if fine & wrong or fine | wrong != every:
        odd = labels.shown(sorted((fine & wrong) or (every - fine - wrong)))
        raise ConfigError(
            f"ok and errors must name each label of {labels.model} once; look at {odd}. "
            f"Its labels: {labels}"
        )
    if not fine or not wrong:
        what = "an error" if not fine else "fine"
        raise ConfigError(f"every label of {labels.model} would be {what}: {labels}")
    return tuple(sorted(fine))


def _plainly_fine(labels: Labels) -> int:
    found = labels.plain(FINE)
    special = [name for name in labels.names if name.strip().casefold() in SPECIAL]
    if found is None or special or len(labels) < 2:
        raise ConfigError(
            f"which labels of {labels.model} are errors? It has {labels}. Say which are not with "
            "ok: NAME (or a list, or numbers), or which are with errors: [NAME, …]"
        )
    return found


def _categories(
    labels: Labels, kinds: Sequence[str], wrong: Sequence[int], given: Mapping[str, str]
) -> tuple[str, ...]:
    known = {name for number in wrong for name in (labels.names[number], kinds[number])}
    for name, category in given.items():
        if name not in known:
            guess = nearest(str(name), known)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise ConfigError(
                f"categories names {name!r}, which is no error label of {labels.model}.{hint} "
                f"Its labels: {labels}"
            )
        if category not in CATEGORIES:
            raise ConfigError(
                f"categories: {name} is {category!r}, expected {', '.join(CATEGORIES)}"
            )
    return tuple(
        given.get(name) or given.get(kind) or _category(kind)
        for name, kind in zip(labels.names, kinds, strict=True)
    )


def _category(kind: str) -> str:
    """The category that a label names by itself."""
    if kind.casefold() in CATEGORIES:
        return kind.casefold()
    if ERRANT.fullmatch(kind):
        return ERRANT_KINDS.get(kind.split(":")[-1], "grammar")
    return UNKNOWN
