"""What summarisers with a model of one's own share: options, rounds, sampling, identity.

A text longer than the model reads is never cut silently. By default (``long_input: window``) all
of it is read, in rounds (``evalkit.summarize.rounds``); ``truncate`` drops the end of the document,
and what was dropped is then in the output's ``cut``; ``refuse`` makes it a failed item. A length in
words becomes a range of new tokens by the document's own tokens per word
(``evalkit.summarize.length.token_range``), unless the generation settings name one.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar

from evalkit.errors import ConfigError, nearest
from evalkit.models.checkpoint import Checkpoint, find_checkpoint, versions
from evalkit.models.devices import resolve
from evalkit.models.generation import Setting, check_settings, own_settings
from evalkit.models.loading import DTYPES, chosen_dtype
from evalkit.models.writing import Written
from evalkit.records import GenerationBatch, Output
from evalkit.summarize.length import EMPTY, LONGEST, SHORTEST, budget, failure
from evalkit.summarize.rounds import Rounds, outcome
from evalkit.summarize.steps import Frame, Item, Model, Policy, Step
from evalkit.text.words import count_words

__all__ = ["ModelSummariser", "shown"]

CHOICES = {
    "limits": ("words", "model"),
    "long_input": ("window", "truncate", "refuse"),
    "merge": ("again", "join"),
    "dtype": DTYPES,
}
COUNTS = {"max_source_tokens": 1, "batch_tokens": 1, "seed": 0}
Done = Callable[[int, Output], None]
"""Gets each output with its place in the batch, as soon as it is there."""


@dataclass(kw_only=True)
class ModelSummariser(ABC):
    """Summaries by a model of the hub or a local folder. The fields are the options."""

    name: ClassVar[str]

    model: str
    """Hub id (``owner/name``) or folder."""
    revision: str | None = None
    """The hub's branch, tag or commit; None for its main branch. The commit is recorded."""
    generation: Mapping[str, Setting] = field(default_factory=dict)
    """Generation settings over the model's own: ``num_beams``, ``max_new_tokens``,
    ``length_penalty``, ``no_repeat_ngram_size``, ``do_sample`` …"""
    limits: str = "words"
    """``words`` derives the token limits from the length asked for, where ``generation`` names
    none; ``model`` leaves them to the model's own settings."""
    long_input: str = "window"
    """What happens to a text that is too long: ``window``, ``truncate`` or ``refuse``."""
    merge: str = "again"
    """After windows: ``again`` summarises their summaries; ``join`` puts them one after the
    other, each with its share of the length."""
    max_source_tokens: int | None = None
    """The longest input; None for what the model was made for."""
    seed: int = 0
    """Where ``do_sample`` is on: with the document's id it decides the draws."""
    languages: frozenset[str] | None = None
    """ISO 639-1 codes that the model reads; None for any."""
    dtype: str = "float32"
    """``float32``, ``bfloat16``, ``float16``, or ``auto`` (bfloat16 where the device has it)."""
    device: str = "auto"
    """``cpu``, ``cuda``, ``cuda:0`` … or ``auto``."""
    batch_tokens: int = 8192
    """Padded tokens, source and new, that run together, over all beams."""
    offline: bool = False
    """Never touch the network."""
    allow_pickle: bool = False
    """Accept pickled weights where there are no safetensors."""
    trust_remote_code: bool = False
    """Let Python that the model brings run; a hub model must then be pinned to a commit."""

    _found: Checkpoint | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for option, known in CHOICES.items():
            value = getattr(self, option)
            if value not in known:
                guess = nearest(str(value), known)
                hint = f" Did you mean {guess!r}?" if guess else ""
                raise ConfigError(f"{option} is {value!r}, expected {', '.join(known)}.{hint}")
        for option, least in COUNTS.items():
            value = getattr(self, option)
            if value is not None and (type(value) is not int or value < least):
                raise ConfigError(f"{option} is {value!r}, expected a whole number from {least}")
        if not isinstance(self.generation, Mapping):
            raise ConfigError("generation is to hold settings by name, for example num_beams: 4")
        check_settings(self.generation)
        self.languages = _codes(self.languages)

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """One output per document, in order, none depending on its neighbours.

        A failed item is a document without words, in a language that the model doesn't read, too
        long where ``long_input`` is ``refuse``, or one that the model failed on.

        Raises:
            ConfigError: an option doesn't fit the model, or less than one word is asked for.
            MissingExtraError: torch or transformers is not installed.
            ModelError: the model cannot be found, brought or loaded.
        """
        done: dict[int, Output] = {}
        self.generate_each(batch, done.__setitem__)
        return tuple(done[place] for place in range(len(batch.texts)))

    def generate_each(self, batch: GenerationBatch, done: Done) -> None:
        """Hands over each output as soon as it is there; raises like ``generate``."""
        self._write(batch, 1, done)

    def sampling(self) -> bool:
        """Whether the settings, the user's over the model's own, draw at random.

        Raises what finding the model raises; weights are not loaded.
        """
        own = own_settings(self._checkpoint())
        return bool(self.generation.get("do_sample", own.get("do_sample", False)))

    def sample(self, batch: GenerationBatch, n: int) -> tuple[tuple[Output, ...], ...]:
        """For each document ``n`` outputs: the k-th is what ``seed + k`` writes alone.

        Raises:
            ConfigError: as ``generate``, or the settings don't sample.
        """
        if not self.sampling():
            raise ConfigError(f"{self.model}: generation has no do_sample: true, so nothing varies")
        done: dict[int, Output] = {}
        self._write(batch, n, done.__setitem__)
        outputs = iter(done[place] for place in range(n * len(batch.texts)))
        return tuple(tuple(islice(outputs, n)) for _ in batch.texts)

    def signature(self) -> str:
        """Model and version, every option that decides the texts, and the libraries' versions.

        Raises what finding the model raises; weights are not loaded.
        """
        device = resolve("auto") if self.device == "auto" else self.device
        by_words = f"words({SHORTEST:g}-{LONGEST:g})"
        windows = f"window({self.merge})"
        parts = {
            "model": self._checkpoint().identity,
            "generation": shown(dict(sorted(self.generation.items()))),
            "limits": by_words if self.limits == "words" else self.limits,
            **self._own_parts(),
            "long_input": windows if self.long_input == "window" else self.long_input,
            "max_source_tokens": self.max_source_tokens or "model",
            "seed": self.seed,
            "dtype": chosen_dtype(self.dtype, str(device)),
            "device": device,
            "batch_tokens": self.batch_tokens,
        }
        libraries = versions("transformers", "tokenizers", "torch", "sentencex")
        return "|".join([self.name, *(f"{name}:{part}" for name, part in parts.items()), libraries])

    @abstractmethod
    def close(self) -> None:
        """Frees the model; the next ``generate`` loads it again."""

    @abstractmethod
    def _open(self) -> Model:
        """The model, loaded at the first call."""

    @abstractmethod
    def _frame(self) -> Frame:
        """How a text becomes an input of the model; it may be loaded for that."""

    @abstractmethod
    def _own_parts(self) -> Mapping[str, object]:
        """Options of this kind alone, for the signature."""

    def _write(self, batch: GenerationBatch, n: int, done: Done) -> None:
        """``n`` outputs of each document, each handed over with its place: document by document."""
        n_words = budget(batch.length)
        waiting: list[Item] = []
        for at, (key, text) in enumerate(zip(batch.ids, batch.texts, strict=True)):
            reason = self._refusal(text, batch.language)
            for draw in range(n):
                place = at * n + draw
                if reason:
                    done(place, failure(reason))
                    continue
                n_source = count_words(text)
                waiting.append(Item(place, key, text, batch.language, n_words, n_source, draw))
        if waiting:
            self._summarise(waiting, done)

    def _summarise(self, waiting: list[Item], done: Done) -> None:
        """Takes the items through as many rounds as they need, and hands their outputs over."""
        model = self._open()
        rounds = Rounds(model, self._policy())
        base = {"model": self._checkpoint().identity, "generation": shown(dict(model.settings))}
        while waiting:
            steps: list[Step] = []
            for item, step in zip(waiting, rounds.steps(waiting), strict=True):
                if isinstance(step, Output):
                    done(item.place, step)
                else:
                    steps.append(step)
            again: list[Item] = []

            def finished(step: Step, written: list[Written], again: list[Item] = again) -> None:
                found = outcome(step, written, base)
                if isinstance(found, Output):
                    done(step.item.place, found)
                else:
                    again.append(found)

            self._run(model, steps, finished)
            waiting = again

    def _run(
        self, model: Model, steps: Sequence[Step], finished: Callable[[Step, list[Written]], None]
    ) -> None:
        """Has the model write all prompts of the steps; each step is done with its last one."""
        owners = [at for at, step in enumerate(steps) for _ in step.prompts]
        firsts = _firsts(steps)
        found: list[dict[int, Written]] = [{} for _ in steps]

        def written(index: int, one: Written) -> None:
            at = owners[index]
            found[at][index - firsts[at]] = one
            if len(found[at]) == len(steps[at].prompts):
                finished(steps[at], [found[at][i] for i in range(len(found[at]))])

        prompts = [prompt for step in steps for prompt in step.prompts]
        model.generate(prompts, max_tokens=self.batch_tokens, done=written)

    def _refusal(self, text: str, language: str) -> str:
        """Why this document can't be summarised at all; "" where it can."""
        code = language.split("-")[0].lower()
        if self.languages is not None and code not in self.languages:
            known = ", ".join(sorted(self.languages))
            return f"the document's language is {language!r}; {self.model} reads {known}"
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return f"the document is not Unicode text: {error}"
        return "" if count_words(text) else EMPTY

    def _policy(self) -> Policy:
        return Policy(
            frame=self._frame(),
            long_input=self.long_input,
            merge=self.merge,
            by_words=self.limits == "words",
            settings=self.generation,
            seed=self.seed,
            max_source_tokens=self.max_source_tokens,
        )

    def _checkpoint(self) -> Checkpoint:
        if self._found is None:
            self._found = find_checkpoint(
                self.model,
                revision=self.revision,
                offline=self.offline,
                allow_pickle=self.allow_pickle,
                remote_code=self.trust_remote_code,
            )
        return self._found


def _firsts(steps: Iterable[Step]) -> list[int]:
    """For each step the index of its first prompt among all."""
    found, total = [], 0
    for step in steps:
        found.append(total)
        total += len(step.prompts)
    return found


def _codes(languages: Iterable[str] | str | None) -> frozenset[str] | None:
    """Language codes as a config gives them: one, several, or None for any."""
    if languages is None:
        return None
    return frozenset([languages] if isinstance(languages, str) else languages)


def shown(value: object) -> str:
    """A value in a signature, on one line and without the mark that parts its fields."""
    return json.dumps(value, separators=(",", ":")).replace("|", "\\u007c")
