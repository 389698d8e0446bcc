"""``seq2seq``: any encoder-decoder model of the hub (``AutoModelForSeq2SeqLM``) as a summariser.

A text longer than the model reads is never cut silently. By default (``long_input: window``) all
of it is read, in rounds (``evalkit.summarize.rounds``). The figures that papers report for BART
or PEGASUS come from ``long_input: truncate``, which drops the end of the document; what was
dropped is then in the output's ``cut``.

A length in words becomes a range of new tokens by the document's own tokens per word
(``evalkit.summarize.length.token_range``), unless the generation settings name one. Leaves out
several texts per document, language codes for multilingual models, and code that a model brings.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from evalkit.errors import ConfigError, nearest
from evalkit.models.checkpoint import Checkpoint, find_checkpoint, versions
from evalkit.models.devices import resolve
from evalkit.models.generation import Setting, check_settings
from evalkit.models.loading import DTYPES, chosen_dtype
from evalkit.models.seq2seq import Seq2SeqModel, load_seq2seq
from evalkit.records import GenerationBatch, Output
from evalkit.summarize.length import EMPTY, LONGEST, SHORTEST, budget, failure
from evalkit.summarize.rounds import Item, Policy, Rounds, Step, outcome
from evalkit.text.words import count_words

__all__ = ["Seq2Seq"]

CHOICES = {
    "limits": ("words", "model"),
    "long_input": ("window", "truncate", "refuse"),
    "merge": ("again", "join"),
    "dtype": DTYPES,
}
COUNTS = {"max_source_tokens": 1, "batch_tokens": 1, "seed": 0}


@dataclass(kw_only=True)
class Seq2Seq:
    """Summaries by a model of the hub or a local folder. The fields are the options."""

    name: ClassVar[str] = "seq2seq"

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
    prefix: str | None = None
    """Put before each text. None takes what the model's config names for summarisation
    (``"summarize: "`` for the first T5 models), else nothing."""
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
    _loaded: Seq2SeqModel | None = field(default=None, init=False, repr=False, compare=False)

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
        n_words = budget(batch.length)
        done: dict[int, Output] = {}
        waiting: list[Item] = []
        for place, (key, text) in enumerate(zip(batch.ids, batch.texts, strict=True)):
            reason = self._refusal(text, batch.language)
            if reason:
                done[place] = failure(reason)
            else:
                item = Item(place, key, text, batch.language, n_words, count_words(text))
                waiting.append(item)
        if waiting:
            self._summarise(waiting, done)
        return tuple(done[place] for place in range(len(batch.texts)))

    def signature(self) -> str:
        """Model and version, every option that decides the texts, and the libraries' versions.

        Raises what finding the model raises; weights are not loaded.
        """
        device = resolve("auto") if self.device == "auto" else self.device
        by_words = f"words({SHORTEST:g}-{LONGEST:g})"
        windows = f"window({self.merge})"
        parts = {
            "model": self._checkpoint().identity,
            "generation": _shown(dict(sorted(self.generation.items()))),
            "limits": by_words if self.limits == "words" else self.limits,
            "prefix": _shown(self._prefix()),
            "long_input": windows if self.long_input == "window" else self.long_input,
            "max_source_tokens": self.max_source_tokens or "model",
            "seed": self.seed,
            "dtype": chosen_dtype(self.dtype, str(device)),
            "device": device,
            "batch_tokens": self.batch_tokens,
        }
        libraries = versions("transformers", "tokenizers", "torch", "sentencex")
        return "|".join(["seq2seq", *(f"{name}:{part}" for name, part in parts.items()), libraries])

    def close(self) -> None:
        """Frees the model; the next ``generate`` loads it again."""
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None

    def _summarise(self, waiting: list[Item], done: dict[int, Output]) -> None:
        """Takes the items through as many rounds as they need, and puts their outputs in place."""
        model = self._open()
        rounds = Rounds(model, self._policy())
        while waiting:
            steps: list[Step] = []
            for item, step in zip(waiting, rounds.steps(waiting), strict=True):
                if isinstance(step, Output):
                    done[item.place] = step
                else:
                    steps.append(step)
            prompts = [prompt for step in steps for prompt in step.prompts]
            written = iter(model.generate(prompts, max_tokens=self.batch_tokens))
            waiting = []
            for step in steps:
                found = outcome(step, [next(written) for _ in step.prompts])
                if isinstance(found, Output):
                    done[step.item.place] = found
                else:
                    waiting.append(found)

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
            prefix=self._prefix(),
            long_input=self.long_input,
            merge=self.merge,
            by_words=self.limits == "words",
            settings=self.generation,
            seed=self.seed,
            max_source_tokens=self.max_source_tokens,
        )

    def _prefix(self) -> str:
        if self.prefix is not None:
            return self.prefix
        found: object = self._checkpoint().config
        for key in ("task_specific_params", "summarization", "prefix"):
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, str) else ""

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

    def _open(self) -> Seq2SeqModel:
        if self._loaded is None:
            self._loaded = load_seq2seq(
                self._checkpoint(),
                settings=self.generation,
                dtype=self.dtype,
                device=self.device,
            )
        return self._loaded


def _codes(languages: Iterable[str] | str | None) -> frozenset[str] | None:
    """Language codes as a config gives them: one, several, or None for any."""
    if languages is None:
        return None
    return frozenset([languages] if isinstance(languages, str) else languages)


def _shown(value: object) -> str:
    """A value in a signature, on one line and without the mark that parts its fields."""
    return json.dumps(value, separators=(",", ":")).replace("|", "\\u007c")
