"""What ``causal_lm`` and ``masked_lm`` share: options, texts to sub-words, answers to statistics.

A text is read alone, or after what stands before it in its document. Equal texts are read once. A
text that the model can't read at once is read in windows, cut with an entry in the ledger, or
refused. Every sub-word is scored once. Characters and bytes are those of the text as it stands,
whatever the tokenizer makes of it.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

import evalkit
from evalkit.errors import ConfigError
from evalkit.fluency.likelihood import COLUMNS, likelihood_fields, likelihood_row, likelihoods
from evalkit.fluency.parts import Asked, Part, Policy, before, part_of
from evalkit.fluency.surprisal import token_scores
from evalkit.metrics.options import check_at_least, check_choice, check_types
from evalkit.metrics.signature import join
from evalkit.models.checkpoint import Checkpoint, find_checkpoint, versions
from evalkit.models.devices import resolve
from evalkit.models.loading import DTYPES, chosen_dtype
from evalkit.models.outline import Outline
from evalkit.models.subwords import read_subwords
from evalkit.models.views import Reach, View
from evalkit.records import Batch, Field, FloatArray, Measured, TokenScore

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from evalkit.models.likelihoods import LanguageModel

__all__ = ["LanguageModelScorer"]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the model says of a text."""

    row: tuple[float, ...]
    tokens: tuple[TokenScore, ...]
    cut: str


