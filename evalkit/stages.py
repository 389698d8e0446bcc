"""The protocols that a plug-in implements: the one page that its author reads.

A **scorer** turns each hypothesis into a row of additive statistics, and any sum of rows into
its scores. Because rows add, evalkit derives everything else once, for every scorer: corpus,
document and bucket scores, bootstrap intervals, permutation tests, merging across workers and
resuming. A **generator** turns documents into texts.

``evalkit init --plugin my-metric`` writes a package to start from. A class (or any callable that
returns an instance) is found under an entry point::

    [project.entry-points."evalkit.scorers"]
    my-metric = "my_package.my_module:MyMetric"

    [project.entry-points."evalkit.generators"]
    my-model = "my_package.my_module:MyModel"

- **Options** of a config entry arrive as keyword arguments; raise ``ValueError`` for a wrong one.
  Take ``name`` where a metric may stand twice. An option ``offline`` is set where the run is
  offline, and one of ``model``, ``folder`` (and the like) starts in the config's folder.
- **Import** heavy packages inside methods, not at the top of the module; load models on first use,
  not when made.
- ``signature()`` is called before anything is computed: find every file there that is needed
  (download it, unless the run is offline) and raise an error that says what is missing. So
  ``evalkit fetch`` brings it, and no run dies half-way. It decides what is computed again: equal
  signatures and texts have equal numbers.
- **Rows** depend on their own item alone, not on neighbours, order, or batch size. One that cannot
  be measured is invalid, zero, and has a reason; it takes no other with it. Nothing is cut without
  a word in ``cuts`` (a generator: ``Output.cut``).
- ``close()``, where there is one, frees a model; work may go on after it.
- **Random** choices are keyed by a seed and the item's own id.

``evalkit check-plugin my-metric`` looks whether all that is kept, and ``evalkit.conformance`` does
so in your own tests.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from evalkit.records import (
    Batch,
    Field,
    FloatArray,
    GenerationBatch,
    Measured,
    Output,
    SetScore,
)

__all__ = [
    "Closable",
    "EachGenerator",
    "EachScorer",
    "Generator",
    "LikelihoodScorer",
    "Priced",
    "Sampler",
    "Scorer",
    "SegmentScorer",
    "SetScorer",
    "TokenScorer",
]


@runtime_checkable
class Scorer(Protocol):
    """Measures hypotheses: rows of additive statistics, and scores of any sum of rows."""

    @property
    def name(self) -> str:
        """The name in configs, tables and records."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """Which parts of a batch it cannot do without: of ``references``, ``sources``."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes that it reads, or None for any language."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the k additive statistics."""
        ...

    @property
    def fields(self) -> tuple[Field, ...]:
        """The m numbers that ``score`` gives, headline first."""
        ...

    def measure(self, batch: Batch) -> Measured:
        """One row of statistics per hypothesis; invalid rows are masked, with a reason."""
        ...

    def score(self, totals: FloatArray) -> FloatArray:
        """Scores (..., m) of summed statistics (..., k); NaN where undefined (an empty sum)."""
        ...

    def signature(self) -> str:
        """Everything that decides the numbers: settings, versions, model hashes; ``a:b|c:d``."""
        ...


@runtime_checkable
class SegmentScorer(Protocol):
    """A scorer whose score of one segment is not ``score`` of its row (sentence BLEU, say)."""

    def score_segments(self, statistics: FloatArray) -> FloatArray:
        """Scores (n, m) of single rows (n, k), as the reference implementation defines them."""
        ...


@runtime_checkable
class TokenScorer(Protocol):
    """A scorer that says what the numbers of its tokens (``Measured.tokens``) are."""

    @property
    def token_unit(self) -> str:
        """For example ``bits`` (of surprisal), or ``probability`` (of an error)."""
        ...


@runtime_checkable
class LikelihoodScorer(Protocol):
    """A scorer by the log probabilities of a language model's sub-words.

    Where two stand side by side, tables say what of theirs may be compared.
    """

    @property
    def likelihood(self) -> str:
        """What they are: ``causal`` (they add to the text's) or ``pseudo`` (they don't)."""
        ...

    @property
    def absent(self) -> str:
        """Which number it doesn't give as it was set up, and why, after "no"; "" for none."""
        ...

    def vocabulary(self) -> str:
        """What tells the model's sub-words from others', for example a hash of them all."""
        ...


