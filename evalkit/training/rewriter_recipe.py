"""The settings by which a rewriter is trained, and the YAML file that gives them."""

from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from evalkit.config.load import parse_yaml, validated
from evalkit.training.rewriter_data import Pairing

if TYPE_CHECKING:
    from evalkit.models.rewriter_fit import Rates, Start

__all__ = ["RewriterRecipe", "read_recipe"]


class RewriterRecipe(BaseModel):
    """How a rewriter is trained; the defaults are the bundled model's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 1
    """Decides the order of the data and the new parts' first weights."""
    steps: int = Field(3600, ge=1)
    """Optimiser steps."""
    batch: int = Field(48, ge=1)
    """Examples in a step."""
    warmup: int = Field(150, ge=0)
    """Steps in which the learning rates rise."""
    fall: float = Field(0.4, ge=0, le=1)
    """Share of the steps, at the end, in which they fall to zero."""
    decoder_rate: float = Field(4e-4, gt=0)
    """Highest learning rate of what is new."""
    encoder_rate: float = Field(1e-4, gt=0)
    """Highest learning rate of the encoder's upper layers."""
    place_rate: float = Field(3e-3, gt=0)
    """Highest learning rate of the biases by place."""
    weight_decay: float = Field(0.01, ge=0)
    """Of the weight matrices."""
    n_frozen: int = Field(3, ge=0)
    """Lowest encoder layers that stay as they are."""
    n_decoder: int = Field(2, ge=1)
    """Decoder layers."""
    n_vocabulary: int = Field(3000, ge=2, le=4000)
    """Words that may be written, at most."""
    coverage: float = Field(0.6, gt=0, le=1)
    """Least share of a highlight that stands in its sentence, in order."""
    gap_coverage: float = Field(0.65, gt=0)
    """From this coverage on, one word that can be neither copied nor written is forgiven."""
    shortest: int = Field(5, ge=1)
    """Fewest words of a highlight."""
    longest: int = Field(50, ge=2)
    """Most words of a sentence."""
    n_sentences: int = Field(80, ge=1)
    """Sentences of an article that are looked at, from its start."""
    n_held_out: int = Field(200, ge=0)
    """Articles, from the first on, that are not learned from but measured on; at most a tenth."""
    n_salience: int = Field(3000, ge=1)
    """Articles that the selector of sentences is fitted on."""
    article_field: str = "article"
    """Field that holds the text."""
    highlights_field: str = "highlights"
    """Field that holds its highlights: a list, or a text with a line each."""
    text_fields: tuple[str, ...] = ("text",)
    """Fields of cased text in files that match ``texts``; of each row the first that it has."""
    texts: tuple[str, ...] = ()
    """Names (``*`` stands for anything) of data files that hold cased text, no articles."""
    tokenised: bool = False
    """Whether articles and highlights are tokenised in the Penn Treebank manner."""
    checkpoint_every: int = Field(250, ge=1)
    """Steps between checkpoints."""
    threads: int = Field(1, ge=1)
    """Threads of the arithmetic; another number gives other last digits."""

    def rates(self) -> "Rates":
        """The optimiser's part."""
        from evalkit.models.rewriter_fit import Rates

        return Rates(
            self.decoder_rate, self.encoder_rate, self.place_rate,
            self.warmup, self.steps, self.fall, self.weight_decay,
        )  # fmt: skip

    def start(self) -> "Start":
        """The network's part."""
        from evalkit.models.rewriter_fit import Start

        return Start(self.n_frozen, self.n_decoder, self.seed, self.threads)

    def pairing(self) -> Pairing:
        """The data's part."""
        return Pairing(self.coverage, self.shortest, self.longest, self.n_sentences, self.tokenised)

    def has_texts(self, path: Path) -> bool:
        """Whether a data file holds cased text."""
        return any(fnmatch(path.name, pattern) for pattern in self.texts)


def read_recipe(path: Path) -> RewriterRecipe:
    """The recipe in a YAML file.

    Raises:
        ConfigError: the file is missing, is no YAML mapping, or a key or value is wrong.
    """
    return validated(path, parse_yaml(path), RewriterRecipe)
