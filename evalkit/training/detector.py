"""Trains a detector: recipe and data -> a folder of weights that ``Detector`` reads.

Seeded and resumable: a run that was stopped goes on from its checkpoint to the same weights (on
the same machine, with the same number of threads). Leaves out calibration, which needs other data
than those that were learned from: see ``evalkit.training.calibration``.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from evalkit.config.load import parse_yaml, validated
from evalkit.errors import ConfigError, InputError, nearest
from evalkit.execute import Progress, silent
from evalkit.models.pieces import pieces_of
from evalkit.training.corruption import OPERATIONS, Corruptor
from evalkit.training.detector_batches import Batches, Shares
from evalkit.training.detector_data import Corpus, Reading, read_corpus
from evalkit.training.draft import GAPS, WRONGS
from evalkit.training.lexicon import build_lexicon

if TYPE_CHECKING:
    from evalkit.models.detector_trainer import Optimisation, Trainer
    from evalkit.models.encoder import Encoder

__all__ = ["DetectorRecipe", "read_recipe", "train"]

CHECKPOINT = "checkpoint.pt"
LOG = "training.jsonl"


class DetectorRecipe(BaseModel):
    """How a detector is trained; the defaults are the bundled model's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 20_260
    """Decides the order of the data, the errors that are put in, and the heads' first weights."""
    steps: int = Field(3000, ge=1)
    """Optimiser steps."""
    warmup: int = Field(150, ge=0)
    """Steps in which the learning rate rises."""
    decay: float = Field(0.35, ge=0, le=1)
    """Share of the steps, at the end, in which it falls to zero."""
    learning_rate: float = Field(3e-4, gt=0)
    """Its highest value."""
    weight_decay: float = Field(0.01, ge=0)
    """Of the weight matrices."""
    n_subwords: int = Field(1100, ge=8)
    """Sub-words in a batch."""
    chunk: int = Field(2048, ge=1)
    """Sentences that are drawn, sorted by length and cut into batches together."""
    n_frozen: int = Field(1, ge=0)
    """Lowest encoder layers that stay as they are."""
    hidden: int = Field(384, ge=1)
    """Width of the layer between encoder and heads."""
    tagged_share: float = Field(0.3, ge=0, le=1)
    """Share of the sentences that carry real tags, if the data have any."""
    edit_weight: float = Field(0.3, ge=0)
    """Weight of their loss."""
    joined_share: float = Field(0.1, ge=0, le=1)
    """Share of the clean sentences that come together with the next one of their text."""
    spliced_share: float = Field(0.0, ge=0, le=1)
    """Share of these pairs that are run together by a comma or by nothing."""
    curly_share: float = Field(0.0, ge=0, le=1)
    """Share of the sentences whose straight quotation marks and apostrophes are made curly."""
    errors: tuple[float, ...] = (0.35, 0.3, 0.22, 0.13)
    """Weights of 0, 1, 2 … errors in a sentence."""
    operations: dict[str, float] = Field(
        default_factory=lambda: dict.fromkeys(OPERATIONS, 1.0), validate_default=True
    )
    """Weight of each kind of error."""
    text_fields: dict[str, int] = Field(default_factory=lambda: {"text": 60})
    """Fields that hold clean text -> at most so many sentences of one row."""
    penn_fields: tuple[str, ...] = ()
    """Those of them that are tokenised in the Penn Treebank manner."""
    shortest: int = Field(4, ge=1)
    """Fewest tokens of a sentence to learn from."""
    longest: int = Field(56, ge=1)
    """Most tokens of a sentence to learn from."""
    checkpoint_every: int = Field(250, ge=1)
    """Steps between checkpoints."""
    threads: int = Field(1, ge=1)
    """Threads of the arithmetic; another number gives other last digits."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the matrix products in training; bfloat16 is twice as fast where the processor has it."""

    def optimisation(self) -> "Optimisation":
        """The optimiser's part."""
        from evalkit.models.detector_trainer import Optimisation

        names = [field.name for field in dataclasses.fields(Optimisation)]
        return Optimisation(**{name: getattr(self, name) for name in names})

    def reading(self) -> Reading:
        """The data's part."""
        penn = frozenset(self.penn_fields)
        return Reading(self.text_fields, penn, self.shortest, self.longest)


def read_recipe(path: Path) -> DetectorRecipe:
    """The recipe in a YAML file.

    Raises:
        ConfigError: the file is missing, is no YAML mapping, or a key or value is wrong.
    """
    values = parse_yaml(path)
    if isinstance(operations := values.get("operations"), dict):
        _refuse_unknown(path, "operations.", operations, list(OPERATIONS))
    return validated(path, values, DetectorRecipe)


def _refuse_unknown(
    path: Path, prefix: str, values: Mapping[str, object], known: Sequence[str]
) -> None:
    for name in map(str, values):
        if name not in known:
            guess = nearest(name, known)
            hint = f" Did you mean {prefix}{guess}?" if guess else ""
            raise ConfigError(
                f"{path}: unknown key {prefix}{name}.{hint} Known: {', '.join(known)}"
            )


