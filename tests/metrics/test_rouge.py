"""What rouge-score lacks: Unicode tokens, sentence splitting for Lsum, means over references."""

import numpy as np
import pytest

from evalkit.metrics.rouge import Rouge, rouge_l, rouge_lsum, rouge_n
from evalkit.metrics.rouge_tokens import tokenize
from evalkit.records import Batch


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't stop-ping, U.S.!", "don t stop ping u s"),  # as rouge-score: marks separate
        ("snake_case x2 ½", "snake case x2 1 2"),  # the underscore too; NFKC opens fractions
        ("Café CAFE\u0301 cafe", "café café cafe"),  # composed and decomposed are one word
        ("naïve façade Ærø", "naïve façade ærø"),
        ("Straße STRASSE straſse", "strasse strasse strasse"),  # case folding, not lower case
        ("Ο ΟΔΟΣ οδός", "ο οδοσ οδόσ"),  # final sigma folds, accents stay
        ("Ёлка и ёж", "ёлка и ёж"),
        ("北京2024年", "北 京 2024 年"),  # Han by character, digits whole
        ("カタカナとひらがな", "カ タ カ ナ と ひ ら が な"),
        ("ﾊﾟﾝ", "パ ン"),  # half-width Kana
        ("한국어 배우기", "한국어 배우기"),  # Korean has spaces
        ("ภาษาไทย", "ภ า ษ า ไ ท ย"),
        ("ที่นี่", "ที่ นี่"),  # marks stay with their letter
        ("हिन्दी में लिखा", "हिन्दी में लिखा"),  # vowel signs are marks, not ends of words
        ("مرحبًا بالعالم", "مرحبًا بالعالم"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("co\u00adoperate می\u200cخواهم", "cooperate میخواهم"),  # soft hyphen, non-joiner
        ("ﬁne Ⅷ ＡＢＣ", "fine viii abc"),  # ligature, Roman numeral, full width
        ("👍🏽 ™ €5 °", "tm 5"),  # symbols go
        ("", ""),
        (" \n\t ", ""),
    ],
)
def test_unicode_tokens(text, tokens):
    assert " ".join(tokenize(text)) == tokens


def headline(scorer, hypothesis, *references):
    measured = scorer.measure(Batch(hypotheses=(hypothesis,), references=(references,)))
    return scorer.score(measured.statistics)[0]


def test_other_scripts_do_not_score_0():
    """rouge-score finds no token in either text and gives 0."""
    text = "Το λιμάνι έκλεισε"
    assert headline(Rouge(kind="1"), text, text)[0] == 100.0
    assert headline(Rouge(kind="1", tokenizer="rouge_score"), text, text)[0] == 0.0


HYPOTHESIS = "The port was closed. The wind had risen."
REFERENCE = "The wind had risen. The port was closed."


def test_lsum_splits_sentences_where_there_are_no_line_breaks():
    """Without that, Lsum is silently L: 50 for 100."""
    assert headline(rouge_lsum(), HYPOTHESIS, REFERENCE)[0] == 100.0
    assert headline(rouge_lsum(split="newline"), HYPOTHESIS, REFERENCE)[0] == 50.0
    assert headline(rouge_l(), HYPOTHESIS, REFERENCE)[0] == 50.0
    lines = REFERENCE.replace(". ", ".\n")
    assert headline(rouge_lsum(), HYPOTHESIS, lines)[0] == 100.0
    assert headline(rouge_lsum(split="newline"), HYPOTHESIS.replace(". ", ".\n"), lines)[0] == 100.0


def test_lsum_auto_leaves_a_text_with_line_breaks_as_it_is():
    auto, newline, sentences = (
        headline(rouge_lsum(split=split), f"{HYPOTHESIS}\n", f"{REFERENCE}\n")[0]
        for split in ("auto", "newline", "sentences")
    )
    assert (auto, newline, sentences) == (50.0, 50.0, 100.0)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({}, "|split:newline-else-sentencex-"),
        ({"split": "newline"}, "|split:newline|"),
        ({"split": "sentences"}, "|split:sentencex-"),
        ({"tokenizer": "rouge_score"}, "|tok:rouge_score-0.1.2|"),
        ({"stemmer": True}, "|stem:porter-nltk|"),
        ({"references": "mean"}, "|refs:mean|"),
    ],
)
def test_the_signature_tells_every_setting(options, part):
    signature = rouge_lsum(**options).signature()
    assert part in signature
    assert signature.split("|")[-1].startswith("version:evalkit-")
    assert "split" not in rouge_l().signature()


def test_the_best_reference_is_the_one_with_the_best_f():
    scorer = Rouge(kind="1")
    far, near = "one two three four five six", "one two nine"
    found = headline(scorer, "one two", far, near)
    assert found.tolist() == headline(scorer, "one two", near).tolist()
    # Equal F, other P and R: the first counts.
    tied = headline(scorer, "a b", "a", "a b c d")
    assert tied.tolist() == headline(scorer, "a b", "a").tolist()
    assert tied.tolist() == pytest.approx([200 / 3, 50.0, 100.0])
    assert headline(scorer, "a b", "a b c d", "a")[1] == 100.0


def test_mean_of_references_is_the_mean_of_the_present_ones():
    scorer = Rouge(kind="2", references="mean")
    data = Batch(
        hypotheses=("a b c", "a b"),
        references=(("a b c", "x y", "b c"), ("a b",)),
    )
    rows = scorer.measure(data).statistics
    single = [headline(Rouge(kind="2"), "a b c", text) for text in data.references[0]]
    np.testing.assert_allclose(100 * rows[0, [2, 0, 1]], np.mean(single, axis=0))
    assert rows[1].tolist() == [1.0, 1.0, 1.0, 1.0]


def test_the_corpus_score_is_the_mean():
    data = Batch(hypotheses=("a b", "c", ""), references=(("a b",), ("d",), ("e",)))
    scorer = Rouge(kind="1")
    rows = scorer.measure(data).statistics
    assert scorer.score(rows.sum(axis=0)).tolist() == pytest.approx([100 / 3] * 3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"kind": "0"}, "a positive number, L or Lsum"),
        ({"kind": "Lmax"}, "a positive number, L or Lsum"),
        ({"kind": "1", "tokenizer": "unicod"}, "Did you mean 'unicode'"),
        ({"kind": "1", "stemmer": "yes"}, r"'stemmer' is 'yes' \(str\); it must be bool"),
        ({"kind": "1", "references": "best"}, "Known: max, mean"),
        ({"kind": "Lsum", "split": "lines"}, "Known: auto, newline, sentences"),
    ],
)
def test_wrong_options_are_named(options, says):
    with pytest.raises(ValueError, match=says):
        Rouge(**options)


def test_unknown_options_list_the_known():
    with pytest.raises(ValueError, match="no option named 'stemer'") as info:
        rouge_l(stemer=True)
    assert str(info.value).endswith("Options: tokenizer, stemmer, references, split, name")
    with pytest.raises(ValueError, match="positive number"):
        rouge_n(n=-2)
    assert rouge_n(n=12).name == "rouge12"
