"""Trains a rewriter: recipe and articles with highlights -> a folder that ``Rewriter`` reads.

Seeded and resumable: a run that was stopped goes on from its checkpoint to the same weights (on
the same machine, with the same number of threads). Leaves out choosing settings by a development
set: the loss on ``held_out`` articles is written to ``training.jsonl``, the choice is the user's.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evalkit.errors import ConfigError, InputError
from evalkit.execute import Progress, silent
from evalkit.models.rewriter_examples import Examples
from evalkit.training.casing import learn_casing
from evalkit.training.rewriter_data import (
    Article,
    draw_rows,
    make_examples,
    make_pairs,
    read_articles,
    read_texts,
)
from evalkit.training.rewriter_recipe import RewriterRecipe, read_recipe
from evalkit.training.rewriter_vocabulary import learn_vocabulary, written_counts

if TYPE_CHECKING:
    from evalkit.models.encoder import Encoder
    from evalkit.models.rewriter_batches import Sources
    from evalkit.models.rewriter_fit import Fitter
    from evalkit.models.salience import Salience

__all__ = ["RewriterRecipe", "read_recipe", "train"]

CHECKPOINT = "checkpoint.pt"
LOG = "training.jsonl"
STAGE = "train rewriter"


def train(
    recipe: RewriterRecipe,
    data: Sequence[Path],
    output: Path,
    *,
    on_progress: Progress = silent,
    encoder: "Encoder | None" = None,
) -> Path:
    """Trains a rewriter and gives the folder that holds it.

    A checkpoint in ``output`` with the same recipe and data is taken up; ``steps`` alone may
    differ, as long as the learning rate had not begun to fall.

    Args:
        recipe: the settings.
        data: JSON Lines files, plain or gzipped, of articles with highlights; files that
            match the recipe's ``texts`` instead teach capitals.
        output: the folder to write.
        on_progress: called after each step; losses go to ``training.jsonl``.
        encoder: another encoder than the shared one (in tests).

    Raises:
        ConfigError: ``output`` holds a checkpoint of another recipe or other data.
        InputError: a data file cannot be used, or nothing in it can be learned from.
        ModelError: the encoder cannot be loaded.
    """
    from evalkit.models.encoder import load_encoder
    from evalkit.models.rewriter_batches import store_sources
    from evalkit.models.rewriter_bundle import save_rewriter
    from evalkit.models.rewriter_fit import start

    articles, vocabulary, examples, held_out = _learnable(recipe, data)
    salience = _salience(recipe, articles)
    encoder = load_encoder() if encoder is None else encoder
    counts = written_counts(examples, len(vocabulary))
    fitter, reader = start(
        encoder, recipe.start(), recipe.rates(), vocabulary=vocabulary, counts=counts
    )
    output.mkdir(parents=True, exist_ok=True)
    stored = [(rows, store_sources(reader, rows)) for rows in (examples, held_out)]
    _Run(recipe, fitter, *stored[0], *stored[1]).until_done(output, on_progress)
    save_rewriter(
        output, fitter.net, vocabulary=vocabulary, salience=salience,
        recipe=recipe.model_dump(mode="json"), encoder=encoder.sha256,
    )  # fmt: skip
    return output


def _learnable(
    recipe: RewriterRecipe, data: Sequence[Path]
) -> tuple[list[Article], tuple[str, ...], Examples, Examples]:
    """Articles, vocabulary, and examples to learn from and to measure on."""
    articles, texts = [], []
    for path in data:
        if recipe.has_texts(path):
            texts += list(read_texts(path, recipe.text_fields))
        else:
            fields = {"article": recipe.article_field, "highlights": recipe.highlights_field}
            articles += list(read_articles(path, **fields))
    if not recipe.tokenised:
        texts += [article.article for article in articles]
    if not texts:
        raise InputError(
            "tokenised articles show no capitals, so names would be taken for words: give files "
            "of cased text too, and name them in the recipe: texts"
        )
    casing = learn_casing(texts)
    n_held_out = min(recipe.n_held_out, len(articles) // 10)
    parts = [articles[n_held_out:], articles[:n_held_out]]
    pairs = [list(make_pairs(part, recipe.pairing())) for part in parts]
    vocabulary = learn_vocabulary(pairs[0], casing, size=recipe.n_vocabulary)
    examples = [make_examples(part, vocabulary, gap_coverage=recipe.gap_coverage) for part in pairs]
    if not len(examples[0]):
        raise InputError(
            f"no highlight of the {len(articles)} articles could be made from a sentence: check "
            "article_field, highlights_field and coverage in the recipe"
        )
    return parts[0], vocabulary, examples[0], examples[1]


def _salience(recipe: RewriterRecipe, articles: Sequence[Article]) -> "Salience":
    from evalkit.models.salience import fit_salience

    rows, drawn = draw_rows(articles[: recipe.n_salience], tokenised=recipe.tokenised)
    return fit_salience(rows, drawn)


class _Run:
    """A fitter on its way through the examples."""

    def __init__(
        self, recipe: RewriterRecipe, fitter: "Fitter", rows: Examples, sources: "Sources",
        held_out: Examples, held_out_sources: "Sources",
    ) -> None:  # fmt: skip
        self._recipe = recipe
        self._fitter = fitter
        self._rows = rows
        self._sources = sources
        self._held_out = held_out
        self._held_out_sources = held_out_sources

    def until_done(self, output: Path, on_progress: Progress) -> None:
        recipe, fitter = self._recipe, self._fitter
        checkpoint = output / CHECKPOINT
        fingerprint = _fingerprint(recipe, self._rows)
        if checkpoint.is_file():
            try:
                fitter.load(checkpoint, fingerprint=fingerprint)
            except ValueError as error:
                raise ConfigError(
                    f"{checkpoint}: {error}. Name another --output, or delete the file"
                ) from error
        losses: list[float] = []
        while fitter.step < recipe.steps:
            loss, n = fitter.learn(self._rows, self._sources, self._batch(fitter.step))
            losses.append(loss / n)
            on_progress(STAGE, fitter.step, recipe.steps)
            if fitter.step % recipe.checkpoint_every == 0 or fitter.step == recipe.steps:
                fitter.save(checkpoint, fingerprint=fingerprint)
                self._log(output / LOG, losses)
                losses.clear()

    def _batch(self, step: int) -> list[int]:
        """Examples of a step: every example once in each pass, in batches of like lengths."""
        n_batches = -(-len(self._rows) // self._recipe.batch)
        rng = np.random.default_rng([self._recipe.seed, step // n_batches])
        return batches(self._rows, self._recipe.batch, rng)[step % n_batches]

    def _log(self, path: Path, losses: Sequence[float]) -> None:
        line = {"step": self._fitter.step, "loss": round(float(np.mean(losses)), 6)}
        if len(self._held_out):
            line["held_out_loss"] = round(self._held_out_loss(), 6)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _held_out_loss(self) -> float:
        rng = np.random.default_rng(self._recipe.seed)
        found = [
            self._fitter.measure(self._held_out, self._held_out_sources, chosen)
            for chosen in batches(self._held_out, self._recipe.batch, rng)
        ]
        return sum(loss for loss, _ in found) / sum(n for _, n in found)


def batches(rows: Examples, size: int, rng: np.random.Generator) -> list[list[int]]:
    """All examples in batches of like source lengths, then like target lengths; shuffled."""
    n_source = np.diff(rows.source_starts)[rows.source_of]
    n_target = np.diff(rows.action_starts) + 3 * rng.random(len(rows))
    order = np.argsort(n_source + 0.01 * n_target, kind="stable")
    found = [order[i : i + size].tolist() for i in range(0, len(order), size)]
    return [found[i] for i in rng.permutation(len(found))]


def _fingerprint(recipe: RewriterRecipe, rows: Examples) -> str:
    """What a checkpoint must share with the run that takes it up."""
    settings = recipe.model_dump(mode="json", exclude={"steps", "checkpoint_every"})
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    digest.update("\n".join(rows.words).encode("utf-8", "surrogatepass"))
    for part in (rows.sources, rows.source_starts, rows.source_of, rows.actions):
        digest.update(part.tobytes())
    return digest.hexdigest()
