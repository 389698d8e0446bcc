"""Signatures, and what is said about options."""

import re

import pytest

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf, chrf, chrf_plus_plus
from evalkit.metrics.signature import join, with_references
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
