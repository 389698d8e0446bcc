"""What scorers and generators hold open (a foreign program, say) is ended in time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from evalkit.stages import Closable

__all__ = ["close_all", "closing"]


Thing = TypeVar("Thing")


@contextmanager
def closing(things: Sequence[Thing]) -> Iterator[Sequence[Thing]]:
    """The things; whatever of them can be ended is, however the block was left."""
    with ExitStack() as stack:
        for thing in things:
            if isinstance(thing, Closable):
                stack.callback(thing.close)
        yield things


def close_all(things: Iterable[object]) -> None:
    """Ends whatever of these things can be ended."""
    with closing(tuple(things)):
        pass
