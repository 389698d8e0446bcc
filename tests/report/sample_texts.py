"""Made-up texts, some hostile, and what was found in them: documents and items of the sample."""

import re
from itertools import pairwise

from evalkit.results import (
    Item,
    Mark,
    MarkedDocument,
    OutputInfo,
    ReferenceText,
    SentenceScores,
    Token,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "{{7*7}}{% raw %}",
    '" onmouseover="alert(2)" x="',
    "'><img src=x onerror=alert(3)>",
    "<!-- --> ]]> <unk> &lt;b&gt; &amp;",
    "javascript:alert(4)",
    "a\x00b\x1b[31mred\x9b0m\x07",
    "\u202egnirts\u202c \u2066open isolate",
    "zero\u200bwidth\ufeff",
    "| pipe * star _under_ `tick` [link](javascript:1) # no heading",
    "=HYPERLINK(0)",
)

FERRY = (
    "The old ferry at Lindholm has stopped to run since Monday.\n"
    "\n"
    "“We are all very worry about it,” said the the harbour master, who is knowing the river "
    "since his childhood. He has asked the the council for “a quick answer, but nobody came.\n"
    "\r\n"
    "Two bridges more to the north stays open.  Drivers needs to do a way around of 14 "
    "kilometres - and pay for it."
)

LIBRARY = (
    "The library of the village opens again on Friday.\n"
    "It were closed eleven months because of a water damage.\n"
    "Its new reading room has place for 40 persons, an lift, and a garden on the roof."
)

NASTY = "\n".join((*HOSTILE, "word " * 600, "", "\tTabs\tand  spaces stay.  "))

SYSTEMS = ("lead", "rewriter", "an unusually-long.system_name|v2")

REFERENCES = {
    "ferry": (
        "The Lindholm ferry has been out of service since Monday. Two bridges to the north are "
        "open, but the detour is 14 kilometres.",
        "Since Monday no ferry has crossed at Lindholm, and drivers must go round by the northern "
        "bridges.",
    ),
    "library": (
        "After eleven months of repairs the village library reopens on Friday.",
        "The village library opens again on Friday with a roof garden and a bigger reading room.",
    ),
}

SUMMARIES = {
    ("lead", "ferry"): "The old ferry at Lindholm has stopped to run since Monday.",
    ("lead", "library"): "The library of the village opens again on Friday.",
    ("rewriter", "ferry"): (
        "The Lindholm ferry has been out of service since Monday. Drivers must go round by Osterby."
    ),
    ("rewriter", "library"): ("The village library opens again on Friday after eleven months."),
    (SYSTEMS[2], "ferry"): "",
    (SYSTEMS[2], "library"): f"Library {HOSTILE[0]} opens | on Friday",
}


def document(id_: str, title: str, text: str, system: str = "documents") -> MarkedDocument:
    """A text with marks by two scorers and a reader, overlapping, nested and empty."""
    spans = _sentences(text)
    return MarkedDocument(
        system=system,
        table="fluency",
        id=id_,
        title=title,
        text=text,
        sentences=tuple(
            SentenceScores(
                start=start,
                end=end,
                paragraph=text.count("\n", 0, start),
                scores={
                    "mechanics": 100.0 - 7.5 * (index % 4),
                    "mechanics.errors": 0.8 * (index % 4),
                    "detector": None if index == 1 else 95.0 - 9.37 * index,
                },
                notes=("detector: no word in this sentence",) if index == 1 else (),
            )
            for index, (start, end) in enumerate(spans)
        ),
        spans=tuple(sorted(_marks(text), key=lambda mark: mark.start)),
        tokens={
            "detector": tuple(
                Token(start=m.start(), end=m.end(), value=(37 * m.start() % 100) / 100)
                for m in re.finditer(r"\w+", text)
            ),
            "lengths": (Token(start=0, end=3, value=3.0),),
        },
        scores={"mechanics": 88.2, "detector": 61.9, "mechanics.errors": 2.4, "balance": None},
    )


def _sentences(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"[^\s.][^.\r\n]*\.?”?", text)]


