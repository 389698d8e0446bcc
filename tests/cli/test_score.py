"""``score``: every input and format, the documented JSON, and errors that say what to do."""

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
from tests.cli.calling import call, jsonl, lines, printed, worsened

ROOT = Path(__file__).parents[2]
TEXTS = [
    f"the {n} boats of port {n % 7} left at noon with {n % 3} crates of fish" for n in range(40)
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / "ref.txt", *TEXTS)
    lines(tmp_path / "good.txt", *worsened(TEXTS, 0.1, 1))
    lines(tmp_path / "poor.txt", *worsened(TEXTS, 0.5, 2))
    return tmp_path


TWO = ("--hypotheses", "good.txt", "--hypotheses", "second=poor.txt", "--references", "ref.txt")


def metrics_of(whole: dict, system: int = 0) -> dict[str, dict]:
    return {metric["name"]: metric for metric in whole["systems"][system]["metrics"]}


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


def test_ragged_references_beside_the_hypotheses(here: Path, capsys) -> None:
    rows = [
        {"hypothesis": "a cat", "references": ["a cat", "one cat"]},
        {"hypothesis": "a dog", "references": ["the dog"]},
        {"hypothesis": "a cow", "references": []},
    ]
    jsonl(here / "h.jsonl", *rows)
    whole = printed(capsys, "score", "--hypotheses", "h.jsonl", "--metrics", "rouge1")
    rouge = metrics_of(whole)["rouge1"]
    assert rouge["value"] == pytest.approx(75.0)
    assert (rouge["n_scored"], rouge["n_skipped"]) == (2, 1)
    assert rouge["signature"].startswith("nrefs:var|")


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


XLIFF = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="a" source-language="de" target-language="en" datatype="plaintext"><body>
<trans-unit id="u1"><source>Das Boot kam um 12 Uhr an.</source>
<target>{}</target></trans-unit>
<trans-unit id="u2"><source>Das Boot fuhr bald wieder ab.</source>
<target>The boat soon left again.</target></trans-unit></body></file></xliff>
"""


def test_xliff_keeps_its_ids_and_is_looked_at_by_the_gate(here: Path, capsys) -> None:
    (here / "out.xlf").write_text(XLIFF.format("The boat arrived at 13."))
    (here / "ref.xlf").write_text(XLIFF.format("The boat arrived at 12."))
    asked = ("score", "--hypotheses", "out.xlf", "--references", "ref.xlf", "--metrics", "ter")
    whole = printed(capsys, *asked, "--segments")
    assert [row["id"] for row in whole["segments"]] == ["u1", "u2"]
    assert metrics_of(whole)["ter"]["value"] == 10.0
    sanity = whole["systems"][0]["sanity"]
    assert sanity["n"] == 2
    assert {kind: n for kind, n in sanity["counts"].items() if n} == {"number": 1}
    assert sanity["unchecked"] == {"term": "no glossary"}
    assert call(*asked) == 0
    assert "Sanity gate, out: 1 number (of 2 outputs)." in capsys.readouterr().out
    assert "sanity" not in printed(capsys, *asked, "--no-sanity")["systems"][0]
    (here / "terms.tsv").write_text("Boot\tship\n")
    whole = printed(capsys, *asked, "--glossary", "terms.tsv")
    assert whole["systems"][0]["sanity"]["counts"]["term"] == 2


def test_pairs_in_tsv_are_sources_and_targets(here: Path, capsys) -> None:
    (here / "pairs.tsv").write_text("Das Boot\tthe boat\nDer Hafen\tthe port\n")
    lines(here / "two.txt", "the boat", "the harbour")
    asked = ("--hypotheses", "pairs.tsv", "--references", "two.txt", "--metrics", "rouge1")
    assert metrics_of(printed(capsys, "score", *asked))["rouge1"]["value"] == pytest.approx(75.0)


def test_a_shift_is_an_error_and_an_empty_line_a_warning(here: Path, capsys) -> None:
    lines(here / "shifted.txt", *worsened(TEXTS, 0.1, 1)[1:], "the end")
    files = ("--hypotheses", "shifted.txt", "--references", "ref.txt")
    for command in ("score", "compare", "buckets"):
        more = ("--hypotheses", "good.txt") if command == "compare" else ()
        assert call(command, *files, *more) == 2
        captured = capsys.readouterr()
        assert "1 line later" in captured.err
        assert captured.out == ""


def test_short_signatures_are_sacrebleus(here: Path, capsys) -> None:
    whole = printed(capsys, "score", *TWO, "--metrics", "bleu", "--short-signatures")
    short = sacrebleu.BLEU()
    short.corpus_score(TEXTS, [TEXTS])
    assert metrics_of(whole)["bleu"]["signature"] == short.get_signature().format(short=True)


def test_what_stands_in_standard_input_is_told(here: Path, capsys, monkeypatch) -> None:
    rows = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(TEXTS))
    asked = ("--hypotheses", "piped=-", "--stdin", "jsonl", "--references", "ref.txt")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(rows.encode())))
    whole = printed(capsys, "score", *asked, "--metrics", "bleu")
    assert whole["systems"][0]["name"] == "piped"
    assert metrics_of(whole)["bleu"]["value"] == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--metrics", "bleu", "--chrf-beta", "3"), "--chrf-beta has no effect"),
        (("--metrics", "bleu,bleu(lowercase)"), "tell them apart"),
        (("--metrics", "bleu(tokeniser=zh)"), "Did you mean 'tokenizer'"),
        (("--segments",), "--format json"),
        (("--cluster", "domain", "--confidence"), "no column 'domain'"),
        (("--metrics", "ter", "--sources", "absent.txt"), "absent.txt"),
        (("--hypotheses", "./good.txt"), "is given twice"),
        (("--hypotheses", "good=poor.txt"), "two systems are called 'good'"),
        (("--references", "ref.txt"), "--references ref.txt is given twice"),
        (("--hypotheses", "empty.txt"), "empty.txt is empty"),
        (("--hypotheses", "."), "is a folder"),
        (("--hypotheses", "binary"), "NUL byte at byte 2"),
        (("--hypotheses", "=good.txt"), "no name=path"),
        (("--hypotheses", "-", "--sources", "-"), "only once"),
    ],
)
def test_bad_input_exits_with_2_and_prints_nothing(
    here: Path, capsys, arguments: tuple[str, ...], expected: str
) -> None:
    (here / "empty.txt").write_text("")
    (here / "binary").write_bytes(b"\x89P\x00\x01")
    start = ("score", "--hypotheses", "good.txt", "--references", "ref.txt")
    assert call(*start, *arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


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
