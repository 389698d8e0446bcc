"""Tables: what the config's statistics do to intervals, tests and rankings."""

import numpy as np
import pytest

from evalkit.config.models import StatisticsSection
from evalkit.pipeline.job import Job
from evalkit.pipeline.measure import Hypotheses
from evalkit.pipeline.tables import Question, Scored, table
from evalkit.records import Measured
from evalkit.results import Table
from evalkit.stages import Scorer
from tests.stats.means import Means, measured

N = 40
QUESTION = Question("short", "Short summaries", "document")
LEADS = {"poor": 0.0, "good": 3.0, "as good": 3.0}


def scored(system: str, scorer: Scorer, found: Measured) -> Scored:
    names = tuple(f"document {i}" for i in range(N))
    hypotheses = Hypotheses(system, names, (0,) * N, ("",) * N, ("en",) * N)
    return Scored(hypotheses, ((scorer, found),))


def answered(**statistics: object) -> Table:
    rng = np.random.default_rng(3)
    noise = rng.normal(20, 5, size=N)
    systems = [
        scored(name, Means(), measured(noise + lead + rng.normal(size=N)))
        for name, lead in LEADS.items()
    ]
    job = Job(statistics=StatisticsSection.model_validate({"draws": 200, **statistics}))
    return table(job, QUESTION, systems)


def test_all_pairs_with_what_they_could_show_and_the_ranking() -> None:
    found = answered()
    pairs = [(each.system_a, each.system_b) for each in found.comparisons]
    assert pairs == [("poor", "good"), ("poor", "as good"), ("good", "as good")]
    for each in found.comparisons:
        assert each.delta is not None
        assert each.effect is not None
        assert each.low is not None
        assert each.high is not None
        assert each.low < each.delta < each.high
        assert each.smallest_difference == pytest.approx(2.8016 * each.delta / each.effect, 1e-4)
        assert each.signature == "permutation-paired|draws:200|seed:1|unit:document"
    ranks = {rank.system: (rank.cluster, rank.best_rank, rank.worst_rank) for rank in found.ranks}
    assert ranks == {"good": (1, 1, 2), "as good": (1, 1, 2), "poor": (2, 3, 3)}
    assert found.correction == "holm"


def test_a_baseline_has_no_ranking() -> None:
    found = answered(baseline="good", test="bootstrap", correction="bh")
    pairs = [(each.system_a, each.system_b) for each in found.comparisons]
    assert pairs == [("poor", "good"), ("as good", "good")]
    assert (found.ranks, found.correction) == ((), "bh")
    signature = "bootstrap-paired-multinomial|draws:200|seed:1|unit:document"
    assert {each.signature for each in found.comparisons} == {signature}


def test_a_table_without_the_baseline_compares_all_pairs() -> None:
    assert answered(baseline="another") == answered()


def test_the_interval_and_its_weights_can_be_chosen() -> None:
    plain, bca, poisson = answered(), answered(interval="bca"), answered(method="poisson")
    ends = [(t.scores[0].low, t.scores[0].high) for t in (plain, bca, poisson)]
    assert len(set(ends)) == 3
    assert [t.scores[0].interval_signature.split("|")[0] for t in (plain, bca, poisson)] == [
        "bootstrap-percentile-multinomial", "bootstrap-bca-multinomial",
        "bootstrap-percentile-poisson",
    ]  # fmt: skip
    assert len({t.scores[0].value for t in (plain, bca, poisson)}) == 1


def test_the_chosen_correction_is_the_one_that_is_reported() -> None:
    for correction in ("holm", "bh", "none"):
        found = answered(correction=correction)
        p = [each.p for each in found.comparisons]
        adjusted = [each.p_adjusted for each in found.comparisons]
        assert (adjusted == p) == (correction == "none")
