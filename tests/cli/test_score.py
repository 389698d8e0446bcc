"""``score``: its numbers, options and formats, and the documented JSON."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import sacrebleu

from evalkit.cli.metrics import FLAGS, parse
from evalkit.errors import ConfigError
from tests.cli.boats import TEXTS, TWO, metrics_of, write_boats
from tests.cli.calling import call, jsonl, lines, printed, worsened

ROOT = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_boats(tmp_path)


def test_systems_are_named_by_stem_or_as_told(here: Path, capsys) -> None:
    whole = printed(capsys, "score", *TWO, "--metrics", "bleu")
    assert [system["name"] for system in whole["systems"]] == ["good", "second"]
    (here / "b").mkdir()
    lines(here / "b" / "good.txt", *TEXTS)
    clash = ("--hypotheses", "good.txt", "--hypotheses", "b/good.txt", "--references", "ref.txt")
    whole = printed(capsys, "score", *clash, "--metrics", "bleu")
    assert [system["name"] for system in whole["systems"]] == ["good.txt", "b/good.txt"]
    lines(here / "a=b.txt", *TEXTS)
    whole = printed(capsys, "score", "--hypotheses", "a=b.txt", "--references", "ref.txt")
    assert whole["systems"][0]["name"] == "a=b"


def test_the_flags_of_sacrebleu_give_its_numbers(here: Path, capsys) -> None:
    flags = ("--metrics", "bleu,chrf", "-tok", "char", "-lc", "--smooth-method", "floor",
             "--smooth-value", "0.2", "--chrf-beta", "3", "--chrf-word-order", "2")  # fmt: skip
    found = metrics_of(printed(capsys, "score", *TWO, *flags))
    hypotheses = (here / "good.txt").read_text().splitlines()
    bleu = sacrebleu.BLEU(tokenize="char", lowercase=True, smooth_method="floor", smooth_value=0.2)
    chrf = sacrebleu.CHRF(beta=3, word_order=2)
    assert found["bleu"]["value"] == bleu.corpus_score(hypotheses, [TEXTS]).score
    assert found["chrf"]["value"] == chrf.corpus_score(hypotheses, [TEXTS]).score


def test_every_flag_is_an_option_of_its_metric(here: Path, capsys) -> None:
    values = {str: "exp", int: 2, float: 0.5, bool: None}
    for flag in FLAGS:
        value = {"tokenizer": "intl"}.get(flag.option, values[flag.kind])
        given = [flag.names[0]] if value is None else [flag.names[0], value]
        given += ["--smooth-method", "floor"] if flag.option == "smooth_value" else []
        assert call("score", *TWO, "--metrics", flag.metrics[0], *given) == 0, flag
        capsys.readouterr()


def test_options_in_parentheses_and_one_metric_twice(here: Path, capsys) -> None:
    both = "bleu,bleu(tokenizer=char,name=bleu-char),chrf(word_order=2)"
    found = metrics_of(printed(capsys, "score", *TWO, "--metrics", both))
    assert "tok:char" in found["bleu-char"]["signature"]
    assert "tok:13a" in found["bleu"]["signature"]
    assert "nw:2" in found["chrf"]["signature"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" bleu , ter ", [("bleu", {}), ("ter", {})]),
        ("bleu,bleu", [("bleu", {})]),
        (
            "m(a=1,b=0.5,c=no,d,e=x y)",
            [("m", {"a": 1, "b": 0.5, "c": False, "d": True, "e": "x y"})],
        ),
        ("bleu(tokenizer=13a)", [("bleu", {"tokenizer": "13a"})]),
    ],
)
def test_parse(text: str, expected: list) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", " , ", "bleu(", "bleu)(", "bleu(a=1)x", "bleu(=1)"])
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ConfigError, match="--metrics"):
        parse(text)


def test_confidence_adds_an_interval_and_what_made_it(here: Path, capsys) -> None:
    asked = ("--metrics", "bleu", "--confidence", "--draws", "200", "--seed", "7", "--level", "90")
    whole = printed(capsys, "score", *TWO, *asked)
    bleu = metrics_of(whole)["bleu"]
    assert bleu["low"] < bleu["value"] < bleu["high"]
    assert bleu["confidence"] == 90
    assert bleu["resampling"].endswith("|draws:200|seed:7|unit:segment|conf:0.9")
    assert printed(capsys, "score", *TWO, *asked) == whole, "the seed decides"
    plain = metrics_of(printed(capsys, "score", *TWO, "--metrics", "bleu"))["bleu"]
    assert plain["value"] == bleu["value"]
    assert "low" not in plain


def test_under_ten_clusters_there_is_a_reason_and_no_interval(here: Path, capsys) -> None:
    rows = [{"id": n, "text": t, "document": n % 7} for n, t in enumerate(TEXTS)]
    jsonl(here / "h.jsonl", *rows)
    asked = ("--metrics", "chrf", "--confidence", "--cluster", "document")
    whole = printed(capsys, "score", "--hypotheses", "h.jsonl", "--references", "ref.txt", *asked)
    chrf = metrics_of(whole)["chrf"]
    assert chrf["low"] is None
    assert chrf["note"] == "7 documents: too few for an interval; 10 are needed"


def test_the_stream_and_all_rows_give_the_same_numbers_to_the_last_bit(here: Path, capsys) -> None:
    metrics = ("--metrics", "bleu,chrf,ter,rouge1,length")
    asked = ("score", "--hypotheses", "good.txt", "--references", "ref.txt", *metrics)
    asked += ("--confidence", "--method", "poisson", "--draws", "150")
    streamed = printed(capsys, *asked)
    kept = printed(capsys, *asked, "--segments")
    assert kept["systems"] == streamed["systems"]


def test_segments_have_ids_and_sentence_scores(here: Path, capsys) -> None:
    rows = [{"id": f"s{n}", "text": t} for n, t in enumerate(worsened(TEXTS, 0.3, 5))]
    jsonl(here / "h.jsonl", *reversed(rows))
    asked = ("score", "--hypotheses", "h.jsonl", "--references", "r.jsonl", "--metrics", "bleu,ter")
    jsonl(here / "r.jsonl", *({"id": f"s{n}", "text": t} for n, t in enumerate(TEXTS)))
    whole = printed(capsys, *asked, "--segments")
    expected = {
        row["id"]: sacrebleu.sentence_bleu(row["text"], [text]).score
        for row, text in zip(rows, TEXTS, strict=True)
    }
    assert {row["id"]: row["scores"]["bleu"] for row in whole["segments"]} == expected
    assert [row["id"] for row in whole["segments"]] == [row["id"] for row in reversed(rows)]
    assert call(*asked, "--segments", "--format", "csv") == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["id"]: float(row["bleu"]) for row in table} == expected
    assert table[0]["system"] == "h"


def test_csv_and_text(here: Path, capsys) -> None:
    assert call("score", *TWO, "--format", "csv", "--metrics", "ter") == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    first, second, *sanity = table
    assert {row["scorer"] for row in sanity} == {"sanity"}
    assert (first["system"], first["field"], second["system"]) == ("good", "ter", "second")
    assert float(first["value"]) < float(second["value"])
    assert call("score", *TWO, "--metrics", "ter", "--confidence", "--draws", "100") == 0
    text = capsys.readouterr().out
    assert "good is better" in text
    assert "ter nrefs:1|case:lc|tok:tercom" in text


def test_latex_has_the_best_in_bold_and_escapes(here: Path, capsys) -> None:
    lines(here / "same.txt", *worsened(TEXTS, 0.1, 3))
    names = ("--hypotheses", r"50%_$x&y=good.txt", "--hypotheses", "same.txt")
    more = ("--hypotheses", "poor.txt", "--references", "ref.txt", "--metrics", "ter")
    assert call("score", *names, *more, "--format", "latex", "--draws", "300") == 0
    out = capsys.readouterr().out
    assert r"50\%\_\$x\&y" in out
    body = out.split(r"\midrule")[1].split(r"\bottomrule")[0]
    assert body.count(r"\textbf{") == 1
    assert body.count(r"\dagger") == 1, "the one that was not told apart from the best"
    assert "{[}" not in body, "intervals only when asked for"


def test_short_signatures_are_sacrebleus(here: Path, capsys) -> None:
    whole = printed(capsys, "score", *TWO, "--metrics", "bleu", "--short-signatures")
    short = sacrebleu.BLEU()
    short.corpus_score(TEXTS, [TEXTS])
    assert metrics_of(whole)["bleu"]["signature"] == short.get_signature().format(short=True)


def test_lexical_metrics_start_light(here: Path) -> None:
    files = ["--hypotheses", str(here / "good.txt"), "--references", str(here / "ref.txt")]
    code = (
        "import sys\nfrom evalkit.cli import main\n"
        f"try: main(['score', *{files}, '--confidence', '--format', 'json'])\n"
        "except SystemExit: pass\n"
        "heavy = ('torch', 'pandas', 'datasets', 'transformers', 'pyarrow')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stderr.splitlines()[-1] == "[]"
    assert json.loads(done.stdout)["systems"]
