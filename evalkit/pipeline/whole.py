"""Measures of a whole set on files of segments: every text of a system is kept, then measured.

So their memory grows with the texts, unlike that of scorers whose rows add up.
"""

from collections.abc import Sequence

from evalkit.corpus.chunks import Chunk
from evalkit.errors import ConfigError
from evalkit.metrics.signature import with_references
from evalkit.pipeline.blame import blamed
from evalkit.pipeline.segments import Scored
from evalkit.records import Batch
from evalkit.stages import SetScorer
from evalkit.stats.results import Estimate, Interval

__all__ = ["Texts"]


class Texts:
    """All texts of one system, for set scorers.

    Args:
        system: the system's name.
        scorers: what will measure them.
        language: ISO 639-1 code of the hypotheses.
    """

    def __init__(self, system: str, scorers: Sequence[SetScorer], language: str) -> None:
        self.system = system
        self._scorers = tuple(scorers)
        self._needs = frozenset(need for scorer in scorers for need in scorer.needs)
        self._language = language
        self._hypotheses: list[str] = []
        self._references: list[tuple[str, ...]] = []
        self._sources: list[str] = []

    def take(self, chunk: Chunk) -> None:
        """Keeps the chunk's texts.

        Raises:
            ConfigError: a scorer needs what the files do not have.
        """
        for need in sorted(self._needs):
            if getattr(chunk, need) is None:
                raise ConfigError(
                    f"{self._scorers[0].name} needs --{need} FILE (or {need!r} beside the "
                    "hypotheses, in JSON Lines)"
                )
        self._hypotheses += chunk.systems[self.system]
        self._references += chunk.references or ()
        self._sources += chunk.sources or ()

    def scored(self) -> tuple[Scored, ...]:
        """Every number of every set scorer; its interval says why there is none."""
        batch = Batch(
            tuple(self._hypotheses),
            tuple(self._references) or None,
            tuple(self._sources) or None,
            language=self._language,
        )
        return tuple(found for scorer in self._scorers for found in self._of(scorer, batch))

    def _of(self, scorer: SetScorer, batch: Batch) -> list[Scored]:
        nan = float("nan")
        signature = scorer.signature()
        if batch.references is not None and "references" in scorer.needs:
            signature = with_references(signature, batch.references)
        with blamed(scorer):
            whole = scorer.measure_set(batch)
        made = []
        for field, found in zip(scorer.fields, whole, strict=True):
            n_skipped = len(batch) - found.n_texts
            reason = f"no interval: {scorer.whole}"
            interval = Interval(nan, nan, nan, found.n_texts, "", reason)
            number = Estimate(field, found.value, interval, found.n_texts, n_skipped, found.reason)
            made.append(Scored(self.system, scorer.name, number, signature))
        return made
