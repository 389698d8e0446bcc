"""The scorer ``token_classifier``: sub-words by transformers, words, spans and expected errors."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from evalkit import registry
from evalkit.conformance import PLAIN, check_scorer, failures
from evalkit.errors import ConfigError, ModelError
from evalkit.fluency.token_classifier import TokenClassifier
from evalkit.records import CATEGORIES, Batch
from evalkit.stages import Scorer
from evalkit.text.words import count_words, tokens
from tests.tiny_heads import BIO, LONG_TEXT, TEXTS, build, tiny_tagger
from tests.tiny_models import one_thread, quiet_saving

__all__ = ["tiny_tagger"]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Builds a model once and gives its folder."""
    root = tmp_path_factory.mktemp("taggers")

    def made(name, labels, **settings) -> Path:
        folder = root / name
        if not folder.is_dir():
            build(folder, labels, head="tokens", **settings)
        return folder

    return made


def measure(scorer, *texts):
    with one_thread():
        return scorer.measure(Batch(texts))


def oracle(folder: Path, text: str) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Probabilities of a text's sub-words and their places, by the plain model on that text."""
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    with quiet_saving(), one_thread():
        model = AutoModelForTokenClassification.from_pretrained(folder)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        given = tokenizer(
            text, return_tensors="pt", return_offsets_mapping=True, return_special_tokens_mask=True
        )
        places = given.pop("offset_mapping")[0].tolist()
        special = given.pop("special_tokens_mask")[0].tolist()
        rows = model(**given).logits[0].softmax(-1).detach().numpy()
    kept = [i for i, marked in enumerate(special) if not marked]
    return rows[kept].astype(float), [tuple(places[i]) for i in kept]


def merged(folder: Path, text: str, strategy: str, wrong) -> list[np.ndarray]:
    """For each word of a text its probabilities, spelled out."""
    rows, places = oracle(folder, text)
    found = []
    for start, end in tokens(text):
        own = [rows[i] for i, (a, b) in enumerate(places) if a < end and start < b]
        if own and strategy == "first":
            found.append(own[0])
        elif own and strategy == "mean":
            found.append(np.mean(own, axis=0))
        elif own:
            found.append(max(own, key=lambda row: row[wrong].sum()))
    return found


def test_it_keeps_the_contract_of_plug_ins(tiny_tagger):
    make = partial(registry.scorer, "token_classifier", model=str(tiny_tagger))
    with one_thread():
        assert not failures(check_scorer(make, texts=PLAIN))


def test_it_is_a_scorer(tiny_tagger):
    scorer = registry.scorer("token_classifier", model=str(tiny_tagger))
    assert isinstance(scorer, Scorer)
    names = [field.name for field in scorer.fields]
    assert names == ["token_classifier", "token_classifier.errors"]
    assert [field.higher_is_better for field in scorer.fields] == [True, False]
    assert scorer.columns == ("errors", "words")


@pytest.mark.parametrize("strategy", ["first", "max", "mean"])
@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_words_equal_the_plain_model_one_text_at_a_time(models, kind, strategy):
    folder = models(kind, BIO, kind=kind)
    scorer = TokenClassifier(model=str(folder), aggregation=strategy, device="cpu")
    found = measure(scorer, *TEXTS)
    assert found.valid.all()
    for row, text in enumerate(TEXTS):
        expected = merged(folder, text, strategy, list(range(1, 7)))
        values = [token.value for token in found.tokens[row]]
        np.testing.assert_allclose(values, [one[1:].sum() for one in expected], atol=1e-6)
        assert [(t.start, t.end) for t in found.tokens[row]] == list(tokens(text))
        errors, before = 0.0, 0.0
        for one in expected:
            begins, goes_on = one[[1, 3, 5]].sum(), one[[2, 4, 6]].sum()
            errors += begins + goes_on * (1 - before)
            before = begins + goes_on
        np.testing.assert_allclose(found.statistics[row], [errors, count_words(text)], atol=1e-5)


