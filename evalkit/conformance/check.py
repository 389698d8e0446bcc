"""One check: what is looked at, what was found, and the remedy; and a list of them, run."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

__all__ = ["Check", "Look", "Maker", "attempt", "run"]

Made = TypeVar("Made")
MOST = 3
"""So many findings of one check are told."""


@dataclass(frozen=True, slots=True)
class Check:
    """What came of looking at one part of the contract."""

    name: str
    """What was looked at, for example ``a batch split in two gives the rows of the whole``."""
    found: str
    """What is wrong; "" where nothing is."""
    remedy: str
    """What to do about it."""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found

    def __str__(self) -> str:
        return (
            f"ok    {self.name}"
            if self.passed
            else (f"FAIL  {self.name}\n      found: {self.found}\n      remedy: {self.remedy}")
        )


@dataclass(frozen=True, slots=True)
class Look:
    """A check that is yet to be made."""

    name: str
    remedy: str
    problems: Callable[[], Iterator[str]]
    """What is wrong, piece by piece."""


def _close(made: object) -> Iterator[str]:
    close = getattr(made, "close", None)
    if close is not None:
        close()
    yield from ()


class Maker(Generic[Made]):
    """Makes what is under check, as often as it is called, and closes it all in the end."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._made: list[Made] = []

    def __call__(self) -> Made:
        """Another one, as new."""
        self._made.append(self._make())
        return self._made[-1]

    def __enter__(self) -> "Maker[Made]":
        return self

    def __exit__(self, *_: object) -> None:
        for made in self._made:
            attempt(partial(_close, made))


def run(looks: Sequence[Look]) -> tuple[Check, ...]:
    """Makes every check; one that fails, or raises, keeps no other from being made."""
    return tuple(Check(look.name, _found(look), look.remedy) for look in looks)


def attempt(problems: Callable[[], Iterable[str]]) -> list[str]:
    """What is wrong; that it raised, where it did."""
    try:
        return list(problems())
    except Exception as error:  # noqa: BLE001  (whatever an author's code does)
        text = " ".join(str(error).split())[:300]
        return [f"it raised {type(error).__name__}: {text}"]


def _found(look: Look) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # numpy's: a division by zero, say
        found = attempt(look.problems)
    more = f"; and {len(found) - MOST} more" if len(found) > MOST else ""
    return "; ".join(found[:MOST]) + more
