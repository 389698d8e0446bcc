"""Rounds of reading and merging: from documents of any length to summaries by a model with a limit.

A document that fits is one input, and what the model writes is its summary. One that does not is
refused, cut at the end, or read in windows (``evalkit.summarize.pieces``), whose summaries are
joined, or become the text of the next round until they fit: map and merge, as Wu et al. (2021)
summarise books. All documents of a batch go through a round together. Leaves out overlap.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evalkit.errors import ConfigError
from evalkit.models.generation import Setting
from evalkit.models.seq2seq import Seq2SeqModel
from evalkit.models.writing import Prompt, Written
from evalkit.records import Output
from evalkit.summarize.length import failure, token_range
from evalkit.summarize.pieces import pieces
from evalkit.text.words import count_words

__all__ = ["Item", "Policy", "Rounds", "Step", "outcome"]

SLACK = 0.95
"""By how much windows shrink where sentences have more tokens together than one by one."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How texts become inputs of the model."""

    prefix: str
    """Put before each text."""
    long_input: str
    """``window``, ``truncate`` or ``refuse``."""
    merge: str
    """``again`` or ``join``."""
    by_words: bool
    """Whether token limits follow from the length asked for, where ``settings`` has none."""
    settings: Mapping[str, Setting]
    """The user's generation settings."""
    seed: int
    """With a document's id it decides the draws."""
    max_source_tokens: int | None
    """The longest input; None for what the model was made for."""


@dataclass(frozen=True, slots=True)
class Item:
    """A document on its way to a summary."""

    place: int
    """Index in the batch."""
    id: str
    """The document's id."""
    text: str
    """The document, or the summaries of its windows."""
    language: str
    """ISO 639-1 code."""
    n_words: int
    """The length asked for."""
    source_words: int
    """Words of the document."""
    source_tokens: int = 0
    """Tokens of the document as one input, however long."""
    rounds: int = 0
    """Rounds that are over."""
    windows: int = 1
    """Inputs that the document itself was read in."""
    splits: int = 0
    """How often a batch with this document was halved."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the model writes next for an item."""

    item: Item
    """The document."""
    prompts: tuple[Prompt, ...]
    """One or more inputs."""
    last: bool
    """Whether the texts are the summary, joined if there are several."""
    cut: str = ""
    """What of the document is not in the inputs."""


