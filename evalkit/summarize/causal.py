"""``causal``: any causal language model of the hub (``AutoModelForCausalLM``) as a summariser.

The prompt is a Jinja template over ``text``, ``words``, ``language`` and ``id``
(``evalkit.text.prompt``). A model with a chat template gets it as the user's message, any other
model as it stands, and then the default is GPT-2's own way of asking: the text and ``TL;DR:``
(Radford et al. 2019). Prompt and new text share the model's positions; where they don't suffice,
``long_input`` decides, and it is the document that is cut, never the prompt.

A chat template may name today's date (``strftime_now``), so that the prompt's hash, which stands
beside each output, changes with the day. Leaves out examples in the prompt and dialogues.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from evalkit.errors import ConfigError
from evalkit.models.causal import CausalModel, load_causal
from evalkit.summarize.steps import Ask
from evalkit.summarize.summariser import ModelSummariser, shown
from evalkit.text.prompt import Prompt

__all__ = ["Causal"]

CHAT_PROMPT = (
    "Summarize the following text in about {{ words }} words. "
    "Answer with the summary alone.\n\n{{ text }}"
)
PLAIN_PROMPT = "{{ text }}\n\nTL;DR:"


@dataclass(kw_only=True)
class Causal(ModelSummariser):
    """Summaries by a causal language model. The fields are the options."""

    name: ClassVar[str] = "causal"

    prompt: str | None = None
    """Jinja template with ``text``, and as wanted ``words``, ``language`` and ``id``; None for
    the defaults above."""
    system: str = ""
    """Jinja template of the chat's system message; "" for none."""
    chat: bool | None = None
    """Whether the prompt goes through the tokenizer's chat template; None: where it has one."""
    chat_options: Mapping[str, object] = field(default_factory=dict)
    """Variables of the model's chat template, for example ``enable_thinking: false``."""
    stop: Sequence[str] = ()
    """Texts that end a summary, and are left out of it."""
    answer_after: str = ""
    """A text up to which what the model writes is left out, for example ``</think>``. Needs
    ``max_new_tokens`` in ``generation``: how long a model thinks doesn't follow from the words."""

    _loaded: CausalModel | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stop = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop)
        if not all(isinstance(string, str) and string for string in self.stop):
            raise ConfigError(f"stop is {list(self.stop)!r}, expected texts")
        if self.answer_after and "max_new_tokens" not in self.generation:
            raise ConfigError("answer_after needs max_new_tokens in generation")
        if self.answer_after:  # thinking may be short
            self.generation = {"min_new_tokens": 0, **self.generation}
        if self.system and self.chat is False:
            raise ConfigError("system is a message of a chat, and chat is false")
        if not isinstance(self.chat_options, Mapping) or RESERVED & set(self.chat_options):
            raise ConfigError(
                f"chat_options is {self.chat_options!r}, expected variables of the chat template"
            )
        prompt, _ = self._prompts(chat=True)
        if "text" not in prompt.uses:
            raise ConfigError("prompt doesn't name text, so the model would not see the document")

    def close(self) -> None:
        """Frees the model; the next ``generate`` loads it again."""
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None

    def _open(self) -> CausalModel:
        if self._loaded is None:
            self._loaded = load_causal(
                self._checkpoint(),
                settings=self.generation,
                stop_strings=self.stop,
                answer_after=self.answer_after,
                dtype=self.dtype,
                device=self.device,
            )
        return self._loaded

    def _frame(self) -> "_Asked":
        model = self._open()
        chat = model.has_chat_template if self.chat is None else self.chat
        if chat and not model.has_chat_template:
            raise ConfigError(f"chat is true, but the tokenizer of {self.model} has no template")
        if self.system and not chat:
            raise ConfigError(f"system is given, but {self.model} has no chat template")
        prompt, system = self._prompts(chat=chat)
        return _Asked(model, prompt, system, chat=chat, options=self.chat_options)

    def _prompts(self, *, chat: bool) -> tuple[Prompt, Prompt | None]:
        default = CHAT_PROMPT if chat else PLAIN_PROMPT
        prompt = Prompt(default if self.prompt is None else self.prompt)
        return prompt, Prompt(self.system) if self.system else None

    def _own_parts(self) -> Mapping[str, object]:
        own = self.prompt is not None
        return {
            "prompt": f"sha256-{self._prompts(chat=True)[0].sha256[:16]}" if own else "default",
            "system": f"sha256-{Prompt(self.system).sha256[:16]}" if self.system else "none",
            "chat": "model" if self.chat is None else str(self.chat).lower(),
            "chat_options": shown(dict(sorted(self.chat_options.items()))),
            "stop": shown(list(self.stop)),
            "answer_after": shown(self.answer_after),
        }


RESERVED = frozenset(
    {
        *("conversation", "tools", "documents", "chat_template", "add_generation_prompt"),
        *("continue_final_message", "tokenize", "sanitize_control_tokens", "padding", "messages"),
        *("truncation", "max_length", "return_tensors", "return_dict", "tokenizer_kwargs"),
        "return_assistant_tokens_mask",
    }
)
"""Arguments of ``apply_chat_template`` that are no variables of a template."""


class _Asked:
    """A document in a prompt, as a chat or as it stands."""

    def __init__(
        self,
        model: CausalModel,
        prompt: Prompt,
        system: Prompt | None,
        *,
        chat: bool,
        options: Mapping[str, object],
    ) -> None:
        self._model = model
        self._prompt = prompt
        self._system = system
        self._chat = chat
        self._options = options
        self._overheads: dict[str, int] = {}

    def encode(self, asks: Sequence[Ask]) -> list[list[int]]:
        return [self._ids(ask) for ask in asks]

    def cut(self, ask: Ask, limit: int) -> list[int]:
        """The prompt with as many of the text's first tokens as fit."""
        room = limit - self.overhead(ask)
        while True:
            text = self._model.first_characters(ask.text, room)
            ids = self._ids(Ask(text, ask.n_words, ask.language, ask.id))
            if len(ids) <= limit or room <= 0:
                return ids
            room -= len(ids) - limit

    def overhead(self, ask: Ask) -> int:
        empty = Ask("", ask.n_words, ask.language, ask.id)
        try:
            parts = [self._rendered(prompt, empty) for prompt in (self._prompt, self._system)]
        except ValueError:  # a template that can't do without a text
            return 0
        key = "\0".join(parts)
        if key not in self._overheads:
            self._overheads[key] = len(self._ids(empty))
        return self._overheads[key]

    def _ids(self, ask: Ask) -> list[int]:
        prompt = self._rendered(self._prompt, ask)
        if not self._chat:
            return self._model.encode_text(prompt, ask.text)
        messages = [{"role": "user", "content": prompt}]
        if self._system is not None:
            system = self._rendered(self._system, ask)
            messages.insert(0, {"role": "system", "content": system})
        return self._model.encode_chat(messages, self._options)

    @staticmethod
    def _rendered(prompt: Prompt | None, ask: Ask) -> str:
        if prompt is None:
            return ""
        return prompt.render(text=ask.text, words=ask.n_words, language=ask.language, id=ask.id)
