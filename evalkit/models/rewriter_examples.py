"""What the rewriter learns from, as rows of numbers; numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Examples", "IntArray"]

IntArray = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Examples:
    """Pairs as numbers: e examples over u different sources."""

    words: tuple[str, ...]
    """Every plain word of the sources."""
    sources: IntArray
    """Word indices of all sources, one after the other."""
    source_starts: IntArray
    """(u + 1,) where each source starts in ``sources``."""
    source_of: IntArray
    """(e,) the source of each example."""
    actions: IntArray
    """Actions of all examples, one after the other: j copies source word j, n_source + v
    writes vocabulary word v (0 stops), -1 is a gap that nothing is learned from."""
    action_starts: IntArray
    """(e + 1,) where each example starts in ``actions``."""

    def __len__(self) -> int:
        return len(self.source_of)