def _marks(text: str) -> list[Mark]:
    words = [m.span() for m in re.finditer(r"\w+", text)][:40]
    marks = []
    for index in range(0, len(words) - 3, 5):
        start, end = words[index][0], words[index + 2][1]
        marks.append(
            Mark(
                start=start, end=end, scorer="detector", category="grammar", severity="major",
                probability=0.62 + index / 100, message="This seems wrong here.",
            )
        )  # fmt: skip
    inner = words[1]
    marks += [
        Mark(
            start=inner[0], end=inner[1], scorer="mechanics", finder="mechanics.doubled-word",
            category="grammar", severity="major", message="The same word stands twice.",
            correction="",
        ),
        Mark(
            start=inner[0] + 1, end=words[4][1], scorer="annotator a", category="unnatural",
            severity="minor", correction="a better way to say <b>it</b>",
        ),
        Mark(
            start=len(text), end=len(text), scorer="mechanics", finder="mechanics.missing-stop",
            category="punctuation", severity="minor", correction=".",
            message="The sentence ends without a full stop.",
        ),
        Mark(start=0, end=len(text), scorer="annotator b", category="register"),
    ]  # fmt: skip
    if "\n" in text:
        end = text.index("\n")
        marks.append(
            Mark(start=end, end=end + 1, scorer="mechanics", category="punctuation",
                 message="A break stands in the middle.")
        )  # fmt: skip
    return marks


POST_EDIT = (
    "The old ferry at Lindholm stopped running on Monday.\n"
    "\n"
    "“We are all very worried about it,” said the harbour master, who has known the river since "
    "his childhood. He has asked the council for “a quick answer”, but nobody came.\n"
    "\r\n"
    "Two bridges further north stay open. Drivers need to make a detour of 14 kilometres and pay "
    "for it."
)


def post_edit_items() -> tuple[Item, ...]:
    """The paragraphs of one document against their post-edit."""
    pairs = zip(FERRY.splitlines()[::2], POST_EDIT.splitlines()[::2], strict=True)
    pairs_and_one = [*pairs, ("Unchanged.", "Unchanged.")]
    return tuple(
        Item(
            table="post-edit",
            system="documents",
            document="ferry",
            index=index,
            hypothesis=before,
            references=(ReferenceText(name="post-edit", text=after),),
            scores={"ter": 12.5 * index, "bleu": 60.25, "bleu.precision4": 33.3},
        )
        for index, (before, after) in enumerate(pairs_and_one)
    )


def summary_items() -> tuple[Item, ...]:
    """Each system's summary of two documents."""
    items = []
    for (system, document_id), text in SUMMARIES.items():
        references = REFERENCES[document_id]
        failed = text == ""
        name = text.find("Osterby")
        items.append(
            Item(
                table="summaries.short",
                system=system,
                document=document_id,
                hypothesis=text,
                references=tuple(
                    ReferenceText(name=f"short.{letter}", text=reference)
                    for letter, reference in zip("ab", references, strict=True)
                ),
                scores={"rouge1": None, "bleu": None, "faithfulness": None}
                if failed
                else {"rouge1": 44.44, "rouge1.recall": 33.21, "bleu": 9.87, "faithfulness": 50.0},
                notes=("nothing to score",) if failed else (),
                matches=_shared(text, references[0]),
                spans=()
                if name < 0
                else (
                    Mark(
                        start=name, end=name + 7, scorer="faithfulness", finder="faithfulness.name",
                        category="inconsistency", message="The source does not have this name.",
                    ),
                ),
                output=OutputInfo(
                    stop="error" if failed else ("length" if system == "lead" else "end"),
                    words=len(text.split()),
                    target_words=25,
                    cut="the last 12 of 90 sentences" if system == "rewriter" else "",
                    error="the model wrote nothing" if failed else "",
                ),
            )
        )  # fmt: skip
    return tuple(items)


def _shared(text: str, reference: str) -> tuple[tuple[int, int], ...]:
    words = [m.span() for m in re.finditer(r"\w+", text)]
    found = [
        (start, end) for (start, _), (_, end) in pairwise(words) if text[start:end] in reference
    ]
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)
