"""The HTML page, parsed again: nothing from the data is markup, every text and number is there.

What the page's script does with its data is tested in a browser (``tests/browser``).
"""

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from evalkit.report import numbers, render, scripts, visible
from evalkit.results import Mark, Report, Requirement
from tests.report import sample

VOID = {"meta", "input", "rect", "br", "link", "img"}
ALLOWED = {
    *VOID, "html", "head", "title", "style", "body", "header", "main", "footer", "nav", "section",
    "article", "a", "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "div", "span",
    "bdi", "b", "sup", "svg", "table", "thead", "tbody", "tr", "th", "td", "details",
    "summary", "label", "select", "option", "caption", "noscript", "pre", "code", "script",
} - {"img", "link", "br"}  # fmt: skip


class Page(HTMLParser):
    """Checks that tags are balanced, and keeps elements, attributes and texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[str]] = {"script": [], "style": []}
        self.data: dict[str, Any] = {}
        self.text = ""
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self._open == []
        for kind in self.blocks.keys() - {"script", "style"}:
            (packed,) = self.blocks[kind]
            raw = gzip.decompress(base64.b64decode(packed))
            self.data[kind.removeprefix("data-")] = json.loads(raw)

    def parts(self, *kinds: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """What the index says of each part of a kind, with the part."""
        index = self.data["index"]["parts"]
        return [(part, self.data[part["block"]]) for part in index if part["kind"] in kinds]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert len(values) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, values))
        if tag in VOID:
            return
        kind = tag if tag in ("script", "style") else ""
        if values.get("type") == "text/plain":
            kind = str(values["id"])
            self.blocks[kind] = []
        self._open.append((tag, kind))
        if kind in self.blocks:
            self.blocks[kind].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, kind in self._open:
            if kind in self.blocks:
                self.blocks[kind][-1] += data


@pytest.fixture(scope="module")
def report() -> Report:
    return sample.report()


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return render(report, "html")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_only_our_own_elements_and_attributes(page: Page) -> None:
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert len([tag for tag, _ in page.elements if tag in ("style", "title")]) == 2
    run = [values for tag, values in page.elements if tag == "script" and not values]
    data = [values for tag, values in page.elements if tag == "script" and values]
    assert len(run) == 2
    assert {(values["type"], *values.keys()) for values in data} == {("text/plain", "type", "id")}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag


def test_nothing_points_outside_the_page(page: Page) -> None:
    for _, attributes in page.elements:
        assert not attributes.keys() & {"src", "srcset", "action", "formaction", "data"}
        assert (attributes.get("href") or "#").startswith("#")
    carried, own = page.blocks["script"]
    for inline in (*page.blocks["style"], own):
        assert not re.search(
            r"https?:|url\(|@import|fetch|XMLHttp|WebSocket|eval|innerHTML|new Function", inline
        )
    assert "sourceMappingURL" not in carried


def test_the_libraries_are_the_published_files_with_their_licences() -> None:
    folder = files("evalkit.report").joinpath("inlined")
    for library in scripts.libraries():
        raw = folder.joinpath(library.file).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == library.sha256
        assert "ermission" in folder.joinpath(library.text).read_text(encoding="utf-8")
        assert library.licence in ("ISC", "MIT")
    known = {library.file for library in scripts.libraries()}
    assert {path.name for path in folder.iterdir() if path.name.endswith(".js")} == known


def test_every_link_has_its_goal_and_every_id_is_unique(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]+", id_ or "") for id_ in ids)
    links = {attributes["href"] for _, attributes in page.elements if "href" in attributes}
    assert {(link or "").removeprefix("#") for link in links} <= set(ids)
    named = {n for _, a in page.elements for n in (a.get("aria-labelledby") or "").split()}
    assert named <= set(ids)


def test_policy_allows_the_inlined_parts_and_nothing_else(page: Page) -> None:
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {
        "default-src", "script-src", "style-src", "base-uri", "form-action",
        "require-trusted-types-for", "trusted-types",
    }  # fmt: skip
    for kind in ("script", "style"):
        digests = [hashlib.sha256(content.encode()).digest() for content in page.blocks[kind]]
        allowed = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        assert rules[f"{kind}-src"] == " ".join(allowed)


def test_texts_and_their_sentences_are_in_the_data_to_the_character(
    report: Report, page: Page
) -> None:
    rows = [row for _, part in page.parts("texts") for row in part["rows"]]
    assert [row["x"] for row in rows] == [document.text for document in report.documents]
    for row, document in zip(rows, report.documents, strict=True):
        spans = [(sentence.start, sentence.end) for sentence in document.sentences]
        assert list(zip(row["n"], row["e"], strict=True)) == spans


def test_hypotheses_and_references_are_in_the_data_to_the_character(
    report: Report, page: Page
) -> None:
    drawn = [
        (row.get("x", ""), [tuple(part["refs"][at]) for at in row.get("r", [])])
        for _, part in page.parts("summaries", "translations")
        for row in part["rows"]
    ]
    given = [(i.hypothesis, [(r.name, r.text) for r in i.references]) for i in report.items]
    assert sorted(drawn) == sorted(given)


def test_every_score_is_shown_with_its_interval(report: Report, page: Page) -> None:
    for table in report.tables:
        for score in table.scores:
            assert numbers.score(score.value, score.unit) in page.text
            assert numbers.interval(score.low, score.high, score.unit) in page.text
            assert visible.text(score.note) in page.text
    drawn = [
        {f["name"]: v for f, v in zip(about["fields"], row["v"], strict=True) if v is not None}
        for about, part in page.parts("summaries", "translations")
        for row in part["rows"]
    ]
    given = [{k: v for k, v in item.scores.items() if v is not None} for item in report.items]
    assert sorted(drawn, key=str) == sorted(given, key=str)


def test_hostile_names_are_spelt_out(page: Page) -> None:
    for text in sample.HOSTILE:
        assert visible.text(text) in page.text


def test_no_character_that_html_cannot_hold(html: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", html)


def test_direction_controls_are_isolated(html: str) -> None:
    for match in re.finditer("[\u202a-\u202e\u2066-\u2069]", html):
        around = html[match.start() - 5 : match.end() + 6]
        assert around == f"<bdi>{match.group()}</bdi>"


def test_every_finding_is_in_the_data_with_all_that_is_known(report: Report, page: Page) -> None:
    marks = [
        mark
        for _, part in page.parts("texts", "summaries", "translations")
        for row in part["rows"]
        for mark in row.get("m", [])
    ]
    given = [mark for text in (*report.documents, *report.items) for mark in text.spans]
    assert len(marks) == len(given)

    def places(mark: Mark) -> float | None:
        return None if mark.probability is None else round(mark.probability, 6)

    key = [
        (m["a"], m["b"], m["w"], m.get("c", ""), m.get("g"), m.get("p"), m.get("m", ""), m.get("r"))
        for m in marks
    ]
    wanted = [
        (m.start, m.end, m.scorer, m.category, m.severity, places(m), m.message, m.correction)
        for m in given
    ]
    assert sorted(key, key=str) == sorted(wanted, key=str)


def test_what_fell_short_stands_in_the_overview(report: Report) -> None:
    shared = {"table": "summaries.short", "system": "lead", "unit": "0-100", "operator": ">="}
    short = Requirement(
        text="rouge1>=0.5", field="rouge1", limit=50.0, value=41.26, met=False, **shared
    )
    met = Requirement(text="bleu>=1", field="bleu", limit=1.0, value=12.04, met=True, **shared)
    text = Page(render(report.model_copy(update={"requirements": (short, met)}), "html")).text
    assert "1 of 2 required scores are met; 1 falls short." in text
    assert "summaries.short/lead/rouge1" in text
    assert "≥ 50 (0.5)" in text
    assert "summaries.short/lead/bleu" not in text
    assert "required scores" not in Page(render(report, "html")).text


def test_warnings_stand_before_the_first_number(html: str) -> None:
    assert html.index("Mind this before") < html.index("<table")


def test_headings_do_not_skip_a_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_table_heads_have_a_scope(page: Page) -> None:
    assert all(attributes.get("scope") for tag, attributes in page.elements if tag == "th")


def test_a_run_without_anything() -> None:
    page = Page(render(sample.empty(), "html"))
    assert "This run has no scores." in page.text
    assert "Mind this" not in page.text


@pytest.mark.parametrize("left_out", ["tables", "documents", "items"])
def test_a_run_without_one_part(report: Report, left_out: str) -> None:
    page = Page(render(report.model_copy(update={left_out: ()}), "html"))
    assert report.run.name in page.text
    assert "Where the numbers come from" in page.text


def test_the_page_is_the_same_each_time(report: Report, html: str) -> None:
    assert render(report, "html") == html
