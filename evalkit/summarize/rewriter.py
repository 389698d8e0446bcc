"""``rewriter``: the bundled abstractive summariser: it selects sentences and rewrites each.

After Chen & Bansal (2018, arXiv:1805.11080), with a light linear selector in place of their
reinforced one. Salient sentences are rewritten, each at several lengths, by beam search
(``evalkit.models.rewriter_search``); the candidates are ranked by the network and, if asked for,
by the bundled detector; the most valuable of them that fit the words asked for become the summary,
in the order of the document, as one paragraph of whole sentences.

Names and numbers are never invented: every one is copied, because the words that may be written
hold none. Leaves out merging of sentences, and telling who a pronoun means.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import evalkit
from evalkit.errors import ConfigError
from evalkit.models.bundle import bundle_sha256
from evalkit.models.checkpoint import versions
from evalkit.models.rewriter_bundle import BUNDLED, load_rewriter
from evalkit.models.salience import LEANING, content
from evalkit.records import Batch, GenerationBatch, Output
from evalkit.summarize.length import EMPTY, budget, failure
from evalkit.summarize.rewriter_choice import (
    Candidate,
    Limits,
    choose,
    distinct,
    fragment,
    limits_of,
)
from evalkit.summarize.rewriter_reading import LONGEST, Reading, Sentence, read_document
from evalkit.summarize.rewriter_surface import printed
from evalkit.text.language import not_in
from evalkit.text.words import count_words

if TYPE_CHECKING:
    from evalkit.fluency.detector import Detector
    from evalkit.models.rewriter_bundle import RewriterModel
    from evalkit.models.rewriter_search import Rewrite

__all__ = ["Rewriter"]

ENGLISH_ONLY = "rewriter reads English only (use lead, or a seq2seq model)"
RERANKERS = ("detector", "none")
ANY, SHORTER, MIDDLE, LONGER = 7, 2, 3, 4
"""Length classes; see ``evalkit.models.rewriter.LENGTHS``."""
WORDS_EACH = 14
"""Words of a usual rewrite."""


ENOUGH = 2.0
"""Words and marks of different sentences, for each word asked for, from which others are left."""
N_DRAFTS = 16
"""Rewrites of a sentence that the reranker looks at."""
KEEP = 0.3
"""Share of a sentence's salience that any rewrite has; the rest comes with the content kept."""
READABLE = 0.6
"""Weight of a rewrite's score per word against the salience of its sentence."""
LEAN = 0.05
"""Cost of beginning with a word that points back."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A rewrite, printed."""

    sentence: Sentence
    text: str
    words: tuple[str, ...]
    rate: float
    """Score per word."""


