"""``lead``: the first sentences of the document, the baseline that news summaries must beat.

Two readings of it are in use, and ``cut`` chooses: the first whole sentences (lead-3, See et al.
2017), here as many as fit the words asked for; or the first n words exactly (DUC 2004), the last
sentence broken off. Whole sentences leave a budget partly unused, so compare lengths too.

The document's first line counts like any other, title or not: nothing in a text file tells a
title from a sentence, and one that a dataset keeps in a column of its own isn't in the text.
"""

from importlib.metadata import version

from evalkit.records import GenerationBatch, Output
from evalkit.summarize.length import (
    EMPTY,
    budget,
    chosen_cut,
    extract,
    failure,
    source_sentences,
)
from evalkit.text.words import count_words

__all__ = ["Lead"]


class Lead:
    """The first sentences of a document, up to the words asked for.

    Args:
        cut: ``"sentence"`` takes whole sentences as long as the next one fits; the first is taken
            even where it alone is too long. ``"word"`` ends after exactly the words asked for.
    """

    name = "lead"
    languages: frozenset[str] | None = None

    def __init__(self, *, cut: str = "sentence") -> None:
        self._cut = chosen_cut(cut)

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """One output per document; a document without words is a failed item.

        Raises:
            ConfigError: less than one word is asked for.
        """
        n_words = budget(batch.length)
        return tuple(self._summarise(text, n_words, batch.language) for text in batch.texts)

    def signature(self) -> str:
        """The cut and the version of the sentence splitter."""
        return f"lead|cut:{self._cut}|sentencex:{version('sentencex')}"

    def _summarise(self, text: str, n_words: int, language: str) -> Output:
        try:
            sentences = source_sentences(text, language=language)
        except ValueError as error:
            return failure(str(error))
        if not sentences:
            return failure(EMPTY)
        counts = [count_words(sentence) for sentence in sentences]
        n_taken = len(sentences) if self._cut == "word" else _n_fitting(counts, n_words)
        return extract(
            sentences[:n_taken], n_words=n_words, cut=self._cut, source_words=sum(counts)
        )


def _n_fitting(counts: list[int], n_words: int) -> int:
    """How many of the first sentences fit, at least one."""
    total = 0
    for index, count in enumerate(counts):
        total += count
        if total > n_words:
            return max(1, index)
    return len(counts)
