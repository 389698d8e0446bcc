"""``bertscore`` by itself: independence, long input, references, options, signature, commands."""

from pathlib import Path

import numpy as np
import pytest

from evalkit.models.checkpoint import find_checkpoint
from evalkit.models.token_vectors import load_token_vectors
from evalkit.records import Batch
from evalkit.semantic.bertscore import BertScore
from evalkit.stages import Scorer
from evalkit.stats.estimate import estimate
from tests.semantic import tiny_encoders
from tests.tiny_models import LONG_DOCUMENT, SENTENCES, one_thread

TEXTS = (
    "The ferry was late because of the storm.",
    "A storm delayed the ferry.",
    "Nobody in the village had seen the new library before it opened.",
    "",
    "東京タワーへようこそ 🙂",
    LONG_DOCUMENT,
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoders") / "tiny-bert"
    tiny_encoders.build_bert(folder)
    return folder


@pytest.fixture(scope="module")
def bundled() -> BertScore:
    return BertScore()


def rows(scorer: BertScore, batch: Batch) -> np.ndarray:
    with one_thread():
        return scorer.measure(batch).statistics


def pair(hypothesis: str, *references: str) -> Batch:
    return Batch((hypothesis,), (references,))


def test_it_is_a_scorer(bundled: BertScore) -> None:
    assert isinstance(bundled, Scorer)
    assert [field.name for field in bundled.fields] == [
        "bertscore", "bertscore.precision", "bertscore.recall",
    ]  # fmt: skip
    assert all(part.count(":") == 1 for part in bundled.signature().split("|"))
    assert bundled.languages == {"en"}


def test_likeness_of_meaning_shows(bundled: BertScore) -> None:
    near, far = (rows(bundled, pair(TEXTS[0], other))[0, 2] for other in TEXTS[1:3])
    same = rows(bundled, pair(TEXTS[0], TEXTS[0]))[0]
    assert same[:3] == pytest.approx([1, 1, 1], abs=1e-6)
    assert near > far + 0.2


def test_a_row_depends_on_its_own_texts_alone(bundled: BertScore) -> None:
    """Not on batch size, order, neighbours or padding: to 1e-5."""
    references = tuple((text, TEXTS[0]) for text in reversed(TEXTS))
    together = rows(bundled, Batch(TEXTS, references))
    backwards = rows(bundled, Batch(TEXTS[::-1], references[::-1]))[::-1]
    alone = np.concatenate(
        [rows(bundled, Batch((h,), (r,))) for h, r in zip(TEXTS, references, strict=True)]
    )
    one_by_one = rows(BertScore(batch_tokens=1), Batch(TEXTS, references))
    for other in (backwards, alone, one_by_one):
        assert np.abs(together - other).max() < 1e-5


def test_empty_one_many_and_no_reference(bundled: BertScore) -> None:
    none = bundled.measure(Batch((), ()))
    assert none.statistics.shape == (0, 4)
    assert np.isnan(bundled.score(none.statistics.sum(axis=0))).all()
    found = bundled.measure(Batch(("a ferry", "", "a ferry"), (("a ferry",), ("a ferry",), ())))
    assert found.valid.tolist() == [True, True, False]
    assert found.reasons == {2: "no reference"}
    assert found.statistics[1].tolist() == [0, 0, 0, 1]
    with pytest.raises(ValueError, match="needs references"):
        bundled.measure(Batch(("a ferry",)))


def test_the_corpus_score_is_the_mean_of_the_segments(bundled: BertScore) -> None:
    batch = Batch(TEXTS[:3], ((TEXTS[1],), (TEXTS[2],), (TEXTS[0],)))
    measured = bundled.measure(batch)
    headline = estimate(bundled, measured)[0]
    assert headline.value == pytest.approx(100 * measured.statistics[:, 2].mean())
    assert bundled.score(measured.statistics).shape == (3, 3)


def test_several_references(tiny: Path) -> None:
    references = SENTENCES[3:6]
    single = np.concatenate(
        [rows(BertScore(model=str(tiny), layer=2), pair(SENTENCES[0], r)) for r in references]
    )
    best = rows(BertScore(model=str(tiny), layer=2), pair(SENTENCES[0], *references))[0]
    each = rows(
        BertScore(model=str(tiny), layer=2, references="each"), pair(SENTENCES[0], *references)
    )[0]
    assert best == pytest.approx(single[single[:, 2].argmax()], abs=1e-6)
    assert each[:3] == pytest.approx(single[:, :3].max(axis=0), abs=1e-6)


def test_a_long_text_is_read_whole_in_windows(tiny: Path) -> None:
    reader = load_token_vectors(find_checkpoint(str(tiny)), layer=2)
    (ids,) = reader.tokenize([LONG_DOCUMENT])
    assert len(ids) > 3 * tiny_encoders.LIMIT
    with one_thread():
        (vectors,) = reader.vectors([ids], max_tokens=4096)
    assert vectors.shape == (len(ids), 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(ids)), abs=1e-5)
    scorer = BertScore(model=str(tiny), layer=2)
    assert rows(scorer, pair(LONG_DOCUMENT, LONG_DOCUMENT))[0, :3] == pytest.approx([1, 1, 1])
    # The end counts: what stands after the model's last position changes the score.
    longer = LONG_DOCUMENT + " " + tiny_encoders.TEXTS[-4]
    assert rows(scorer, pair(longer, LONG_DOCUMENT))[0, 0] < 1 - 1e-4


def test_a_text_that_just_fits_is_one_window(tiny: Path) -> None:
    reader = load_token_vectors(find_checkpoint(str(tiny)), layer=3)
    marks = "." * (tiny_encoders.LIMIT - 2)
    fitting, over = reader.tokenize([marks, marks + "."])
    assert len(fitting) == tiny_encoders.LIMIT
    assert [reader.too_long(fitting), reader.too_long(over)] == [False, True]


def test_a_long_text_is_refused_where_that_is_the_policy(tiny: Path) -> None:
    scorer = BertScore(model=str(tiny), layer=2, long_input="refuse")
    found = scorer.measure(
        Batch((LONG_DOCUMENT, "one", "one"), (("one",), (LONG_DOCUMENT, "one"), ("one",)))
    )
    assert found.valid.tolist() == [False, False, True]
    assert found.reasons[0].startswith("the hypothesis has ")
    assert "the model reads 80 at once" in found.reasons[0]
    assert found.reasons[1].startswith("a reference has ")


def test_a_model_whose_layers_cannot_be_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / "tiny-albert"
    tiny_encoders.build_albert(folder)
    found = [
        rows(BertScore(model=str(folder), layer=layer), pair(SENTENCES[0], SENTENCES[9]))[0, 2]
        for layer in range(4)
    ]
    assert len({round(float(value), 6) for value in found}) == 4