class Rewriter:
    """Writes abstractive summaries with the bundled model, or another that was trained.

    Args:
        model: a folder that ``evalkit train rewriter`` wrote; None for the bundled one.
        beam: candidates kept at each step.
        invention: cost, in nats, of a written word that resembles none of the sentence.
        reranker: ``"detector"`` weighs each candidate's expected errors too; ``"none"`` does not.
        error_cost: cost of one expected error, in nats per word of a 20-word sentence.

    Raises:
        ConfigError: an option is out of its range.
    """

    name = "rewriter"
    languages: frozenset[str] | None = frozenset({"en"})

    def __init__(
        self,
        *,
        model: str | Path | None = None,
        beam: int = 5,
        invention: float = 2.0,
        reranker: str = "detector",
        error_cost: float = 0.2,
    ) -> None:
        if beam < 1:
            raise ConfigError(f"beam is {beam}, expected 1 or more")
        if invention < 0 or error_cost < 0:
            raise ConfigError(f"costs are {invention} and {error_cost}, expected 0 or more")
        if reranker not in RERANKERS:
            raise ConfigError(f"reranker is {reranker!r}, expected one of {', '.join(RERANKERS)}")
        self._folder = BUNDLED if model is None else Path(model)
        self._beam = beam
        self._invention = invention
        self._error_cost = error_cost
        self._reranker = reranker
        self._model: RewriterModel | None = None
        self._detector: Detector | None = None

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """One output per document; a failed item is one without words, or not in English.

        Each document is read by itself, so that its summary doesn't depend on its neighbours.

        Raises:
            ConfigError: less than one word is asked for.
            MissingExtraError: torch or transformers is not installed.
            ModelError: the model cannot be loaded.
        """
        limits = limits_of(budget(batch.length), batch.length.kind)
        if batch.language.split("-")[0].lower() != "en":
            foreign = failure(f"the document's language is {batch.language!r}; {ENGLISH_ONLY}")
            return tuple(foreign for _ in batch.texts)
        return tuple(self._summarise(text, limits, batch.length.kind) for text in batch.texts)

    def signature(self) -> str:
        """Model, settings, and the versions of the libraries that decide the texts."""
        settings = f"beam:{self._beam}|invention:{self._invention:g}"
        rerank = "reranker:none"
        if self._reranker == "detector":
            rerank = f"reranker:[{self._scorer().signature()}]*{self._error_cost:g}"
        model = f"model:{bundle_sha256(self._folder)[:12]}"
        own = f"evalkit:{evalkit.__version__}|sentencex:{version('sentencex')}"
        libraries = versions("torch", "transformers")
        return f"rewriter|{model}|{settings}|{rerank}|dtype:float32|{own}|{libraries}"

    def close(self) -> None:
        """Frees the models; the next ``generate`` loads them again."""
        self._model = None
        self._detector = None

    def _summarise(self, text: str, limits: Limits, kind: str) -> Output:
        if not count_words(text):
            return failure(EMPTY)
        try:
            reading = read_document(text, self._loaded().salience)
        except ValueError as error:
            return failure(str(error))
        foreign = not_in(text, ("en",))
        if foreign is not None:
            return failure(f"the document seems to be in {foreign.name}; {ENGLISH_ONLY}")
        chosen = choose(self._candidates(reading, limits), limits)
        if not chosen:
            return failure(
                f"no sentence could be rewritten in {limits.high} words; ask for more words"
            )
        return replace(_output(chosen, reading, kind), details=self._details())

    def _details(self) -> dict[str, str | int | float]:
        """How every text came about: the search has no prompt and draws nothing."""
        return {
            "model": f"rewriter@sha256-{bundle_sha256(self._folder)[:16]}",
            "beam": self._beam,
            "invention": self._invention,
            "reranker": self._reranker,
            "stop": "end token",
        }

    def _candidates(self, reading: Reading, limits: Limits) -> list[Candidate]:
        from evalkit.models.rewriter_search import Request, SearchSettings, search

        model = self._loaded()
        pool = [one for one in _pool(reading, limits) for _ in _classes(limits)]
        lengths = _classes(limits) * (len(pool) // len(_classes(limits)))
        requests = [
            Request(one.plain, length, one.quoted)
            for one, length in zip(pool, lengths, strict=True)
        ]
        settings = SearchSettings(beam=self._beam, invention=self._invention)
        found = search(model.net, model.reader, model.vocabulary, requests, settings)
        drafts = _drafts(pool, found, reading.small_words(model.vocabulary))
        errors = self._errors([draft.text for draft in drafts])
        weights = reading.weights()
        return [
            _candidate(draft, weights, cost) for draft, cost in zip(drafts, errors, strict=True)
        ]

    def _errors(self, texts: Sequence[str]) -> list[float]:
        """What the reranker takes off each candidate."""
        if self._reranker == "none" or not texts:
            return [0.0] * len(texts)
        measured = self._scorer().measure(Batch(hypotheses=tuple(texts)))
        per_word = self._error_cost * 20
        return [
            per_word * float(errors) / max(1.0, float(n)) for errors, n, *_ in measured.statistics
        ]

    def _scorer(self) -> "Detector":
        if self._detector is None:
            from evalkit.fluency.detector import Detector

            self._detector = Detector()
        return self._detector

    def _loaded(self) -> "RewriterModel":
        if self._model is None:
            self._model = load_rewriter(self._folder)
        return self._model


def _pool(reading: Reading, limits: Limits) -> list[Sentence]:
    """The sentences worth rewriting, most salient first."""
    sentences = reading.sentences
    ranked = sorted(range(len(sentences)), key=lambda i: (-sentences[i].salience, i))
    kept = distinct([one.plain for one in sentences], ranked)
    if sum(len(sentences[i].words) for i in kept) < ENOUGH * limits.low:
        kept += [i for i in ranked if i not in kept]  # there is little else to say
    n_wanted = 3 if limits.n_sentences == 1 else math.ceil(1.4 * limits.high / WORDS_EACH) + 1
    return [sentences[i] for i in kept[:n_wanted]]


def _classes(limits: Limits) -> tuple[int, ...]:
    """Length classes of rewrites that could be of use."""
    if limits.n_sentences > 1:
        return (ANY, SHORTER, LONGER)
    if limits.high <= 14:
        return (0, 1, SHORTER)
    return (MIDDLE, LONGER, LONGER + 1, LONGER + 2)


def _drafts(
    pool: Sequence[Sentence], found: Sequence[Sequence["Rewrite"]], small: frozenset[str]
) -> list[_Draft]:
    """The different rewrites of each sentence that are no fragments: the N_DRAFTS best."""
    best: dict[int, dict[str, _Draft]] = {}
    for one, rewrites in zip(pool, found, strict=True):
        for rewrite in rewrites:
            hangs = fragment(rewrite.words, rewrite.links, one.plain)
            if hangs or len(rewrite.words) > len(one.words):
                continue
            text = printed(rewrite.words, rewrite.links, one.words, small=small, marks=one.marks)
            rate = rewrite.score / (len(rewrite.words) + 1)  # the stop counts too
            own = best.setdefault(one.index, {})
            if text not in own or own[text].rate < rate:
                own[text] = _Draft(one, text, rewrite.words, rate)
    return [
        draft
        for own in best.values()
        for draft in sorted(own.values(), key=lambda draft: -draft.rate)[:N_DRAFTS]
    ]


def _candidate(draft: _Draft, weights: dict[str, float], cost: float) -> Candidate:
    one = draft.sentence
    whole = sum(weights[word] for word in content(one.plain))
    kept = sum(weights.get(word, 0.0) for word in content(draft.words))
    share = kept / whole if whole else 0.0
    score = draft.rate - cost
    leaning = LEAN * (draft.words[0] in LEANING and one.index > 0)
    value = one.salience * (KEEP + (1 - KEEP) * share) + READABLE * score - leaning
    return Candidate(one.index, draft.text, count_words(draft.text), value, score)


def _output(chosen: Sequence[Candidate], reading: Reading, kind: str) -> Output:
    text = " ".join(candidate.text for candidate in chosen)
    if kind == "headline":
        text = text.removesuffix(".")
    usage = {
        "source_words": reading.n_words,
        "words": count_words(text),
        "sentences": len(chosen),
    }
    cut = f"{reading.n_cut} words and marks past the {LONGEST}th of a sentence"
    return Output(text=text, stop="end", usage=usage, cut=cut if reading.n_cut else "")