@pytest.mark.parametrize(("strategy", "theirs"), [("first", "first"), ("mean", "average")])
def test_spans_are_those_of_the_pipeline(models, strategy, theirs):
    # Two labels, so that "0.5 or more" is "more likely than not", which the pipeline goes by.
    from transformers import pipeline

    folder = models("pair", ("O", "BAD"))
    text = TEXTS[1]
    with quiet_saving(), one_thread():
        ask = pipeline(
            "token-classification", str(folder), aggregation_strategy=theirs, device="cpu"
        )
        expected = ask(text)
    found = measure(TokenClassifier(model=str(folder), aggregation=strategy), text)
    spans = found.spans[0]
    assert [(s.start, s.end) for s in spans] == [(e["start"], e["end"]) for e in expected]
    assert spans, "a text with a span is needed, or nothing is shown"
    for span, one in zip(spans, expected, strict=True):
        own = [t.value for t in found.tokens[0] if span.start <= t.start < span.end]
        assert span.probability == pytest.approx(max(own))
        assert np.mean(own) == pytest.approx(one["score"], abs=1e-5)
        assert (span.category, span.finder) == ("unnatural", "token_classifier")


def test_scores_do_not_depend_on_neighbours_order_or_batch_size(tiny_tagger):
    alone = [measure(TokenClassifier(model=str(tiny_tagger)), text) for text in TEXTS]
    for size in (1, 60, 100_000):
        scorer = TokenClassifier(model=str(tiny_tagger), batch_tokens=size)
        for order in (range(len(TEXTS)), reversed(range(len(TEXTS)))):
            chosen = list(order)
            together = measure(scorer, *(TEXTS[i] for i in chosen))
            for row, i in enumerate(chosen):
                np.testing.assert_allclose(
                    together.statistics[row], alone[i].statistics[0], atol=1e-5
                )
                np.testing.assert_allclose(
                    [t.value for t in together.tokens[row]],
                    [t.value for t in alone[i].tokens[0]],
                    atol=1e-5,
                )


def test_every_word_of_a_long_text_is_scored_once_in_windows(tiny_tagger):
    found = measure(TokenClassifier(model=str(tiny_tagger)), LONG_TEXT)
    assert [(t.start, t.end) for t in found.tokens[0]] == list(tokens(LONG_TEXT))
    assert found.statistics[0, 1] == count_words(LONG_TEXT)
    assert found.cuts == {}
    # A window of its own is scored like a text of its own.
    whole = measure(TokenClassifier(model=str(tiny_tagger), max_tokens=78), TEXTS[1], LONG_TEXT)
    np.testing.assert_array_equal(whole.statistics[1], found.statistics[0])


def test_in_an_overlap_each_half_belongs_to_its_window(tiny_tagger):
    scorer = TokenClassifier(model=str(tiny_tagger), max_tokens=10)
    reader = scorer._reader
    (subwords,) = reader.tokenize([LONG_TEXT])
    n = len(subwords.ids)
    with one_thread():
        (found,) = reader.read_tokens([subwords.ids], max_tokens=100, limit=10)
        for start in range(0, n - 2, 8):  # windows of 10 that share 2
            (window,) = reader.read_tokens([subwords.ids[start : start + 10]], max_tokens=100)
            low = start + 1 if start else 0
            high = n if start + 10 >= n else start + 9
            np.testing.assert_allclose(
                found.logits[low:high], window.logits[low - start : high - start], atol=1e-5
            )
    assert found.logits.shape == (n, len(BIO))


def test_a_long_text_that_is_cut_counts_what_was_read(tiny_tagger):
    scorer = TokenClassifier(model=str(tiny_tagger), long_input="truncate", max_tokens=20)
    found = measure(scorer, LONG_TEXT, TEXTS[2])
    read = LONG_TEXT[: found.tokens[0][-1].end]
    assert 3 <= len(read.split()) <= 20
    assert found.statistics[0, 1] == count_words(read)
    assert list(found.cuts) == [0]
    assert found.cuts[0].startswith("did not see the last ")
    refused = TokenClassifier(model=str(tiny_tagger), long_input="refuse", max_tokens=20)
    assert "20 are read at once" in measure(refused, LONG_TEXT).reasons[0]


