"""The HTML page, parsed again: nothing from the data is markup, every text and number is there."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from evalkit.report import numbers, render, visible
from evalkit.results import Report
from tests.report import sample

VOID = {"meta", "input", "rect", "br", "link", "img"}
ALLOWED = {
    *VOID, "html", "head", "title", "style", "body", "header", "main", "footer", "nav", "section",
    "article", "a", "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "div", "span",
    "bdi", "b", "q", "sup", "svg", "table", "thead", "tbody", "tr", "th", "td", "details",
    "summary", "fieldset", "legend", "label", "figure", "figcaption", "blockquote", "mark", "ins",
    "del", "pre", "code", "script",
} - {"img", "link", "br"}  # fmt: skip


class Page(HTMLParser):
    """Checks that tags are balanced, and keeps elements, attributes and texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: dict[str, list[str]] = {"reading": [], "prose": [], "script": [], "style": []}
        self.text = ""
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert len(values) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, values))
        if tag in VOID:
            return
        kind = tag if tag in ("script", "style") else values.get("class") or ""
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
    assert len([tag for tag, _ in page.elements if tag in ("script", "style", "title")]) == 3
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag


def test_nothing_points_outside_the_page(html: str, page: Page) -> None:
    for _, attributes in page.elements:
        assert not attributes.keys() & {"src", "srcset", "action", "formaction", "data"}
        assert (attributes.get("href") or "#").startswith("#")
    for inline in (*page.blocks["style"], *page.blocks["script"]):
        assert not re.search(
            r"https?:|url\(|@import|fetch|XMLHttp|WebSocket|eval|innerHTML", inline
        )


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
        "default-src", "script-src", "style-src", "img-src", "base-uri", "form-action",
    }  # fmt: skip
    for kind in ("script", "style"):
        (content,) = page.blocks[kind]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{kind}-src"] == f"'sha256-{digest}'"


def test_texts_stand_in_the_page_to_the_character(report: Report, page: Page) -> None:
    texts = [visible.pictures(document.text) for document in report.documents]
    assert sorted(page.blocks["reading"]) == sorted(texts)


def test_hypotheses_and_references_stand_in_the_page_to_the_character(
    report: Report, page: Page
) -> None:
    shown = {visible.pictures(text) for text in page.blocks["prose"]}
    for item in report.items:
        assert not item.hypothesis or item.hypothesis in shown
        assert {reference.text for reference in item.references} <= shown


def test_every_score_is_shown_with_its_interval(report: Report, page: Page) -> None:
    for table in report.tables:
        for score in table.scores:
            assert numbers.score(score.value, score.unit) in page.text
            assert numbers.interval(score.low, score.high, score.unit) in page.text
            assert visible.text(score.note) in page.text
    for item in report.items:
        for value in item.scores.values():
            assert numbers.score(value, "0-100") in page.text


def test_hostile_names_are_spelt_out(page: Page) -> None:
    for text in sample.HOSTILE:
        assert visible.text(text) in page.text


def test_no_character_that_html_cannot_hold(html: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", html)


def test_direction_controls_are_isolated(html: str) -> None:
    for match in re.finditer("[\u202a-\u202e\u2066-\u2069]", html):
        around = html[match.start() - 5 : match.end() + 6]
        assert around == f"<bdi>{match.group()}</bdi>"


def test_every_finding_is_reachable_from_its_text(report: Report, page: Page) -> None:
    n_marks = sum(len(text.spans) for text in (*report.documents, *report.items))
    anchors = [a for tag, a in page.elements if tag == "a" and a.get("class", "").startswith("n ")]
    assert len(anchors) == n_marks
    assert all(a["aria-label"] for a in anchors)


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
