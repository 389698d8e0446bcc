"""``central``: the sentences most like all the others, after LexRank (Erkan & Radev 2004).

The sentences are the nodes of a graph, joined by the cosine of their vectors; a random walk over
it visits a sentence the more, the more it says what the others say. This is the paper's
continuous LexRank: weighted edges, no threshold, each sentence joined to itself too. Two things
differ: cosines are of the bundled encoder's vectors instead of tf-idf (negative ones count as no
edge), and redundancy is checked by a largest cosine with a sentence already taken, where the
authors' MEAD compares words. Leaves out MEAD's position and length features, and several
documents at once.

The defaults were looked at on 250 documents of CNN/DailyMail's validation part (half a), 60 words:
no damping from 0.5 to 0.95 and no redundancy limit from 0.7 up changes ROUGE-1 F1 by half a point.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from evalkit.errors import ConfigError
from evalkit.models.checkpoint import versions
from evalkit.models.devices import resolve
from evalkit.models.encoder import REPOSITORY, SHA256, load_encoder, note_encoder
from evalkit.models.sentence_vectors import WINDOW, sentence_vectors
from evalkit.records import FloatArray, GenerationBatch, Output
from evalkit.summarize.length import (
    EMPTY,
    budget,
    chosen_cut,
    extract,
    failure,
    source_sentences,
)
from evalkit.text.language import not_in
from evalkit.text.words import count_words

if TYPE_CHECKING:
    from evalkit.models.encoder import Encoder

__all__ = ["Central", "centrality", "choose"]

ENGLISH_ONLY = "central reads English only (use lead, or a seq2seq model)"
MAX_DAMPING = 0.99
TOLERANCE = 1e-12
"""How far the walk's distribution may be, in sum, from the one it settles on."""
DECIMALS = 9
"""Centralities that agree so far are a tie: float32 vectors carry no more."""


class Central:
    """The most central sentences, in the order of the document, up to the words asked for.

    Args:
        cut: ``"sentence"`` takes, from the most central down, each sentence that still fits; where
            none fits, the most central alone. ``"word"`` takes sentences until the words asked
            for are reached, puts them in order, and ends after exactly so many words.
        damping: probability, 0 to 0.99, that the walk follows an edge instead of jumping to
            any sentence; the paper's d is 1 minus this.
        redundancy: a sentence whose cosine with one already taken is above this is left out;
            1 keeps all.
        device: where the encoder runs: ``"cpu"``, ``"cuda"`` or ``"auto"``.

    Raises:
        ConfigError: an option is out of its range.
    """

    name = "central"
    dtype = "float32"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(
        self,
        *,
        cut: str = "sentence",
        damping: float = 0.85,
        redundancy: float = 0.8,
        device: str = "cpu",
    ) -> None:
        if not 0.0 <= damping <= MAX_DAMPING:
            raise ConfigError(f"damping is {damping}, expected 0 to {MAX_DAMPING}")
        if not 0.0 <= redundancy <= 1.0:
            raise ConfigError(f"redundancy is {redundancy}, expected 0 to 1")
        self._cut = chosen_cut(cut)
        self._damping = damping
        self._redundancy = redundancy
        self.device = device
        self._encoder: Encoder | None = None

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """One output per document; a failed item is one without words, or not in English.

        Each document is read by itself, so that its summary doesn't depend on its neighbours.

        Raises:
            ConfigError: less than one word is asked for, or there is no such device.
            MissingExtraError: torch or transformers is not installed.
            ModelError: the bundled encoder cannot be loaded.
        """
        n_words = budget(batch.length)
        if batch.language.split("-")[0].lower() != "en":
            foreign = failure(f"the document's language is {batch.language!r}; {ENGLISH_ONLY}")
            return tuple(foreign for _ in batch.texts)
        return tuple(self._summarise(text, n_words) for text in batch.texts)

    def signature(self) -> str:
        """Settings, encoder, and the versions of the libraries that decide the sentences."""
        settings = f"cut:{self._cut}|damping:{self._damping:g}|redundancy:{self._redundancy:g}"
        model = f"encoder:{REPOSITORY}@sha256-{SHA256[:16]}|window:{WINDOW}|dtype:float32"
        libraries = versions("sentencex", "torch", "transformers")
        note_encoder()
        device = resolve("auto") if self.device == "auto" else self.device
        return f"central|{settings}|{model}|device:{device}|{libraries}"

    def close(self) -> None:
        """Frees the encoder; the next ``generate`` loads it again."""
        self._encoder = None

    def _summarise(self, text: str, n_words: int) -> Output:
        try:
            sentences = source_sentences(text, language="en")
        except ValueError as error:
            return failure(str(error))
        if not sentences:
            return failure(EMPTY)
        foreign = not_in(text, ("en",))
        if foreign is not None:
            return failure(f"the document seems to be in {foreign.name}; {ENGLISH_ONLY}")
        if self._encoder is None:
            self._encoder = load_encoder(device=self.device)
        vectors = sentence_vectors(self._encoder, sentences)
        cosines = np.clip(vectors @ vectors.T, -1.0, 1.0)
        counts = [count_words(sentence) for sentence in sentences]
        chosen = choose(
            centrality(cosines, damping=self._damping),
            cosines,
            counts,
            n_words=n_words,
            redundancy=self._redundancy,
            whole=self._cut == "sentence",
        )
        return extract(
            [sentences[i] for i in chosen],
            n_words=n_words,
            cut=self._cut,
            source_words=sum(counts),
        )