class Rounds:
    """Makes the inputs of each round.

    Args:
        model: a loaded model.
        policy: how texts become its inputs.

    Raises:
        ConfigError: the policy doesn't fit the model.
    """

    def __init__(self, model: Seq2SeqModel, policy: Policy) -> None:
        self._model = model
        self._policy = policy
        self._special = len(model.encode([""])[0])
        self._overhead = len(model.encode([policy.prefix])[0])
        self._limit = policy.max_source_tokens or model.max_source_tokens
        self._low = _given(policy.settings, "min_new_tokens", "min_length")
        self._high = _given(policy.settings, "max_new_tokens", "max_length")
        self._check()

    def steps(self, items: Sequence[Item]) -> list[Step | Output]:
        """For each item the next step, or the failed output where there is none."""
        texts = [self._policy.prefix + item.text for item in items]
        rows = self._model.encode(texts)
        return [self._step(item, ids) for item, ids in zip(items, rows, strict=True)]

    def _step(self, item: Item, ids: Sequence[int]) -> Step | Output:
        if item.rounds == 0:
            item = replace(item, source_tokens=len(ids))
        limit = self._limit
        if limit is None or len(ids) <= limit:
            return Step(item, (self._prompt(item, 0, item.text, ids, item.n_words),), last=True)
        if self._policy.long_input == "refuse":
            return failure(
                f"the document has {len(ids)} tokens and the model reads {limit}; "
                "long_input: window or truncate would take it"
            )
        if self._policy.long_input == "truncate":
            return self._truncated(item, ids, limit)
        return self._windows(item, limit)

    def _truncated(self, item: Item, ids: Sequence[int], limit: int) -> Step:
        kept = self._model.encode([self._policy.prefix + item.text], limit=limit)[0]
        share = (len(ids) - limit) / len(ids)
        cut = f"the last {len(ids) - limit} of {len(ids)} tokens ({share:.0%})"
        low, high = self._limits(item.n_words, item.text, len(ids))
        return Step(item, (Prompt(kept, low, high, self._seed(item, 0)),), last=True, cut=cut)

    def _windows(self, item: Item, limit: int) -> Step | Output:
        try:
            parts, rows = self._fitting(item, limit)
        except ValueError as error:
            return failure(f"the document cannot be cut into windows: {error}")
        joined = self._policy.merge == "join"
        n_words = max(1, round(item.n_words / len(parts))) if joined else item.n_words
        prompts = tuple(
            self._prompt(item, i, part, ids, n_words)
            for i, (part, ids) in enumerate(zip(parts, rows, strict=True))
        )
        if item.rounds == 0:
            item = replace(item, windows=len(parts))
        return Step(item, prompts, last=joined)

    def _fitting(self, item: Item, limit: int) -> tuple[list[str], list[list[int]]]:
        """Windows and their tokens, each within the limit."""
        room = limit - self._overhead
        while True:
            found = pieces(item.text, count=self._count, room=room, language=item.language)
            parts = [part for part in found if count_words(part)]
            rows = self._model.encode([self._policy.prefix + part for part in parts])
            if max(map(len, rows)) <= limit:
                return parts, rows
            room = int(room * SLACK)

    def _count(self, texts: Sequence[str]) -> list[int]:
        return [len(row) - self._special for row in self._model.encode(texts)]

    def _prompt(
        self, item: Item, index: int, text: str, ids: Sequence[int], n_words: int
    ) -> Prompt:
        low, high = self._limits(n_words, text, len(ids))
        return Prompt(ids, low, high, self._seed(item, index))

    def _limits(self, n_words: int, text: str, n_tokens: int) -> tuple[int | None, int | None]:
        """Least and most new tokens; None where the generation settings decide."""
        if not self._policy.by_words:
            return None, None
        wanted = token_range(
            n_words,
            source_words=count_words(text),
            source_tokens=max(1, n_tokens - self._overhead),
        )
        most = self._model.max_new_tokens
        high = max(wanted.high, self._low or 0)
        high = self._high or (high if most is None else min(high, most))
        low = min(wanted.low, high)
        return (None if self._low is not None else low), (None if self._high else high)

    def _seed(self, item: Item, index: int) -> int:
        key = f"{self._policy.seed}\0{item.id}\0{item.rounds}\0{index}"
        return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:4])

    def _check(self) -> None:
        positions, most = self._model.n_source_positions, self._model.max_new_tokens
        if positions is not None and self._limit is not None and self._limit > positions:
            raise ConfigError(
                f"max_source_tokens is {self._limit}, but the model has {positions} positions"
            )
        if self._limit is not None and self._limit <= self._overhead:
            raise ConfigError(
                f"the model reads {self._limit} tokens, of which prefix and special tokens take "
                f"{self._overhead}: nothing is left for the text"
            )
        if self._high is not None and most is not None and self._high > most:
            raise ConfigError(f"generation allows {self._high} new tokens; the model has {most}")
        if not self._policy.by_words and self._model.own_limit is None:
            raise ConfigError(
                "limits: model needs max_new_tokens in generation, for the model's own settings "
                "name no length and the library would stop after 20 tokens"
            )


def outcome(step: Step, written: Sequence[Written]) -> Output | Item:
    """The item's summary, or the item with the text of its next round."""
    item = replace(step.item, splits=step.item.splits + sum(w.n_splits for w in written))
    failed = [w.error for w in written if w.error]
    if failed:
        return failure(failed[0])
    text = " ".join(w.text for w in written if w.text)
    if step.last or not count_words(text):  # what writes nothing is scored as nothing
        return _output(item, step, written, text)
    if len(text) >= len(item.text):
        return failure(
            f"the summaries of {len(written)} windows are no shorter than their text: raise "
            "max_source_tokens, ask for fewer words, or take merge: join"
        )
    return replace(item, text=text, rounds=item.rounds + 1)


def _output(item: Item, step: Step, written: Sequence[Written], text: str) -> Output:
    usage = {
        "source_words": item.source_words,
        "source_tokens": item.source_tokens,
        "words": count_words(text),
        "tokens": sum(w.n_tokens for w in written),
        "windows": item.windows,
        "rounds": item.rounds + 1,
        "splits": item.splits,
    }
    limits = {"min_new_tokens": step.prompts[0].low, "max_new_tokens": step.prompts[0].high}
    usage |= {name: limit for name, limit in limits.items() if limit is not None}
    stop = "end" if all(w.ended for w in written) else "length"
    return Output(text=text, stop=stop, usage=usage, cut=step.cut)


def _given(settings: Mapping[str, Setting], new: str, whole: str) -> int | None:
    """A limit in new tokens that the user gave, in either way; ``whole`` counts the start token."""
    if new in settings:
        return int(str(settings[new]))
    return int(str(settings[whole])) - 1 if whole in settings else None