@dataclass(kw_only=True)
class LanguageModelScorer(ABC):
    """A scorer by a language model. The fields are the options."""

    kind: ClassVar[str]
    """The class of transformers that loads the model."""
    likelihood: ClassVar[str]
    """What its log probabilities are: ``causal`` or ``pseudo``."""
    numbers: ClassVar[tuple[str, ...]]
    """What it gives, of ``evalkit.fluency.likelihood.NUMBERS``."""
    needs: ClassVar[frozenset[str]] = frozenset()
    languages: ClassVar[frozenset[str] | None] = None
    token_unit: ClassVar[str] = "bits"  # noqa: S105  (no password)

    name: str
    """The name in tables and records."""
    model: str = ""
    """Hub id (``owner/name``) or folder, with safetensors. It must be named."""
    revision: str | None = None
    """The hub's branch, tag or commit; None for its main branch. The commit is recorded."""
    headline: str = "perplexity"
    """The number that bears the scorer's name and is tested between systems."""
    context: str = "none"
    """``document``: a sentence is read after the text before it in its document; ``none`` reads
    it alone."""
    long_input: str = "window"
    """A text longer than the model reads at once: ``window`` reads it in parts, ``truncate`` cuts
    its end off and says so, ``refuse`` leaves it unscored with the reason."""
    context_length: int | None = None
    """Sub-words that the model reads at once, special tokens included; None for its own limit."""
    stride: int | None = None
    """By how many sub-words windows move on; None for half of what they hold."""
    dtype: str = "float32"
    """``float32``, ``bfloat16``, ``float16``, or ``auto`` (bfloat16 where the device has it)."""
    device: str = "auto"
    """``cpu``, ``cuda``, ``cuda:0`` … or ``auto``."""
    batch_tokens: int | None = None
    """Padded sub-words that run together; None for 1,024 on the CPU, 16,384 elsewhere."""
    offline: bool = False
    """Never touch the network."""
    allow_pickle: bool = False
    """Accept pickled weights where there are no safetensors."""
    trust_remote_code: bool = False
    """Let Python that the model brings run; a hub model must then be pinned to a commit."""

    def __post_init__(self) -> None:
        self._loaded: LanguageModel | None = None
        if not self.model:
            raise ValueError("name a model: a folder, or an id on the hub (model: owner/name)")
        check_types(self)
        check_choice("headline", self.headline, self.numbers)
        check_choice("context", self.context, ("none", "document"))
        check_choice("long_input", self.long_input, ("window", "truncate", "refuse"))
        check_choice("dtype", self.dtype, DTYPES)
        for option in ("batch_tokens", "context_length", "stride"):
            if (value := getattr(self, option)) is not None:
                check_at_least(option, value, 1)
        if self.stride is not None and self.long_input != "window":
            raise ValueError(f"stride has no effect where long_input is {self.long_input!r}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The additive sums."""
        return COLUMNS

    @property
    def shown(self) -> tuple[str, ...]:
        """The numbers that it gives, headline first."""
        return (self.headline, *(number for number in self.numbers if number != self.headline))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The headline under the scorer's name, and the others."""
        return likelihood_fields(self.name, self.shown, pseudo=self.likelihood == "pseudo")

    @property
    def absent(self) -> str:
        """Which number it doesn't give, and why; "" where it gives all."""
        return ""

    def vocabulary(self) -> str:
        """A hash of the model's sub-words; raises what finding the model raises."""
        return self._outline.vocabulary

    def measure(self, batch: Batch) -> Measured:
        """Sums of every hypothesis, and its sub-words' surprisal in bits.

        A hypothesis is invalid if it is empty, is no Unicode text, has no sub-words, or is too
        long where ``long_input`` is ``refuse``; one that was cut has an entry in ``cuts``.

        Raises:
            ConfigError: an option doesn't fit the model, or the batch.
            MissingExtraError: torch or transformers is not installed.
            ModelError: the model cannot be found, brought or loaded.
        """
        asked = [self._asked(batch, row) for row in range(len(batch))]
        unique = list(dict.fromkeys(one for one in asked if isinstance(one, Asked)))
        answers = dict(zip(unique, self._answers(unique), strict=True))
        found = [answers[one] if isinstance(one, Asked) else one for one in asked]
        reasons = {row: one for row, one in enumerate(found) if isinstance(one, str)}
        statistics = np.zeros((len(batch), len(self.columns)))
        for row, one in enumerate(found):
            if isinstance(one, _Found):
                statistics[row] = one.row
        tokens = tuple(one.tokens if isinstance(one, _Found) else () for one in found)
        cuts = {r: one.cut for r, one in enumerate(found) if isinstance(one, _Found) and one.cut}
        valid = np.array([row not in reasons for row in range(len(batch))], dtype=np.bool_)
        has_offsets = not unique or self._tokenizer.is_fast
        return Measured(
            statistics, valid, reasons, tokens=tokens if has_offsets else None, cuts=cuts
        )

    def score(self, totals: FloatArray) -> FloatArray:
        """Numbers (..., m) of sums (..., k); NaN for the sum of no text."""
        return likelihoods(totals, self.shown)

    def signature(self) -> str:
        """Model, settings and versions; raises what finding the model raises.

        The tokenizer is read for it, weights are not.
        """
        device = str(resolve("auto")) if self.device == "auto" else self.device
        reach = self._reach
        read = {
            "context": self.context,
            "context_length": self._outline.context_length or "any",
            "long": f"window({reach.stride})" if self.long_input == "window" else self.long_input,
        }
        run = {"dtype": chosen_dtype(self.dtype, device), "device": device}
        parts = {
            "model": self._checkpoint.identity,
            **self._settings(),
            **read,
            "headline": self.headline,
            "vocabulary": self.vocabulary(),
            **run,
        }
        libraries = versions("torch", "transformers", "tokenizers")
        return f"{join(parts)}|{libraries}|version:evalkit-{evalkit.__version__}"

    def close(self) -> None:
        """Frees the model; the next ``measure`` loads it again."""
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None

    @abstractmethod
    def _settings(self) -> dict[str, str]:
        """What a signature says of the scorer's own options."""

    @abstractmethod
    def _views(self, part: Part) -> Iterator[View]:
        """What the model is shown, so that each sub-word of the part is asked for once."""

    @abstractmethod
    def _open(self) -> "LanguageModel":
        """The loaded model."""

    @abstractmethod
    def _n_special(self) -> int:
        """Special tokens that take room from the text."""

    def _scores_first(self) -> bool:
        """Whether the first sub-word of a text is scored."""
        return True

    def _more(self, part: Part) -> tuple[float, ...]:
        """Statistics that only this scorer has."""
        del part
        return ()

    def _asked(self, batch: Batch, row: int) -> Asked | str:
        """The text and what is read before it, or why it can't be scored."""
        text = batch.hypotheses[row]
        if not text.strip():
            return "empty text"
        above = self._above(batch, row) if self.context == "document" else ""
        try:
            (above + text).encode()
        except UnicodeEncodeError as error:
            return f"not Unicode text: {error}"
        return Asked(above, text)

    def _above(self, batch: Batch, row: int) -> str:
        if batch.contexts is None:
            raise ConfigError(
                f"{self.name}: context is 'document', but these texts stand in no document: "
                "use context: none"
            )
        place = batch.contexts[row]
        return before(place.text, place.start, limit=self._outline.context_length)

    def _answers(self, asked: Sequence[Asked]) -> "list[_Found | str]":
        if not asked:
            return []
        read = read_subwords(self._tokenizer, [one.before + one.text for one in asked])
        policy = Policy(self._reach.limit, self.long_input, self._scores_first())
        parts = [part_of(one, its, policy) for one, its in zip(asked, read, strict=True)]
        views = [() if isinstance(one, str) else tuple(self._views(one)) for one in parts]
        flat = [view for own in views for view in own]
        answers = iter(self._open().nats(flat, max_tokens=self.batch_tokens) if flat else ())
        found: list[_Found | str] = []
        for part, own in zip(parts, views, strict=True):
            done = [next(answers) for _ in own]
            error = next((each.error for each in done if each.error), "")
            if isinstance(part, str):
                found.append(part)
            elif error:
                found.append(f"the model failed: {error}")
            else:
                nats = [each.result for each in done if each.result is not None]
                found.append(self._found(part, np.concatenate(nats)))
        return found

    def _found(self, part: Part, nats: FloatArray) -> "_Found | str":
        row = likelihood_row(nats, part.covered)
        if isinstance(row, str):
            return row
        offsets, bits = part.offsets, nats / math.log(2)
        tokens = () if offsets is None else token_scores(offsets, bits, len(part.text))
        return _Found((*row, *self._more(part)), tokens, part.cut)

    @cached_property
    def _checkpoint(self) -> Checkpoint:
        return find_checkpoint(
            self.model,
            revision=self.revision,
            offline=self.offline,
            allow_pickle=self.allow_pickle,
            remote_code=self.trust_remote_code,
        )

    @cached_property
    def _outline(self) -> Outline:
        return Outline(self._checkpoint, self.kind, context_length=self.context_length)

    @property
    def _tokenizer(self) -> "PreTrainedTokenizerBase":
        return self._outline.tokenizer

    @cached_property
    def _reach(self) -> Reach:
        return self._outline.reach(n_special=self._n_special(), stride=self.stride)
