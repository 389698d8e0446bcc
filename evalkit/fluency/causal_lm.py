"""``causal_lm``: how surprised a model that writes from left to right is by a text (GPT-2's kind).

The corpus' perplexity is ``exp(sum of -log p / sum of sub-words)``, lower is better; the mean of
the texts' perplexities, which the ``perplexity`` module of ``evaluate`` 0.4 reports, is
``NAME.mean``. As there, a text stands after the tokenizer's BOS, so that its first sub-word is
scored too; but nothing depends on a batch, no text is cut without an entry in the ledger, and a
special token that a text spells out is read as the characters that it is.

SLOR (Pauls and Klein 2012; Kann et al. 2018) takes from the log probability what the sub-words have
by their frequency, per sub-word; higher is better. It needs a corpus to count in (``unigrams``);
without one there is no SLOR. Leaves out word-level perplexity, and code that a model brings along.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from evalkit.fluency.language_model import LanguageModelScorer
from evalkit.fluency.likelihood import UNIGRAMS
from evalkit.fluency.parts import Part
from evalkit.fluency.unigrams import UnigramCorpus, Unigrams, count_unigrams, read_unigram_corpus
from evalkit.models.subwords import Start, read_subwords, start_of
from evalkit.models.views import View, causal_views

if TYPE_CHECKING:
    from evalkit.models.likelihoods import LanguageModel

__all__ = ["CausalLm"]


@dataclass(kw_only=True)
class CausalLm(LanguageModelScorer):
    """The scorer ``causal_lm``. The fields are the options, with those of the class above it.

    A window but the first begins with the start token too, and then with the text before its first
    scored sub-word, of which it holds at least ``context_length - stride``.
    """

    kind: ClassVar[str] = "AutoModelForCausalLM"
    likelihood: ClassVar[str] = "causal"
    numbers: ClassVar[tuple[str, ...]] = (
        *("perplexity", "mean", "bits_per_character", "bits_per_byte", "slor"),
    )

    name: str = "causal_lm"
    """The name in tables and records."""
    start: str = "auto"
    """What stands before a text: ``auto`` is the tokenizer's BOS, or nothing where it has none;
    ``none`` leaves the first sub-word unscored; else ``bos``, ``eos``, ``cls``, ``sep``, ``pad``
    or a token of the vocabulary."""
    unigrams: str | None = None
    """File or folder in whose lines sub-words are counted, for SLOR."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.headline == "slor" and self.unigrams is None:
            raise ValueError(
                "headline is 'slor', which needs the frequencies of sub-words: name a file or "
                "folder of text to count them in (unigrams: FILE)"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The additive sums, with the unigrams' where they are counted."""
        return super().columns if self.unigrams is None else (*super().columns, UNIGRAMS)

    @property
    def shown(self) -> tuple[str, ...]:
        """The numbers that it gives, headline first; SLOR only with unigrams."""
        return tuple(n for n in super().shown if n != "slor" or self.unigrams is not None)

    @property
    def absent(self) -> str:
        """Which number it doesn't give, and why; "" where it gives all."""
        if self.unigrams is not None:
            return ""
        return "SLOR, which needs a text to count sub-words in (unigrams: FILE)"

    def _settings(self) -> dict[str, str]:
        counted = None if self.unigrams is None else self._corpus.sha256[:16]
        unigrams = "no" if counted is None else f"sha256-{counted}"
        return {"start": self._start.label, "unigrams": unigrams}

    def _views(self, part: Part) -> Iterator[View]:
        return causal_views(
            part.subwords.ids, part.first, part.last, start=self._start.id, reach=self._reach
        )

    def _open(self) -> "LanguageModel":
        from evalkit.models.likelihoods import load_language_model

        if self._loaded is None:
            self._loaded = load_language_model(
                self._checkpoint, self.kind, mask=None, dtype=self.dtype, device=self.device
            )
        return self._loaded

    def _n_special(self) -> int:
        return 0  # the last sub-word is predicted, not read: there is room for a start token

    def _scores_first(self) -> bool:
        return self._start.id is not None

    def _more(self, part: Part) -> tuple[float, ...]:
        return () if self.unigrams is None else (-self._frequencies.of(part.ids),)

    @cached_property
    def _start(self) -> Start:
        return start_of(self._tokenizer, self.start)

    @cached_property
    def _corpus(self) -> UnigramCorpus:
        return read_unigram_corpus(self.unigrams or "")

    @cached_property
    def _frequencies(self) -> Unigrams:
        return count_unigrams(
            self._corpus,
            lambda lines: read_subwords(self._tokenizer, lines),
            n_vocabulary=len(self._tokenizer),
        )
