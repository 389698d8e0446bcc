"""What every scorer with a model's head is told, and how it finds and opens that model."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import evalkit
from evalkit.errors import ConfigError, ModelError
from evalkit.fluency.head_labels import Labels
from evalkit.fluency.seen import POLICIES
from evalkit.metrics.options import check_at_least, check_choice, check_types
from evalkit.models.checkpoint import Checkpoint, find_checkpoint, versions
from evalkit.models.devices import resolve
from evalkit.models.head_loading import BACKENDS, Head, load_head
from evalkit.models.head_networks import find_onnx
from evalkit.models.loading import DTYPES, chosen_dtype

if TYPE_CHECKING:
    from evalkit.models.head_reader import HeadReader

__all__ = ["HeadOptions"]

CLASSES: dict[Head, str] = {
    "texts": "ForSequenceClassification",
    "tokens": "ForTokenClassification",
}
"""How the names of transformers' classes end."""


@dataclass(frozen=True, kw_only=True)
class HeadOptions:
    """The options that classifiers and taggers share, and their model."""

    model: str
    """Hub id (``owner/name``) or folder, with safetensors."""
    revision: str | None = None
    """The hub's branch, tag or commit; the commit is recorded."""
    threshold: float = 0.5
    """Probability, more than 0 and up to 1, from which on a label counts as given."""
    long_input: str = "window"
    """A text with more sub-words than the model reads at once: ``window`` reads it in overlapping
    parts, ``truncate`` its beginning, ``refuse`` leaves it unscored with the reason."""
    max_tokens: int | None = None
    """Most sub-words read at once, special tokens left out; None for what the model was made
    for."""
    dtype: str = "float32"
    """``float32``, ``bfloat16``, ``float16``, or ``auto`` (bfloat16 where the device has it)."""
    device: str = "auto"
    """``cpu``, ``cuda``, ``cuda:0`` … or ``auto``."""
    backend: str = "torch"
    """``torch``, or ``onnxruntime`` where the folder holds a converted model too; that runs on
    the CPU, in the precision that it was converted in."""
    batch_tokens: int | None = None
    """Padded sub-words that run together; None for 1,024 on the CPU, 16,384 elsewhere."""
    offline: bool = False
    """Never touch the network."""
    allow_pickle: bool = False
    """Accept pickled weights where there are no safetensors."""
    trust_remote_code: bool = False
    """Let Python that the model brings run; a hub model must then be pinned to a commit."""

    def __post_init__(self) -> None:
        check_types(self)
        check_choice("long_input", self.long_input, POLICIES)
        check_choice("dtype", self.dtype, DTYPES)
        check_choice("backend", self.backend, BACKENDS)
        for option in ("batch_tokens", "max_tokens"):
            value = getattr(self, option)
            check_at_least(option, 1 if value is None else value, 1)
        if not 0 < self.threshold <= 1:
            raise ValueError(
                f"option 'threshold' is {self.threshold}; it must be more than 0 and up to 1"
            )
        if self.backend == "onnxruntime" and (
            self.dtype != "float32" or self.device not in ("auto", "cpu")
        ):
            raise ValueError(
                "backend onnxruntime runs on the CPU in the precision that the model was converted "
                "in: leave dtype and device out"
            )

    @property
    def needs(self) -> frozenset[str]:
        """Nothing but the hypotheses."""
        return frozenset()

    @property
    def languages(self) -> frozenset[str] | None:
        """None: which languages a model reads is not known here."""
        return None

    def close(self) -> None:
        """Frees the model; the next ``measure`` loads it again."""
        reader = self.__dict__.pop("_reader", None)
        if reader is not None:
            reader.close()

    @property
    def _head(self) -> Head:
        raise NotImplementedError

    @cached_property
    def _checkpoint(self) -> Checkpoint:
        return find_checkpoint(
            self.model,
            revision=self.revision,
            offline=self.offline,
            allow_pickle=self.allow_pickle,
            remote_code=self.trust_remote_code,
        )

    @cached_property
    def _labels(self) -> Labels:
        """The model's labels.

        Raises:
            ModelError: its config says that its head is of the other kind.
            ConfigError: its config numbers them wrongly.
        """
        named = self._checkpoint.config.get("architectures")
        known = [str(one) for one in named] if isinstance(named, list) else []
        other = CLASSES["tokens" if self._head == "texts" else "texts"]
        if known and all(one.endswith(other) for one in known):
            raise ModelError(
                f"{self._checkpoint.name} is a {known[0]}; {self._head} need a model with a head "
                f"{CLASSES[self._head]}"
            )
        return Labels.of(self._checkpoint.name, self._checkpoint.config)

    @cached_property
    def _reader(self) -> "HeadReader":
        return load_head(
            self._checkpoint,
            self._head,
            n_labels=len(self._labels),
            dtype=chosen_dtype(self.dtype, self.device),
            device=self.device,
            backend=self.backend,
        )

    @property
    def _n_together(self) -> int:
        """Padded sub-words of a batch: on a CPU larger ones leave its caches and are slower."""
        if self.batch_tokens is not None:
            return self.batch_tokens
        return 1024 if resolve(self.device).type == "cpu" else 16_384

    @property
    def _limit(self) -> int | None:
        """Most sub-words read at once.

        Raises:
            ConfigError: more are asked for than the model was made for.
        """
        most = self._reader.limit
        if self.max_tokens is None:
            return most
        if most is not None and self.max_tokens > most:
            raise ConfigError(
                f"max_tokens is {self.max_tokens}, but {self._checkpoint.name} reads {most} "
                "sub-words at once"
            )
        return self.max_tokens

    def _signed(self, **settings: str | float) -> dict[str, str | int | float | bool]:
        """The parts of a signature: model, the scorer's own settings, and the shared ones."""
        how = {"dtype": chosen_dtype(self.dtype, self.device), "backend": "torch"}
        if self.backend == "onnxruntime":
            _, digest = find_onnx(self._checkpoint.folder)
            how = {"dtype": "as-converted", "backend": f"onnxruntime@{digest}"}
        return {
            "model": self._checkpoint.identity,
            **settings,
            "long": self.long_input,
            "max_tokens": self.max_tokens or "model",
            **how,
        }

    def _versions(self) -> str:
        """The rest of a signature.

        Raises:
            MissingExtraError: a library is not installed.
        """
        libraries = versions("torch", "transformers", "tokenizers")
        if self.backend == "onnxruntime":
            libraries += f"|{versions('onnxruntime')}"
        return f"{libraries}|version:evalkit-{evalkit.__version__}"