@runtime_checkable
class SetScorer(Protocol):
    """Measures a whole set of hypotheses at once, where no rows add up to its score.

    Such a score has no interval and no test: resampling would mean computing it again and again.
    """

    @property
    def name(self) -> str:
        """The name in configs, tables and records."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """Which parts of a batch it cannot do without: of ``references``, ``sources``."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes that it reads, or None for any language."""
        ...

    @property
    def fields(self) -> tuple[Field, ...]:
        """The m numbers that ``measure_set`` gives, headline first."""
        ...

    @property
    def whole(self) -> str:
        """Why the score is of the whole set only, in words; stands where an interval would."""
        ...

    def measure_set(self, batch: Batch) -> tuple[SetScore, ...]:
        """The m numbers of all hypotheses together, in the order and by the names of ``fields``."""
        ...

    def signature(self) -> str:
        """Everything that decides the numbers: settings, versions, model hashes; ``a:b|c:d``."""
        ...


@runtime_checkable
class Closable(Protocol):
    """A scorer or generator that holds something open: a model, a program, a connection."""

    def close(self) -> None:
        """Ends it; called once it has measured or written all. A second call does nothing; the
        signature may still be asked.
        """
        ...


@runtime_checkable
class Generator(Protocol):
    """Writes a text for each document."""

    @property
    def name(self) -> str:
        """The name of the kind, for example ``lead``."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """ISO 639-1 codes that it reads, or None for any language."""
        ...

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """One output per document, in order. A failed item is an Output with ``error``."""
        ...

    def signature(self) -> str:
        """Everything that decides the outputs: settings, versions, model hashes, seed."""
        ...


@runtime_checkable
class EachGenerator(Protocol):
    """A generator that hands over each output the moment it is there: one that is paid for.

    evalkit keeps each at once, so that a run that is killed asks for none of them again, and
    hands it all documents of one language together. ``generate`` stays as it is.
    """

    def generate_each(self, batch: GenerationBatch, done: Callable[[int, Output], None]) -> None:
        """Calls ``done`` with the position and the output of every document, in any order."""
        ...


@runtime_checkable
class EachScorer(Protocol):
    """A scorer that hands over each row the moment it is there: one that is paid for.

    Its rows must not depend on the rest of the batch. ``measure`` stays as it is.
    """

    def measure_each(self, batch: Batch, done: Callable[[int, Measured], None]) -> None:
        """Calls ``done`` with the position and the one row of every hypothesis, in any order."""
        ...


@runtime_checkable
class Priced(Protocol):
    """A generator or scorer that asks a server: its tokens are summed, and turned into a cost.

    A generator's ``Output.usage`` holds ``requests``, ``prompt_tokens`` and ``completion_tokens``;
    a scorer has columns of these names.
    """

    @property
    def currency(self) -> str:
        """Of the prices; "" where none are known."""
        ...

    def cost(self, usage: Mapping[str, int]) -> float | None:
        """What these tokens cost; None where no prices are known."""
        ...


@runtime_checkable
class Sampler(Protocol):
    """A generator that can draw several texts for a document, for ``mbr`` to choose among."""

    def sampling(self) -> bool:
        """Whether its settings draw at random, so that several texts differ."""
        ...

    def sample(self, batch: GenerationBatch, n: int) -> tuple[tuple[Output, ...], ...]:
        """For each document ``n`` outputs; the k-th is what its seed plus k would write."""
        ...
