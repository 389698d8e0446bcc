"""``compare``: files and run folders, every statistic that it prints, and errors."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import sacrebleu

from evalkit.metrics.bleu import Bleu
from evalkit.records import Batch
from evalkit.stats.comparison import compare as compare_two
from evalkit.stats.resampling import Resampling
from tests.cli.calling import call, jsonl, lines, printed, worsened
from tests.pipeline.harbour import CONFIG, write_harbour

TEXTS = [
    f"the {n} boats of port {n % 7} left at noon with {n % 3} crates of fish" for n in range(60)
]
SYSTEMS = {"good": (0.05, 1), "fair": (0.3, 2), "equal": (0.3, 3), "poor": (0.7, 4)}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / "ref.txt", *TEXTS)
    for name, (share, seed) in SYSTEMS.items():
        lines(tmp_path / f"{name}.txt", *worsened(TEXTS, share, seed))
    return tmp_path


FILES = [part for name in SYSTEMS for part in ("--hypotheses", f"{name}.txt")]
FILES += ["--references", "ref.txt", "--metrics", "bleu", "--draws", "300"]


def test_all_pairs_with_every_number(here: Path, capsys) -> None:
    (table,) = printed(capsys, "compare", *FILES, "--seed", "5")["tables"]
    pairs = [(pair["system_a"], pair["system_b"]) for pair in table["comparisons"]]
    assert len(pairs) == 6
    first = table["comparisons"][0]
    texts = [(here / f"{name}.txt").read_text().splitlines() for name in pairs[0]]
    values = [sacrebleu.corpus_bleu(each, [TEXTS]).score for each in texts]
    assert [first["value_a"], first["value_b"]] == values
    references = tuple((text,) for text in TEXTS)
    measured = tuple(Bleu().measure(Batch(tuple(t), references=references)) for t in texts)
    expected = compare_two(Bleu(), measured, settings=Resampling(draws=300, seed=5))[0]
    assert first["delta"] == expected.difference
    assert first["p"] == expected.test.p
    assert (first["low"], first["high"]) == (expected.interval.low, expected.interval.high)
    assert first["effect"] == expected.effect
    assert first["share_won"] == expected.share_won
    assert first["smallest_difference"] == expected.smallest_difference
    assert first["p_adjusted"] >= first["p"]
    assert first["test"] == "permutation-paired|draws:300|seed:5|unit:segment"


def test_clusters_of_significance_keep_equals_together(here: Path, capsys) -> None:
    (table,) = printed(capsys, "compare", *FILES)["tables"]
    (ranking,) = table["rankings"]
    clusters = {each["name"]: each["cluster"] for each in ranking["systems"]}
    assert clusters == {"good": 1, "fair": 2, "equal": 2, "poor": 3}
    ranks = {each["name"]: (each["best_rank"], each["worst_rank"]) for each in ranking["systems"]}
    assert ranks == {"good": (1, 1), "fair": (2, 3), "equal": (2, 3), "poor": (4, 4)}


def test_a_baseline_a_bootstrap_and_bh(here: Path, capsys) -> None:
    asked = ("--baseline", "fair", "--test", "bootstrap", "--correction", "bh", "--level", "90")
    (table,) = printed(capsys, "compare", *FILES, *asked)["tables"]
    pairs = [(pair["system_a"], pair["system_b"]) for pair in table["comparisons"]]
    assert pairs == [("good", "fair"), ("equal", "fair"), ("poor", "fair")]
    assert table["rankings"] == []
    assert table["correction"] == "bh"
    pair = table["comparisons"][0]
    assert pair["test"].startswith("bootstrap-paired-multinomial|")
    assert pair["interval"].endswith("conf:0.9")


def test_identical_systems_have_p_1(here: Path, capsys) -> None:
    lines(here / "twin.txt", *(here / "fair.txt").read_text().splitlines())
    more = ("--hypotheses", "fair.txt", "--hypotheses", "twin.txt", "--references", "ref.txt")
    (table,) = printed(capsys, "compare", *more, "--metrics", "ter")["tables"]
    (pair,) = table["comparisons"]
    assert (pair["delta"], pair["p"], pair["n_tied"]) == (0.0, 1.0, 60)


def test_clusters_from_a_column(here: Path, capsys) -> None:
    rows = [{"text": t, "document": n // 4, "topic": n % 6} for n, t in enumerate(TEXTS)]
    jsonl(here / "rows.jsonl", *rows)
    files = ("--hypotheses", "rows.jsonl", "--hypotheses", "fair.txt", "--references", "ref.txt")
    (table,) = printed(capsys, "compare", *files, "--cluster", "document")["tables"]
    assert table["comparisons"][0]["n_clusters"] == 15
    assert "only 15 documents: read it with care" in table["comparisons"][0]["note"]
    (table,) = printed(capsys, "compare", *files, "--cluster", "topic")["tables"]
    assert table["comparisons"][0]["p"] is None
    assert "6 topics: too few for a p-value" in table["comparisons"][0]["note"]


@pytest.mark.parametrize("width", [40, 80, 160])
def test_text_fits_the_width(here: Path, capsys, monkeypatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert call("compare", *FILES) == 0
    out = capsys.readouterr().out
    shown = [line for line in out.splitlines() if "nrefs" not in line]
    assert max(map(len, shown)) <= width
    assert "\x1b" not in out, "plain when it is no terminal"
    assert ("Δ/SE" in out.split("\n\n")[0]) == (width >= 80)


def test_csv_and_latex(here: Path, capsys) -> None:
    assert call("compare", *FILES, "--format", "csv") == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(table) == 6
    assert np.isclose(
        float(table[0]["delta"]), float(table[0]["value_a"]) - float(table[0]["value_b"])
    )
    assert call("compare", *FILES, "--format", "latex") == 0
    out = capsys.readouterr().out
    assert out.count(r" \\") == 7
    assert r"good $-$ fair" in out


def test_a_run_folder(here: Path, capsys) -> None:
    from evalkit.store.folder import read_report

    config = CONFIG.replace("kind: lead,", "kind: lead, name: first,")
    assert call("run", write_harbour(here / "in", config)) == 0
    capsys.readouterr()
    whole = printed(capsys, "compare", "runs/harbour")
    (table,) = whole["tables"]
    assert table["table"] == "summaries.short"
    by_metric = {pair["metric"]: pair for pair in table["comparisons"]}
    assert set(by_metric) == {"rouge1", "bleu", "faithfulness"}
    report = read_report(Path("runs/harbour"))
    (own,) = [t for t in report.tables if t.name == "summaries.short"]
    scores = {(s.system, s.field): s for s in own.scores}
    for metric, pair in by_metric.items():
        assert pair["value_a"] == scores[pair["system_a"], metric].value
        assert pair["value_b"] == scores[pair["system_b"], metric].value
        assert table["signatures"][metric] == scores[pair["system_a"], metric].signature
        assert pair["p"] is None
        assert "2 documents: too few" in pair["note"]
    (chosen,) = printed(capsys, "compare", "runs/harbour", "--metrics", "bleu")["tables"]
    assert [pair["metric"] for pair in chosen["comparisons"]] == ["bleu"]
    assert call("compare", "runs/harbour", "--metrics", "blue") == 2
    assert "the run has no metric 'blue'. Did you mean 'bleu'?" in capsys.readouterr().err
    assert call("compare", "runs/harbour", "--glossary", "terms.tsv") == 2
    assert "--glossary needs files" in capsys.readouterr().err
    assert call("compare", "runs/harbour", "--table", "summaries.long") == 2
    assert "Did you mean 'summaries.short'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--hypotheses", "good.txt", "--references", "ref.txt"), "one system ('good')"),
        ((*FILES, "--baseline", "god"), "Did you mean 'good'"),
        ((*FILES, "--table", "x"), "needs a run folder"),
        (("runs/x", *FILES), "not both"),
        (("good.txt",), "is a file, no run folder; name systems with --hypotheses"),
        (("runs/absent",), "no run folder runs/absent"),
        ((), "no hypotheses"),
        ((*FILES, "--cluster", "domain"), "no column 'domain'"),
        ((*FILES, "--correction", "bonferroni"), "bonferroni"),
    ],
)
def test_bad_input_exits_with_2(
    here: Path, capsys, arguments: tuple[str, ...], expected: str
) -> None:
    assert call("compare", *arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.out == ""


def test_a_table_of_set_measures_alone_says_why_nothing_is_compared(here: Path, capsys) -> None:
    config = CONFIG.replace("[rouge1, bleu, faithfulness]", "[distinct2]")
    assert call("run", write_harbour(here / "in", config), "--output", "run") == 0
    capsys.readouterr()
    assert call("compare", "run", "--table", "summaries.short") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Nothing here can be compared: distinct2 is of all texts together" in out
    assert "Δ:" not in out
    assert call("compare", "run", "--table", "summaries.short", "--format", "latex") == 0
    assert "tabular" not in capsys.readouterr().out
