"""Inverse document frequency of sub-words over a corpus of segments, as bert-score 0.3.13 has it.

A sub-word that c of n segments hold weighs ``log((n + 1) / (c + 1))``, one that none holds
``log(n + 1)``; special tokens are in every segment and weigh 0. The corpus is a file that is
named, never the batch at hand, so that a segment's score doesn't depend on its neighbours;
name the reference file for what bert-score's ``--idf`` does.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evalkit.corpus.outputs import read_lines
from evalkit.records import FloatArray

__all__ = ["Idf", "IdfCorpus", "idf_of", "read_idf_corpus"]


@dataclass(frozen=True, slots=True)
class IdfCorpus:
    """The segments that frequencies are counted in."""

    segments: tuple[str, ...]
    sha256: str
    """Of the segments, each with a line feed after it, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Idf:
    """Weights of sub-words."""

    weights: Mapping[int, float]
    """By id, for every sub-word of the corpus."""
    unseen: float
    """Of every other."""

    def of(self, ids: Sequence[int]) -> FloatArray:
        """Weights (t,) of t sub-words."""
        return np.array([self.weights.get(index, self.unseen) for index in ids], dtype=np.float64)


def read_idf_corpus(path: str | Path) -> IdfCorpus:
    """The segments of a file: its lines, or the ``text`` column of a table.

    Raises:
        InputError: the file is missing, damaged or empty.
    """
    segments = read_lines(path, root=Path())
    digest = hashlib.sha256()
    for segment in segments:
        digest.update(f"{segment}\n".encode())
    return IdfCorpus(segments, digest.hexdigest())


def idf_of(corpus: IdfCorpus, tokenize: Callable[[Sequence[str]], Iterable[Sequence[int]]]) -> Idf:
    """Weights from a corpus; ``tokenize`` gives each segment's ids, special tokens included."""
    counts = Counter(index for ids in tokenize(corpus.segments) for index in set(ids))
    n = len(corpus.segments)
    weights = {index: math.log((n + 1) / (count + 1)) for index, count in counts.items()}
    return Idf(weights, math.log(n + 1))
