"""Names and numbers: what counts as one, and what a source must hold to have it."""

from decimal import Decimal

import numpy as np
import pytest

from evalkit.metrics.faithfulness import Faithfulness
from evalkit.metrics.names import index, names
from evalkit.metrics.numerals import numerals
from evalkit.records import Batch


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("27 or twenty-seven or the 27th", ["27", "27", "27"]),
        ("1,200.50 and 1200", ["1200.50", "1200"]),
        ("1.2 million", ["1200000"]),
        ("two million", ["2000000"]),
        ("two hundred and five thousand three hundred", ["205300"]),
        ("a hundred, a dozen, two dozen", ["100", "12", "24"]),
        ("at 10:30 on 2024-05-03", ["10", "30", "2024", "5", "3"]),  # parts of times and dates
        ("the 1990s", ["1990"]),
        ("a 27-year-old", ["27"]),
        ("COVID-19", ["19"]),
        ("the G20 and an mp3", []),  # digits inside a name
        ("5% and 5 per cent", ["5", "5"]),
        ("one hundred men and two women", ["100", "2"]),  # "and" joins within numbers only
        ("someone often weighs tents", []),  # no number inside a word
        ("", []),
    ],
)
def test_numerals(text, values):
    found = [min(numeral.values) for numeral in numerals(text)]
    assert found == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$5m", {"5", "5000000"}),  # metres or million
        ("£3bn", {"3", "3000000000"}),
        ("10 000", {"0", "10", "10000"}),  # a space may group digits, or not
        ("3,5", {"3", "5", "3.5"}),  # a decimal comma, or two numbers
        ("between 1.2 and 1.5 million", {"1.2", "1200000"}),  # a scale may serve two numbers
    ],
)
def test_ambiguous_numerals_mean_either(text, values):
    assert numerals(text)[0].values == {Decimal(value) for value in values}


@pytest.mark.parametrize("text", ["one of them", "a second later", "a third of it", "zero doubt"])
def test_words_that_are_often_no_number_are_not_sure(text):
    assert [numeral.sure for numeral in numerals(text)] == [False]


SOURCE = (
    "The mayor of Porto, Zoë Martins, met NATO's envoy. “Britain and the European Union agree,” "
    "said Martins on Monday. The Guardian first told the story of the Anglo-Irish talks. The U.S. "
    "had 1,250 soldiers there, twenty-seven of them hurt, at a cost of $3.5 million."
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They met in Porto.", {"Porto": True}),
        ("They met in Lisbon.", {"Lisbon": False}),
        ("Officials met.", {}),  # a capital that its place explains, unknown as a name
        ("Porto met.", {"Porto": True}),  # the source has it as a name
        ("Lisbon is far, said Lisbon.", {"Lisbon": False}),  # the text itself has it as a name
        ("He saw Zoe Martins's car.", {"Zoe": True, "Martins": True}),  # accents, possessive
        ("He saw Zoë Martin’s car.", {"Zoë": True, "Martin": True}),
        ("This was Britain’s day.", {"Britain": True}),
        ("It is in Nato, not in SEATO.", {"Nato": True, "SEATO": False}),
        ("It was an EU matter.", {"EU": True}),  # initials of the source's names
        ("It was a US matter for the UK.", {"US": True, "UK": False}),
        ("He asked us.", {}),
        ("All North Atlantic Treaty Organization states met.",
         {"North": True, "Atlantic": True, "Treaty": True, "Organization": True}),
        ("The Irish and Anglo-Saxon view.", {"Irish": True, "Anglo": True, "Saxon": False}),
        ("They read the Guardian and The Times.", {"Guardian": True, "Times": False}),
        ("I'm sure that I am.", {}),
        ("He said: “Nobody knows.”", {}),  # starts of quotations
        ("Talks On Cyprus Fail In Geneva", {}),  # a line in title case tells nothing
        ("Talks in Mr. Smith's house", {"Smith": False}),
        ("", {}),
    ],
)  # fmt: skip
def test_names(text, found):
    looked_up = {text[name.start : name.end]: has for name, has in names(text, index(SOURCE))}
    assert looked_up == found


def measured(*pairs):
    hypotheses, sources = zip(*pairs, strict=True)
    return Faithfulness().measure(Batch(hypotheses=hypotheses, sources=sources))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("About 1250 soldiers left Porto; 27 were hurt.", [1, 1, 2, 2, 1]),
        ("In Porto, 1,300 soldiers cost $3,500,000.", [1, 1, 1, 2, 1]),
        ("In Madrid one soldier was hurt.", [0, 1, 0, 0, 1]),
        ("nothing to check", [0, 0, 0, 0, 1]),
        ("", [0, 0, 0, 0, 1]),
    ],
)
def test_rows(text, row):
    assert measured((text, SOURCE)).statistics[0].tolist() == row


def test_what_the_source_lacks_is_marked():
    text = "In Porto and Madrid 28 soldiers of the U.S. met 27 others."
    (spans,) = measured((text, SOURCE)).spans
    assert [text[span.start : span.end] for span in spans] == ["Madrid", "28"]
    assert [span.finder for span in spans] == ["faithfulness.name", "faithfulness.number"]
    assert {span.category for span in spans} == {"inconsistency"}
    assert spans[0].message == "The source has no name “Madrid”."


def test_an_extract_is_faithful():
    for sentence in SOURCE.split(". "):
        row = measured((sentence, SOURCE)).statistics[0]
        assert row[0] == row[1]
        assert row[2] == row[3]


def test_scores_are_shares_and_undefined_where_nothing_is_checked():
    scorer = Faithfulness()
    rows = measured(
        ("In Porto 28 men met.", SOURCE), ("In Rome they met.", SOURCE), ("", SOURCE)
    ).statistics
    np.testing.assert_allclose(scorer.score(rows.sum(axis=0)), [100 / 3, 50.0, 0.0])
    assert np.isnan(scorer.score(rows[2])).all()
    assert np.isnan(scorer.score(rows[1])).tolist() == [False, False, True]
