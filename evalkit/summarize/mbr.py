"""``mbr``: of several sampled summaries the one that the others agree with most.

Minimum-Bayes-risk choice after Kumar & Byrne (2004), by sampling (Eikema & Aziz 2020): ``n`` texts
are drawn from a model, each stands once as hypothesis and once as reference, and the text with the
highest expected utility is taken: the mean, over all ``n`` drawn texts, of a metric's segment
score with the text as hypothesis and the drawn one as its reference. Equal texts are measured once
and weigh as often as they were drawn; a text counts as a reference of itself too, as in the
Monte-Carlo estimate. Leaves out utilities without references, and coarse-to-fine pruning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from evalkit import registry
from evalkit.errors import ConfigError
from evalkit.records import Batch, FloatArray, GenerationBatch, Output
from evalkit.registry import Code
from evalkit.stages import Generator, Sampler, Scorer, SegmentScorer
from evalkit.summarize.length import failure

__all__ = ["Choice", "Mbr", "expected_utilities"]

TOLERANCE = 1e-9
"""Expected utilities nearer than this are a tie, which the first drawn text wins."""
DOCUMENTS = 16
"""Documents whose texts are drawn together, before a choice is made among them."""
PAIRS = 4096
"""Pairs of texts that are measured together, at least."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the drawn texts was taken."""

    index: int
    """Place among the drawn texts."""
    utility: float
    """Its expected utility, in the metric's own unit."""
    n_distinct: int
    """How many different texts were drawn."""


class Mbr:
    """Draws ``n`` summaries with another generator and takes the most agreed one.

    Args:
        of: the generator, as in a config: ``{kind: seq2seq, model: …, generation: {do_sample:
            true}}``. The k-th text is what it writes with ``seed + k``.
        n: texts that are drawn for each document.
        utility: a scorer with references, by name or as ``{name: bertscore, layer: 5}``; its first
            field is what counts.
        offline: never touch the network.
        code: the permission that this generator itself was made with; no config can give it.

    Raises:
        ConfigError: ``n`` is below 2; the utility has no references or no direction; the generator
            draws no samples; or an option of either is wrong.
    """

    name = "mbr"

    def __init__(
        self,
        *,
        of: Mapping[str, object],
        n: int,
        utility: str | Mapping[str, object] = "chrf",
        offline: bool = False,
        code: Code | None = None,
    ) -> None:
        if type(n) is not int or n < 2:
            raise ConfigError(f"n is {n!r}, expected 2 or more: of one text there is no choice")
        if code is not None and not isinstance(code, Code):
            raise ConfigError("mbr has no option 'code'")
        self._n = n
        self._of = _generator(of, code or Code(), offline=offline)
        self._utility = _utility(utility, code or Code())
        self._sign = 1.0 if self._utility.fields[0].higher_is_better else -1.0

    @property
    def languages(self) -> frozenset[str] | None:
        """What both the generator and the metric read."""
        both = [each.languages for each in (cast(Generator, self._of), self._utility)]
        known = [languages for languages in both if languages is not None]
        return frozenset.intersection(*known) if known else None

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """One output per document; raises what the generator raises.

        A document fails where all its drawn texts do. The details of an output are those of the
        text that was taken, and ``mbr_…``: its place among the drawn ones (from 0), its expected
        utility, how many were drawn, how many of them differ, how many failed.
        """
        done: dict[int, Output] = {}
        self.generate_each(batch, done.__setitem__)
        return tuple(done[place] for place in range(len(batch.texts)))

    def generate_each(self, batch: GenerationBatch, done: Callable[[int, Output], None]) -> None:
        """Hands over the outputs as they are there; raises like ``generate``."""
        for start in range(0, len(batch.texts), DOCUMENTS):
            some = replace(
                batch,
                ids=batch.ids[start : start + DOCUMENTS],
                texts=batch.texts[start : start + DOCUMENTS],
            )
            drawn = self._of.sample(some, self._n)
            for at, (text, own) in enumerate(zip(some.texts, drawn, strict=True)):
                done(start + at, self._chosen(text, own, batch.language))

    def signature(self) -> str:
        """How many are drawn, the utility's and the generator's own signatures.

        Raises:
            ConfigError: the generator's settings draw nothing at random.
        """
        if not self._of.sampling():
            raise ConfigError(
                "mbr: the generator's settings don't sample, so that all texts would be the same; "
                "set generation: {do_sample: true} in it"
            )
        of = cast(Generator, self._of).signature()
        return f"mbr|n:{self._n}|utility:[{self._utility.signature()}]|of:[{of}]"

    def close(self) -> None:
        """Frees what the generator and the metric hold."""
        for each in (self._of, self._utility):
            close = getattr(each, "close", None)
            if close is not None:
                close()

    def _chosen(self, source: str, drawn: Sequence[Output], language: str) -> Output:
        written = [(index, output) for index, output in enumerate(drawn) if not output.error]
        if not written:
            return failure(drawn[0].error)
        try:
            choice = self._choice([output.text for _, output in written], source, language)
        except ValueError as error:
            return failure(str(error))
        index, taken = written[choice.index]
        details = {
            "mbr_index": index,
            "mbr_utility": choice.utility,
            "mbr_drawn": len(drawn),
            "mbr_distinct": choice.n_distinct,
            "mbr_failed": len(drawn) - len(written),
        }
        total = sum(output.usage.get("new_tokens", 0) for output in drawn)
        usage = {**taken.usage, "drawn_tokens": total}
        return replace(taken, usage=usage, details={**taken.details, **details})

    def _choice(self, texts: Sequence[str], source: str, language: str) -> Choice:
        distinct = list(dict.fromkeys(texts))
        weights = np.array([texts.count(text) for text in distinct], dtype=np.float64)
        if len(distinct) == 1:
            found = self._scores(distinct, source, language)
            return Choice(0, float(found[0, 0]), 1)
        expected = expected_utilities(self._scores(distinct, source, language), weights)
        if np.isnan(expected).all():
            raise ValueError(f"{self._utility.name} is undefined for every pair of drawn texts")
        signed = np.where(np.isnan(expected), -np.inf, self._sign * expected)
        best = int(np.flatnonzero(signed >= signed.max() - TOLERANCE)[0])
        return Choice(texts.index(distinct[best]), float(expected[best]), len(distinct))

    def _scores(self, texts: Sequence[str], source: str, language: str) -> FloatArray:
        """(m, m): the metric's score of each text (row) with each as its reference (column)."""
        pairs = [(one, other) for one in texts for other in texts]
        found = [
            self._measured(pairs[start : start + PAIRS], source, language)
            for start in range(0, len(pairs), PAIRS)
        ]
        return np.concatenate(found).reshape(len(texts), len(texts))

    def _measured(self, pairs: Sequence[tuple[str, str]], source: str, language: str) -> FloatArray:
        batch = Batch(
            tuple(one for one, _ in pairs),
            tuple((other,) for _, other in pairs),
            sources=(source,) * len(pairs),
            language=language,
        )
        measured = self._utility.measure(batch)
        scored: Scorer = self._utility
        if isinstance(scored, SegmentScorer):
            first = scored.score_segments(measured.statistics)[:, 0]
        else:
            first = scored.score(measured.statistics)[:, 0]
        return np.where(measured.valid, first, np.nan)


