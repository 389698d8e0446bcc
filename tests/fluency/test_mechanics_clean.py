"""Correct English, and what may pass for it, in which no rule may find anything."""

import pytest

from evalkit.fluency.rules.articles import sound
from evalkit.fluency.rules.catalogue import find_errors

CLEAN = [
    # text, reason
    ("", "nothing"),
    (" \n\n ", "blank lines"),
    ("She had had enough, and he said that that was that.", "words that may stand twice"),
    ("It was very very late, and no no came.", "doubling for weight"),
    ("They tried again and again and again.", "English builds this by repeating"),
    ("They went to New New Haven and Baden Baden.", "doubled names"),
    ("Really!! Did they?? No...", "marks in a row are a matter of register"),
    ("So . . . they left. Then … nothing.", "spaced and one-character ellipses"),
    ("Smith et al., Jones Inc., and the U.S., etc., agreed.", "stops of abbreviations"),
    ("“We stayed.\n“Then we left.\n“Now we are here,” he said.", "a quotation of three paragraphs"),
    ("“We stayed.\nThen we left,” he said.", "a quotation that ends in the next paragraph"),
    ('He said: "We stayed. "Then we left." Nobody knew.', "paragraphs run together"),
    ("“She said ‘no’ twice,” he said.", "single marks inside double ones"),
    ('The 5\' 11" man bought a 27" screen.', "feet and inches"),
    ("The '90s were rock ’n’ roll, and James’ dogs’ too.", "apostrophes"),
    ('It was ("so they said") a "half-empty" hall—"huge".', "marks beside brackets and dashes"),
    ("It is a unit, a European, a one-off, a ewe, a UN plan, a US ship.", "consonant sounds"),
    ("It is an hour, an heir, an MP, an NGO, an X-ray, an e-mail.", "vowel sounds"),
    ("It is an 11-year, an 18th, an $8 ticket; it is a 100-year, a 1,100.", "numbers"),
    ("An historic or a historic, a herb or an herb, a FAQ or an FAQ.", "both are current"),
    ("Vitamin A is good, and Group A opened.", "A as a name"),
    ("They bought the a cappella songs.", "a loan with an article in it"),
    ("A free market, not a free-for-all: a useful, usual use.", "plain consonants"),
    ("The plan (as it were) has two steps: a) wait; b) go.", "enumerators"),
    ("We like it :) and the interval [0, 1) too.", "emoticon and interval"),
    ("The talks (which began\non Monday) ended.", "brackets over a line break"),
    ("See https://example.org/a,b?c=d&e=f and mail a.b@example.org.", "addresses"),
    ("Visit example.com/uk or @britain and #france on data.gov.", "handles and domains"),
    ("The firm Node.js and the site Kept.Com agreed.", "names with stops in them"),
    ("It costs 1,200.50 euros, 192.168.100.200 is an address.", "figures"),
    ("Pre- and post-war ships, a two- or three-year plan.", "suspended hyphens"),
    ("The firm - which sank - was old. It - not she - left.", "dashes around clauses"),
    ("They ate french fries, brussels sprouts and an english muffin.", "names become common"),
    ("It may march in august style, and china broke.", "common words like months or places"),
    ("The iPhone sold. eBay did too.", "capitals inside"),
    ("He said (see fig. i) so, i.e. no; part i ends.", "i that is no pronoun"),
    ("It ended at 5 p.m. on Sunday. Mr. Low left.", "abbreviations before words"),
    ("News of the day\n\nThe ship left.", "a title needs no full stop"),
    ("The ship left.\n\nWhat is next\n\nThe ship sank.", "a heading needs none"),
    ("They want:\n- more ships\n- more crews\nThey got none.", "list items need none"),
    ("Ministers reopen the northern port after nine long weeks of strikes", "a lone headline"),
    ("The ship left.  Then it sank.", "two spaces after a sentence"),
    ("The β-carotene and 5 μm of Ωm.", "Greek in science"),
    ("The river (Дунай) and “Дунай” flow.", "cited words of another script"),
    ("The family 👨‍👩‍👧 and the café’s naïve Óscar came.", "joiners in emoji, accents"),
    ("If a < b and c > d, then x * y ** z is fine.", "angle brackets and stars of formulas"),
    ("She ate 1/2 of it, and/or he did.", "slashes"),
    ("The Labour Party chose a color.", "a name keeps its spelling"),
    ("If it is shut, we must wait.", "a subordinate clause"),
    ("After the gate was shut, they were calm.", "another"),
    ("In the port of Oslo that is shut, they must wait.", "an adverbial with a clause in it"),
    ("It is not a port, it is a ruin.", "a figure of speech"),
    ("The port is shut, it was said, for days.", "a report"),
    ("The port is shut, it has been claimed.", "another"),
    ("The thing is, we must wait.", "a clause that breaks off"),
    ("It is late, and we must wait; it is dark, so we are lost.", "joined by a conjunction"),
    ("It is such a fine port, they are proud of it.", "a clause of consequence"),
    ("We have a map and for this reason, we are calm.", "an adverbial after a conjunction"),
    ("Well, it is shut. Yes, we are late.", "no clause before the comma"),
    ("There are docks, yards, ships, they say.", "a list"),
    ("Line one ends here.\r\nLine two ends here.\r\n", "carriage returns"),
]


@pytest.mark.parametrize(("text", "reason"), CLEAN)
def test_correct_text_is_left_alone(text: str, reason: str) -> None:
    assert find_errors(text) == (), reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("“We will stay.", "it may close in the next sentence"),
        ("We will stay,” she said.", "it may have opened in the sentence before"),
        ("(We will stay.", "so may a bracket"),
        ("We will stay.)", "and close"),
    ],
)
def test_a_lone_sentence_may_be_part_of_a_quotation(text: str, reason: str) -> None:
    assert find_errors(text, complete=False) == (), reason
    assert len(find_errors(text, complete=True)) == 1, "in a document nothing comes to close it"


@pytest.mark.parametrize(
    ("word", "expected", "reason"),
    [
        ("apple", "vowel", "by its letter"),
        ("unimportant", "vowel", "un-, not uni-"),
        ("uninhabited", "vowel", "un-, not uni-"),
        ("unanimous", "consonant", "you-"),
        ("Ukrainian", "consonant", "you-"),
        ("onerous", "vowel", "not one-"),
        ("onetime", "consonant", "won-"),
        ("NATO", "consonant", "read as a word"),
        ("NHS", "vowel", "read en-"),
        ("EU", "vowel", "read ee-"),
        ("F-16", "vowel", "a single letter"),
        ("U-turn", "consonant", "a single letter"),
        ("M.A.", "vowel", "an abbreviation with stops"),
        ("8th", "vowel", "eighth"),
        ("80,000", "vowel", "eighty"),
        ("18-hole", "vowel", "eighteen"),
        ("180-degree", "consonant", "one hundred"),
        ("£11m", "vowel", "a currency sign is not read first"),
        ("été", "vowel", "accents are ignored"),
        ("1860", None, "eighteen sixty or one thousand"),
        ("historic", None, "both are current"),
        ("LED", "vowel", "spelled"),
        ("MAN", None, "an acronym or a shout"),
        ("kg", None, "no vowel to read"),
        ("Ulm", None, "a name's sound is open"),
    ],
)
def test_sound(word: str, expected: str | None, reason: str) -> None:
    assert sound(word) == expected, reason
