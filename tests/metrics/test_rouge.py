"""What rouge-score lacks: Unicode tokens, sentence splitting for Lsum, means over references."""

import sys

import numpy as np
import pytest

from evalkit.metrics import rouge_texts, rouge_tokens
from evalkit.metrics.rouge import Rouge, rouge, rouge_l, rouge_lsum, rouge_n
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


def test_common_marks_separate_tokens_like_any_other():
    """They are read as spaces beforehand, so that the rest may be plain ASCII."""
    for mark in rouge_tokens._MARKS:
        assert rouge_tokens.find(f"é{mark}b") == ["é", "b"]
        assert tokenize(f"a{mark}b") == tokenize(f"a{mark}b", tokenizer="rouge_score") == ("a", "b")


def test_usual_characters_need_no_more_than_the_usual_pattern():
    usual = "".join(
        chr(point) for point in range(sys.maxunicode) if not rouge_tokens._UNUSUAL.match(chr(point))
    )
    assert len(usual) > 12_000
    assert rouge_tokens._USUAL_WORD.findall(usual) == rouge_tokens._word_pattern().findall(usual)


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
        ({"alpha": 0.8}, "|alpha:0.8|"),
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
        ({"kind": "0"}, "'rouge0': rouge and a positive number, L, Lsum, S, SU or W is needed"),
        ({"kind": "Lmax"}, "rouge and a positive number, L, Lsum, S, SU or W is needed"),
        ({"kind": "S4"}, "ROUGE-S4: a positive number, L, Lsum, S, SU or W is needed"),
        ({"kind": "S", "gap": -1}, "'gap' is -1; it must be at least 0"),
        ({"kind": "2", "gap": 1}, "ROUGE-2 has no 'gap'; ROUGE-S has"),
        ({"kind": "W", "weight": 0.5}, "'weight' is 0.5; it must be at least 1"),
        ({"kind": "SU", "weight": 2.0}, "ROUGE-SU has no 'weight'; ROUGE-W has"),
        ({"kind": "1", "alpha": 1.5}, "'alpha' is 1.5; it must be from 0 to 1"),
        ({"kind": "1", "alpha": float("nan")}, "'alpha' is nan"),
        ({"kind": "1", "tokenizer": "unicod"}, "Did you mean 'unicode'"),
        ({"kind": "1", "stemmer": "yes"}, r"'stemmer' is 'yes' \(str\); it must be bool"),
        ({"kind": "1", "references": "best"}, "Known: max, mean, jackknife"),
        ({"kind": "Lsum", "split": "lines"}, "Known: auto, newline, sentences"),
    ],
)
def test_wrong_options_are_named(options, says):
    with pytest.raises(ValueError, match=says):
        Rouge(**options)


def test_unknown_options_list_the_known():
    with pytest.raises(ValueError, match="no option named 'stemer'") as info:
        rouge_l(stemer=True)
    assert str(info.value).endswith("Options: tokenizer, stemmer, references, alpha, split, name")
    with pytest.raises(ValueError, match=r"Options: .* alpha, gap, split, name"):
        rouge("rougeS", gapp=4)
    with pytest.raises(ValueError, match="positive number"):
        rouge_n(n=-2)
    assert rouge_n(n=12).name == "rouge12"


@pytest.mark.parametrize(
    ("name", "kind", "gap", "weight"),
    [
        ("rouge3", "3", None, None),
        ("rougeS", "S", None, None),
        ("rougeS0", "S", 0, None),
        ("rougeSU4", "SU", 4, None),
        ("rougeW", "W", None, None),
        ("rougeW1.5", "W", None, 1.5),
    ],
)
def test_a_name_says_kind_gap_and_weight(name, kind, gap, weight):
    made = rouge(name)
    assert (made.name, made.kind, made.gap, made.weight) == (name, kind, gap, weight)
    assert Rouge(kind=kind, gap=gap, weight=weight).name == name
    assert rouge(name, name="other").signature() == made.signature()


@pytest.mark.parametrize("name", ["rouge0", "rouge", "rougeLS", "rougeS-1", "rougeW1.", "rouge1 "])
def test_other_names_are_no_rouge(name):
    with pytest.raises(ValueError, match="no kind of ROUGE is called"):
        rouge(name)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("rougeS", "|gap:any|"),
        ("rougeSU4", "|gap:4|"),
        ("rougeW", "|weight:1.2|"),
        ("rougeW2", "|weight:2|"),
        ("rouge1", "|alpha:0.5|"),
    ],
)
def test_the_signature_tells_gap_weight_and_alpha(name, part):
    assert part in rouge(name).signature()


@pytest.mark.parametrize("alpha", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_alpha_weighs_precision(alpha):
    """As in ROUGE-1.5.5: 1/F = alpha/P + (1 - alpha)/R; 1 gives P, 0 gives R."""
    f_score, precision, recall = headline(Rouge(kind="1", alpha=alpha), "a b", "a c d e f")
    assert (precision, recall) == (50.0, 20.0)
    assert f_score == pytest.approx(1 / (alpha / precision + (1 - alpha) / recall))
    assert headline(Rouge(kind="1", alpha=alpha), "a b", "c d").tolist() == [0.0, 0.0, 0.0]


def test_alpha_decides_which_reference_is_best():
    """By P the short one, by R the long one."""
    data = ("a b c d", "a b c d e f g h", "a b")
    assert headline(Rouge(kind="1", alpha=1.0), *data).tolist() == [100.0, 100.0, 50.0]
    assert headline(Rouge(kind="1", alpha=0.0), *data).tolist() == [100.0, 50.0, 100.0]


def test_jackknife_leaves_out_one_reference_at_a_time():
    hypothesis, *references = "a b c d", "a b x", "c d y z", "a b", "q", "c d y z"
    jackknife = headline(Rouge(kind="1", references="jackknife"), hypothesis, *references)
    best = [
        headline(Rouge(kind="1"), hypothesis, *references[:out], *references[out + 1 :])
        for out in range(len(references))
    ]
    np.testing.assert_allclose(jackknife, np.mean(best, axis=0))


def test_jackknife_of_ragged_references():
    scorer, plain = Rouge(kind="L", references="jackknife"), Rouge(kind="L")
    data = Batch(
        hypotheses=("a b c", "a b", "a b"),
        references=(("a b c d", "a", "b c"), ("a x",), ("a b", "b c")),
    )
    rows = 100 * scorer.measure(data).statistics
    texts = data.references[0]
    first = [headline(plain, "a b c", *texts[:out], *texts[out + 1 :]) for out in range(3)]
    np.testing.assert_allclose(rows[0, [2, 0, 1]], np.mean(first, axis=0))
    assert rows[1, 2] == headline(plain, "a b", "a x")[0]
    assert rows[2, 2] == pytest.approx((100.0 + 50.0) / 2)


def test_what_is_kept_of_texts_does_not_change_a_score():
    """The tokens of texts are kept for the next kind of ROUGE; other options must not see them."""
    data = Batch(hypotheses=("Cafés opened. It sailed.",), references=(("Café opens. It sails.",),))
    options = [
        {"tokenizer": tokenizer, "stemmer": stemmer, "split": split}
        for tokenizer in ("unicode", "rouge_score")
        for stemmer in (False, True)
        for split in ("newline", "sentences", "auto")
    ]
    fresh = []
    for chosen in options:
        rouge_texts.forget()
        fresh.append(rouge_lsum(**chosen).measure(data).statistics.tolist())
    kept = [rouge_lsum(**chosen).measure(data).statistics.tolist() for chosen in options]
    assert kept == fresh
    assert len({str(rows) for rows in fresh}) > 2
