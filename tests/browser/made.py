"""A made-up run with three systems and sixty segments, tested, beside what the sample has."""

import random
from itertools import combinations

from evalkit.pipeline.beside import origins, pairings
from evalkit.results import (
    Bucket,
    BucketScore,
    BucketTable,
    Comparison,
    Item,
    ReferenceText,
    Report,
    Score,
    Table,
    Token,
)
from tests.report import sample
from tests.report.sample_texts import HOSTILE

SYSTEMS = ("amber", "birch", "cedar")
NOUNS = ["boat", "harbour", "bridge", "river", "mayor", "school", "roof", "garden", "tram"]
N = 60
LINE = "long " * 200_000
"""A megabyte on one line."""


def report() -> Report:
    """The sample with segments of three systems, buckets, pairings, origins and bits."""
    base = sample.report()
    texts = {d.id: d.text for d in base.documents if d.system == "documents"}
    items = tuple(
        item.model_copy(
            update={
                "pairings": pairings(
                    item.hypothesis,
                    [r.text for r in item.references],
                    [r.name for r in item.references],
                    edits=item.table == "post-edit",
                ),
                "origins": origins(item.hypothesis, texts[item.document], "en"),
            }
        )
        for item in base.items
    )
    first, *rest = base.documents
    bits = tuple(
        Token(start=t.start, end=t.end, value=20 * t.value) for t in first.tokens["detector"]
    )
    first = first.model_copy(
        update={
            "tokens": {"detector": first.tokens["detector"], "surprisal": bits},
            "token_units": {"surprisal": "bits"},
        }
    )
    return base.model_copy(
        update={
            "documents": (first, *rest),
            "tables": (segment_table(), *base.tables),
            "items": (*items, *segments()),
            "buckets": (buckets(),),
        }
    )


def segments() -> tuple[Item, ...]:
    """The same sixty segments by each system; the last two are hostile and very long."""
    made = []
    for rank, system in enumerate(SYSTEMS):
        rng = random.Random(7)
        for at in range(N):
            a, b, c = rng.choices(NOUNS, k=3)
            reference = f"The {a} by the {b} is near the {c} number {at}."
            hypothesis = reference.replace(f"the {b}", f"a {b}") if rank else reference
            hypothesis = hypothesis.replace("is near", "stands near") if rank > 1 else hypothesis
            if at == N - 2:
                hypothesis = " ".join(HOSTILE)
            if at == N - 1:
                hypothesis = LINE if rank == 0 else "short"
            made.append(
                Item(
                    table="segments",
                    system=system,
                    document=f"talk-{at // 20}",
                    index=at % 20,
                    hypothesis=hypothesis,
                    references=(ReferenceText(name="ref", text=reference),),
                    source=f"Quelle {at}" if rank == 0 else "",
                    scores={"chrf": 90.0 - 7 * rank - at / 10, "ter": 5.0 * rank + at % 7},
                    pairings=pairings(hypothesis[:200], [reference], ["ref"], edits=at < N - 1),
                )
            )
    return tuple(made)


def segment_table() -> Table:
    """Amber is best by test; birch and cedar are not told apart."""
    scores = [
        Score.model_validate(
            {
                "system": system, "scorer": field, "field": field, "unit": "0-100", "value": value,
                "low": value - 2, "high": value + 2, "n_scored": N, "n_skipped": 0,
                "higher_is_better": field == "chrf", "signature": f"{field}|v:1",
            }
        )
        for rank, system in enumerate(SYSTEMS)
        for field, value in (("chrf", 87.0 - 7 * rank), ("ter", 3.0 + 5 * rank))
    ]  # fmt: skip
    comparisons = [
        Comparison(
            field=field, system_a=a, system_b=b, delta=7.0 if field == "chrf" else -5.0,
            p=0.001 if a == "amber" else 0.4, p_adjusted=0.002 if a == "amber" else 0.4,
            effect=3.0, smallest_difference=8.0, wins=40, losses=15, ties=5, n_items=N,
        )
        for field in ("chrf", "ter")
        for a, b in combinations(SYSTEMS, 2)
    ]  # fmt: skip
    return Table(
        name="segments", title="Talks, segment by segment", unit="segment", cluster="segment",
        n_items=N, n_clusters=N, draws=1000, seed=1, systems=SYSTEMS, scores=tuple(scores),
        comparisons=tuple(comparisons),
    )  # fmt: skip


def buckets() -> BucketTable:
    """By a column of two values."""
    return BucketTable(
        table="segments",
        by="room",
        title="room",
        buckets=tuple(
            Bucket(name=n, sizes=dict.fromkeys(SYSTEMS, N // 2)) for n in ("hall", "attic")
        ),
        scores=tuple(
            BucketScore(system=s, bucket=b, field="chrf", value=80.0 + b, low=78.0, high=83.0)
            for s in SYSTEMS
            for b in (0, 1)
        ),
        members={s: tuple(at % 2 for at in range(N)) for s in SYSTEMS},
    )
