"""``mechanics`` as a scorer: statistics, contexts, sharing out of spans, signature."""

import random

import numpy as np
import pytest

from evalkit.errors import AlignmentError, LanguageError, UnknownNameError
from evalkit.fluency.mechanics import Mechanics
from evalkit.fluency.rules.catalogue import find_errors
from evalkit.records import Batch, Context, Document
from evalkit.stages import Scorer
from evalkit.text.sentences import sentences

TEXT = (
    "Ferries stop again\n"
    "\n"
    "The port closed on Monday , the mayor said. “We can wait. Nobody is in a hurry “At noon "
    "the strike went on. .\n"
    "“It was an useful talk.\n"
    "“Now we wait,” she said."
)


def in_context(text: str, *, language: str = "en") -> Batch:
    parts = sentences(Document("d", text))
    return Batch(
        hypotheses=tuple(part.text for part in parts),
        documents=tuple("d" for _ in parts),
        contexts=tuple(Context(text, part.start) for part in parts),
        language=language,
    )


def picked(batch: Batch, chosen: list[int]) -> Batch:
    assert batch.contexts is not None
    return Batch(
        hypotheses=tuple(batch.hypotheses[i] for i in chosen),
        contexts=tuple(batch.contexts[i] for i in chosen),
    )


def test_it_is_a_scorer() -> None:
    scorer = Mechanics()
    assert isinstance(scorer, Scorer)
    assert [field.name for field in scorer.fields] == ["mechanics", "mechanics.errors"]
    assert scorer.columns == ("errors", "words")


def test_rows_count_errors_and_words() -> None:
    batch = Batch(hypotheses=("They met in the the garden.", "All is well.", "It rained , hard ."))
    measured = Mechanics().measure(batch)
    assert measured.statistics.tolist() == [[1, 6], [0, 3], [2, 3]]
    assert measured.valid.all()
    assert measured.tokens is None
    assert measured.spans is not None
    assert [len(spans) for spans in measured.spans] == [1, 0, 2]
    scores = Mechanics().score(measured.statistics.sum(axis=0))
    assert scores.tolist() == [pytest.approx(100 * np.exp(-10 * 3 / 12)), 25.0]


def test_sentences_share_out_the_errors_of_their_document() -> None:
    batch = in_context(TEXT)
    measured = Mechanics().measure(batch)
    whole = find_errors(TEXT)
    assert measured.spans is not None
    assert batch.contexts is not None
    back = [
        span.moved(context.start)
        for spans, context in zip(measured.spans, batch.contexts, strict=True)
        for span in spans
    ]
    assert sorted(back, key=lambda span: span.start) == list(whole)
    assert measured.statistics[:, 0].sum() == len(whole) == 4
    found = {span.finder.removeprefix("mechanics.") for span in whole}
    assert found == {
        "space-before-mark", "reversed-quotation-mark", "stray-mark", "article-sound",
    }  # fmt: skip


def test_a_row_does_not_depend_on_the_rest_of_the_batch() -> None:
    batch = in_context(TEXT)
    scorer = Mechanics()
    whole = scorer.measure(batch)
    other = "Another text . Here is a apple.\nAnd “so on."
    both = Batch(
        hypotheses=(*batch.hypotheses, *in_context(other).hypotheses),
        contexts=(*(batch.contexts or ()), *(in_context(other).contexts or ())),
    )
    n = len(batch)
    assert scorer.measure(both).spans[:n] == whole.spans  # type: ignore[index]
    order = list(range(n))
    random.Random(3).shuffle(order)
    shuffled = scorer.measure(picked(batch, order))
    assert whole.spans is not None
    assert shuffled.spans == tuple(whole.spans[i] for i in order)
    for i in range(n):
        alone = scorer.measure(picked(batch, [i]))
        assert alone.spans == (whole.spans[i],), f"sentence {i} alone, in its context"


def test_errors_between_sentences_go_to_the_one_before() -> None:
    text = "They left. . Then it rained."
    batch = Batch(
        hypotheses=("They left.", "Then it rained."),
        contexts=(Context(text, 0), Context(text, 13)),
    )
    measured = Mechanics().measure(batch)
    assert measured.statistics[:, 0].tolist() == [1, 0]


def test_what_starts_in_a_sentence_that_is_not_given_is_left_out() -> None:
    text = "They left. It was an useful day. Then it rained."
    batch = Batch(
        hypotheses=("They left.", "Then it rained."),
        contexts=(Context(text, 0), Context(text, 33)),
    )
    assert Mechanics().measure(batch).statistics[:, 0].tolist() == [0, 0]


def test_a_title_needs_its_document() -> None:
    title = "Ferries stop again as the crews of all three harbours walk out for a day"
    text = f"{title} and a night over pay\n\nThe port closed. Nobody knew."
    first = Mechanics().measure(in_context(text))
    assert first.statistics[0, 0] == 0, "a first line may be a title"


def test_empty_blank_and_wordless_texts() -> None:
    scorer = Mechanics()
    none = scorer.measure(Batch(hypotheses=()))
    assert none.statistics.shape == (0, 2)
    assert none.spans == ()
    measured = scorer.measure(Batch(hypotheses=("", " \n ", "( )", "Fine.")))
    assert measured.valid.tolist() == [False, False, True, True]
    assert set(measured.reasons) == {0, 1}
    assert measured.statistics[0].tolist() == [0, 0]
    assert measured.statistics[2, 1] == 0
    assert np.isnan(scorer.score(measured.statistics[2])).all()


def test_a_context_must_hold_its_hypothesis() -> None:
    for start in (1, -12, 99):
        batch = Batch(hypotheses=("They left.",), contexts=(Context("They left. So.", start),))
        with pytest.raises(AlignmentError, match="does not stand at character"):
            Mechanics().measure(batch)


def test_other_languages_are_refused() -> None:
    with pytest.raises(LanguageError, match="'de'"):
        Mechanics().measure(Batch(hypotheses=("Sie gingen.",), language="de"))
    assert Mechanics().measure(Batch(hypotheses=("They left.",), language="en-GB")).valid.all()


def test_rules_can_be_left_out() -> None:
    batch = Batch(hypotheses=("It rained , hard .",))
    scorer = Mechanics(without=["space-before-mark"])
    assert scorer.measure(batch).statistics.tolist() == [[0, 3]]
    assert "without:space-before-mark" in scorer.signature()
    assert scorer.signature() != Mechanics().signature()
    with pytest.raises(UnknownNameError, match="Did you mean 'double-space'"):
        Mechanics(without=["double-spaces"])
