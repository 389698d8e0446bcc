"""A made-up finished run that has everything a report must cope with."""

import re
from itertools import combinations, pairwise

from evalkit.results import (
    Comparison,
    Item,
    Mark,
    MarkedDocument,
    OutputInfo,
    ReferenceText,
    Report,
    RunInfo,
    Score,
    SentenceScores,
    Table,
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

FEW = "2 documents; an interval needs at least 10"
UNTESTED = "2 documents; a test needs at least 10"

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


def report() -> Report:
    """The whole sample."""
    return Report(
        run=run_info(),
        tables=(fluency_table(), post_edit_table(), summary_table(), pairs_table()),
        documents=(
            document("ferry", "Ferry at a standstill", FERRY),
            document("library", "A library reopens", LIBRARY),
            document(HOSTILE[0], HOSTILE[3], NASTY),
            document("ferry", "Ferry at a standstill", POST_EDIT, system="post-edit"),
        ),
        items=(*post_edit_items(), *summary_items()),
    )


def empty() -> Report:
    """A run in which nothing was scored."""
    return Report(run=run_info(warnings=()), tables=(), documents=(), items=())


def run_info(warnings: tuple[str, ...] | None = None) -> RunInfo:
    """What was run."""
    found = (
        "1 of 6 summaries failed: an unusually-long.system_name|v2 on ferry",
        "2 documents: no intervals and no tests over documents",
        *HOSTILE,
    )
    return RunInfo(
        name="village-news",
        created="2031-05-04T09:07:30+00:00",
        finished="2031-05-04T09:08:11+00:00",
        seconds=41.2,
        config={
            "name": "village-news",
            "corpus": {"path": "texts", "language": "en"},
            "systems": [{"kind": "lead", "words": 60}, {"name": HOSTILE[1]}],
            "statistics": {"seed": 0, "draws": 2000, "confidence": 95.0},
        },
        versions={"python": "3.11.7", "evalkit": "0.1.0", "sacrebleu": "2.6.0"},
        inputs={
            "ferry.txt": "3b" * 32,
            "library.txt": "9c" * 32,
            HOSTILE[4]: "00" * 32,
        },
        generators={"lead": "lead|words:60", "rewriter": "rewriter|beam:4|sha:0f0f"},
        code=("my_scorer:Strange",),
        warnings=found if warnings is None else warnings,
    )


def score(system: str, field: str, value: float | None, **other: object) -> Score:
    """A score with what most of them share."""
    settings: dict[str, object] = {
        "unit": "0-100",
        "higher_is_better": True,
        "n_scored": 2,
        "n_skipped": 0,
        "signature": f"{field.split('.')[0]}|v:1|case:mixed",
    }
    return Score.model_validate(
        {
            "system": system,
            "scorer": field.split(".")[0],
            "field": field,
            "value": value,
            **settings,
            **other,
        }
    )


def fluency_table() -> Table:
    """Two systems, tested, with intervals; one scorer without a direction."""
    scores: list[Score] = []
    figures = {
        "documents": (87.31, 3.14, 61.24, 11.81, 0.4123),
        "post-edit": (99.5, 0.05, 93.05, 0.725, None),
    }
    for system, (mechanics, slips, detector, errors, balance) in figures.items():
        rate = {"unit": "errors per 100 words", "higher_is_better": False}
        wide = {"low": mechanics - 4.2, "high": min(100.0, mechanics + 3.9)}
        scores += [
            score(system, "mechanics", mechanics, n_scored=14, **wide),
            score(system, "mechanics.errors", slips, n_scored=14, **rate),
            score(system, "detector", detector, low=55.1, high=94.9, n_scored=13, n_skipped=1),
            score(system, "detector.errors", errors, n_scored=13, n_skipped=1, **rate),
            score(
                system,
                "balance",
                balance,
                unit="0-1",
                higher_is_better=None,
                note="" if balance else "no sentence of this system has a comma",
            ),
        ]
    pair = {"system_a": "documents", "system_b": "post-edit", "n_items": 14}
    return Table(
        name="fluency",
        title="Fluency of the articles and their post-edits",
        unit="sentence",
        cluster="document",
        n_items=14,
        n_clusters=12,
        systems=("documents", "post-edit"),
        scores=tuple(scores),
        comparisons=(
            Comparison(
                field="mechanics", delta=-12.19, p=0.0002, p_adjusted=0.0004, effect=-3.9,
                wins=1, losses=9, ties=4, **pair,
            ),
            Comparison(
                field="detector", delta=-31.81, p=0.04123, p_adjusted=0.0825, effect=-2.1,
                wins=4, losses=9, ties=1, **pair,
            ),
            Comparison(field="balance", delta=None, p=None, note="undefined for post-edit", **pair),
        ),
        notes=("The intervals describe these documents only.",),
    )  # fmt: skip


def post_edit_table() -> Table:
    """One system, nothing to compare."""
    return Table(
        name="post-edit",
        title="How much editing the articles needed",
        unit="paragraph",
        cluster="paragraph",
        n_items=6,
        n_clusters=6,
        systems=("documents",),
        scores=(
            score("documents", "ter", 31.82, higher_is_better=False, note="6 paragraphs only"),
            score("documents", "bleu", 55.07, low=40.0, high=71.25),
            score("documents", "bleu.precision4", 34.567),
        ),
    )


def summary_table() -> Table:
    """Three systems, none tested, one that failed."""
    scores: list[Score] = []
    for system, rouge, bleu in zip(
        SYSTEMS, (41.26, 55.55, None), (12.04, 23.96, 7.77), strict=True
    ):
        note = FEW if rouge is not None else "no output could be scored"
        scores += [
            score(system, "rouge1", rouge, note=note),
            score(system, "rouge1.recall", None if rouge is None else rouge - 8.5, note=note),
            score(system, "bleu", bleu, note=FEW),
            score(system, "faithfulness", 100.0 if system == "lead" else 83.333, note=FEW),
        ]
    return Table(
        name="summaries.short",
        title="Short summaries against two references",
        unit="document",
        cluster="document",
        n_items=2,
        n_clusters=2,
        systems=SYSTEMS,
        scores=tuple(scores),
        comparisons=tuple(
            Comparison(field=field, system_a=a, system_b=b, delta=delta, p=None, note=UNTESTED,
                       wins=1, losses=0, ties=1, n_items=2)
            for field, delta in (("rouge1", -14.29), ("bleu", 4.27))
            for a, b in combinations(SYSTEMS, 2)
        ),
    )  # fmt: skip


def pairs_table() -> Table:
    """Many fields, so that no terminal can hold them side by side; a system without scores."""
    fields = tuple(f"measure{number:02}" for number in range(14))
    return Table(
        name="wide",
        title="Fourteen measures | and a hostile one",
        unit="segment",
        cluster="segment",
        n_items=12345,
        n_clusters=12345,
        systems=("lead", "rewriter"),
        scores=tuple(
            score("lead", name, 5.5 * index, low=5.5 * index - 1, high=5.5 * index + 1.25)
            for index, name in enumerate((*fields, HOSTILE[10]))
        ),
    )


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
        marks=tuple(sorted(_marks(text), key=lambda mark: mark.start)),
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
                marks=()
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
