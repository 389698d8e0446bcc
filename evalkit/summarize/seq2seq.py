"""``seq2seq``: any encoder-decoder model of the hub (``AutoModelForSeq2SeqLM``) as a summariser.

The figures that papers report for BART or PEGASUS come from ``long_input: truncate``, which drops
the end of the document; by default all of it is read (``evalkit.summarize.summariser``). Leaves
out language codes for multilingual models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from evalkit.models.seq2seq import Seq2SeqModel, load_seq2seq
from evalkit.summarize.steps import Ask
from evalkit.summarize.summariser import ModelSummariser, shown

__all__ = ["Seq2Seq"]


@dataclass(kw_only=True)
class Seq2Seq(ModelSummariser):
    """Summaries by an encoder-decoder model. The fields are the options."""

    name: ClassVar[str] = "seq2seq"

    prefix: str | None = None
    """Put before each text. None takes what the model's config names for summarisation
    (``"summarize: "`` for the first T5 models), else nothing."""

    _loaded: Seq2SeqModel | None = field(default=None, init=False, repr=False, compare=False)

    def close(self) -> None:
        """Frees the model; the next ``generate`` loads it again."""
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None

    def _open(self) -> Seq2SeqModel:
        if self._loaded is None:
            self._loaded = load_seq2seq(
                self._checkpoint(),
                settings=self.generation,
                dtype=self.dtype,
                device=self.device,
            )
        return self._loaded

    def _frame(self) -> "_Prefixed":
        return _Prefixed(self._open(), self._prefix())

    def _own_parts(self) -> Mapping[str, object]:
        return {"prefix": shown(self._prefix())}

    def _prefix(self) -> str:
        if self.prefix is not None:
            return self.prefix
        found: object = self._checkpoint().config
        for key in ("task_specific_params", "summarization", "prefix"):
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, str) else ""


class _Prefixed:
    """A text with a prefix before it."""

    def __init__(self, model: Seq2SeqModel, prefix: str) -> None:
        self._model = model
        self._prefix = prefix
        self._overhead = len(model.encode([prefix])[0])

    def encode(self, asks: Sequence[Ask]) -> list[list[int]]:
        return self._model.encode([self._prefix + ask.text for ask in asks])

    def cut(self, ask: Ask, limit: int) -> list[int]:
        return self._model.encode([self._prefix + ask.text], limit=limit)[0]

    def overhead(self, ask: Ask) -> int:
        del ask
        return self._overhead
