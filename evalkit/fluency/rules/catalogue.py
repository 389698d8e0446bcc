"""The list of all rules, the more specific first, and the one pass that applies it.

Where spans of different rules overlap, the rule that stands higher in ``RULES`` keeps its span
and the other is dropped; of one rule the span that starts first, then the longer, is kept.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files

from evalkit.fluency.rules import (
    articles,
    brackets,
    casing,
    characters,
    endings,
    punctuation,
    quotation,
    repetition,
    residue,
    spacing,
    spelling,
    splices,
)
from evalkit.fluency.rules.rule import Found, Page, Rule
from evalkit.records import Span

__all__ = ["RULES", "VERSION", "find_errors", "tables_hash"]

VERSION = 2
"""Of the rule set; raised whenever a rule may find something else than before."""

_FINDERS: Mapping[str, Callable[[Page], Iterable[Found]]] = {
    "model-token": residue.model_tokens,
    "tag": residue.tags,
    "entity": residue.entities,
    "template": residue.templates,
    "sub-word": residue.split_words,
    "markdown": residue.markdown,
    "broken-encoding": characters.broken_encoding,
    "lookalike": characters.lookalikes,
    "invisible": characters.invisible,
    "full-width": characters.full_width,
    "foreign-script": characters.foreign_script,
    "tokenised": residue.tokenised,
    "stray-mark": punctuation.stray_marks,
    "doubled-mark": punctuation.doubled_marks,
    "empty-pair": punctuation.empty_pairs,
    "leading-mark": punctuation.leading_marks,
    "reversed-quotation-mark": quotation.reversed_marks,
    "unbalanced-quotation-mark": quotation.unbalanced_marks,
    "foreign-quotation-mark": quotation.foreign_marks,
    "spaced-quotation-mark": quotation.spaced_marks,
    "unbalanced-bracket": brackets.unbalanced_brackets,
    "dash-comma": punctuation.dash_commas,
    "comma-splice": splices.comma_splices,
    "doubled-phrase": repetition.doubled_phrases,
    "doubled-word": repetition.doubled_words,
    "two-determiners": repetition.two_determiners,
    "article-sound": articles.articles_by_sound,
    "ordinal": spelling.ordinals,
    "foreign-figures": spelling.foreign_figures,
    "slip": spelling.slips,
    "mixed-spelling": spelling.mixed_spelling,
    "lower-i": casing.lower_i,
    "lower-name": casing.lower_names,
    "stuck-shift": casing.stuck_shift,
    "lower-sentence-start": casing.lower_sentence_starts,
    "glued-sentence": spacing.glued_sentence,
    "glued-comma": spacing.glued_comma,
    "glued-bracket": spacing.glued_bracket,
    "space-before-mark": spacing.space_before_mark,
    "space-in-brackets": spacing.space_in_brackets,
    "loose-hyphen": spacing.loose_hyphen,
    "detached-currency": spacing.detached_currency,
    "double-space": spacing.double_space,
    "missing-stop": endings.missing_stop,
    "mixed-quotation-style": quotation.mixed_styles,
}


def _rules() -> tuple[Rule, ...]:
    """The rules in the order of ``tables/rules.json``, each with its function."""
    content = files("evalkit.fluency.rules").joinpath("tables/rules.json").read_text("utf-8")
    return tuple(Rule(find=_FINDERS[entry["id"]], **entry) for entry in json.loads(content))


RULES = _rules()
"""Every rule, the more specific first."""


def find_errors(
    text: str, *, complete: bool = True, rules: Iterable[Rule] = RULES
) -> tuple[Span, ...]:
    """Every error that the rules find in a text, in order, none overlapping another.

    Args:
        text: a document, or a sentence that stands alone.
        complete: False for such a sentence: quotations and brackets may reach beyond it.
        rules: the rules to apply, the more specific first.

    >>> [span.finder for span in find_errors("It was a honest day , she said.")]
    ['mechanics.article-sound', 'mechanics.space-before-mark']
    """
    page = Page.of(text, complete=complete)
    kept: list[Span] = []
    taken = bytearray(len(text))
    for rule in rules:
        for span in sorted(rule.spans(page), key=lambda each: (each.start, -each.end)):
            if not any(taken[span.start : span.end]):
                taken[span.start : span.end] = b"\x01" * (span.end - span.start)
                kept.append(span)
    return tuple(sorted(kept, key=lambda each: each.start))


def tables_hash() -> str:
    """The first eight digits of the SHA-256 of the tables, in order of their names."""
    folder = files("evalkit.fluency.rules").joinpath("tables")
    digest = hashlib.sha256()
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith((".txt", ".json")):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return digest.hexdigest()[:8]
