"""Glossaries: terms and the translations that they must have, from TSV or CSV.

::

    term<TAB>translation<TAB>case
    fuse box<TAB>Sicherungskasten|Sicherungsblock<TAB>
    Aurora<TAB>Aurora<TAB>exact

The first line may name the columns (``term`` and ``translation``, or ``source`` and ``target``,
and ``case``); without names there are two columns. Several translations are separated by ``|``, or
stand in several rows of the same term; any of them will do. Case: ``exact`` in the column ``case``
means that the term counts only as written, and so does its translation; otherwise case says
nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from evalkit.corpus.files import existing, read_text, split_lines
from evalkit.corpus.rows import kind_of, read_rows, text_cell
from evalkit.errors import InputError

__all__ = ["Term", "read_glossary"]

_NAMES = (("term", "translation"), ("source", "target"))
_CASES = {"": False, "any": False, "exact": True}


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it may become."""

    term: str
    """As it stands in the source."""
    translations: tuple[str, ...]
    """At least one; any will do."""
    exact: bool = False
    """Whether case counts, in the term and in its translation."""


def read_glossary(path: str | Path, *, root: Path) -> tuple[Term, ...]:
    """The terms of a glossary, in order.

    Args:
        path: a .tsv or .csv file.
        root: the folder that a relative path starts from.

    Raises:
        InputError: the file is missing, damaged or empty; a row lacks a term or a translation.
    """
    found = existing(path, root=root, what="glossary")
    kind = kind_of(found)
    if kind not in ("tsv", "csv"):
        raise InputError(f"{found.name}: a glossary is a .tsv or .csv file")
    terms: dict[tuple[str, bool], list[str]] = {}
    for term, translation, case, origin in _rows(found, kind):
        if not term.strip() or not translation.strip(" |"):
            raise InputError(f"{origin}: a term and its translation are needed")
        if case.strip().lower() not in _CASES:
            raise InputError(f"{origin}: case {case!r} is none of: exact, any")
        key = (term.strip(), _CASES[case.strip().lower()])
        terms.setdefault(key, []).extend(filter(None, map(str.strip, translation.split("|"))))
    if not terms:
        raise InputError(f"{found.name} holds no terms")
    return tuple(
        Term(term, tuple(dict.fromkeys(translations)), exact)
        for (term, exact), translations in terms.items()
    )


def _rows(path: Path, kind: str) -> Iterable[tuple[str, str, str, str]]:
    """Term, translation, case and place of every row."""
    separator = "\t" if kind == "tsv" else ","
    lines = split_lines(read_text(path, name=path.name))
    head = [cell.strip() for cell in (lines[0] if lines else "").split(separator)]
    names = next((pair for pair in _NAMES if set(pair) <= set(head)), None)
    if names is None:
        if kind == "csv":
            raise InputError(f"{path.name}:1: name the columns: term,translation")
        return _nameless(lines, path.name)
    rows = read_rows(path, kind=kind, name=path.name)
    return [
        (
            text_cell(row, names[0]),
            text_cell(row, names[1]),
            text_cell(row, "case") if "case" in row.values else "",
            row.origin,
        )
        for row in rows
    ]


def _nameless(lines: tuple[str, ...], name: str) -> list[tuple[str, str, str, str]]:
    made = []
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if len(cells) != 2:
            raise InputError(
                f"{name}:{number}: {len(cells)} columns; a glossary without names has two, "
                "a term and its translation"
            )
        made.append((cells[0], cells[1], "", f"{name}:{number}"))
    return made
