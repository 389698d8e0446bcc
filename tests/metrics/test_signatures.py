"""Signatures, long and short, and what is said about options."""

import re

import pytest
from sacrebleu.metrics import BLEU, CHRF, TER

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf, chrf, chrf_plus_plus
from evalkit.metrics.signature import join, shorten, with_references
from evalkit.metrics.ter import Ter


@pytest.mark.parametrize(
    ("references", "start"),
    [
        ([("a",), ("b",)], "nrefs:1"),
        ([("a", "b"), ("c", "d")], "nrefs:2"),
        ([("a", "b"), ("c",)], "nrefs:var"),
        ([("a", "b"), ()], "nrefs:2"),  # an item without reference is not scored
        ([(), ()], "nrefs:0"),
        ([], "nrefs:0"),
    ],
)
def test_with_references(references, start):
    assert with_references("a:b", references) == f"{start}|a:b"
    assert with_references("", references) == start


def test_join():
    parts = {"text": "x", "yes": True, "no": False, "whole": 3, "part": 0.5}
    assert join(parts) == "text:x|yes:yes|no:no|whole:3|part:0.5"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Bleu(), BLEU()),
        (Bleu(lowercase=True, tokenizer="intl"), BLEU(lowercase=True, tokenize="intl")),
        (Bleu(smooth="floor"), BLEU(smooth_method="floor")),
        (Bleu(effective_order=True), BLEU(effective_order=True)),
        (Chrf(), CHRF()),
        (Chrf(word_order=2, whitespace=True), CHRF(word_order=2, whitespace=True)),
        (Chrf(lowercase=True, eps_smoothing=True), CHRF(lowercase=True, eps_smoothing=True)),
        (Ter(), TER()),
        (Ter(no_punct=True, case_sensitive=True), TER(no_punct=True, case_sensitive=True)),
    ],
    ids=lambda metric: metric.signature() if hasattr(metric, "fields") else "",
)
def test_long_and_short_signatures_are_sacrebleus(ours, theirs):
    references = [("a", "b"), ("c",)]
    theirs.corpus_score(["a", "c"], [["a", "c"], ["b", None]])
    signature = with_references(ours.signature(), references)
    assert signature == theirs.get_signature().format()
    assert shorten(signature) == theirs.get_signature().format(short=True)


@pytest.mark.parametrize("metric", [BLEU(), CHRF(), TER()])
def test_all_that_sacrebleu_may_say_is_shortened(metric):
    metric.corpus_score(["a"], [["a"]])
    metric.n_bootstrap, metric.seed = 1000, 12345
    metric.test_set, metric.langpair, metric.origlang, metric.subset = "wmt22", "de-en", "de", "s"
    signature = metric.get_signature()
    signature.update("ar", 10000)
    assert shorten(signature.format()) == signature.format(short=True)


def test_keys_that_are_not_sacrebleus_are_left_alone():
    assert shorten("stem:no|order:2|version:1") == "stem:no|order:2|v:1"
    assert shorten("") == ""


def test_the_name_is_the_headline_field():
    assert [field.name for field in Bleu(name="bleu-lc", lowercase=True, max_order=2).fields] == [
        "bleu-lc",
        "bleu-lc.precision1",
        "bleu-lc.precision2",
        "bleu-lc.brevity_penalty",
        "bleu-lc.length_ratio",
    ]


@pytest.mark.parametrize(
    ("make", "options", "says"),
    [
        (Bleu, {"smooth": "expo"}, "Did you mean 'exp'? Known: none, floor, add-k, exp"),
        (Bleu, {"max_order": 0}, "'max_order' is 0; it must be at least 1"),
        (Bleu, {"max_order": 4.0}, "'max_order' is 4.0"),
        (Bleu, {"max_order": True}, "'max_order' is True"),
        (Bleu, {"smooth_value": -1.0}, "'smooth_value' is -1.0; it must be at least 0"),
        (Bleu, {"smooth_value": float("nan")}, "'smooth_value' is nan"),
        (Bleu, {"lowercase": "no"}, "'lowercase' is 'no' (str); it must be bool"),
        (Chrf, {"char_order": 0}, "at least 1"),
        (Chrf, {"char_order": -1, "word_order": 2}, "at least 0"),
        (Chrf, {"word_order": -1}, "at least 0"),
        (Ter, {"normalized": 1}, "'normalized' is 1"),
        (chrf, {"betta": 3}, "no option named 'betta'. Did you mean 'beta'? Options: char_order"),
        (chrf_plus_plus, {"stemmer": True}, "no option named 'stemmer'"),
    ],
)
def test_wrong_options_are_named(make, options, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        make(**options)


def test_an_unknown_tokenizer_lists_the_known():
    with pytest.raises(ValueError, match="Did you mean '13a'") as info:
        Bleu(tokenizer="13b")
    assert "flores200" in str(info.value)


def test_whole_numbers_do_for_fractions():
    assert Bleu(smooth="floor", smooth_value=1).signature().count("floor[1.00]") == 1
