"""A made-up finished run that has everything a report must cope with."""

from itertools import combinations

from evalkit.results import (
    Comparison,
    Report,
    RunInfo,
    SanityFinding,
    SanityKind,
    SanityRow,
    SanityTable,
    Score,
    Table,
)
from tests.report.sample_texts import (
    FERRY,
    HOSTILE,
    LIBRARY,
    NASTY,
    POST_EDIT,
    SYSTEMS,
    document,
    post_edit_items,
    summary_items,
)

FEW = "2 documents; an interval needs at least 10"
UNTESTED = "2 documents; a test needs at least 10"


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
        sanity=(sanity_table(), quiet_table()),
    )


def empty() -> Report:
    """A run in which nothing was scored."""
    return Report(run=run_info(warnings=(), code=()), tables=(), documents=(), items=())


def run_info(
    warnings: tuple[str, ...] | None = None, code: tuple[str, ...] = ("my_scorer:Strange",)
) -> RunInfo:
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
        code=code,
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


def sanity_table() -> SanityTable:
    """Findings with and without a stretch, hostile strings, and a kind that was not looked for."""
    kinds = (("empty", "empty"), ("loop", HOSTILE[2]), ("number", "number"), ("tag", "tag"))
    counts = {"empty": 1, "loop": 1234, "tag": 0}
    rows = tuple(
        SanityRow(
            system=system,
            n_outputs=12345,
            counts=counts | ({"number": 3} if system == SYSTEMS[0] else {}),
            unchecked={} if system == SYSTEMS[0] else {"number": "no sources"},
        )
        for system in SYSTEMS
    )
    first = {"system": SYSTEMS[0], "document": HOSTILE[0]}
    return SanityTable(
        table="summaries.short",
        title=f"Short summaries {HOSTILE[1]}",
        unit="document",
        kinds=tuple(SanityKind(name=n, title=t, meaning=HOSTILE[3]) for n, t in kinds),
        rows=rows,
        findings=(
            SanityFinding(kind="empty", message="The output is empty.", **first),
            SanityFinding(kind="loop", message=f"“{HOSTILE[5]}”", start=0, end=4, **first),
        ),
        n_listed=1000,
        notes=(f"Looked at as {HOSTILE[4]}.",),
    )


def quiet_table() -> SanityTable:
    """Nothing was found."""
    row = SanityRow(system="documents", n_outputs=3, counts={"empty": 0})
    return sanity_table().model_copy(
        update={"table": "fluency", "title": "Fluency", "rows": (row,), "findings": ()}
    )
