"""Rounds of reading and merging: from documents of any length to summaries by a model with a limit.

A document that fits is one input, and what the model writes is its summary. One that does not is
refused, cut at the end, or read in windows (``evalkit.summarize.pieces``), whose summaries are
joined, or become the text of the next round until they fit: map and merge, as Wu et al. (2021)
summarise books. All documents of a batch go through a round together. Leaves out overlap.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evalkit.errors import ConfigError
from evalkit.models.generation import Setting
from evalkit.models.writing import Prompt, Written
from evalkit.records import Output
from evalkit.summarize.length import failure, token_range
from evalkit.summarize.pieces import pieces
from evalkit.summarize.steps import Ask, Item, Model, Policy, Step
from evalkit.text.words import count_words

__all__ = ["Rounds", "outcome"]

SLACK = 0.95
"""By how much windows shrink where sentences have more tokens together than one by one."""


class Rounds:
    """Makes the inputs of each round.

    Args:
        model: a loaded model.
        policy: how texts become its inputs.

    Raises:
        ConfigError: the policy doesn't fit the model.
    """

    def __init__(self, model: Model, policy: Policy) -> None:
        self._model = model
        self._policy = policy
        self._frame = policy.frame
        self._limit = policy.max_source_tokens or model.max_source_tokens
        self._low = _given(policy.settings, "min_new_tokens", "min_length")
        self._high = _given(policy.settings, "max_new_tokens", "max_length")
        self._check()

    def steps(self, items: Sequence[Item]) -> list[Step | Output]:
        """For each item the next step, or the failed output where there is none."""
        asks = [_ask(item, item.text, item.n_words) for item in items]
        try:
            rows = self._frame.encode(asks)
        except ValueError as error:  # a template may well stumble over one text alone
            if len(items) == 1:
                return [failure(str(error))]
            return [step for item in items for step in self.steps([item])]
        return [
            self._step(item, ask, ids) for item, ask, ids in zip(items, asks, rows, strict=True)
        ]

    def _step(self, item: Item, ask: Ask, ids: Sequence[int]) -> Step | Output:
        if item.rounds == 0:
            item = replace(item, source_tokens=len(ids))
        try:
            limit = self._limit_of(ask, len(ids))
        except ValueError as error:
            return failure(str(error))
        if limit is None or len(ids) <= limit:
            return Step(item, (self._prompt(item, 0, ask, ids),), last=True)
        if self._policy.long_input == "refuse":
            return failure(
                f"the document has {len(ids)} tokens and the model reads {limit}; "
                "long_input: window or truncate would take it"
            )
        if self._policy.long_input == "truncate":
            return self._truncated(item, ask, ids, limit)
        return self._windows(item, ask, limit)

    def _limit_of(self, ask: Ask, n_tokens: int) -> int | None:
        """The longest input: where positions are shared, what the new text leaves of them.

        Raises:
            ValueError: that is no more than what stands around the text.
        """
        limit, shared = self._limit, self._model.shared_positions
        if shared is None:
            return limit
        _, high = self._limits(ask, n_tokens)
        room = shared - (high or self._high or self._model.own_limit or 0)
        limit = room if limit is None else min(limit, room)
        overhead = self._frame.overhead(ask)
        if limit <= overhead:
            raise ValueError(
                f"the model has {shared} positions, of which the new text takes up to "
                f"{shared - room} and the prompt {overhead}: nothing is left for the text; ask "
                "for fewer words"
            )
        return limit

    def _truncated(self, item: Item, ask: Ask, ids: Sequence[int], limit: int) -> Step:
        kept = self._frame.cut(ask, limit)
        n_cut = len(ids) - len(kept)
        cut = f"the last {n_cut} of {len(ids)} tokens ({n_cut / len(ids):.0%})"
        low, high = self._limits(ask, len(ids))
        return Step(item, (Prompt(kept, low, high, self._seed(item, 0)),), last=True, cut=cut)

    def _windows(self, item: Item, ask: Ask, limit: int) -> Step | Output:
        try:
            asks, rows = self._fitting(item, ask, limit)
        except ValueError as error:
            return failure(f"the document cannot be cut into windows: {error}")
        prompts = tuple(
            self._prompt(item, i, part, ids)
            for i, (part, ids) in enumerate(zip(asks, rows, strict=True))
        )
        if item.rounds == 0:
            item = replace(item, windows=len(asks))
        return Step(item, prompts, last=self._policy.merge == "join")

    def _fitting(self, item: Item, ask: Ask, limit: int) -> tuple[list[Ask], list[list[int]]]:
        """Windows and their tokens, each within the limit."""
        room = limit - self._frame.overhead(ask)
        while True:
            found = pieces(item.text, count=self._model.count, room=room, language=item.language)
            parts = [part for part in found if count_words(part)]
            joined = self._policy.merge == "join"
            n_words = max(1, round(item.n_words / len(parts))) if joined else item.n_words
            asks = [_ask(item, part, n_words) for part in parts]
            rows = self._frame.encode(asks)
            if max(map(len, rows)) <= limit:
                return asks, rows
            room = int(room * SLACK)

    def _prompt(self, item: Item, index: int, ask: Ask, ids: Sequence[int]) -> Prompt:
        low, high = self._limits(ask, len(ids))
        if high is not None and self._model.shared_positions is not None:
            high = min(high, self._model.shared_positions - len(ids))
            low = None if low is None else min(low, high)
        return Prompt(ids, low, high, self._seed(item, index))

    def _limits(self, ask: Ask, n_tokens: int) -> tuple[int | None, int | None]:
        """Least and most new tokens; None where the generation settings decide."""
        if not self._policy.by_words:
            return None, None
        wanted = token_range(
            ask.n_words,
            source_words=count_words(ask.text),
            source_tokens=max(1, n_tokens - self._frame.overhead(ask)),
        )
        most = self._model.max_new_tokens
        high = max(wanted.high, self._low or 0)
        high = self._high or (high if most is None else min(high, most))
        low = min(wanted.low, high)
        return (None if self._low is not None else low), (None if self._high else high)

    def _seed(self, item: Item, index: int) -> int:
        key = f"{self._policy.seed + item.draw}\0{item.id}\0{item.rounds}\0{index}"
        return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:4])

    def _check(self) -> None:
        positions, most = self._model.n_source_positions, self._model.max_new_tokens
        if positions is not None and self._limit is not None and self._limit > positions:
            raise ConfigError(
                f"max_source_tokens is {self._limit}, but the model has {positions} positions"
            )
        overhead = self._frame.overhead(Ask("", 1, "en", ""))
        if self._limit is not None and self._limit <= overhead:
            raise ConfigError(
                f"the model reads {self._limit} tokens, of which prefix and special tokens take "
                f"{overhead}: nothing is left for the text"
            )
        high, shared = self._high or self._model.own_limit or 0, self._model.shared_positions
        if shared is not None and high + overhead >= shared and high <= (most or high):
            raise ConfigError(
                f"the model has {shared} positions, of which the new text takes up to {high} and "
                f"the prompt {overhead}: nothing is left for the text; give a lower max_new_tokens"
            )
        if self._high is not None and most is not None and self._high > most:
            raise ConfigError(f"generation allows {self._high} new tokens; the model has {most}")
        if not self._policy.by_words and self._model.own_limit is None:
            raise ConfigError(
                "limits: model needs max_new_tokens in generation, for the model's own settings "
                "name no length and the library would stop after 20 tokens"
            )


def outcome(
    step: Step, written: Sequence[Written], base: Mapping[str, str] | None = None
) -> Output | Item:
    """The item's summary, or the item with the text of its next round.

    Args:
        step: what was asked.
        written: what the model wrote for each of its prompts.
        base: details that all outputs of the model share.
    """
    item = replace(
        step.item,
        splits=step.item.splits + sum(w.n_splits for w in written),
        new_tokens=step.item.new_tokens + sum(w.n_tokens for w in written),
    )
    failed = [w.error for w in written if w.error]
    if failed:
        return failure(failed[0])
    text = " ".join(w.text for w in written if w.text)
    if step.last or not count_words(text):  # what writes nothing is scored as nothing
        return _output(item, step, written, text, base or {})
    if len(text) >= len(item.text):
        return failure(
            f"the summaries of {len(written)} windows are no shorter than their text: raise "
            "max_source_tokens, ask for fewer words, or take merge: join"
        )
    return replace(item, text=text, rounds=item.rounds + 1)


def _output(
    item: Item, step: Step, written: Sequence[Written], text: str, base: Mapping[str, str]
) -> Output:
    usage = {
        "source_words": item.source_words,
        "source_tokens": item.source_tokens,
        "words": count_words(text),
        "tokens": sum(w.n_tokens for w in written),
        "new_tokens": item.new_tokens,
        "windows": item.windows,
        "rounds": item.rounds + 1,
        "splits": item.splits,
    }
    limits = {"min_new_tokens": step.prompts[0].low, "max_new_tokens": step.prompts[0].high}
    usage |= {name: limit for name, limit in limits.items() if limit is not None}
    ended = all(w.ended for w in written)
    details: dict[str, str | int | float] = {
        **base,
        "prompt": _hash(step.prompts),
        "seed": step.prompts[0].seed,
        "stop": next(w.stop for w in written if ended or not w.ended),
    }
    stop = "end" if ended else "length"
    return Output(text=text, stop=stop, usage=usage, cut=step.cut, details=details)


def _hash(prompts: Sequence[Prompt]) -> str:
    """Of the token ids that the model read, so of the prompt with the text in it."""
    ids = "\n".join(" ".join(map(str, prompt.ids)) for prompt in prompts)
    return f"sha256-{hashlib.sha256(ids.encode()).hexdigest()[:16]}"


def _ask(item: Item, text: str, n_words: int) -> Ask:
    return Ask(text, n_words, item.language, item.id)


def _given(settings: Mapping[str, Setting], new: str, whole: str) -> int | None:
    """A limit in new tokens that the user gave, in either way; ``whole`` counts the start token."""
    if new in settings:
        return int(str(settings[new]))
    return int(str(settings[whole])) - 1 if whole in settings else None
