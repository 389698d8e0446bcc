"""Comparisons as a reader sees them: corrections, what could be shown, significance clusters."""

import pytest

from evalkit.report import render
from evalkit.report.comparing import comparisons
from evalkit.results import Comparison, Rank, Table
from tests.report import sample

NAMES = ("lead", "a | b <i>", "rewriter")


def answered(correction: str = "holm", p: float | None = 0.001) -> Table:
    pairs = ((0, 1, -2.0), (0, 2, -2.5), (1, 2, -0.5))
    return Table(
        name="scores",
        title="Scores",
        unit="segment",
        cluster="segment",
        n_items=40,
        n_clusters=40,
        systems=NAMES,
        scores=tuple(
            sample.score(name, "bleu", v) for name, v in zip(NAMES, (1, 3, 3.5), strict=True)
        ),
        comparisons=tuple(
            Comparison(
                field="bleu", system_a=NAMES[a], system_b=NAMES[b], delta=delta, p=p,
                p_adjusted=p, smallest_difference=None if p is None else 1.26,
            )
            for a, b, delta in pairs
        ),
        correction=correction,
        ranks=tuple(
            Rank(field="bleu", system=NAMES[at], cluster=cluster, best_rank=1, worst_rank=3)
            for at, cluster in ((2, 1), (1, 1), (0, 2))
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("correction", "head"),
    [("holm", "p, Holm"), ("bh", "p, Benjamini–Hochberg"), ("none", "p, not corrected")],
)
@pytest.mark.parametrize("kind", ["html", "md"])
def test_the_correction_is_named(correction: str, head: str, kind: str) -> None:
    report = sample.report().model_copy(update={"tables": (answered(correction),)})
    assert head in render(report, kind)


def test_what_the_items_could_show_is_told_and_explained() -> None:
    found = comparisons(answered())
    assert {row.smallest for row in found.rows} == {"1.3"}
    assert found.legend.startswith("could show: the smallest true difference")
    untested = comparisons(answered(p=None))
    assert {row.smallest for row in untested.rows} == {"–"}
    assert untested.legend == ""


def test_significance_clusters_of_three_systems_or_more() -> None:
    (line,) = comparisons(answered()).rankings
    assert line == "Significance clusters by bleu: 1. rewriter, a | b <i> · 2. lead"
    two = answered().model_copy(update={"ranks": answered().ranks[:2]})
    assert comparisons(two).rankings == ()


def test_a_systems_name_cannot_become_markup() -> None:
    report = sample.report().model_copy(update={"tables": (answered(),)})
    assert "1. rewriter, a | b &lt;i&gt; · 2. lead" in render(report, "html")
    assert r"1. rewriter, a \| b &lt;i&gt; · 2. lead" in render(report, "md")
