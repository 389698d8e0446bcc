"""The repository's own corpus and references keep what references/README.md promises."""

from pathlib import Path

import pytest

from evalkit.corpus.documents import CorpusSpec, read
from evalkit.corpus.references import DocumentReferences, read_references
from evalkit.records import Document
from evalkit.text.sentences import paragraphs, split
from evalkit.text.words import count_words, words

ROOT = Path(__file__).parents[1]
SHA256 = {
    "000_063513c5a2612c31": "75202aeb7376fad44afa53a4d5958647d5debfbc5e6a4dff9b4e050db7791dab",
    "001_7807100dc1b6ea48": "36c4db1d1d0881d0fae624e9c4e382c51cfe605cd2efde05ae6101b6a93c8c59",
}
"""Of the files as they were given; every offset in references/ counts on them."""
LIMITS = {"headline": (1, 12), "sentence": (1, 35), "short": (50, 70), "long": (100, 130)}
"""Kind -> fewest and most words."""
LONGEST_COPY = 7
"""Words in a row that a summary may share with its article."""

CORPUS = read(CorpusSpec(path="corpus"), root=ROOT)
REFERENCES = read_references("references", CORPUS.documents, root=ROOT)
SUMMARIES = [
    pytest.param(document, kind, version, id=f"{document.id}-{kind}-{version}")
    for document in CORPUS.documents
    for kind in LIMITS
    for version in "ab"
]
each_document = pytest.mark.parametrize("document", CORPUS.documents, ids=CORPUS.ids)


def of(document: Document) -> DocumentReferences:
    return REFERENCES.of(document.id)


def folded(text: str) -> list[str]:
    return [text[start:end].casefold().replace("’", "'") for start, end in words(text)]


def longest_copy(text: str, source: str) -> list[str]:
    """The longest run of words that stands in both."""
    mine, theirs = folded(text), f" {' '.join(folded(source))} "
    best: list[str] = []
    for start in range(len(mine)):
        while f" {' '.join(mine[start : start + len(best) + 1])} " in theirs:
            if start + len(best) + 1 > len(mine):
                break
            best = mine[start : start + len(best) + 1]
    return best


def test_the_longest_copy_is_found_across_case_and_marks() -> None:
    source = "The Minister’s boat, he said, sank on Monday in the port."
    assert longest_copy("A boat? He SAID sank on tuesday", source) == [
        "boat", "he", "said", "sank", "on",
    ]  # fmt: skip
    assert longest_copy("the minister's BOAT", source) == ["the", "minister's", "boat"]
    assert longest_copy("nothing", source) == []
    assert longest_copy(source, source) == folded(source)


def test_the_articles_are_unchanged_to_the_byte() -> None:
    assert dict(CORPUS.hashes) == SHA256
    assert all("title" in document.columns for document in CORPUS.documents)
    assert all("unknown" in document.columns["note"] for document in CORPUS.documents)


def test_both_articles_have_references_and_nothing_else_does() -> None:
    assert set(REFERENCES.documents) == set(SHA256)
    assert REFERENCES.unused == ()
    assert set(REFERENCES.kinds) == set(LIMITS)
    assert REFERENCES.annotators == ("first", "second")


@pytest.mark.parametrize(("document", "kind", "version"), SUMMARIES)
def test_a_summary_keeps_its_length_and_is_in_its_own_words(
    document: Document, kind: str, version: str
) -> None:
    text = of(document).summaries[kind][version]
    low, high = LIMITS[kind]
    assert low <= count_words(text) <= high
    assert text == text.strip()
    copied = longest_copy(text, document.text)
    assert len(copied) <= LONGEST_COPY, " ".join(copied)
    if kind in ("headline", "sentence"):
        assert len(split(text)) == 1


@each_document
@pytest.mark.parametrize("kind", LIMITS)
def test_the_two_versions_are_two(document: Document, kind: str) -> None:
    versions = of(document).summaries[kind]
    assert set(versions) == {"a", "b"}
    assert len(longest_copy(versions["a"], versions["b"])) <= LONGEST_COPY


@each_document
def test_the_post_edit_goes_paragraph_by_paragraph_and_really_edits(document: Document) -> None:
    edited = of(document).post_edit
    assert edited is not None
    pairs = list(zip(paragraphs(document), paragraphs(edited), strict=True))
    changed = [before for before, after in pairs if before.text != after.text]
    assert len(changed) >= len(pairs) / 3
    for before, after in pairs:
        mine, theirs = folded(before.text), folded(after.text)
        kept = len(set(mine) & set(theirs)) / len(set(mine))
        assert kept >= 0.5, f"paragraph {before.index + 1} was rewritten, not edited"


@each_document
@pytest.mark.parametrize("annotator", ["first", "second"])
def test_annotations_and_text_hold_together(document: Document, annotator: str) -> None:
    spans = of(document).errors[annotator]
    assert spans, "a machine translation without an error would be news"
    assert {span.severity for span in spans} == {"minor", "major"}
    ends = [part.end for part in paragraphs(document)]
    for span in spans:
        assert span.finder == annotator
        assert span.correction != document.text[span.start : span.end]
        assert not any(span.start < end < span.end for end in ends), "over a paragraph's end"


@each_document
def test_the_first_annotation_explains_the_post_edit(document: Document) -> None:
    edited = of(document).post_edit
    assert edited is not None
    marked = of(document).errors["first"]
    for before, after in zip(paragraphs(document), paragraphs(edited), strict=True):
        inside = [span for span in marked if before.start <= span.start <= before.end]
        if before.text != after.text:
            assert inside, f"paragraph {before.index + 1} was edited, but no error is marked in it"
