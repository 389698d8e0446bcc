"""What a run stores for showing texts side by side, and its items in buckets."""

import json
from pathlib import Path

import pytest

from evalkit.results import Report
from evalkit.store.folder import read_report
from tests.pipeline.harbour import TEXTS, write_harbour
from tests.pipeline.test_run import run


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("beside")
    return run(write_harbour(folder / "in"), folder / "run")


def test_summaries_are_paired_with_every_reference_without_edits(report: Report) -> None:
    (item,) = (i for i in report.items if (i.system, i.document) == ("two", "ferry"))
    assert [pairing.reference for pairing in item.pairings] == ["short.a", "short.b"]
    same, other = item.pairings
    assert same.lcs == ((0, len(item.hypothesis) - 1),)
    assert same.runs == same.lcs
    assert len(other.lcs) > 1
    assert all(pairing.edits == () for pairing in item.pairings)
    text, reference = item.hypothesis, item.references[1].text
    left = [text[a:b].casefold() for a, b in other.lcs]
    assert left == [reference[a:b].casefold() for a, b in other.reference_lcs]


def test_summaries_know_their_source_sentences(report: Report) -> None:
    (item,) = (i for i in report.items if (i.system, i.document) == ("lead", "ferry"))
    first = item.origins[0]
    assert first.share == 1.0
    sentence = item.hypothesis[first.start : first.end]
    assert TEXTS["ferry"][first.source_start : first.source_end].startswith(sentence[:20])


def test_paragraphs_have_as_many_edits_as_their_ter_says(report: Report) -> None:
    for item in (i for i in report.items if i.table == "post-edit"):
        (pairing,) = item.pairings
        n_words = len(item.references[0].text.split())
        ter = item.scores["ter"]
        assert ter is not None
        assert sum(e.n_edits for e in pairing.edits) == pytest.approx(ter / 100 * n_words)


def test_items_are_put_in_buckets_whose_score_is_the_corpus_score(report: Report) -> None:
    by = {table.by: table for table in report.buckets}
    assert {"hypothesis-length", "reference-length", "score:ter", "document"} <= set(by)
    for table in report.buckets:
        sizes = [bucket.sizes["documents"] for bucket in table.buckets]
        members = table.members["documents"]
        assert [members.count(at) for at in range(len(sizes))] == sizes
        assert sum(sizes) == 5
    document = by["document"]
    paragraphs = [i for i in report.items if i.table == "post-edit"]
    places = dict(zip([i.document for i in paragraphs], document.members["documents"], strict=True))
    (ferry,) = (s for s in document.scores if s.bucket == places["ferry"])
    own = [i for i in paragraphs if i.document == "ferry"]
    edits = sum(e.n_edits for i in own for e in i.pairings[0].edits)
    n_words = sum(len(i.references[0].text.split()) for i in own)
    assert ferry.value == pytest.approx(100 * edits / n_words)
    assert ferry.low is None
    assert "too few" in ferry.note


def test_sources_are_stored_where_fluency_does_not_hold_them(tmp_path: Path) -> None:
    settings = ["fluency.of=[summaries]"]
    report = run(write_harbour(tmp_path / "in"), tmp_path / "run", settings=settings)
    assert {source.id: source.text for source in report.sources} == TEXTS
    with_them = run(tmp_path / "in" / "harbour.yaml", tmp_path / "run2")
    assert with_them.sources == ()


def test_an_older_report_without_any_of_this_loads(report: Report, tmp_path: Path) -> None:
    old = json.loads(report.model_dump_json(by_alias=True))
    for key in ("buckets", "sources"):
        del old[key]
    for item in old["items"]:
        del item["pairings"], item["origins"]
    for document in old["documents"]:
        del document["token_units"]
    (tmp_path / "report.json").write_text(json.dumps(old), encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"schema": 1, "status": "finished"}', "utf-8")
    loaded = read_report(tmp_path)
    assert loaded.items[0].pairings == ()
    assert loaded.buckets == ()
