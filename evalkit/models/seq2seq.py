"""Encoder-decoder models of the hub (``AutoModelForSeq2SeqLM``: BART, T5, PEGASUS, LED, mBART …).

Texts are what ``model.generate`` of transformers writes for the same input and settings; this room
adds what a table of results needs: batches planned by length, order restored, seeds by item, the
stop reason, and an error for what the library lets pass (weights that the checkpoint lacks would
be random numbers). Leaves out quantised weights, adapters, code that a model brings along (never
run), several devices, and the language codes that translation models want.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evalkit.models.checkpoint import Checkpoint
from evalkit.models.generation import Setting, merged
from evalkit.models.loading import load_pretrained
from evalkit.models.writing import NO_LIMIT, Writer

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["Seq2SeqModel", "load_seq2seq"]

LINE_BREAKS = frozenset({"pegasus", "bigbird_pegasus", "pegasus_x"})
"""Model types that write ``<n>`` for a line break."""
ENCODED_TOGETHER = 1024
"""Padded source tokens that the encoder reads at once on a CPU: what is between its layers then
stays in the caches. The decoder, which reads a weight once per step for all rows, takes more."""


def load_seq2seq(
    checkpoint: Checkpoint,
    *,
    settings: Mapping[str, Setting],
    dtype: str = "float32",
    device: str = "cpu",
) -> "Seq2SeqModel":
    """The model and its tokenizer, with ``settings`` put over its own generation settings.

    Raises:
        ConfigError: a setting, the dtype or the device is wrong, or a setting has no effect.
        MissingExtraError: torch or transformers is not installed.
        ModelError: the files are damaged, incomplete, or of another kind of model.
    """
    found = load_pretrained(checkpoint, "AutoModelForSeq2SeqLM", dtype=dtype, device=device)
    found.model.generation_config = merged(found.model.generation_config, settings)
    return Seq2SeqModel(found.model, found.tokenizer)


class Seq2SeqModel(Writer):
    """A loaded model. Made by ``load_seq2seq``.

    Args:
        model: in evaluation mode, with the generation settings that count.
        tokenizer: the model's own.
    """

    def __init__(self, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> None:
        super().__init__(model, tokenizer, side="right")

    @property
    def n_source_positions(self) -> int | None:
        """How many source tokens the encoder has positions for; None where it needs none."""
        return self._n_positions("encoder")

    @property
    def max_source_tokens(self) -> int | None:
        """The longest source that the model was made for, special tokens included, or None."""
        own = int(self._tokenizer.model_max_length)
        limits = [self.n_source_positions, own if own < NO_LIMIT else None]
        return min((limit for limit in limits if limit is not None), default=None)

    @property
    def max_new_tokens(self) -> int | None:
        """The longest text that the decoder has positions for, or None."""
        n_positions = self._n_positions("decoder")
        return None if n_positions is None else n_positions - 1  # less the start token

    def _n_positions(self, side: str) -> int | None:
        config = self._model.config
        parts = (config, getattr(config, side, None))  # a composite's halves have their own
        names = (f"max_{side}_position_embeddings", "max_position_embeddings")
        found = (getattr(part, name, None) for part in parts for name in names)
        return next((int(value) for value in found if value is not None), None)

    def encode(self, texts: Sequence[str], *, limit: int | None = None) -> list[list[int]]:
        """Token ids of each text with the special tokens; cut at the end to ``limit``, if given.

        Raises:
            ModelError: the tokenizer gives ids that the model has no vectors for.
        """
        if not texts:
            return []
        rows: list[list[int]] = self._tokenizer(
            list(texts), truncation=limit is not None, max_length=limit, verbose=False
        )["input_ids"]
        return self._checked(rows)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without the special ones."""
        special = len(self.encode([""])[0])
        return [len(row) - special for row in self.encode(texts)]

    def _encoded(self, ids: "torch.Tensor", mask: "torch.Tensor") -> Mapping[str, object]:
        """The encoder's output, where reading the batch in parts is faster; the same numbers.

        A source that stands in several rows, as where several texts are drawn for it, is read once.
        """
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        both = torch.stack([ids, mask], dim=2)
        some, places = torch.unique(both, dim=0, return_inverse=True)
        if len(some) == len(ids):
            some, places = both, torch.arange(len(ids), device=ids.device)
        on_cpu = ids.device.type == "cpu"
        n_rows = max(1, ENCODED_TOGETHER // ids.shape[1]) if on_cpu else len(some)
        if len(some) == len(ids) and n_rows >= len(ids):
            return {}
        encoder: Any = self._model.get_encoder()
        with torch.inference_mode():
            parts = [
                encoder(
                    input_ids=part[:, :, 0], attention_mask=part[:, :, 1], return_dict=True
                ).last_hidden_state
                for part in torch.split(some, n_rows)
            ]
            states = torch.cat(parts)[places]
        return {"encoder_outputs": BaseModelOutput(last_hidden_state=states)}

    def _text(self, ids: list[int]) -> str:
        text = super()._text(ids)
        return text.replace("<n>", "\n") if self._model.config.model_type in LINE_BREAKS else text
