"""The sanity gate: what is plainly wrong with single outputs, whatever they score.

``examine`` asks every check of this room about every output; each finding has a kind
(``finding.KINDS``), an item, a stretch where there is one, and a sentence. The checks would rather
miss than cry wolf: each module says what it leaves out. What a check needs and does not have (a
source, a language, a glossary) is said in ``Findings.unchecked``.

A translation must keep what its source has; a summary may leave out but not make up. So for a
summary the names and numbers that its source lacks are found (``metrics.faithfulness``; English),
and nothing is said of what it left out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from evalkit.corpus.glossary import Term
from evalkit.guard.endings import cut_ending, usual_ratio
from evalkit.guard.figures import figures
from evalkit.guard.finding import KINDS, Finding, Task
from evalkit.guard.kept import addresses, inline_tags, placeholders, tags
from evalkit.guard.latin_names import latin_names
from evalkit.guard.leftovers import leftovers
from evalkit.guard.loops import loops
from evalkit.guard.terms import missing_terms
from evalkit.guard.tongues import foreign, foreign_letters, vocabulary
from evalkit.metrics.faithfulness import Faithfulness
from evalkit.records import Batch
from evalkit.text.language import UNKNOWN, detect, language_name
from evalkit.text.words import words

__all__ = ["Findings", "Outputs", "examine", "likely_language"]

_COPIED = 95.0
"""How alike output and source must be to be called a copy, 0-100, of six words or more."""
_COPIED_WORDS = 4
_NEARLY_COPIED_WORDS = 6
_COPIED_SUMMARY_WORDS = 20
_VISIBLE = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")
_SAMPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """n outputs of one system, and what belongs to each."""

    texts: Sequence[str]
    sources: Sequence[str] | None = None
    """n texts that they were made from."""
    references: Sequence[Sequence[str]] | None = None
    """For each its references, as many as it has: what they hold, too, is not wrong."""
    language: str | None = None
    """ISO 639-1 code of the outputs; None: not known."""
    task: Task = "translation"
    tags: Sequence[Sequence[str]] | None = None
    """For each its inline tags, where a translation file has them."""
    source_tags: Sequence[Sequence[str]] | None = None
    """For each the inline tags of its source."""
    terms: Sequence[Term] = ()
    """The glossary."""
    stopped: frozenset[int] = frozenset()
    """Outputs whose generator stopped at its length limit."""
    skipped: frozenset[int] = frozenset()
    """Outputs that are not there to be looked at (they failed)."""

    def __post_init__(self) -> None:
        for name in ("sources", "references", "tags", "source_tags"):
            part = getattr(self, name)
            if part is not None and len(part) != len(self.texts):
                raise ValueError(f"{len(self.texts)} outputs but {len(part)} {name}")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the gate found."""

    n: int
    """Outputs that were looked at."""
    found: tuple[Finding, ...]
    """By item."""
    unchecked: Mapping[str, str] = field(default_factory=dict)
    """Kinds that could not be looked for, with the reason."""

    @property
    def n_items(self) -> dict[str, int]:
        """For every kind that was looked for, how many outputs have such a finding."""
        pairs = {(finding.kind, finding.item) for finding in self.found}
        counts = Counter(kind for kind, _ in pairs)
        return {kind: counts[kind] for kind in KINDS if kind not in self.unchecked}


def examine(outputs: Outputs) -> Findings:
    """Every finding in a system's outputs."""
    seen = _Seen.of(outputs)
    found = [
        finding
        for item, text in enumerate(outputs.texts)
        if item not in outputs.skipped
        for finding in _one(seen, item, text)
    ]
    return Findings(len(outputs.texts) - len(outputs.skipped), tuple(found), _unchecked(outputs))


