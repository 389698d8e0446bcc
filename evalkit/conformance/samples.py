"""Texts that the checks give: plain ones, and everything that a real file may hold."""

from collections.abc import Sequence
from dataclasses import replace

from evalkit.records import Batch, Context, GenerationBatch, Length

__all__ = [
    "BROKEN",
    "DOCUMENTS",
    "ODD",
    "ONE_REFERENCE",
    "PLAIN",
    "generation",
    "in_context",
    "one",
    "part",
    "with_odd",
    "without",
]

_ROWS = (
    ("The ferry was late again.", ("The ferry came late again.", "Again the ferry was late.")),
    ("A storm came in the night.", ("In the night a storm came.",)),
    ("Nobody waited for us at the the harbour.", ("No one waited for us at the harbour.",)),
    ("The old bridge is closed until May 12.", ("The old bridge is closed until May 12.",)),
    ("Two boats was lost", ("Two boats were lost.", "Two boats went down.", "We lost two boats.")),
    ("We saw the lights of the town.", ("We could see the lights of the town.",)),
)
_SOURCES = (
    "Die Fähre kam wieder zu spät.",
    "In der Nacht kam ein Sturm.",
    "Niemand wartete am Hafen auf uns.",
    "Die alte Brücke ist bis zum 12. Mai gesperrt.",
    "Zwei Boote gingen verloren.",
    "Wir sahen die Lichter der Stadt.",
)
PLAIN = Batch(
    hypotheses=tuple(text for text, _ in _ROWS),
    references=tuple(references for _, references in _ROWS),
    sources=_SOURCES,
    documents=("a", "a", "a", "b", "b", "c"),
)
"""Six sentences with references, sources and documents."""
ONE_REFERENCE = replace(PLAIN, references=tuple(own[:1] for own in PLAIN.references or ()))
"""The same with one reference each, for what takes no more."""
ODD = {
    "an empty text": "",
    "white space alone": " \t\n\u00a0",
    "no letters": "… — 17 % !?",
    "Arabic": "تأخرت العبّارة مرة أخرى.",
    "Chinese": "渡轮又晚点了。没有人等我们。",
    "Thai": "เรือข้ามฟากมาสายอีกแล้ว",
    "combining marks": "Z̷a̷l̷g̷o̷ cafe\u0301 naïve",
    "emoji": "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ok 👍🏽",
    "a right-to-left mark": "abc \u202edef\u202c ghi",
    "zero width alone": "\u200b\u200d\ufeff",
    "control characters": "a\x00b\x07c\x1b[31m",
    "lines": "First line.\r\nSecond line.\n\nThird.",
    "markup": "<script>alert(1)</script> &amp; <unk> </s> [MASK]",
    "one long word": "a" * 1500,
}
"""What a text may be -> such a text."""
BROKEN = "broken \ud800 text"
"""No Unicode text: a lone surrogate. Readers refuse it; who gets it all the same may too."""
DOCUMENTS = (
    "The ferry stopped on Monday after a storm broke its rudder. The captain said that the repair "
    "would take two weeks. Three small boats take commuters across.",
    "A library lends garden tools since April. Members keep a spade for a week. Some 140 tools "
    "were lent in the first month, and two came back broken.",
    "The old bridge is closed until May. Drivers have to go round by the mill. The council said "
    "that the work is on time.",
)
"""Three documents of some sentences."""


def one(text: str, like: Batch = PLAIN, language: str | None = None) -> Batch:
    """A batch of this one text, with the first reference and source of ``like``."""
    return replace(part(like, (0,)), hypotheses=(text,), language=language or like.language)


def part(batch: Batch, chosen: Sequence[int]) -> Batch:
    """The chosen items."""
    return Batch(
        tuple(batch.hypotheses[i] for i in chosen),
        None if batch.references is None else tuple(batch.references[i] for i in chosen),
        None if batch.sources is None else tuple(batch.sources[i] for i in chosen),
        None if batch.documents is None else tuple(batch.documents[i] for i in chosen),
        None if batch.contexts is None else tuple(batch.contexts[i] for i in chosen),
        batch.language,
    )


def without(batch: Batch, need: str) -> Batch:
    """The batch without its references, or its sources."""
    if need == "references":
        return replace(batch, references=None)
    return replace(batch, sources=None)


def with_odd(text: str, batch: Batch) -> Batch:
    """The batch with ``text`` in the place of its second hypothesis."""
    first, _, *others = batch.hypotheses
    return replace(batch, hypotheses=(first, text, *others))


def in_context(batch: Batch) -> Batch:
    """The batch with each hypothesis standing in one text that holds them all."""
    whole = " ".join(batch.hypotheses)
    contexts, at = [], 0
    for text in batch.hypotheses:
        contexts.append(Context(whole, at))
        at += len(text) + 1
    return replace(batch, contexts=tuple(contexts))


def generation(texts: Sequence[str], language: str = "en") -> GenerationBatch:
    """The texts as documents to be summarised in 20 words."""
    ids = tuple(f"document-{text[:12]!r}-{len(text)}" for text in texts)
    return GenerationBatch(ids, tuple(texts), Length(20), language)
