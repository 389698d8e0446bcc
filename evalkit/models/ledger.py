"""Which models were found while something was made: for the manifest, and for ``evalkit fetch``.

Every door through which a model comes (``find_checkpoint``, the bundled ones) notes it here, so
that no scorer has to say what it uses. Leaves out models behind an endpoint or in a process of
their own, whose files nobody here sees, but for COMET's, whose adapter tells their hash.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["Used", "note", "noting"]


@dataclass(frozen=True, slots=True)
class Used:
    """A model and what tells it from any other version."""

    name: str
    """The hub id, or the name of the local folder."""
    version: str
    """The hub's commit, or ``sha256-`` and a hash over the files."""
    pickled: bool = False
    """Whether the weights are pickled."""
    remote_code: bool = False
    """Whether Python that the checkpoint brings may run."""


_LISTS: ContextVar[tuple[list[Used], ...]] = ContextVar("ledger", default=())


@contextmanager
def noting() -> Iterator[list[Used]]:
    """A list to which every model that is found in this block is added, once each."""
    found: list[Used] = []
    token = _LISTS.set((*_LISTS.get(), found))
    try:
        yield found
    finally:
        _LISTS.reset(token)


def note(used: Used) -> None:
    """Puts a model on every open list."""
    for found in _LISTS.get():
        if used not in found:
            found.append(used)
