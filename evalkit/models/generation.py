"""Generation settings: which a config may give, and how they go over the model's own.

The names and meanings are those of transformers' ``GenerationConfig``. Only settings that decide a
text are taken; none that run code, write extra outputs, or return several texts. What the library
logs and ignores (a temperature without sampling, say) is an error here.
"""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from logging import ERROR
from typing import TYPE_CHECKING

from evalkit.errors import ConfigError, nearest
from evalkit.models.checkpoint import Checkpoint, read_json

if TYPE_CHECKING:
    from transformers import GenerationConfig

__all__ = [
    "SETTINGS",
    "Setting",
    "check_settings",
    "limited",
    "longest",
    "merged",
    "own_settings",
    "quiet",
]

Setting = int | float | bool | str | Sequence[int] | Sequence[Sequence[int]]

COUNTS = {
    **dict.fromkeys(("num_beams", "max_new_tokens"), 1),
    "max_length": 2,
    **dict.fromkeys(("min_new_tokens", "min_length", "top_k"), 0),
    **dict.fromkeys(("no_repeat_ngram_size", "encoder_no_repeat_ngram_size"), 0),
    **dict.fromkeys(("forced_bos_token_id", "forced_eos_token_id", "decoder_start_token_id"), 0),
}
"""Whole numbers, and the least of each."""
NUMBERS = (
    *("length_penalty", "repetition_penalty", "encoder_repetition_penalty", "temperature"),
    *("top_p", "min_p", "top_h", "typical_p", "epsilon_cutoff", "eta_cutoff"),
)
SWITCHES = ("do_sample", "renormalize_logits")
IDS = ("bad_words_ids", "suppress_tokens", "begin_suppress_tokens")
SETTINGS = (*COUNTS, *NUMBERS, *SWITCHES, *IDS, "early_stopping")
"""Every setting that a config may give."""
SAMPLING = (
    *("temperature", "top_k", "top_p", "min_p", "top_h", "typical_p"),
    *("epsilon_cutoff", "eta_cutoff"),
)
BEAMS = ("length_penalty", "early_stopping")
TWINS = (("max_new_tokens", "max_length"), ("min_new_tokens", "min_length"))
"""Two settings for one thing; ``length`` counts the decoder's start token too."""


def check_settings(settings: Mapping[str, object]) -> None:
    """Looks at names and types, without loading any library.

    Raises:
        ConfigError: a setting is unknown (names the nearest), of a wrong type, or given twice.
    """
    for name, value in settings.items():
        if name not in SETTINGS:
            guess = nearest(name, SETTINGS)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise ConfigError(
                f"generation has no setting {name!r}.{hint} Known: {', '.join(sorted(SETTINGS))}."
            )
        expected = _expected(name, value)
        if expected:
            raise ConfigError(f"generation.{name} is {value!r}, expected {expected}")
    for one, other in TWINS:
        if one in settings and other in settings:
            raise ConfigError(f"generation: give {one} or {other}, not both")


def _expected(name: str, value: object) -> str:
    """What a value must be, where it isn't; else ""."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    if name in COUNTS:
        low = COUNTS[name]
        fits = is_count and int(str(value)) >= low
        return "" if fits else f"a whole number, {low} or more"
    if name in NUMBERS:
        return "" if is_count or isinstance(value, float) else "a number"
    if name in SWITCHES:
        return "" if isinstance(value, bool) else "true or false"
    if name in IDS:
        return "" if isinstance(value, list | tuple) else "a list of token ids"
    return "" if isinstance(value, bool) or value == "never" else "true, false or never"


def merged(own: "GenerationConfig", settings: Mapping[str, Setting]) -> "GenerationConfig":
    """The model's own settings with the user's put over them; one text per prompt, no extras.

    Raises:
        ConfigError: a setting is out of range, or would have no effect.
    """
    config = copy.deepcopy(own)
    for one, other in TWINS:  # the user's goes before the model's twin
        if one in settings or other in settings:
            setattr(config, other if one in settings else one, None)
    fixed = {"num_return_sequences": 1, "return_dict_in_generate": False}
    try:
        with quiet():
            update: Callable[..., object] = config.update
            update(**settings, **fixed)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"generation: {error}") from error
    idle = [name for name in SAMPLING if name in settings and not config.do_sample]
    idle += [name for name in BEAMS if name in settings and (config.num_beams or 1) == 1]
    if idle:
        need = "do_sample: true" if idle[0] in SAMPLING else "num_beams of 2 or more"
        raise ConfigError(f"generation.{idle[0]} has no effect without {need}")
    return config


def own_settings(checkpoint: Checkpoint) -> Mapping[str, object]:
    """What the checkpoint's ``generation_config.json`` says; {} where there is none.

    Raises:
        ModelError: the file is damaged.
    """
    path = checkpoint.folder / "generation_config.json"
    return read_json(path) if path.is_file() else {}


def limited(config: "GenerationConfig", *, low: int | None, high: int | None) -> "GenerationConfig":
    """A copy that writes ``low`` to ``high`` new tokens; None leaves that limit as it is."""
    config = copy.deepcopy(config)
    if high is not None:
        config.max_new_tokens = high
    if config.max_new_tokens is not None:
        config.max_length = None
    if low is not None:
        config.min_new_tokens = low
    if config.min_new_tokens is not None:
        config.min_length = None
    return config


def longest(config: "GenerationConfig") -> int | None:
    """How many new tokens the settings allow; None where they don't say."""
    if config.max_new_tokens is not None:
        return int(config.max_new_tokens)
    return None if config.max_length is None else int(config.max_length) - 1


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' progress bar and log lines: what matters in them raises here."""
    from transformers.utils import logging

    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    show: Callable[[], None] = logging.enable_progress_bar
    hide: Callable[[], None] = logging.disable_progress_bar
    hide()
    logging.set_verbosity(ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            show()
