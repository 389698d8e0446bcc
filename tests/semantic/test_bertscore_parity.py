"""``bertscore`` against bert-score 0.3.13 with the same models on disk.

bert-score's batches are of one pair: padded to another length it turns matches below 0 into 0.
transformers 5 dropped the tokenizer method that bert-score calls for an empty text; it is put
back here.
"""

import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from bert_score import BERTScorer

from evalkit.models.encoder import encoder_folder
from evalkit.models.generation import quiet
from evalkit.records import Batch
from evalkit.semantic.bertscore import BertScore
from tests.semantic import tiny_encoders
from tests.tiny_models import one_thread

KINDS = ("bert", "roberta", "t5")
SENTENCE = (
    "the harbour was closed on Monday after a storm ; ferry pilots waited , don't , Zürich Ça "
    "тёмно 東京 🙂 e\u0301 — ' ! 42 1,000 a/b the the"
)
WORDS = tuple(SENTENCE.split())
HARD = ("", " ", "one", "the the the", "Ça va, Zoë?", "東京タワー", "!", "🙂 🙂", "A b.\u00a0C")


@pytest.fixture(scope="module", params=KINDS)
def folder(request, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("encoders") / f"tiny-{request.param}"
    getattr(tiny_encoders, f"build_{request.param}")(made)
    return made


def random_text(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return rng.choice(HARD)
    return " ".join(rng.choices(WORDS, k=rng.randint(1, 8)))


def pairs(n: int, seed: int) -> Batch:
    """Random and adversarial texts that the tiny models read whole, one to three references."""
    rng = random.Random(seed)
    hypotheses = [random_text(rng) for _ in range(n)]
    references = [[random_text(rng) for _ in range(rng.randint(1, 3))] for _ in range(n)]
    for i in range(0, n, 10):
        references[i][0] = hypotheses[i]
    return Batch(tuple(hypotheses), tuple(map(tuple, references)))


def theirs(folder: Path, layer: int, batch: Batch, **options) -> np.ndarray:
    with quiet(), warnings.catch_warnings(), one_thread():
        warnings.simplefilter("ignore")
        scorer = BERTScorer(
            model_type=str(folder), num_layers=layer, device="cpu", lang="en", nthreads=0, **options
        )
        tokenizer = scorer._tokenizer
        tokenizer.build_inputs_with_special_tokens = lambda _: tokenizer("")["input_ids"]
        hypotheses = [text.strip() for text in batch.hypotheses]
        references = [[text.strip() for text in found] for found in batch.references]
        found = scorer.score(hypotheses, references, batch_size=1)
    return np.stack([part.numpy() for part in found], axis=1)


def ours(folder: Path, layer: int, batch: Batch, **options) -> np.ndarray:
    scorer = BertScore(model=str(folder), layer=layer, references="each", **options)
    with one_thread():
        measured = scorer.measure(batch)
    assert measured.valid.all()
    return scorer.score(measured.statistics)[:, [1, 2, 0]] / 100


def settled(batch: Batch, folder: Path, scores: np.ndarray) -> np.ndarray:
    """Rows whose F isn't a quotient of roundings, and that bert-score counts right.

    It takes a text of two sub-words for an empty one, whatever they are: T5 has one mark.
    """
    clear = np.abs(scores[:, 0] + scores[:, 1]) > 0.05
    if "t5" not in folder.name:
        return clear
    one_token = [
        any(len(text.split()) <= 1 for text in (h, *r))
        for h, r in zip(batch.hypotheses, batch.references, strict=True)
    ]
    return clear & ~np.array(one_token)


@pytest.mark.parametrize("layer", [0, 1, 2, 3])
def test_equal_at_every_layer(folder: Path, layer: int) -> None:
    batch = pairs(200, seed=layer)
    expected = theirs(folder, layer, batch)
    found = ours(folder, layer, batch)
    rows = settled(batch, folder, expected)
    assert rows.mean() > 0.4
    assert np.abs(found - expected)[rows].max() < 1e-5


def test_equal_with_idf_weights(folder: Path, tmp_path: Path) -> None:
    corpus = [random_text(random.Random(i)) for i in range(40)]
    corpus = [text.strip() or "one" for text in corpus]
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(corpus) + "\n", encoding="utf-8")
    batch = pairs(150, seed=11)
    expected = theirs(folder, 2, batch, idf=True, idf_sents=corpus)
    found = ours(folder, 2, batch, idf=str(path))
    rows = settled(batch, folder, expected)
    assert np.abs(found - expected)[rows].max() < 1e-5


def test_equal_with_a_baseline(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "baseline.csv"
    path.write_text("LAYER,P,R,F\n0,0.1,0.2,0.3\n1,0.31,0.32,0.33\n", encoding="utf-8")
    batch = pairs(150, seed=12)
    options = {"rescale_with_baseline": True, "baseline_path": str(path)}
    expected = theirs(folder, 1, batch, **options)
    found = ours(folder, 1, batch, baseline=str(path))
    rows = settled(batch, folder, theirs(folder, 1, batch))
    assert np.abs(found - expected)[rows].max() < 1e-5


def test_equal_with_the_bundled_encoder_and_baseline() -> None:
    batch = pairs(60, seed=13)
    expected = theirs(encoder_folder(), 4, batch)
    assert np.abs(ours_bundled(4, batch) - expected).max() < 1e-5


def ours_bundled(layer: int, batch: Batch) -> np.ndarray:
    scorer = BertScore(layer=layer, references="each")
    with one_thread():
        return scorer.score(scorer.measure(batch).statistics)[:, [1, 2, 0]] / 100
