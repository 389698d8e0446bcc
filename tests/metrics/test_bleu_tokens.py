"""BLEU's tokenisers: 13a against sacrebleu's, and what is said where another cannot be had."""

import importlib.util
import random
import re

import pytest
import sacrebleu.utils
from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from evalkit.errors import MissingExtraError, ModelError
from evalkit.metrics import bleu_tokens
from evalkit.metrics.bleu import Bleu
from evalkit.metrics.bleu_tokens import tokenizer, tokenizer_signature
from evalkit.records import Batch

PIECES = [
    *map(chr, range(256)), *(".,-0123456789 \n&;ab'" * 6), "&quot;", "&amp;", "&lt;", "&gt;",
    "<skipped>", "-\n", "&amp;lt;", "é", "漢", "。", "\u2028", "\u3000", "٣", "½", "\ud800",
]  # fmt: skip
PACKAGED = ("ja-mecab", "ko-mecab", "spm", "flores101", "flores200", "spBLEU-1K")


def test_13a_is_sacrebleus():
    theirs, ours, rng = Tokenizer13a(), tokenizer("13a"), random.Random(3)
    for _ in range(5000):
        text = "".join(rng.choices(PIECES, k=rng.randint(0, 16)))
        assert ours(text) == theirs(text.rstrip()).split(), text


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("ja-mecab", "MeCab", "ja"), ("ko-mecab", "mecab_ko", "ko")]
    + [(name, "sentencepiece", "spm") for name in PACKAGED[2:]],
)
def test_a_missing_package_is_named_when_the_scorer_is_made(name, module, extra, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=rf"^{module} is needed .*'{name}'.*\[{extra}\]"):
        Bleu(tokenizer=name)


def test_a_missing_model_file_is_named_and_nothing_is_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: "installed")
    monkeypatch.setattr(sacrebleu.utils, "SACREBLEU_DIR", str(tmp_path))
    file = tmp_path / "models" / "flores200sacrebleuspm"
    with pytest.raises(ModelError, match=re.escape(str(file))):
        Bleu(tokenizer="flores200")
    file.parent.mkdir()
    file.touch()
    assert Bleu(tokenizer="flores200").tokenizer == "flores200"


def test_tokenizers_that_can_be_had_here_are_sacrebleus():
    """Those that need a package, where it is installed; the others always."""
    hypothesis, reference = (
        "橋は今日、다리가 오늘 다시 열렸다 (5.0).",
        "橋は今日また 다리가 오늘 열렸다 5.0.",
    )
    data = Batch(hypotheses=(hypothesis,), references=((reference,),))
    for name in ("intl", "zh", "char", "none", *PACKAGED):
        try:
            scorer = Bleu(tokenizer=name)
        except (MissingExtraError, ModelError):
            assert name in PACKAGED
            continue
        theirs = BLEU(tokenize=name)
        score = scorer.score(scorer.measure(data).statistics.sum(axis=0))[0]
        assert score == theirs.corpus_score([hypothesis], [[reference]]).score
        assert tokenizer_signature(name) == theirs.tokenizer.signature()


def test_every_tokenizer_of_sacrebleu_is_known():
    known = {"13a", "intl", "zh", "char", "none", *bleu_tokens._PACKAGES}
    assert known == set(BLEU.TOKENIZERS)
    assert set(PACKAGED) == set(bleu_tokens._PACKAGES)


@pytest.mark.parametrize(("n", "options", "doubted"), [
    (100, {}, True), (99, {}, False), (100, {"force": True}, False),
])  # fmt: skip
def test_hypotheses_that_look_tokenised_are_doubted(n, options, doubted):
    texts = ["Set apart ."] * n + ["Not set apart."] * 20
    doubt = Bleu(**options).doubt(texts)
    assert (doubt is not None) == doubted
    if doubted:
        assert doubt.startswith("100 of 120 hypotheses end in ' .'")
