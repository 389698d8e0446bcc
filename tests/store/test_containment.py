"""Names from configs and documents lead to no file outside of the run folder."""

import json
from pathlib import Path

import pytest

from evalkit.errors import StoreError
from evalkit.store.parts import Parts
from tests.cli.calling import call
from tests.pipeline.harbour import TEXTS

HOSTILE = (
    "../../escaped",
    "/absolute/escaped",
    "..",
    ".",
    "~/escaped",
    "C:\\escaped",
    "\\\\server\\share",
    "CON",
    "NUL.txt",
    "a/b/../../../escaped",
    "%2e%2e%2fescaped",
    "$(touch escaped)",
    "`touch escaped`; rm -rf x",
    "-rf",
    "x" * 5000,
    "e\u0301scaped.exe",
    "<script>alert(1)</script>",
)
CONFIG = """
name: hostile
corpus: {{path: rows.jsonl}}
fluency: {{scorers: [mechanics], of: [documents, summaries]}}
summaries:
  systems:
    - {{name: {name}, kind: lead, words: 12}}
    - {{name: ours, kind: file, path: ours.jsonl, words: 12}}
  metrics: [extractiveness, {{name: length, label: {label}}}]
"""


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ["../../escaped", "/absolute/escaped", "CON", "a/../../../b"])
def test_a_run_with_hostile_names_stays_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    inside = tmp_path / "deep" / "in"
    inside.mkdir(parents=True)
    text = TEXTS["ferry"]
    rows = "".join(json.dumps({"id": key, "text": text}) + "\n" for key in HOSTILE)
    for file in ("rows.jsonl", "ours.jsonl"):
        (inside / file).write_text(rows, encoding="utf-8")
    config = inside / "c.yaml"
    config.write_text(CONFIG.format(name=json.dumps(name), label=json.dumps(name)))
    monkeypatch.chdir(inside)
    before = tree(tmp_path)
    assert call("run", config, "--output", "out") == 0
    new = tree(tmp_path) - before
    assert all(path.startswith("deep/in/out") for path in new), sorted(new)
    assert not [path for path in new if "escaped" in path or "CON" in path]
    report = json.loads((inside / "out" / "report.json").read_text())
    assert {document["id"] for document in report["documents"]} == set(HOSTILE)
    assert call("show", "out", "--document", HOSTILE[0]) == 0
    assert tree(tmp_path) - before == new


@pytest.mark.parametrize("key", ["a\x00b", "a\nb", " a", "", "a \u202etxt.exe"])
def test_ids_that_no_file_system_should_see_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({"id": key, "text": "One."}) + "\n")
    (tmp_path / "c.yaml").write_text(
        "corpus: {path: rows.jsonl}\nfluency: {scorers: [mechanics]}\n"
    )
    assert call("run", tmp_path / "c.yaml", "--output", tmp_path / "out") == 2
    assert "id" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_references_of_a_hostile_id_are_not_looked_for_outside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path / "refs" / "ferry", tmp_path / "secret"):
        folder.mkdir(parents=True)
        (folder / "summary.short.a.txt").write_text("Read from outside.\n")
    rows = [{"id": "../secret", "text": "One two."}, {"id": "ferry", "text": "Three four."}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "c.yaml").write_text(
        "corpus: {path: rows.jsonl}\nreferences: refs\n"
        "summaries: {systems: [{kind: lead, length: short}], metrics: [rouge1]}\n"
    )
    call("run", tmp_path / "c.yaml", "--output", tmp_path / "out")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    references = {item["document"]: item["references"] for item in report["items"]}
    assert [len(references[key]) for key in ("../secret", "ferry") if key in references][-1] == 1
    assert not references.get("../secret")


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "a\x00", "a b"])
def test_parts_have_plain_names(tmp_path: Path, name: str) -> None:
    parts = Parts(tmp_path / "parts")
    for stage, key in ((name, "k"), ("stage", name)):
        with pytest.raises(StoreError, match="no plain names"):
            parts.rows(stage, key, list)
    assert not (tmp_path / "parts").exists()