def train(
    config: DetectorRecipe,
    data: Sequence[Path],
    output: Path,
    *,
    on_progress: Progress = silent,
    encoder: "Encoder | None" = None,
) -> Path:
    """Trains a detector and gives the folder that holds it.

    A checkpoint in ``output`` with the same recipe and data is taken up; ``steps`` alone may
    differ, as long as the learning rate had not begun to fall.

    Args:
        config: the recipe.
        data: JSON Lines files, plain or gzipped.
        output: the folder to write.
        on_progress: called after each step; the mean loss goes to ``training.jsonl``.
        encoder: another encoder than the shared one (in tests).

    Raises:
        ConfigError: ``output`` holds a checkpoint of another recipe or other data.
        InputError: a data file cannot be used.
        ModelError: the encoder cannot be loaded.
    """
    from evalkit.models.bundle import save_bundle
    from evalkit.models.detector import DetectorNet, Shape
    from evalkit.models.detector_trainer import Trainer
    from evalkit.models.devices import seed_torch, use_threads
    from evalkit.models.encoder import load_encoder

    use_threads(config.threads)
    corpus = read_corpus(data, config.reading())
    encoder = load_encoder() if encoder is None else encoder
    seed_torch(config.seed)
    shape = Shape(len(WRONGS), len(GAPS), config.hidden, config.n_frozen)
    batches = _batches(config, corpus, encoder)
    trainer = Trainer(DetectorNet(encoder.model, shape), config.optimisation())
    output.mkdir(parents=True, exist_ok=True)
    _run(config, batches, trainer, output / CHECKPOINT, on_progress)
    save_bundle(
        output,
        kind="detector",
        tensors=trainer.net.own_tensors(),
        settings={"shape": dataclasses.asdict(shape), "wrongs": WRONGS, "gaps": GAPS},
        recipe=config.model_dump(mode="json"),
        encoder=encoder.sha256,
    )
    return output


def _batches(config: DetectorRecipe, corpus: Corpus, encoder: "Encoder") -> Batches:
    from evalkit.models.detector_trainer import vectors_of

    def vectors(words: Sequence[str]) -> NDArray[np.float32]:
        return vectors_of(encoder, list(words))

    lexicon = build_lexicon(corpus.counts(), vectors)
    try:
        corruptor = Corruptor(lexicon, errors=config.errors, operations=config.operations)
    except ValueError as error:
        raise ConfigError(f"recipe: {error}") from error
    return Batches(
        corpus, corruptor, pieces_of(encoder), config.seed,
        Shares(
            config.tagged_share, config.joined_share, config.spliced_share, config.curly_share
        ),
        config.chunk, config.n_subwords,
    )  # fmt: skip


def _run(
    config: DetectorRecipe,
    batches: Batches,
    trainer: "Trainer",
    checkpoint: Path,
    on_progress: Progress,
) -> None:
    fingerprint = _fingerprint(config, batches.corpus)
    place: Mapping[str, int] = {"chunk": 0, "batch": 0}
    if checkpoint.is_file():
        try:
            place = trainer.resume(checkpoint, fingerprint=fingerprint)
        except ValueError as error:
            raise ConfigError(
                f"{checkpoint}: {error}. Name another --output, or delete the file"
            ) from error
    losses = list[float]()
    for after, arrays in _from(batches, place):
        if trainer.step >= config.steps:
            break
        losses.append(trainer.learn(arrays))
        on_progress("train detector", trainer.step, config.steps)
        if trainer.step % config.checkpoint_every == 0 or trainer.step == config.steps:
            trainer.save(checkpoint, place=after, fingerprint=fingerprint)
            _log(checkpoint.with_name(LOG), trainer.step, losses)
            losses.clear()


def _log(path: Path, step: int, losses: Sequence[float]) -> None:
    line = {"step": step, "loss": round(float(np.mean(losses)), 6), "n_batches": len(losses)}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _from(
    batches: Batches, place: Mapping[str, int]
) -> Iterator[tuple[dict[str, int], dict[str, NDArray[np.int64]]]]:
    """Batches from a place on, each with the place after it."""
    chunk, skipped = place["chunk"], place["batch"]
    while True:
        for index, arrays in enumerate(batches.chunk_batches(chunk)):
            if index >= skipped:
                yield {"chunk": chunk, "batch": index + 1}, arrays
        chunk, skipped = chunk + 1, 0


def _fingerprint(config: DetectorRecipe, corpus: Corpus) -> str:
    """What a checkpoint must share with the run that takes it up."""
    settings = config.model_dump(mode="json", exclude={"steps", "checkpoint_every"})
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    if not corpus.clean:
        raise InputError("no sentences to learn from")
    for sentence in corpus.clean:
        digest.update(" ".join(sentence).encode("utf-8", "surrogatepass"))
    for one in corpus.tagged:
        digest.update(repr(one).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
