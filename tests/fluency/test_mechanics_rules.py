"""Every rule finds what it is for, marks it where it is, mends it, and says nothing else.

In a row's text ``⟦…⟧`` holds what the rule must mark; all else must stay unmarked.
"""

import re
from itertools import pairwise

import pytest

from evalkit.fluency.rules.catalogue import RULES, find_errors
from evalkit.records import CATEGORIES

FOUND = [
    # rule, text with the marked stretch, correction, reason
    ("model-token", "The ⟦<unk> <unk>⟧ left early.", None, "a run of them is one error"),
    ("model-token", "She paid ⟦-LRB-⟧ twice.", None, "treebank bracket"),
    ("tag", "It was ⟦<b>⟧very late.", "", "a tag"),
    ("entity", "Tea ⟦&amp;⟧ toast came.", "&", "an entity"),
    ("template", "Dear ⟦{{name}}⟧, welcome.", None, "an unfilled placeholder"),
    ("sub-word", "The ⟦ho@@ us@@ es⟧ fell.", "houses", "sub-words are joined"),
    ("markdown", "It was ⟦**very**⟧ late.", None, "bold"),
    ("broken-encoding", "The caf⟦Ã©⟧ closed.", None, "UTF-8 read as Latin-1"),
    ("lookalike", "The ⟦mоney⟧ is gone.", "money", "a Cyrillic o"),
    ("invisible", "The mon⟦\u200b⟧ey is gone.", "", "a zero-width space"),
    ("full-width", "They came⟦，⟧ and left.", ",", "an East Asian comma"),
    ("foreign-script", "They took the ⟦поезд⟧ home.", None, "a word left in Cyrillic"),
    ("tokenised", "They did⟦ n't⟧ come.", "n't", "a split contraction"),
    ("tokenised", "It is ⟦``⟧fine⟦''⟧ now.", '"', "Penn Treebank quotation marks"),
    ("stray-mark", "They left at noon⟦. .⟧", ".", "a second full stop"),
    ("stray-mark", "They left⟦, ,⟧ we stayed.", ",", "a second comma"),
    ("doubled-mark", "They left⟦,,⟧ we stayed.", ",", "two commas"),
    ("doubled-mark", "They left⟦..⟧ We stayed.", ".", "two stops are no ellipsis"),
    ("doubled-mark", "They left⟦.,⟧ but we stayed.", ",", "a stop that ends no abbreviation"),
    ("empty-pair", "The new plan ⟦()⟧ is ready.", "", "empty brackets"),
    ("leading-mark", "All was well.\n⟦,⟧ but nobody knew.", "", "a paragraph starts with a comma"),
    ("reversed-quotation-mark", "“We go⟦ “⟧They said so.", "” ", "opens where it should close"),
    ("reversed-quotation-mark", "They said ⟦”⟧no” twice.", "“", "closes where it should open"),
    ("reversed-quotation-mark", "They said “no⟦“⟧ twice.", "”", "no space before, one after"),
    ("unbalanced-quotation-mark", "All well.\nHe said ⟦“⟧no.\nShe left.", None, "never closed"),
    ("unbalanced-quotation-mark", "All well.\nShe left.⟦”⟧\nThen he did.", None, "never opened"),
    ("unbalanced-quotation-mark", 'It was fine.\nHe said ⟦"⟧no.\nShe left.', None, "straight"),
    ("foreign-quotation-mark", "They said ⟦«⟧no⟦»⟧ twice.", "“", "guillemets"),
    ("foreign-quotation-mark", "They said ⟦„⟧no” twice.", "“", "a low mark"),
    ("spaced-quotation-mark", "They said “no⟦ ”⟧ twice.", "”", "a space before the closing mark"),
    ("spaced-quotation-mark", 'They said ⟦" ⟧no" twice.', '"', "after the opening mark"),
    ("unbalanced-bracket", "They came ⟦(⟧late.\nWe left.", None, "never closed"),
    ("unbalanced-bracket", "All came late⟦)⟧ and we left.\nWell.", None, "never opened"),
    ("dash-comma", "The mayor⟦ - on Friday -⟧ spoke again.", ", on Friday,", "a time"),
    ("dash-comma", "The mayor⟦ – in Oslo –⟧ spoke again.", ", in Oslo,", "a place"),
    ("comma-splice", "The gate is ⟦shut,⟧ we must wait.", "shut;", "a pronoun and a modal"),
    ("comma-splice", "“Our gate is ⟦shut,⟧ these ships must wait.”", "shut;", "these and a noun"),
    ("comma-splice", "The two gates are ⟦shut,⟧ we're late.", "shut;", "a contraction"),
    ("doubled-phrase", "They met ⟦in the garden in the garden⟧.", "in the garden", "twice"),
    ("doubled-word", "They met in ⟦the the⟧ garden.", "the", "a word twice"),
    ("doubled-word", "⟦The the⟧ garden was green.", "The", "whatever its case"),
    ("two-determiners", "They bought ⟦a the⟧ garden.", None, "two articles"),
    ("two-determiners", "They sold ⟦the his⟧ garden.", None, "article and possessive"),
    ("article-sound", "They signed ⟦an⟧ unified text.", "a", "read you-nified"),
    ("article-sound", "They lost ⟦a⟧ hour.", "an", "read our"),
    ("article-sound", "She is ⟦a⟧ MP.", "an", "read em-pee"),
    ("article-sound", "It was ⟦an⟧ UN plan.", "a", "read you-en"),
    ("article-sound", "It is ⟦a⟧ 11-year plan.", "an", "read eleven"),
    ("article-sound", "It is ⟦an⟧ one-off.", "a", "read won"),
    ("article-sound", "It is ⟦a⟧ “old” plan.", "an", "a quotation mark is not read"),
    ("article-sound", "⟦A⟧ apple fell.", "An", "the capital stays"),
    ("ordinal", "It was the ⟦2th⟧ of May.", "2nd", "second"),
    ("ordinal", "It was the ⟦11st⟧ of May.", "11th", "eleventh"),
    ("ordinal", "It was built in the ⟦19.⟧ century.", "19th", "a continental ordinal"),
    ("foreign-figures", "It cost ⟦1.250.000⟧ euros.", "1,250,000", "continental thousands"),
    ("slip", "They ⟦dont⟧ know.", "don't", "no apostrophe"),
    ("slip", "It has ⟦it’s own⟧ door.", "its own", "a fixed phrase, curly apostrophe"),
    ("lower-i", "Then ⟦i⟧ went home.", "I", "the pronoun before a verb"),
    ("lower-i", "Then ⟦i⟧'ve gone home.", "I", "the pronoun in a contraction"),
    ("lower-name", "They came on ⟦friday⟧.", "Friday", "a weekday"),
    ("lower-name", "The ⟦french⟧ ship left.", "French", "a people"),
    ("mixed-spelling", "The ⟦colour⟧ and color and flavor were fine.", "color", "the rarer"),
    ("stuck-shift", "⟦THe⟧ ship left.", "The", "one capital too many"),
    ("lower-sentence-start", "The ship left. ⟦then⟧ it sank.", "Then", "after a full stop"),
    ("lower-sentence-start", "⟦then⟧ the ship sank again.", "Then", "at the head of a paragraph"),
    ("glued-sentence", "The ship left⟦.T⟧hen it sank.", ". T", "no space between sentences"),
    ("glued-sentence", "“It left,⟦”h⟧e said.", "” h", "no space after a quotation"),
    ("glued-comma", "The ship left⟦,t⟧hen it sank.", ", t", "no space after a comma"),
    ("glued-bracket", "The shi⟦p(⟧which sank) left.", "p (", "no space before a bracket"),
    ("space-before-mark", "The ship left⟦ ,⟧ then sank.", ",", "a space before a comma"),
    ("space-before-mark", "The ship left⟦ .⟧", ".", "a space before a full stop"),
    ("space-in-brackets", "The ship (⟦ ⟧it sank) left.", "", "a space inside a bracket"),
    ("loose-hyphen", "A well⟦- ⟧known ship left.", None, "a space on one side"),
    ("detached-currency", "It cost ⟦$ ⟧50 then.", "$", "a space before the amount"),
    ("double-space", "The⟦  ⟧ship left.", " ", "two spaces between words"),
    ("missing-stop", "Ships\nOne left. Then the other ⟦sank⟧\nAll fell.", "sank.", "prose"),
    ("mixed-quotation-style", 'Say “a” and “b” and ⟦"⟧c".', None, "the rarer style, once"),
    ("mixed-quotation-style", "It’s here and isn’t and isn⟦'⟧t.", None, "apostrophes too"),
]  # fmt: skip


def unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets, and what they held."""
    pieces = re.split("[⟦⟧]", text)
    spans, position = [], 0
    for index, piece in enumerate(pieces):
        if index % 2:
            spans.append((position, position + len(piece)))
        position += len(piece)
    return "".join(pieces), spans


@pytest.mark.parametrize(("rule", "marked", "correction", "reason"), FOUND)
def test_a_rule_marks_and_mends(
    rule: str, marked: str, correction: str | None, reason: str
) -> None:
    text, wanted = unmarked(marked)
    found = find_errors(text)
    assert [(span.start, span.end) for span in found] == wanted, reason
    assert {span.finder for span in found} == {f"mechanics.{rule}"}, reason
    assert found[0].correction == correction, reason


def test_every_rule_has_a_row() -> None:
    assert {row[0] for row in FOUND} == {rule.id for rule in RULES}


def test_rules_are_well_formed() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.category in CATEGORIES
        assert rule.severity in ("minor", "major")
        assert rule.message.endswith(".")


@pytest.mark.parametrize(
    ("rule", "marked", "correction", "reason"),
    [row for row in FOUND if row[2] is not None and row[1].count("⟦") == 1],
)
def test_a_mended_text_is_clean(rule: str, marked: str, correction: str, reason: str) -> None:
    text, [(start, end)] = unmarked(marked)
    mended = text[:start] + correction + text[end:]
    left = [span for span in find_errors(mended) if span.finder == f"mechanics.{rule}"]
    assert left == [], f"{mended!r}: {reason}"


def test_the_more_specific_rule_keeps_an_overlap() -> None:
    found = find_errors("They left at noon . .")
    assert [span.finder for span in found] == ["mechanics.stray-mark"]
    found = find_errors("They saw <b>the the</b> ship.")
    assert [span.finder for span in found] == [
        "mechanics.tag", "mechanics.doubled-word", "mechanics.tag",
    ]  # fmt: skip


def test_spans_never_overlap() -> None:
    text = "“We , ,the the &amp;an unified <b>plan . . “At noon ,they left.. i was an hour  late"
    found = find_errors(text)
    assert len(found) > 5
    assert all(one.end <= two.start for one, two in pairwise(found))
