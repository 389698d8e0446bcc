"""The loop that writes token by token where no beams are kept: greedy, or drawn by a seed.

``model.generate`` of transformers prepares everything (inputs, cache, the processors that apply
the settings, the criteria that end a text) and hands over to this loop (its ``custom_generate``),
which writes the same tokens and differs in two things. Rows that are done leave the batch, so that
a batch costs what its texts are long, not its longest text times its rows. And where the settings
sample, every row has a random generator of its own, so that its seed decides its text whatever
stands beside it, and it draws what ``generate`` would draw for it alone. Leaves out beams.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import torch
    from transformers import GenerationConfig, PreTrainedModel

__all__ = ["Decoder", "decodes"]

KEEP = 0.8
"""Rows are moved together once this share of them, or less, is still being written."""
ROW_BY_ROW = frozenset(
    (
        *("MinLengthLogitsProcessor", "MinNewTokensLengthLogitsProcessor"),
        *("RepetitionPenaltyLogitsProcessor", "NoRepeatNGramLogitsProcessor"),
        *("NoBadWordsLogitsProcessor", "InfNanRemoveLogitsProcessor"),
        *("ForcedBOSTokenLogitsProcessor", "ForcedEOSTokenLogitsProcessor"),
        *("SuppressTokensAtBeginLogitsProcessor", "SuppressTokensLogitsProcessor"),
        *("TemperatureLogitsWarper", "TopPLogitsWarper", "TopKLogitsWarper", "TopHLogitsWarper"),
        *("MinPLogitsWarper", "TypicalLogitsWarper", "EpsilonLogitsWarper", "EtaLogitsWarper"),
        "LogitNormalization",
    )
)
"""Processors that look at each row by itself; others remember which row is which."""
PLAIN_LAYERS = frozenset({"DynamicLayer", "DynamicSlidingWindowLayer"})
"""Layers of a cache whose rows can be chosen among."""
Inputs = dict[str, Any]
"""What ``generate`` keeps for the model from step to step, by name."""


def decodes(settings: "GenerationConfig") -> bool:
    """Whether the loop takes these settings: neither beams nor a special search."""
    mode = settings.get_generation_mode()
    return str(mode.value) in {"greedy_search", "sample"}


class Decoder:
    """Writes one batch; what ``generate`` calls as ``custom_generate``.

    Args:
        seeds: for each row what decides its draws; None where nothing is drawn.
    """

    def __init__(self, seeds: Sequence[int] | None = None) -> None:
        self._seeds = seeds

    def __call__(
        self,
        model: "PreTrainedModel",
        input_ids: "torch.Tensor",
        logits_processor: Sequence[object],
        stopping_criteria: Sequence[object],
        generation_config: "GenerationConfig",
        **inputs: Any,
    ) -> "torch.Tensor":
        """Token ids (n, longest): what came in, the new ones, and padding behind them."""
        import torch

        processed = cast("Callable[..., torch.Tensor]", logits_processor)
        stopped = cast("Callable[..., torch.Tensor]", stopping_criteria)
        generators = _generators(self._seeds, input_ids.device)
        movable = all(type(each).__name__ in ROW_BY_ROW for each in logits_processor)
        done: dict[int, torch.Tensor] = {}
        ids, rows = input_ids, torch.arange(len(input_ids))
        going = torch.ones(len(rows), dtype=torch.bool)
        while going.any():
            logits = _forward(model, ids, inputs, first=ids is input_ids)
            new = _chosen(processed(ids, logits), rows, generators)
            ids = torch.cat([ids, new[:, None]], dim=-1)
            ended = stopped(ids, None).cpu() & going
            for place in ended.nonzero()[:, 0].tolist():
                done[int(rows[place])] = ids[place]
            going &= ~ended
            if movable and 0 < int(going.sum()) <= KEEP * len(rows) and _has_rows(inputs):
                kept = going.nonzero()[:, 0]
                inputs = _of_rows(inputs, kept.to(ids.device), len(rows))
                ids, rows, going = ids[kept.to(ids.device)], rows[kept], going[kept]
        pad: Any = getattr(generation_config, "_pad_token_tensor", None)
        return torch.nn.utils.rnn.pad_sequence(
            [done[row] for row in range(len(input_ids))],
            batch_first=True,
            padding_value=0.0 if pad is None else float(pad),
        )


def _generators(seeds: Sequence[int] | None, device: "torch.device") -> "list[torch.Generator]":
    import torch

    return [torch.Generator(device).manual_seed(seed) for seed in seeds or ()]


def _forward(
    model: "PreTrainedModel", ids: "torch.Tensor", inputs: Inputs, *, first: bool
) -> "torch.Tensor":
    """The next token's logits (n, vocabulary), float32; ``inputs`` is brought up to date."""
    import torch

    calls: Any = model
    one = None if first or not inputs["use_cache"] else 1
    prepared = calls.prepare_inputs_for_generation(
        ids, next_sequence_length=one, is_first_iteration=first, **inputs
    )
    outputs = calls(**prepared, return_dict=True)
    updated = calls._update_model_kwargs_for_generation(  # noqa: SLF001 - as generate's own loop
        outputs, inputs, is_encoder_decoder=model.config.is_encoder_decoder
    )
    inputs.update(updated)
    found: torch.Tensor = outputs.logits[:, -1].to(copy=True, dtype=torch.float32)
    return found.to(ids.device)


def _chosen(
    scores: "torch.Tensor", rows: "torch.Tensor", generators: "Sequence[torch.Generator]"
) -> "torch.Tensor":
    """The next token of each row (n,): the likeliest, or one drawn by the row's own generator."""
    import torch

    if not generators:
        return scores.argmax(dim=-1)
    shares = scores.softmax(dim=-1)
    drawn = [
        torch.multinomial(shares[place : place + 1], 1, generator=generators[row])
        for place, row in enumerate(rows.tolist())
    ]
    return torch.cat(drawn)[:, 0]


def _has_rows(inputs: Inputs) -> bool:
    """Whether rows can be chosen among in everything that is kept from step to step."""
    cache = inputs.get("past_key_values")
    parts = [
        getattr(cache, name, None) for name in ("self_attention_cache", "cross_attention_cache")
    ]
    caches = [part for part in parts if part is not None] or [cache]
    layers = [layer for each in caches for layer in getattr(each, "layers", [None])]
    return all(type(layer).__name__ in PLAIN_LAYERS for layer in layers)


def _of_rows(inputs: Inputs, kept: "torch.Tensor", n: int) -> Inputs:
    """What is kept for the model, of the ``kept`` of ``n`` rows alone; the cache in place."""
    import torch

    def part(value: object) -> object:
        is_rows = isinstance(value, torch.Tensor) and value.ndim > 0 and len(value) == n
        return cast("torch.Tensor", value)[kept] if is_rows else value

    chosen = {name: part(value) for name, value in inputs.items()}
    encoded = inputs.get("encoder_outputs")
    if encoded is not None:
        chosen["encoder_outputs"] = type(encoded)(
            **{name: part(value) for name, value in encoded.items()}
        )
    cache: Any = inputs["past_key_values"]
    cache.batch_select_indices(kept)
    return chosen