def test_spans_lie_in_the_text_and_carry_what_the_label_says(tiny_tagger):
    scorer = TokenClassifier(
        model=str(tiny_tagger), threshold=0.3, categories={"SPELL": "spelling", "B-Odd": "register"}
    )
    found = measure(scorer, *TEXTS)
    spans = [(TEXTS[row], span) for row, own in enumerate(found.spans) for span in own]
    assert len(spans) > 5
    kinds = {"SPELL": "spelling", "grammar": "grammar", "Odd": ("register", "unnatural")}
    for text, span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        assert span.category in CATEGORIES
        kind = span.finder.removeprefix("token_classifier.")
        assert span.category in kinds[kind]
        assert span.message == f"The model labels this {kind}."
        assert 0.3 <= span.probability <= 1
    strict = measure(TokenClassifier(model=str(tiny_tagger), threshold=1.0), *TEXTS)
    assert strict.spans == ((),) * len(TEXTS)
    np.testing.assert_array_equal(strict.statistics, found.statistics)


def test_what_cannot_be_scored_and_nothing_at_all(tiny_tagger):
    scorer = TokenClassifier(model=str(tiny_tagger))
    found = measure(scorer, TEXTS[0], "", "?!", "\ud800 word")
    assert found.valid.tolist() == [True, False, False, False]
    assert not found.statistics[1:].any()
    assert (found.spans[1], found.tokens[1]) == ((), ())
    nothing = measure(scorer)
    assert nothing.statistics.shape == (0, 2)
    assert np.isnan(scorer.score(nothing.statistics.sum(axis=0))).all()


def test_the_signature_names_what_decides_the_numbers(tiny_tagger):
    plain = TokenClassifier(model=str(tiny_tagger)).signature()
    assert "|errors:B-SPELL,I-SPELL,B-grammar,I-grammar,B-Odd,I-Odd|" in plain
    assert "|categories:unnatural,unnatural,grammar,grammar,unnatural,unnatural|" in plain
    others = [
        {"aggregation": "max"}, {"threshold": 0.4}, {"max_tokens": 9},
        {"errors": [1, 2, 3, 4, 5, 6]}, {"categories": {"Odd": "register"}},
        {"long_input": "refuse"}, {"ok": ["O", "I-Odd"]},
    ]  # fmt: skip
    signatures = [TokenClassifier(model=str(tiny_tagger), **own).signature() for own in others]
    assert [signature == plain for signature in signatures] == [False] * 3 + [True] + [False] * 3


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (("LABEL_0", "LABEL_1"), {}, "which labels of .* are errors"),
        (("c", "i"), {}, "which labels of .* are errors"),
        (("O", "BAD", "[PAD]"), {}, "which labels of .* are errors"),
        (("O", "OK", "BAD"), {}, "which labels of .* are errors"),
        (("O", "BAD"), {"ok": "BD"}, "ok is 'BD', .* Did you mean 'BAD'"),
        (("O", "BAD"), {"ok": ["O", "BAD"]}, "every label of .* would be fine"),
        (("O", "BAD"), {"errors": [0, 1]}, "every label of .* would be an error"),
        (("O", "BAD", "X"), {"ok": "O", "errors": "BAD"}, "each label .* once; look at X"),
        (("O", "BAD", "X"), {"ok": [0, 1], "errors": [1, 2]}, "once; look at BAD"),
        (("O", "BAD"), {"categories": {"BD": "grammar"}}, "Did you mean 'BAD'"),
        (("O", "BAD"), {"categories": {"O": "grammar"}}, "'O', which is no error label"),
        (("O", "BAD"), {"categories": {"BAD": "gramar"}}, "expected grammar, punctuation"),
    ],
)
def test_what_the_model_does_not_say_is_asked_not_guessed(models, labels, options, message):
    folder = models("-".join(labels).replace("[PAD]", "pad"), labels)
    with pytest.raises(ConfigError, match=message):
        TokenClassifier(model=str(folder), **options).signature()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"aggregation": "average"}, "Known: first, max, mean"),
        ({"categories": "grammar"}, "'categories' is 'grammar'"),
        ({"threshold": 2.0}, "up to 1"),
    ],
)
def test_a_wrong_option_is_named(tiny_tagger, options, message):
    with pytest.raises(ConfigError, match=message):
        registry.scorer("token_classifier", model=str(tiny_tagger), **options)


def test_a_tokenizer_that_knows_no_places_is_refused(tiny_tagger, monkeypatch):
    scorer = TokenClassifier(model=str(tiny_tagger))
    monkeypatch.setattr(type(scorer._reader._tokenizer), "is_fast", False)
    with pytest.raises(ModelError, match="save the model with a fast tokenizer"):
        measure(scorer, TEXTS[0])
