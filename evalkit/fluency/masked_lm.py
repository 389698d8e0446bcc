"""``masked_lm``: how surely a masked model (BERT's kind) puts back each sub-word of a text.

The pseudo-log-likelihood (Salazar et al. 2020) is the sum of each sub-word's log probability where
it is hidden and the rest is seen. A word of several sub-words then comes out too likely, since its
other pieces give it away; by default those after the hidden one in its word are hidden too (Kauf
and Ivanova 2023, "within-word left to right"; words as the tokenizer splits them). The special
tokens around a text are seen and not scored. Pseudo-perplexity is ``exp(-sum / sub-words)``.

A pseudo-likelihood is no probability of the text: its numbers can't be held against a causal
model's. It takes as many readings of a text as the text has sub-words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from evalkit.errors import ConfigError
from evalkit.fluency.language_model import LanguageModelScorer
from evalkit.fluency.parts import Part
from evalkit.metrics.options import check_choice
from evalkit.models.subwords import Frame, frame_of
from evalkit.models.views import View, masked_views

if TYPE_CHECKING:
    from evalkit.models.likelihoods import LanguageModel

__all__ = ["MaskedLm"]


@dataclass(kw_only=True)
class MaskedLm(LanguageModelScorer):
    """The scorer ``masked_lm``. The fields are the options, with those of the class above it.

    Windows overlap by what ``stride`` leaves of them; a sub-word is scored in the window where it
    is further from the edge.
    """

    kind: ClassVar[str] = "AutoModelForMaskedLM"
    likelihood: ClassVar[str] = "pseudo"
    numbers: ClassVar[tuple[str, ...]] = (
        *("perplexity", "mean", "pll", "bits_per_character", "bits_per_byte"),
    )

    name: str = "masked_lm"
    """The name in tables and records."""
    correction: str = "l2r"
    """``l2r`` hides the rest of the word too; ``none`` the sub-word alone."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("correction", self.correction, ("l2r", "none"))

    def _settings(self) -> dict[str, str]:
        correction = "l2r" if self._hides_words else "none"
        return {"correction": correction, "mask": str(self._mask)}

    def _views(self, part: Part) -> Iterator[View]:
        return masked_views(
            part.subwords.ids,
            part.first,
            part.last,
            words=part.subwords.words if self._hides_words else None,
            frame=self._frame,
            reach=self._reach,
        )

    def _open(self) -> "LanguageModel":
        from evalkit.models.likelihoods import load_language_model

        if self._loaded is None:
            self._loaded = load_language_model(
                self._checkpoint,
                self.kind,
                mask=self._mask,
                fill=int(self._tokenizer.pad_token_id or 0),
                dtype=self.dtype,
                device=self.device,
            )
        return self._loaded

    def _n_special(self) -> int:
        return self._frame.size

    @property
    def _hides_words(self) -> bool:
        if self.correction == "l2r" and not self._tokenizer.is_fast:
            raise ConfigError(
                f"{self.name}: the tokenizer of {self.model} doesn't say which sub-words make a "
                "word, which correction: l2r needs; use correction: none"
            )
        return self.correction == "l2r"

    @property
    def _mask(self) -> int:
        index = self._tokenizer.mask_token_id
        if index is None:
            raise ConfigError(
                f"{self.name}: the tokenizer of {self.model} has no mask token, so that the model "
                "is no masked language model; causal_lm is for those that write left to right"
            )
        return int(index)

    @cached_property
    def _frame(self) -> Frame:
        return frame_of(self._tokenizer)
