"""Causal language models of the hub (``AutoModelForCausalLM``: GPT-2, Llama, Qwen, Mistral …).

Texts are what ``model.generate`` of transformers writes after the same input and settings, and only
what is new. Prompts of different lengths are padded on the left, masked, and keep their positions,
so that a text doesn't depend on its neighbours. A document is never read as control tokens: an
``<|im_end|>`` that stands in it is encoded as the characters it is made of. Leaves out tools,
images, and caches that are kept from prompt to prompt.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evalkit.errors import ConfigError, ModelError
from evalkit.models.checkpoint import Checkpoint
from evalkit.models.generation import Setting, merged
from evalkit.models.loading import load_pretrained
from evalkit.models.writing import NO_LIMIT, Writer, Written

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["CausalModel", "load_causal"]

WHOLE = ("max_length", "min_length")
"""Settings that count the prompt's tokens too."""


def load_causal(
    checkpoint: Checkpoint,
    *,
    settings: Mapping[str, Setting],
    stop_strings: Sequence[str] = (),
    answer_after: str = "",
    dtype: str = "float32",
    device: str = "cpu",
) -> "CausalModel":
    """The model and its tokenizer, with ``settings`` put over its own generation settings.

    Args:
        checkpoint: from ``find_checkpoint``.
        settings: the user's generation settings.
        stop_strings: texts that end an output, and are left out of it.
        answer_after: a text up to which an output is left out (``</think>``); "" for none.
        dtype: one of ``evalkit.models.loading.DTYPES``.
        device: ``cpu``, ``cuda``, ``cuda:0`` … or ``auto``.

    Raises:
        ConfigError: a setting, the dtype or the device is wrong, or a setting has no effect.
        MissingExtraError: torch or transformers is not installed.
        ModelError: the files are damaged, incomplete, or of another kind of model.
    """
    for name in WHOLE:
        if name in settings:
            raise ConfigError(
                f"generation.{name} counts the prompt's tokens too, which differ by document; "
                f"give {name.split('_')[0]}_new_tokens"
            )
    found = load_pretrained(checkpoint, "AutoModelForCausalLM", dtype=dtype, device=device)
    config = merged(found.model.generation_config, settings)
    config.max_length = config.min_length = None
    if config.pad_token_id is None:
        ends = config.eos_token_id
        config.pad_token_id = ends[0] if isinstance(ends, list) else ends
    found.model.generation_config = config
    return CausalModel(
        found.model, found.tokenizer, stop_strings=stop_strings, answer_after=answer_after
    )


class CausalModel(Writer):
    """A loaded model. Made by ``load_causal``.

    Args:
        model: in evaluation mode, with the generation settings that count.
        tokenizer: the model's own.
        stop_strings: texts that end an output, and are left out of it.
        answer_after: a text up to which an output is left out; "" for none.
    """

    def __init__(
        self,
        model: "PreTrainedModel",
        tokenizer: "PreTrainedTokenizerBase",
        *,
        stop_strings: Sequence[str] = (),
        answer_after: str = "",
    ) -> None:
        super().__init__(model, tokenizer, side="left", stop_strings=stop_strings)
        self._answer_after = answer_after

    @property
    def shared_positions(self) -> int | None:
        """Positions that prompt and new text have together; None where any number will do."""
        n = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        own = int(self._tokenizer.model_max_length)
        limits = [int(n) if n is not None and int(n) > 0 else None, own if own < NO_LIMIT else None]
        return min((limit for limit in limits if limit is not None), default=None)

    @property
    def n_source_positions(self) -> int | None:
        """As ``shared_positions``."""
        return self.shared_positions

    @property
    def max_source_tokens(self) -> int | None:
        """None: how long a prompt may be follows from the positions and the new text."""
        return None

    @property
    def max_new_tokens(self) -> int | None:
        """The longest text after a prompt of one token, or None."""
        shared = self.shared_positions
        return None if shared is None else shared - 1

    @property
    def has_chat_template(self) -> bool:
        """Whether the tokenizer brings a template for chats."""
        return bool(self._tokenizer.chat_template)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone, without special ones."""
        return [len(self._plain(text)) for text in texts]

    def encode_chat(
        self, messages: Sequence[Mapping[str, str]], options: Mapping[str, object]
    ) -> list[int]:
        """Token ids of a chat up to where the answer begins, by the tokenizer's own template.

        transformers renders it in a sandbox of its own (Jinja's immutable one). Control tokens that
        stand in a message are encoded as plain text. ``options`` are the template's own variables.

        Raises:
            ModelError: the template refuses the messages or cannot be rendered.
        """
        call: Any = self._tokenizer.apply_chat_template
        try:
            ids: list[int] = call(
                [dict(message) for message in messages],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=False,
                sanitize_control_tokens=True,
                tokenizer_kwargs={"verbose": False},
                **options,
            )
        except Exception as error:  # a template is code of the model's author
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ModelError(f"the model's chat template cannot be filled in: {reason}") from error
        return self._checked([ids])[0]

    def encode_text(self, prompt: str, text: str) -> list[int]:
        """Token ids of a prompt with the special tokens that the tokenizer puts around.

        Control tokens that stand in ``text``, the document within it, are encoded as plain text.
        """
        tokens = [token for token in self._control_tokens() if token in text]
        if not tokens or text not in prompt:
            whole: list[int] = self._tokenizer(prompt, verbose=False)["input_ids"]
            return self._checked([whole])[0]
        before, after = prompt.split(text, 1)
        head: list[int] = self._tokenizer(before, verbose=False)["input_ids"]
        ids = head + self._plain(text)
        if after:
            ids += self._tokenizer(after, add_special_tokens=False, verbose=False)["input_ids"]
        return self._checked([ids])[0]

    def first_characters(self, text: str, n_tokens: int) -> str:
        """As much of a text as its first ``n_tokens`` tokens cover."""
        if n_tokens <= 0:
            return ""
        if self._tokenizer.is_fast:
            found: Any = self._tokenizer(
                text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
            )
            ends = [end for _, end in found["offset_mapping"][:n_tokens]]
            return text[: max(ends, default=0)]
        return str(self._tokenizer.decode(self._plain(text)[:n_tokens]))

    def _plain(self, text: str) -> list[int]:
        if not any(token in text for token in self._control_tokens()):
            ids: list[int] = self._tokenizer(text, add_special_tokens=False, verbose=False)[
                "input_ids"
            ]
            return ids
        call: Any = self._tokenizer
        split: list[int] = call(
            text, add_special_tokens=False, split_special_tokens=True, verbose=False
        )["input_ids"]
        return split

    def _control_tokens(self) -> list[str]:
        return [t.content for t in self._tokenizer.added_tokens_decoder.values() if t.special]

    def _read(self, new: list[int]) -> Written:
        written = super()._read(new)
        after = self._answer_after
        if after and written.stop == "token limit" and after not in self._raw(new):
            return replace(
                written,
                text="",
                error=f"the model wrote {written.n_tokens} tokens and did not come to {after!r}; "
                "raise generation.max_new_tokens",
            )
        return written

    def _text(self, ids: list[int]) -> str:
        raw = self._raw(ids) if self._answer_after else ""
        if not self._answer_after or self._answer_after not in raw:
            return super()._text(ids)
        answer = raw.rsplit(self._answer_after, 1)[1]
        marks = "|".join(map(re.escape, self._control_tokens()))
        return re.sub(marks, "", answer) if marks else answer

    def _raw(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=False))
