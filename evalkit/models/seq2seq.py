"""Encoder-decoder models of the hub (``AutoModelForSeq2SeqLM``: BART, T5, PEGASUS, LED, mBART …).

Texts are what ``model.generate`` of transformers writes for the same input and settings; this room
adds what a table of results needs: batches planned by length, order restored, seeds by item, the
stop reason, and an error for what the library lets pass (weights that the checkpoint lacks would
be random numbers). Leaves out quantised weights, adapters, code that a model brings along (never
run), several devices, and the language codes that translation models want.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from evalkit.errors import ModelError
from evalkit.models.batches import padded, plan
from evalkit.models.checkpoint import Checkpoint
from evalkit.models.devices import release_card
from evalkit.models.generation import Setting, limited, longest, merged
from evalkit.models.halving import in_halves
from evalkit.models.loading import load_pretrained

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["Prompt", "Seq2SeqModel", "Written", "load_seq2seq"]

NO_LIMIT = 10**9
"""Tokenizers without a length of their own give a number far above this."""
LINE_BREAKS = frozenset({"pegasus", "bigbird_pegasus", "pegasus_x"})
"""Model types that write ``<n>`` for a line break."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One input of the model."""

    ids: Sequence[int]
    """Source tokens, special tokens included."""
    low: int | None = None
    """At least so many new tokens; None leaves it to the model's settings."""
    high: int | None = None
    """At most so many new tokens; None leaves it to the model's settings."""
    seed: int = 0
    """Decides the draws where the settings sample."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the model wrote for one prompt."""

    text: str
    """"" where it failed."""
    ended: bool = False
    """Whether the model ended by itself; False where it ran into the token limit."""
    n_tokens: int = 0
    """New tokens, the end token left out."""
    n_splits: int = 0
    """How often its batch was halved because it failed as a whole, as for lack of memory."""
    error: str = ""
    """Why it failed; "" where it did not."""


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


class Seq2SeqModel:
    """A loaded model. Made by ``load_seq2seq``.

    Args:
        model: in evaluation mode, with the generation settings that count.
        tokenizer: the model's own.
    """

    def __init__(self, model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._settings = model.generation_config
        self._on_card = model.device.type == "cuda"
        self._generate = cast("Callable[..., torch.Tensor]", model.generate)
        tokenizer.truncation_side = "right"
        tokenizer.padding_side = "right"

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

    @property
    def own_limit(self) -> int | None:
        """How many new tokens the generation settings allow; None where they don't say."""
        return longest(self._settings)

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
        n_vectors = cast("torch.nn.Embedding", self._model.get_input_embeddings()).num_embeddings
        largest = max((max(row, default=0) for row in rows), default=0)
        if largest >= n_vectors:
            raise ModelError(
                f"the tokenizer isn't this model's: it gives id {largest}, but the model has "
                f"vectors for {n_vectors}"
            )
        return rows

    def generate(self, prompts: Sequence[Prompt], *, max_tokens: int) -> list[Written]:
        """What the model writes for each prompt, in order.

        Batches are planned first: prompts of the same limits, longest first, at most
        ``max_tokens`` of source and new text in a batch, beams counted. A batch that fails is
        halved, so that one bad item loses nobody else's text. Where the settings sample, each
        prompt runs alone, so that its seed decides it whatever stands beside it.
        """
        done = in_halves(
            self._plan(prompts, max_tokens),
            lambda batch: self._run([prompts[i] for i in batch]),
            release=self._release,
        )
        return [
            replace(found.result or Written("", error=found.error), n_splits=found.n_splits)
            for _, found in sorted(done.items())
        ]

    def close(self) -> None:
        """Frees the model's memory; the object is of no use afterwards."""
        del self._model, self._tokenizer, self._generate
        self._release()

    def _plan(self, prompts: Sequence[Prompt], max_tokens: int) -> list[tuple[int, ...]]:
        if self._settings.do_sample:
            return [(index,) for index in range(len(prompts))]
        groups: dict[tuple[int, int], list[int]] = {}
        for index, prompt in enumerate(prompts):
            groups.setdefault((prompt.high or 0, prompt.low or 0), []).append(index)
        room = max(1, max_tokens // int(self._settings.num_beams or 1))
        batches: list[tuple[int, ...]] = []
        for (high, _), members in sorted(groups.items(), reverse=True):
            lengths = [len(prompts[i].ids) + high for i in members]
            planned = plan(lengths, max_tokens=room)
            batches += [tuple(members[i] for i in batch) for batch in planned]
        return batches

    def _run(self, prompts: Sequence[Prompt]) -> list[Written]:
        import torch

        ids, mask = padded(
            [prompt.ids for prompt in prompts],
            fill=self._tokenizer.pad_token_id or 0,
            device=self._model.device,
        )
        settings = limited(self._settings, low=prompts[0].low, high=prompts[0].high)
        self._model.generation_config = settings
        cards = [ids.device] if ids.device.type == "cuda" else []
        with torch.random.fork_rng(devices=cards):
            torch.default_generator.manual_seed(prompts[0].seed)
            for card in cards:
                with torch.cuda.device(card):
                    torch.cuda.manual_seed(prompts[0].seed)
            rows = self._generate(input_ids=ids, attention_mask=mask)
        return [self._read(row) for row in rows.tolist()]

    def _read(self, row: list[int]) -> Written:
        """A generated row without its start token, up to its end token."""
        settings = self._model.generation_config
        ends = settings.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        n_tokens = next((i for i, token in enumerate(row[1:]) if token in ends), None)
        ended = n_tokens is not None
        if n_tokens is None:
            n_tokens = len(row) - 1
        elif settings.forced_eos_token_id is not None and n_tokens + 1 == longest(settings):
            ended = False  # the end token was forced on it at the limit
        text = str(self._tokenizer.decode(row[: n_tokens + 1], skip_special_tokens=True)).strip()
        if self._model.config.model_type in LINE_BREAKS:
            text = text.replace("<n>", "\n")
        return Written(text, ended, n_tokens)

    def _release(self) -> None:
        """Gives memory that nobody holds back to the graphics card."""
        if self._on_card:
            release_card()