def centrality(cosines: FloatArray, *, damping: float) -> FloatArray:
    """How often a random walk visits each sentence: (n,), summing to 1, higher is more central.

    Args:
        cosines: (n, n), symmetric, 1 on the diagonal; negative values count as 0.
        damping: probability of following an edge, 0 to 0.99.

    Raises:
        ValueError: ``damping`` is out of its range; the walk would hardly settle.

    >>> cosines = np.array([[1.0, 0.8, 0.6], [0.8, 1.0, 0.0], [0.6, 0.0, 1.0]])
    >>> centrality(cosines, damping=0.85).round(3).tolist()
    [0.401, 0.31, 0.289]
    """
    if not 0.0 <= damping <= MAX_DAMPING:
        raise ValueError(f"damping is {damping}, expected 0 to {MAX_DAMPING}")
    n = cosines.shape[0]
    if n == 0:
        return np.zeros(0)
    edges = np.clip(cosines, 0.0, None)
    step = damping * (edges / edges.sum(axis=1, keepdims=True)).T
    visits: FloatArray = np.full(n, 1.0 / n)
    for _ in range(_n_steps(damping)):
        visits = (1.0 - damping) / n + step @ visits
    return visits


def _n_steps(damping: float) -> int:
    # ``edges`` is made stochastic, so each step shrinks the error by at least this factor.
    return 1 if damping == 0.0 else math.ceil(math.log(TOLERANCE / 2.0, damping))


def choose(
    central: FloatArray,
    cosines: FloatArray,
    counts: list[int],
    *,
    n_words: int,
    redundancy: float,
    whole: bool,
) -> list[int]:
    """Indices of the sentences to take, in the order of the document; at least one.

    From the most central down (of a tie, the earlier in the document), without those too like one
    already taken: if ``whole``, each that still fits into ``n_words``, or the most central alone
    where none fits; else until ``n_words`` are reached. Without sentences, [].
    """
    ranked = sorted(range(len(counts)), key=lambda i: (-round(float(central[i]), DECIMALS), i))
    taken: list[int] = []
    left = n_words
    for index in ranked:
        if left <= 0:
            break
        if whole and counts[index] > left:
            continue
        if all(cosines[index, other] <= redundancy for other in taken):
            taken.append(index)
            left -= counts[index]
    return sorted(taken or ranked[:1])