def expected_utilities(scores: FloatArray, weights: FloatArray) -> FloatArray:
    """The mean score (m,) of each of m texts over what was drawn, from scores (m, m).

    Args:
        scores: row: the text as hypothesis; column: the text as its reference. NaN: undefined,
            left out of the mean.
        weights: (m,), how often each text was drawn.

    >>> expected_utilities(np.array([[100.0, 40.0], [40.0, 100.0]]), np.array([3.0, 1.0]))
    array([85., 55.])
    """
    known = ~np.isnan(scores)
    total = np.where(known, weights, 0.0).sum(axis=1)
    sums = np.where(known, scores * weights, 0.0).sum(axis=1)
    found: FloatArray = np.full(len(scores), np.nan)
    np.divide(sums, total, out=found, where=total > 0)
    return found


def _generator(of: object, code: Code, *, offline: bool) -> Sampler:
    if not isinstance(of, Mapping) or not isinstance(of.get("kind"), str):
        raise ConfigError("mbr needs of: {kind: seq2seq, …}, the generator that draws")
    options = {str(name): value for name, value in of.items() if name != "kind"}
    kind = str(of["kind"])
    if offline and registry.takes("generator", kind, "offline", code=code):
        options["offline"] = True
    made = registry.generator(kind, code=code, **options)
    if not isinstance(made, Sampler):
        raise ConfigError(f"mbr: {kind!r} draws no samples; take one that does, as seq2seq, causal")
    return made


def _utility(utility: object, code: Code) -> Scorer:
    options = {"name": utility} if isinstance(utility, str) else utility
    if not isinstance(options, Mapping) or not isinstance(options.get("name"), str):
        raise ConfigError(f"utility is {utility!r}, expected a scorer's name, or name and options")
    rest = {str(name): value for name, value in options.items() if name != "name"}
    made = registry.scorer(str(options["name"]), code=code, **rest)
    if "references" not in made.needs:
        raise ConfigError(f"utility: {made.name} compares with no reference; take chrf, rougeL …")
    if made.fields[0].higher_is_better is None:
        raise ConfigError(f"utility: of {made.name} neither more nor less is better")
    return made
