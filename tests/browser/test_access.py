"""Keyboard, narrow screens, paper, hostile texts, and an accessibility checker on every section."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from evalkit.report import render
from evalkit.results import Report
from tests.browser.conftest import Opener
from tests.browser.made import LINE
from tests.report import sample

SECTIONS = (
    "overview", "fluency", "fluency?open=1&hide=~", "summaries",
    "summaries?open=1&vs=rewriter&marks=lcs",
    "translations?table=segments", "translations?table=post-edit", "systems?table=segments",
    "systems?table=fluency", "provenance",
)  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# In the dark only colours differ, and some sections have the same.
@pytest.mark.parametrize(
    ("scheme", "rules", "sections"),
    [
        pytest.param("light", RULES, SECTIONS, id="light"),
        pytest.param("dark", ["color-contrast"], SECTIONS[::2] + SECTIONS[3::4], id="dark"),
    ],
)
def test_axe_finds_no_violation_in_any_section(
    opened: Opener, scheme: str, rules: list[str], sections: tuple[str, ...]
) -> None:
    found = {}
    # The checker is injected, which the page's own policy forbids.
    page = opened("#overview", color_scheme=scheme, bypass_csp=True)
    for section in sections:
        open_section(page, section)
        result = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
        for violation in result.response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            found[section, violation["id"]] = nodes
    assert found == {}


def open_section(page: Any, section: str) -> None:
    page.evaluate("section => { location.hash = section; }", section)
    name = section.split("?")[0]
    page.wait_for_selector(f"[data-view={name}][data-open=true]")
    page.wait_for_timeout(60)
    for closed in page.locator(f"#{name} details:not([open]) > summary").all()[:5]:
        if closed.is_visible():
            closed.click()


def test_the_keyboard_reaches_and_works_everything(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Fluency", exact=True)
    page.keyboard.press("Tab") if not is_focused(link) else None
    expect(link).to_be_focused()
    outline = link.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#fluency h2")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.reading .n')"):
            break
    expect(page.locator("#tip")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".finding.lit")).to_be_focused()
    page.goto(page.url.split("#")[0] + "#systems?table=segments")
    head = page.locator("#d\\.-h-y")
    head.press("Enter")
    expect(page.locator("th[aria-sort] #d\\.-h-y")).to_be_focused()


def is_focused(locator: Any) -> bool:
    return bool(locator.evaluate("e => e === document.activeElement"))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_phone_shows_every_section_without_a_sideways_scroll(
    opened: Opener, section: str
) -> None:
    page = opened(f"#{section}", viewport={"width": 360, "height": 740}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator(f"#{section.split('?')[0]} h2")).to_be_visible()


def test_printing_leaves_the_tools_out_and_the_warnings_in(opened: Opener, tmp_path: Path) -> None:
    page = opened("#fluency")
    page.emulate_media(media="print")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("#fluency .tools").first).to_be_hidden()
    expect(page.locator(".warnings")).to_be_visible()
    expect(page.locator(".reading")).to_be_visible()
    paper = page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert paper.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 1


@pytest.mark.parametrize("section", SECTIONS)
def test_hostile_texts_are_texts_and_run_nothing(opened: Opener, section: str) -> None:
    page = opened(f"#{section}")
    assert page.locator("main img, main iframe, main script, main [onmouseover]").count() == 0
    assert page.evaluate("document.querySelectorAll('style').length") == 1
    assert page.title() == "village-news · evalkit report"


def test_a_hostile_segment_stands_there_to_the_character(opened: Opener) -> None:
    page = opened("#translations?table=segments&q=alert(1)")
    shown = page.locator(".edit .prose").first.evaluate("e => e.textContent")
    for text in ("<script>alert(1)</script>", "<unk> &lt;b&gt; &amp;", "a␀b␛[31m", "\u202egnirts"):
        assert text in shown
    labels = page.locator(".edit .hid").evaluate_all("all => all.map(e => e.dataset.c)")
    assert {"NUL", "RLO", "ZWSP", "BOM"} <= set(labels)
    assert page.locator(".edit .hid bdi").count() == len(labels)


def test_a_megabyte_on_a_line_is_cut_in_the_list_and_shown_when_asked(opened: Opener) -> None:
    page = opened("#translations?table=segments&system=amber&q=long%20long")
    prose = page.locator(".edit .prose").first
    assert len(prose.evaluate("e => e.textContent")) < 5000
    page.get_by_role("button", name="Show all 1,000,000 characters").click()
    assert prose.evaluate("e => e.textContent") == LINE


def test_the_policy_stops_what_is_not_the_page_s_own(opened: Opener) -> None:
    page = opened(quiet=True)
    refused = page.evaluate(
        """async () => {
          const found = [];
          const body = document.body;
          try { body.insertAdjacentHTML("beforeend", "<img src=x>"); } catch { found.push("html"); }
          const script = document.createElement("script");
          try { script.text = "document.title = 'run'"; } catch { found.push("script"); }
          try { body.append(script); } catch { found.push("script"); }
          try { await fetch("http://127.0.0.1:9/"); } catch { found.push("fetch"); }
          await new Promise((done) => setTimeout(done, 50));
          return found;
        }"""
    )
    assert {"html", "script", "fetch"} <= set(refused)
    assert page.title() == "village-news · evalkit report"


@pytest.mark.parametrize("left_out", ["tables", "documents", "items", "buckets"])
def test_runs_without_a_part_open(
    opened: Opener, made: Report, tmp_path: Path, left_out: str
) -> None:
    path = tmp_path / "part.html"
    path.write_text(render(made.model_copy(update={left_out: ()}), "html"), encoding="utf-8")
    page = opened(path=path)
    for link in page.locator("nav a").all():
        link.click()
        expect(page.locator("main > [data-open=true] h2").first).to_be_visible()


def test_an_older_run_without_what_is_new_is_drawn(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "old.html"
    path.write_text(render(sample.report(), "html"), encoding="utf-8")
    page = opened("#summaries?open=2", path=path)
    expect(page.locator(".side mark.k-run").first).to_be_visible()
    page.goto(f"{path.as_uri()}#translations")
    expect(page.locator(".edit del").first).to_be_visible()


def test_an_empty_run(opened: Opener, tmp_path: Path) -> None:
    path = tmp_path / "empty.html"
    path.write_text(render(sample.empty(), "html"), encoding="utf-8")
    page = opened(path=path)
    expect(page.locator("#overview")).to_contain_text("This run has no scores.")
    expect(page.locator("nav a")).to_have_count(2)
