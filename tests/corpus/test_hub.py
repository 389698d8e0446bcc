"""Datasets: local ones are read, and what cannot be reached says so without trying for long."""

import json
import sys
from pathlib import Path

import pytest

from evalkit.corpus.documents import CorpusSpec, read
from evalkit.corpus.hub import dataset_rows
from evalkit.errors import InputError, MissingExtraError

ROWS = [{"key": "b", "body": "Two.", "n": 2}, {"key": "a", "body": "One.", "n": 1}]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset saved whole, one saved by split, and one of data files."""
    import datasets

    root = tmp_path_factory.mktemp("datasets")
    rows = datasets.Dataset.from_list(ROWS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", root / "cache")
        rows.save_to_disk(str(root / "whole"))
        datasets.DatasetDict({"dev": rows, "test": rows.select([0])}).save_to_disk(
            str(root / "parts")
        )
        (root / "files").mkdir()
        lines = "".join(json.dumps(row) + "\n" for row in ROWS)
        (root / "files" / "train.jsonl").write_text(lines, encoding="utf-8")
    return root


@pytest.fixture(autouse=True)
def _own_cache(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", place / "cache")


@pytest.mark.parametrize(
    ("dataset", "split", "origin"),
    [
        ("whole", None, "whole row 1"),
        ("parts", "dev", "parts[dev] row 1"),
        ("files", "train", "files[train] row 1"),
        ("files", None, "files[train] row 1"),
    ],
)
def test_a_local_dataset_becomes_documents(
    place: Path, dataset: str, split: str | None, origin: str
) -> None:
    spec = CorpusSpec(dataset=dataset, split=split, id_column="key", text_column="body")
    corpus = read(spec, root=place, offline=True)
    assert corpus.ids == ("b", "a")
    assert corpus.documents[0].text == "Two."
    assert corpus.documents[0].columns == {"n": "2"}
    assert corpus.documents[0].origin == origin


@pytest.mark.parametrize(
    ("dataset", "split", "message"),
    [
        ("parts", None, "no split is named; set split to one of: dev, test"),
        ("parts", "train", "there is no split 'train'; set split to one of: dev, test"),
        ("whole", "dev", "was saved as one split"),
        ("files", "test", "there is no split 'test'; set split to one of: train"),
    ],
)
def test_a_missing_split_lists_the_others(
    place: Path, dataset: str, split: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        dataset_rows(dataset, root=place, split=split, offline=True)


def test_an_unknown_configuration_says_which_there_are(place: Path) -> None:
    with pytest.raises(InputError, match=r"'files' cannot be read: .*Available: .*default"):
        dataset_rows("files", root=place, name="xl", offline=True)


def test_a_missing_column_names_those_of_the_dataset(place: Path) -> None:
    spec = CorpusSpec(dataset="whole", id_column="key")
    with pytest.raises(InputError, match=r"whole row 1 has no column 'text'.* key, body, n\."):
        read(spec, root=place, offline=True)


def test_offline_says_what_is_missing_and_how_to_get_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datasets
    import huggingface_hub

    places = (datasets.config, huggingface_hub.constants)
    for settings in places:
        monkeypatch.setattr(settings, "HF_HUB_OFFLINE", False)
    with pytest.raises(InputError, match=r"'someone/not-here': offline.*HF_HOME.*local copy"):
        dataset_rows("someone/not-here", root=place, offline=True)
    assert not any(settings.HF_HUB_OFFLINE for settings in places), "the setting is put back"


def test_a_hub_that_cannot_be_reached_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset", refuse)
    with pytest.raises(InputError, match=r"the hub cannot be reached \(no route\)"):
        dataset_rows("someone/not-here", root=place)


def test_a_missing_package_names_the_extra(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match=r'pip install "evalkit\[models\]"'):
        dataset_rows("whole", root=place)
