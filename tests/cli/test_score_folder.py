"""``score --output``: what the run folder's page shows beside the scores."""

import json
from pathlib import Path

from evalkit.results import Report
from evalkit.store.folder import read_report
from tests.cli.calling import call

N = 24


def write(folder: Path) -> None:
    """Two systems' segments, with a source, a reference and a column."""
    for name, word in (("ours", "quay"), ("theirs", "dock")):
        rows = [
            {
                "id": f"s{at}",
                "hypothesis": f"The boat left {word} {at} with {'many ' * (at % 12)}people.",
                "references": [f"The boat left quay {at} with {'many ' * (at % 12)}people."],
                "source": f"Das Boot verließ Kai {at}.",
                "port": "north" if at % 3 else "south",
                "kind": "same",
            }
            for at in range(N)
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def scored(folder: Path, *options: str) -> Report:
    write(folder)
    files = [f"--hypotheses={folder / 'ours.jsonl'}", f"--hypotheses={folder / 'theirs.jsonl'}"]
    output = ["--metrics=chrf,ter", "--no-sanity", "--output", str(folder / "run")]
    assert call("score", *files, *output, *options) == 0
    return read_report(folder / "run")


def test_segments_are_put_in_buckets_by_length_score_and_column(tmp_path: Path) -> None:
    report = scored(tmp_path, "--confidence")
    by = {table.by: table for table in report.buckets}
    # "kind" has one value, and there are more segments of their own than a list can hold.
    assert set(by) == {"hypothesis-length", "reference-length", "score:chrf", "score:ter", "port"}
    port = by["port"]
    assert [bucket.name for bucket in port.buckets] == ["south", "north"]
    assert port.buckets[0].sizes == {"ours": N // 3, "theirs": N // 3}
    assert port.members["ours"] == tuple(1 if at % 3 else 0 for at in range(N))
    ours = {s.bucket: s for s in port.scores if (s.system, s.field) == ("ours", "ter")}
    assert ours[0].value == 0.0
    assert ours[0].low is None
    assert "too few" in ours[0].note
    assert (ours[1].low, ours[1].high) == (0.0, 0.0)


def test_without_confidence_buckets_have_values_alone(tmp_path: Path) -> None:
    report = scored(tmp_path)
    found = [score for table in report.buckets for score in table.scores]
    assert found
    assert all(score.low is None for score in found)
    whole = {(s.system, s.field): s.value for s in report.tables[0].scores}
    theirs = [s for t in report.buckets if t.by == "port" for s in t.scores if s.system == "theirs"]
    values = [s.value for s in theirs if s.field == "ter" and s.value is not None]
    total = whole["theirs", "ter"]
    assert total is not None
    assert min(values) <= total <= max(values)


def test_segments_have_their_source_and_their_edits(tmp_path: Path) -> None:
    report = scored(tmp_path)
    first = next(item for item in report.items if item.system == "theirs")
    assert first.source == "Das Boot verließ Kai 0."
    (edit,) = first.pairings[0].edits
    assert first.hypothesis[edit.start : edit.end] == "dock"
    assert first.references[0].text[edit.reference_start : edit.reference_end] == "quay"
    assert (tmp_path / "run" / "report.html").is_file()