def likely_language(texts: Sequence[str]) -> str | None:
    """The language that most of some texts seem to be in; None where they say nothing."""
    step = max(1, len(texts) // _SAMPLE)
    found = detect("\n".join(texts[::step]))
    return None if found is UNKNOWN else found.code


def _unchecked(outputs: Outputs) -> dict[str, str]:
    missing = {
        "source": None if outputs.sources is not None else "no sources",
        "language": None if outputs.language else "the language is not known",
        "glossary": None if outputs.terms and outputs.sources is not None else "no glossary",
    }
    if outputs.terms and outputs.sources is None:
        missing["glossary"] = "no sources"
    found = {kind: missing.get(about.needs) for kind, about in KINDS.items()}
    if outputs.task == "summary":
        found |= dict.fromkeys(("placeholder", "tag", "term"), "a summary may leave it out")
        if outputs.language != "en":
            found |= dict.fromkeys(("number", "name"), "only for English summaries")
    return {kind: reason for kind, reason in found.items() if reason}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is found out once for all outputs."""

    outputs: Outputs
    known: frozenset[str]
    ratio: float
    english: bool

    @classmethod
    def of(cls, outputs: Outputs) -> "_Seen":
        references = [text for texts in outputs.references or () for text in texts]
        translated = outputs.task == "translation" and outputs.sources is not None
        return cls(
            outputs=outputs,
            known=vocabulary(references),
            ratio=usual_ratio(outputs.texts, outputs.sources or ()) if translated else 0.0,
            english=outputs.language == "en",
        )

    def source(self, item: int) -> str | None:
        return self.outputs.sources[item] if self.outputs.sources is not None else None

    def in_language(self, text: str) -> bool:
        """Whether a text is already in the language that is asked for."""
        return self.outputs.language is not None and detect(text).code == self.outputs.language

    def references(self, item: int) -> Sequence[str]:
        return self.outputs.references[item] if self.outputs.references is not None else ()


def _one(seen: _Seen, item: int, text: str) -> Iterator[Finding]:
    source = seen.source(item)
    if not text.translate(_VISIBLE).strip():
        if source is None or source.strip():
            yield Finding("empty", item, "The output is empty.")
        return
    copied = (
        source is not None
        and _copied(text, source, seen.outputs.task)
        and not any(_copied(other, source, seen.outputs.task) for other in seen.references(item))
        and not (seen.outputs.task == "translation" and seen.in_language(source))
    )
    if copied:
        yield Finding("copied-source", item, "The output is a copy of the source.", 0, len(text))
    yield from _form(seen, item, text, copied=copied)
    if source is None or not source.strip() or copied:
        return
    if seen.outputs.task == "summary":
        yield from _made_up(seen, item, text, source)
    else:
        yield from _kept(seen, item, text, source)


def _form(seen: _Seen, item: int, text: str, *, copied: bool) -> Iterator[Finding]:
    """What is wrong with the text as such."""
    language, source, references = seen.outputs.language, seen.source(item), seen.references(item)
    if language and not copied:
        yield from _language(item, text, language, seen.known, references)
    left = tuple(leftovers(text, source or "", "\n".join((source or "", *references))))
    loop = next(loops(text), None)
    if loop and not any(loop[0] <= start < loop[1] for start, _, _ in left):
        start, end, times = loop
        if not any(any(loops(other)) for other in (source or "", *references)):
            yield Finding("loop", item, f"The same stands {times} times in a row.", start, end)
    ending = cut_ending(text, source, references, seen.ratio, english=seen.english)
    if item in seen.outputs.stopped:
        ending = "where its generator reached the length limit"
    if ending:
        place = len(text.rstrip())
        yield Finding("cut-ending", item, f"The output ends {ending}.", max(0, place - 1), place)
    for start, end, what in left:
        message = f"“{text[start:end]}” is {what}."
        yield Finding("leftover", item, message, start, end)


def _language(
    item: int, text: str, language: str, known: frozenset[str], references: Sequence[str]
) -> Iterator[Finding]:
    """Single words in another script, or the language of the whole."""
    strange = tuple(foreign_letters(text, language))
    n_strange = sum(end - start for start, end, _ in strange)
    if not strange or 2 * n_strange >= sum(char.isalpha() for char in text):
        other = foreign(text, language, known)
        if other is not None:
            message = f"The output seems to be {other.name}, not {language_name(language)}."
            yield Finding("wrong-language", item, message, 0, len(text))
            return
    allowed = "\n".join(references)
    for start, end, why in strange:
        if text[start:end] not in allowed:
            yield Finding("wrong-script", item, why, start, end)


def _copied(text: str, source: str, task: Task) -> bool:
    one, other = " ".join(text.split()).casefold(), " ".join(source.split()).casefold()
    spans = words(source)
    small = {source[start:end] for start, end in spans if not source[start].isupper()}
    lower = sum(word[0].isalpha() for word in small)
    if task == "summary":
        return one == other and len(spans) >= _COPIED_SUMMARY_WORDS
    if len(spans) < _COPIED_WORDS or lower < 3:
        return False
    nearly = len(spans) >= _NEARLY_COPIED_WORDS and fuzz.ratio(one, other, score_cutoff=_COPIED) > 0
    return one == other or nearly


def _kept(seen: _Seen, item: int, text: str, source: str) -> Iterator[Finding]:
    """What a translation should have kept of its source."""
    outputs = seen.outputs
    references = [other for other in seen.references(item) if other.strip()]
    found = [
        *figures(item, source, text, english=seen.english),
        *latin_names(item, source, text),
        *addresses(item, source, text),
        *placeholders(item, source, text),
        *tags(item, source, text),
    ]
    if found and references:
        # What a person did alike is no slip: a reference that lacks the same clears it.
        theirs = {
            (each.kind, each.about) for other in references for each in _same(seen, source, other)
        }
        found = [each for each in found if (each.kind, each.about) not in theirs]
    yield from found
    if outputs.source_tags is not None and outputs.tags is not None:
        yield from inline_tags(item, outputs.source_tags[item], outputs.tags[item])
    yield from missing_terms(item, source, text, outputs.terms)


def _same(seen: _Seen, source: str, reference: str) -> Iterator[Finding]:
    yield from figures(0, source, reference, english=seen.english)
    yield from latin_names(0, source, reference)
    yield from addresses(0, source, reference)
    yield from placeholders(0, source, reference)
    yield from tags(0, source, reference)


def _made_up(seen: _Seen, item: int, text: str, source: str) -> Iterator[Finding]:
    """Names, numbers and addresses of a summary that its source lacks."""
    if seen.english:
        measured = Faithfulness().measure(Batch(hypotheses=(text,), sources=(source,)))
        for span in (measured.spans or ((),))[0]:
            kind = span.finder.removeprefix("faithfulness.")
            yield Finding(kind, item, span.message, span.start, span.end)
    for finding in addresses(item, text, source):
        message = f"The source has no address {finding.about}."
        yield Finding("url", item, message, about=finding.about)
