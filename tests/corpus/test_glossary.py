from pathlib import Path

import pytest

from evalkit.corpus.glossary import Term, read_glossary
from evalkit.errors import InputError


@pytest.mark.parametrize(
    ("name", "text", "terms"),
    [
        ("g.tsv", "Amt\toffice\nAmt\tbureau\n", [Term("Amt", ("office", "bureau"))]),
        ("g.tsv", "term\ttranslation\tcase\nA\tb | c\texact\nD\te\t\n",
         [Term("A", ("b", "c"), exact=True), Term("D", ("e",))]),
        ("g.csv", 'source,target,note\n"a, b",c,x\n', [Term("a, b", ("c",))]),
    ],
)  # fmt: skip
def test_glossaries(tmp_path: Path, name: str, text: str, terms: list[Term]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(read_glossary(name, root=tmp_path)) == terms


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("g.tsv", "a\tb\tc\n", "g.tsv:1: 3 columns"),
        ("g.tsv", "a\t\n", "g.tsv:1: a term and its translation"),
        ("g.csv", "a,b\n", "name the columns: term,translation"),
        ("g.tsv", "", "no terms"),
        ("g.txt", "a\tb\n", r"a \.tsv or \.csv file"),
        ("g.tsv", "term\ttranslation\tcase\nA\tb\tupper\n", "case 'upper' is none of"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_glossary(name, root=tmp_path)
