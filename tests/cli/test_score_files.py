"""``score``: every kind of file, and errors that say what to do."""

import io
import json
from pathlib import Path

import pytest

from tests.cli.boats import TEXTS, metrics_of, write_boats
from tests.cli.calling import call, jsonl, lines, printed, worsened


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_boats(tmp_path)


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
    (finding,) = sanity["findings"]
    assert (finding["id"], finding["kind"]) == ("u1", "number")
    assert finding["message"] == "The source has the number 12, the output 13."
    assert (finding["start"], finding["end"]) == (20, 22)
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
