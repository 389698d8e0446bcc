"""Writing texts with a model of transformers: batches planned by length, order restored.

What encoder-decoders and causal models share: prompts of token ids go in, texts come out, each with
its stop reason. A batch that fails is halved, so that one bad item loses nobody else's text. Leaves
out how a text becomes token ids, which is each kind's own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from evalkit.errors import ModelError
from evalkit.models.batches import padded, plan
from evalkit.models.decoding import Decoder, decodes
from evalkit.models.devices import release_card
from evalkit.models.generation import SETTINGS, limited, longest
from evalkit.models.halving import Done, in_halves

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["NO_LIMIT", "Prompt", "Writer", "Written"]

NO_LIMIT = 10**9
"""Tokenizers without a length of their own give a number far above this."""


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
    stop: str = ""
    """What ended it: ``end token``, ``stop string`` or ``token limit``; "" where it failed."""


class Writer:
    """A loaded model that writes.

    Args:
        model: in evaluation mode, with the generation settings that count.
        tokenizer: the model's own.
        side: where padding goes.
        stop_strings: texts that end an output, and are left out of it.
    """

    def __init__(
        self,
        model: "PreTrainedModel",
        tokenizer: "PreTrainedTokenizerBase",
        *,
        side: str,
        stop_strings: Sequence[str] = (),
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._settings = model.generation_config
        self._side = side
        self._stop_strings = tuple(stop_strings)
        self._criteria = _criteria(tokenizer, self._stop_strings)
        self._on_card = model.device.type == "cuda"
        self._generate = cast("Callable[..., torch.Tensor]", model.generate)
        tokenizer.truncation_side = "right"
        tokenizer.padding_side = side

    @property
    def shared_positions(self) -> int | None:
        """Positions that source and new text have together; None where each has its own."""
        return None

    @property
    def own_limit(self) -> int | None:
        """How many new tokens the generation settings allow; None where they don't say."""
        return longest(self._settings)

    @property
    def samples(self) -> bool:
        """Whether the settings draw at random."""
        return bool(self._settings.do_sample)

    @property
    def settings(self) -> Mapping[str, object]:
        """The generation settings that count, the model's own and the user's, by name."""
        found = {name: getattr(self._settings, name, None) for name in SETTINGS}
        return {name: value for name, value in sorted(found.items()) if value is not None}

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_tokens: int,
        done: Callable[[int, Written], None] | None = None,
    ) -> list[Written]:
        """What the model writes for each prompt, in order; to ``done`` as soon as it is there.

        Batches are planned first: prompts of the same limits, longest first, at most
        ``max_tokens`` of source and new text in a batch, beams counted. A batch that fails is
        halved, so that one bad item loses nobody else's text. Where the settings sample, each
        prompt's seed decides its text whatever stands beside it.
        """
        found = in_halves(
            self._plan(prompts, max_tokens),
            lambda batch: self._run([prompts[i] for i in batch]),
            release=self._release,
            done=None if done is None else lambda at, one: done(at, _written(one)),
        )
        return [_written(found[i]) for i in range(len(prompts))]

    def close(self) -> None:
        """Frees the model's memory; the object is of no use afterwards."""
        del self._model, self._tokenizer, self._generate, self._criteria
        self._release()

    def _plan(self, prompts: Sequence[Prompt], max_tokens: int) -> list[tuple[int, ...]]:
        if self.samples and not decodes(self._settings):
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
            left=self._side == "left",
        )
        settings = limited(self._settings, low=prompts[0].low, high=prompts[0].high)
        self._model.generation_config = settings
        cards = [ids.device] if ids.device.type == "cuda" else []
        inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        inputs |= self._encoded(ids, mask)
        if self._criteria:
            inputs["stopping_criteria"] = self._criteria
        if decodes(settings):
            seeds = [prompt.seed for prompt in prompts] if settings.do_sample else None
            inputs["custom_generate"] = Decoder(seeds)
        with torch.inference_mode(), torch.random.fork_rng(devices=cards):
            torch.default_generator.manual_seed(prompts[0].seed)
            for card in cards:
                with torch.cuda.device(card):
                    torch.cuda.manual_seed(prompts[0].seed)
            rows = self._generate(**inputs)
        start = 1 if self._model.config.is_encoder_decoder else ids.shape[1]
        return [self._read(row[start:]) for row in rows.tolist()]

    def _encoded(self, ids: "torch.Tensor", mask: "torch.Tensor") -> Mapping[str, object]:
        """What of the inputs is computed before ``generate``; here nothing."""
        del ids, mask
        return {}

    def _read(self, new: list[int]) -> Written:
        """New tokens up to the end token, as text up to the stop string."""
        settings = self._model.generation_config
        if self._stop_strings:  # rows that were stopped are filled up behind
            while new and new[-1] == self._tokenizer.pad_token_id:
                new = new[:-1]
        ends = settings.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        n_tokens = next((i for i, token in enumerate(new) if token in ends), None)
        stop = "token limit" if n_tokens is None else "end token"
        if n_tokens is None:
            n_tokens = len(new)
        elif settings.forced_eos_token_id is not None and n_tokens + 1 == longest(settings):
            stop = "token limit"  # the end token was forced on it there
        text = self._text(new[:n_tokens])
        found = [place for string in self._stop_strings if (place := text.find(string)) >= 0]
        if found:
            text, stop = text[: min(found)], "stop string"
        return Written(text.strip(), stop != "token limit", n_tokens, stop=stop)

    def _text(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def _checked(self, rows: list[list[int]]) -> list[list[int]]:
        """The rows of token ids, for all of which the model has vectors."""
        embedding = cast("torch.nn.Embedding", self._model.get_input_embeddings())
        largest = max((max(row, default=0) for row in rows), default=0)
        if largest >= embedding.num_embeddings:
            raise ModelError(
                f"the tokenizer isn't this model's: it gives id {largest}, but the model has "
                f"vectors for {embedding.num_embeddings}"
            )
        return rows

    def _release(self) -> None:
        """Gives memory that nobody holds back to the graphics card."""
        if self._on_card:
            release_card()


def _criteria(tokenizer: "PreTrainedTokenizerBase", strings: Sequence[str]) -> list[object]:
    """What ends a text at one of the strings."""
    if not strings:
        return []
    from transformers import StoppingCriteriaList, StopStringCriteria

    return StoppingCriteriaList([StopStringCriteria(tokenizer, list(strings))])


def _written(found: Done[Written]) -> Written:
    return replace(found.result or Written("", error=found.error), n_splits=found.n_splits)
