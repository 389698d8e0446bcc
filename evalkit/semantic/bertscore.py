"""``bertscore``: greedy matching of contextual token vectors (Zhang et al. 2020).

Equal to bert-score 0.3.13 with the same model, layer, weights and baseline, times 100, to 1e-5
(``evalkit.metrics.greedy`` names the one difference). By default it reads the bundled encoder
at the layer that agreed best with people on a development set (``benchmarks/semantic.py``); any
encoder of the hub, or in a folder, may be named instead, with its layer.

A text that is longer than the model reads is read in windows, or its item refused; bert-score
cuts it. Left out: idf weights from the batch at hand, and a score for each layer at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import evalkit
from evalkit.errors import ConfigError
from evalkit.execute import plan
from evalkit.metrics.greedy import Match, Tokens, greedy, rescaled
from evalkit.metrics.options import check_at_least, check_choice, check_types
from evalkit.metrics.rows import pairs
from evalkit.metrics.signature import join
from evalkit.models.checkpoint import Checkpoint, find_checkpoint, versions
from evalkit.models.encoder import SHA256, note_encoder
from evalkit.models.loading import DTYPES, chosen_dtype
from evalkit.records import Batch, Field, FloatArray, Measured
from evalkit.semantic.baseline import BUNDLED, Baseline, read_baseline
from evalkit.semantic.idf import Idf, IdfCorpus, idf_of, read_idf_corpus

if TYPE_CHECKING:
    from evalkit.models.token_vectors import TokenVectors

__all__ = ["LAYER", "BertScore"]

LAYER = 4
"""Of the bundled encoder's six, chosen by ``benchmarks/semantic.py`` on MLQE-PE's development
part: mean over five language pairs r = 0.650, rho = 0.636; layer 6 has 0.650 and 0.626."""
CHARACTERS_AT_ONCE = 200_000
"""Text whose vectors are held in memory together, roughly."""


@dataclass(frozen=True, kw_only=True)
class BertScore:
    """The scorer ``bertscore``. The fields are the options.

    Scores are cosines times 100 (100 for equal texts; rarely below 0), or, with a baseline, on
    a scale where unrelated texts are at 0. Higher is better. An empty text scores 0 before
    rescaling. The score of several segments is the mean of theirs.
    """

    name: str = "bertscore"
    """The name in tables and records."""
    model: str | None = None
    """Hub id (``owner/name``) or folder, with safetensors; None for the bundled encoder."""
    revision: str | None = None
    """The hub's branch, tag or commit; the commit is recorded."""
    layer: int | None = None
    """How many layers the vectors have gone through; 0 is the embeddings. None for the bundled
    encoder's own; any other model's must be named."""
    idf: str | None = None
    """A file of segments: rare sub-words count for more. None weighs all alike."""
    baseline: str | None = None
    """``bundled`` (the bundled encoder's), or a file of bert-score's format; None for no
    rescaling."""
    references: str = "max"
    """Of several: ``max`` takes P, R and F of the one with the best F (ties: the first);
    ``each`` takes the best P, the best R and the best F apart, as bert-score does."""
    long_input: str = "window"
    """A text with more sub-words than the model has positions: ``window`` reads it in
    overlapping parts, ``refuse`` leaves its item unscored with the reason."""
    dtype: str = "float32"
    """``float32``, ``bfloat16``, ``float16``, or ``auto`` (bfloat16 where the device has it), of
    the model; the matching is in float32."""
    device: str = "cpu"
    """``cpu``, ``cuda``, ``cuda:0`` … or ``auto``."""
    batch_tokens: int = 8192
    """Padded sub-words that run together."""
    offline: bool = False
    """Never touch the network."""
    trust_remote_code: bool = False
    """Let Python that the model brings run; a hub model must then be pinned to a commit."""

    def __post_init__(self) -> None:
        check_types(self)
        check_choice("references", self.references, ("max", "each"))
        check_choice("long_input", self.long_input, ("window", "refuse"))
        check_choice("dtype", self.dtype, DTYPES)
        check_at_least("batch_tokens", self.batch_tokens, 1)
        check_at_least("layer", self.n_layer, 0)
        if self.model is None and self.revision is not None:
            raise ValueError(f"revision {self.revision!r} without a model: name one")
        if self.model is not None and self.baseline == "bundled":
            raise ValueError(
                "the bundled baseline is the bundled encoder's: name a file made with this model"
            )

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def languages(self) -> frozenset[str] | None:
        """English for the bundled encoder; another model's are not known here."""
        return frozenset({"en"}) if self.model is None else None

    @property
    def columns(self) -> tuple[str, ...]:
        """P, R and F as cosines, before rescaling, and how many segments were added."""
        return ("precision", "recall", "f", "segments")

    @property
    def fields(self) -> tuple[Field, ...]:
        """F, P and R."""
        unit = "cosine x 100" if self.baseline is None else "rescaled cosine x 100"
        low = -100.0 if self.baseline is None else -np.inf
        names = (self.name, f"{self.name}.precision", f"{self.name}.recall")
        return tuple(Field(name, unit, higher_is_better=True, low=low) for name in names)

    @property
    def n_layer(self) -> int:
        """The layer that is read.

        Raises:
            ConfigError: none is named for a model that isn't the bundled one.
        """
        if self.layer is not None:
            return self.layer
        if self.model is not None:
            raise ConfigError(
                f"name the layer of {self.model} to read (layer: 9, say): which is best differs by "
                "model"
            )
        return LAYER

    def measure(self, batch: Batch) -> Measured:
        """P, R and F of each hypothesis; one without a reference is invalid.

        Raises:
            ValueError: the batch has no references, or they are nested wrongly.
            MissingExtraError: torch or transformers is not installed.
            ModelError: the model cannot be found, brought or loaded.
        """
        found = pairs(batch, self.name)
        reasons: dict[int, str] = dict(found.reasons)
        statistics = np.zeros((found.n, 4))
        items = zip(found.index, found.hypotheses, found.references, strict=True)
        for part in plan(items, weight=_n_characters, budget=CHARACTERS_AT_ONCE):
            tokens = self._read({text for _, one, many in part for text in (one, *many)})
            for place, hypothesis, references in part:
                row = self._row(tokens[hypothesis], [tokens[text] for text in references])
                if isinstance(row, str):
                    reasons[place] = row
                else:
                    statistics[place] = (*row, 1.0)
        valid = np.array([place not in reasons for place in range(found.n)], dtype=np.bool_)
        return Measured(statistics, valid, reasons)

    def score(self, totals: FloatArray) -> FloatArray:
        """Mean F, P and R (..., 3), times 100, of sums (..., 4); NaN for the sum of no row."""
        with np.errstate(divide="ignore", invalid="ignore"):
            means = totals[..., [2, 0, 1]] / totals[..., 3:]
        means = np.where(totals[..., 3:] > 0, means, np.nan)
        low = self._baseline
        return 100 * (means if low is None else rescaled(means, (low.f, low.precision, low.recall)))

    def signature(self) -> str:
        """Model, settings and versions, without ``nrefs``.

        Raises what finding the model raises; weights are not loaded.
        """
        model = self._checkpoint
        bundled = f"all-MiniLM-L6-v2@sha256-{SHA256[:16]}"
        corpus, low = self._corpus, self._baseline
        settings = join(
            {
                "model": bundled if model is None else model.identity,
                "layer": self.n_layer,
                "idf": "no" if corpus is None else f"sha256-{corpus.sha256[:16]}",
                "baseline": "no" if low is None else f"sha256-{low.sha256[:16]}",
                "refs": self.references,
                "long": self.long_input,
                "dtype": chosen_dtype(self.dtype, self.device),
            }
        )
        libraries = versions("torch", "transformers", "tokenizers")
        return f"{settings}|{libraries}|version:evalkit-{evalkit.__version__}"

    def _read(self, texts: set[str]) -> Mapping[str, "Tokens | str"]:
        """Every text's vectors and weights, or why it is refused."""
        refused: dict[str, Tokens | str] = {
            text: "half of a surrogate pair, so that it is no Unicode text"
            for text in texts
            if any("\ud800" <= character <= "\udfff" for character in text)
        }
        ordered = sorted(texts - refused.keys())
        rows = dict(zip(ordered, self._model.tokenize(ordered), strict=True))
        if self.long_input == "refuse":
            limit = self._model.n_positions
            refused |= {
                text: f"{len(ids)} sub-words; the model reads {limit} at once "
                "(long_input: window reads the text in parts)"
                for text, ids in rows.items()
                if self._model.too_long(ids)
            }
        kept = {text: ids for text, ids in rows.items() if text not in refused}
        vectors = self._model.vectors(list(kept.values()), max_tokens=self.batch_tokens)
        n_special = self._model.n_special
        return refused | {
            text: Tokens(found, self._weights(ids), empty=len(ids) <= n_special)
            for (text, ids), found in zip(kept.items(), vectors, strict=True)
        }

    def _weights(self, ids: Sequence[int]) -> FloatArray:
        if self._idf is not None:
            return self._idf.of(ids)
        marks = self._model.unweighted
        return np.array([index not in marks for index in ids], dtype=np.float64)

    def _row(
        self, hypothesis: "Tokens | str", references: Sequence["Tokens | str"]
    ) -> tuple[float, float, float] | str:
        """P, R and F, or why they are undefined."""
        if isinstance(hypothesis, str):
            return f"the hypothesis has {hypothesis}"
        matches = []
        for reference in references:
            if isinstance(reference, str):
                return f"a reference has {reference}"
            match = greedy(hypothesis, reference)
            if match is not None:
                matches.append(match)
        if not matches:
            return "all sub-words of the hypothesis or of its references weigh 0 by idf"
        return self._chosen(matches)

    def _chosen(self, matches: Sequence[Match]) -> tuple[float, float, float]:
        if self.references == "each":
            return (
                max(match.precision for match in matches),
                max(match.recall for match in matches),
                max(match.f for match in matches),
            )
        best = max(matches, key=lambda match: match.f)
        return best.precision, best.recall, best.f

    @cached_property
    def _checkpoint(self) -> Checkpoint | None:
        if self.model is None:
            note_encoder()
            return None
        return find_checkpoint(
            self.model,
            revision=self.revision,
            offline=self.offline,
            remote_code=self.trust_remote_code,
        )

    @cached_property
    def _model(self) -> "TokenVectors":
        from evalkit.models.token_vectors import load_token_vectors

        return load_token_vectors(
            self._checkpoint, layer=self.n_layer, dtype=self.dtype, device=self.device
        )

    @cached_property
    def _corpus(self) -> IdfCorpus | None:
        return None if self.idf is None else read_idf_corpus(self.idf)

    @cached_property
    def _idf(self) -> Idf | None:
        return None if self._corpus is None else idf_of(self._corpus, self._model.tokenize)

    @cached_property
    def _baseline(self) -> Baseline | None:
        if self.baseline is None:
            return None
        path = BUNDLED if self.baseline == "bundled" else self.baseline
        return read_baseline(path, self.n_layer)


def _n_characters(item: tuple[int, str, tuple[str, ...]]) -> int:
    _, hypothesis, references = item
    return len(hypothesis) + sum(map(len, references))
