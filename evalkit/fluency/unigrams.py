"""How often each of a model's sub-words stands in a corpus: what SLOR holds a text against.

A sub-word that stands c times among N weighs ``log((c + 1) / (N + V))`` with a vocabulary of V, so
that an unseen one counts as seen once. The corpus is a file or folder that is named, read line by
line; its hash belongs in the signature.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from evalkit.corpus.documents import text_files
from evalkit.corpus.outputs import read_lines
from evalkit.errors import InputError
from evalkit.models.subwords import Subwords
from evalkit.records import FloatArray

__all__ = ["UnigramCorpus", "Unigrams", "count_unigrams", "read_unigram_corpus"]

LINES_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class UnigramCorpus:
    """The lines that are counted."""

    lines: tuple[str, ...]
    sha256: str
    """Of the lines, each with a line feed after it, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Unigrams:
    """Log probabilities of sub-words, in nats."""

    table: FloatArray
    """(V,), by id."""

    def of(self, ids: Sequence[int]) -> float:
        """The sum over sub-words."""
        return float(self.table[np.asarray(ids, dtype=np.int64)].sum())


def read_unigram_corpus(path: str | Path) -> UnigramCorpus:
    """The lines of a file (or the ``text`` column of a table), or of a folder's text files.

    Raises:
        InputError: it is missing, damaged or empty.
    """
    found = Path(path)
    files = text_files(found) if found.is_dir() else (found,)
    if not files:
        raise InputError(f"{found} holds no .txt files to count sub-words in")
    lines = tuple(line for file in files for line in read_lines(file, root=Path()) if line)
    if not lines:
        raise InputError(f"{found} holds no text to count sub-words in")
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode())
    return UnigramCorpus(lines, digest.hexdigest())


def count_unigrams(
    corpus: UnigramCorpus,
    read: Callable[[Sequence[str]], Iterable[Subwords]],
    *,
    n_vocabulary: int,
) -> Unigrams:
    """Counts of the corpus, one added to each; ``read`` gives each line's sub-words."""
    counts: Counter[int] = Counter()
    for lines in _parts(corpus.lines):
        for subwords in read(lines):
            counts.update(subwords.ids)
    table = np.zeros(n_vocabulary)
    for index, count in counts.items():
        table[index] = count
    return Unigrams(np.log(table + 1) - math.log(table.sum() + n_vocabulary))


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(lines)
    while part := list(islice(rest, LINES_AT_ONCE)):
        yield part
