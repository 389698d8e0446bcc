"""``buckets``: every way of grouping, held against files of one bucket each."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.calling import call, jsonl, lines, printed, worsened

SENTENCE = "the boat left at noon with some crates of fish and a tired crew on board"
WORDS = SENTENCE.split()
TEXTS = [" ".join(WORDS[: 3 + n % 13]) for n in range(60)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    bad = worsened(TEXTS, 0.4, 1)
    rows = [
        {"id": n, "text": text, "document": f"d{n % 4}", "domain": "news" if n % 5 else "web",
         "year": 2020 + n % 3, "source": "x " * (n % 9)}
        for n, text in enumerate(bad)
    ]  # fmt: skip
    jsonl(tmp_path / "out.jsonl", *rows)
    lines(tmp_path / "ref.txt", *TEXTS)
    return tmp_path


ASKED = ("--hypotheses", "out.jsonl", "--references", "ref.txt", "--metrics", "ter,bleu")


def buckets_of(capsys, *more: str) -> dict[str, dict]:
    table = printed(capsys, "buckets", *ASKED, *more, "--draws", "100")["tables"][0]
    return {bucket["bucket"]: bucket for bucket in table["systems"][0]["buckets"]}


@pytest.mark.parametrize(
    ("by", "bucket", "chosen"),
    [
        (("--by", "reference-length", "--edges", "10"), "<10", lambda n: 3 + n % 13 < 10),
        (("--by", "length", "--edges", "5,10"), "5-9", lambda n: 5 <= 3 + n % 13 < 10),
        (("--by", "hypothesis-length", "--edges", "10"), ">=10", lambda n: 3 + n % 13 >= 10),
        (("--by", "source-length", "--edges", "4"), "<4", lambda n: n % 9 < 4),
        (("--by", "document"), "d2", lambda n: n % 4 == 2),
        (("--by", "domain"), "web", lambda n: n % 5 == 0),
        (("--by", "column:domain"), "news", lambda n: n % 5 != 0),
        (("--by", "year", "--edges", "2021,2022"), "2021", lambda n: n % 3 == 1),
    ],
)
def test_a_bucket_is_scored_like_a_file_of_its_own(
    here: Path, capsys, by: tuple[str, ...], bucket: str, chosen
) -> None:
    found = buckets_of(capsys, *by)[bucket]
    kept = [n for n in range(60) if chosen(n)]
    outputs = (here / "out.jsonl").read_text().splitlines()
    lines(here / "part.jsonl", *(outputs[n] for n in kept))
    lines(here / "part.txt", *(TEXTS[n] for n in kept))
    alone = ("--hypotheses", "part.jsonl", "--references", "part.txt", "--metrics", "ter,bleu")
    (system,) = printed(capsys, "score", *alone)["systems"]
    expected = {m["name"]: m["value"] for m in system["metrics"]}
    assert found["n"] == len(kept)
    for metric in found["metrics"]:
        assert metric["value"] == expected[metric["name"]]
        assert (metric["n_scored"], metric["n_skipped"]) == (len(kept), 0)


def test_small_and_empty_buckets_say_so(here: Path, capsys) -> None:
    found = buckets_of(capsys, "--edges", "4,90")
    assert found["<4"]["n"] == 5
    assert found["<4"]["metrics"][0]["low"] is None
    assert "5 segments: too few for an interval" in found["<4"]["metrics"][0]["note"]
    assert found[">=90"]["metrics"][0]["value"] is None
    assert found[">=90"]["metrics"][0]["note"] == "no segments in this bucket"


def test_frequency_gives_segments_and_words(here: Path, capsys) -> None:
    lines(here / "train.txt", *["the boat"] * 5, "left", "at at")
    asked = ("--by", "frequency", "--frequencies", "train.txt", "--edges", "1,2,5")
    segments, words = printed(capsys, "buckets", *ASKED, *asked)["tables"]
    (system,) = segments["systems"]
    assert {b["bucket"]: b["n"] for b in system["buckets"]} == {
        "0": 50, "1": 10, "2-4": 0, ">=5": 0
    }  # fmt: skip
    assert words["unit"] == "words"
    (system,) = words["systems"]
    counts = {b["bucket"]: b["n"] for b in system["buckets"]}
    flat = [word for text in TEXTS for word in text.split()]
    assert counts[">=5"] == flat.count("the") + flat.count("boat")
    assert counts["2-4"] == flat.count("at")
    assert counts["1"] == flat.count("left")
    (here / "train.csv").write_text("word,count\nThe,5\nboat,5\nleft,1\nat,2\n")
    asked = ("--by", "frequency", "--frequencies", "train.csv", "--edges", "1,2,5")
    assert printed(capsys, "buckets", *ASKED, *asked)["tables"] == [segments, words]


def test_without_a_training_text_the_references_are_counted(here: Path, capsys) -> None:
    _, words = printed(capsys, "buckets", *ASKED, "--by", "frequency")["tables"]
    (system,) = words["systems"]
    assert {b["bucket"] for b in system["buckets"] if b["n"]} == {"2-4", "5-9", "10-99"}


def test_text_csv_and_latex(here: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert call("buckets", *ASKED, "--by", "domain", "--by", "document") == 0
    out = capsys.readouterr().out
    assert "Segments by domain" in out
    assert "Segments by document" in out
    assert max(len(line) for line in out.splitlines() if "nrefs" not in line) <= 60
    assert call("buckets", *ASKED, "--by", "domain", "--format", "csv") == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["bucket"], row["metric"], row["n"]) for row in table[:2]] == [
        ("web", "ter", "12"),
        ("web", "bleu", "12"),
    ]
    assert call("buckets", *ASKED, "--by", "domain", "--format", "latex") == 0
    assert "ter & web & 12 & " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--by", "domian"), "Did you mean 'domain'"),
        (("--by", "domain", "--edges", "1,2"), "holds texts"),
        (("--edges", "9,3"), "must rise"),
        (("--edges", "a"), "numbers by commas"),
        (("--edges", "3", "--by", "length", "--by", "year"), "belongs to one --by"),
        (("--frequencies", "ref.txt"), "no effect without --by frequency"),
        (("--by", "frequency", "--frequencies", "absent.txt"), "absent.txt"),
        (("--by", "frequency", "--edges", "0.5"), "whole numbers from 1 up"),
    ],
)
def test_bad_input_exits_with_2(
    here: Path, capsys, arguments: tuple[str, ...], expected: str
) -> None:
    assert call("buckets", *ASKED, *arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.out == ""
