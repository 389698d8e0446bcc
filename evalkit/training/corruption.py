"""Clean sentences -> sentences with errors whose places and kinds are known.

A drawn number of errors is put in, each by one operation of ``word_errors`` or ``phrase_errors``;
two sentences in a row may be run together (``splice``).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from evalkit.training import phrase_errors, word_errors
from evalkit.training.draft import Draft, Labelled, Operation
from evalkit.training.lexicon import Lexicon

__all__ = ["OPERATIONS", "Corruptor"]

TRIES = 4

OPERATIONS: Mapping[str, Operation] = {
    name: getattr(module, name)
    for module in (word_errors, phrase_errors)
    for name in module.__all__
    if name not in ("joined", "splice")
}
"""Every kind of error, by name."""


class Corruptor:
    """Puts errors into clean sentences.

    Args:
        lexicon: what words may be mistaken for.
        errors: probability of 0, 1, 2 … errors in a sentence.
        operations: weight of each operation, names as in OPERATIONS.

    Raises:
        ValueError: an unknown operation, or weights that do not add up to more than zero.
    """

    def __init__(
        self, lexicon: Lexicon, *, errors: Sequence[float], operations: Mapping[str, float]
    ) -> None:
        unknown = sorted(set(operations) - set(OPERATIONS))
        if unknown:
            raise ValueError(f"unknown operations {unknown}; known: {sorted(OPERATIONS)}")
        if min(sum(errors), sum(operations.values())) <= 0:
            raise ValueError("the weights of errors and of operations must add up to more than 0")
        self.lexicon = lexicon
        self._operations = [OPERATIONS[name] for name in operations]
        self._errors = np.cumsum(errors) / np.sum(errors)
        self._weights = np.cumsum(list(operations.values())) / sum(operations.values())

    def corrupt(self, tokens: Sequence[str], rng: np.random.Generator) -> Labelled:
        """The sentence with a drawn number of errors; none where nothing could be done."""
        draft = Draft(tokens)
        for _ in range(int(np.searchsorted(self._errors, rng.random()))):
            for _ in range(TRIES):
                chosen = int(np.searchsorted(self._weights, rng.random()))
                if self._operations[chosen](draft, self.lexicon, rng):
                    break
        return draft.finished()
