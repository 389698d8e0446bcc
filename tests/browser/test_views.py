"""Every section in a real browser: open, sort, filter, search, hints, systems, and addresses."""

import re
from typing import Any

from playwright.sync_api import expect

from evalkit.report import visible
from evalkit.results import Report
from tests.browser.conftest import Opener
from tests.browser.made import N

WORST = "section[aria-labelledby=worst-h]"


def texts(page: Any, selector: str) -> list[str]:
    return page.locator(selector).all_text_contents()


def test_overview_sorts_by_a_score_and_keeps_it_in_the_address(opened: Opener) -> None:
    page = opened()
    rows = "#t1g tbody th"
    head = page.locator("#t1g thead button", has_text="lower is better")
    assert texts(page, rows) == ["amber", "birch", "cedar"]
    head.click()
    assert texts(page, rows) == ["amber", "birch", "cedar"]
    head.click()
    assert texts(page, rows) == ["cedar", "birch", "amber"]
    assert page.locator("#t1g th[aria-sort=descending]").count() == 1
    page.reload()
    expect(page.locator("#t1g tbody th").first).to_have_text("cedar")


def test_warnings_stand_on_top_and_the_config_is_a_click_away(opened: Opener) -> None:
    page = opened()
    assert page.locator(".warnings").bounding_box()["y"] < page.locator("#t1g").bounding_box()["y"]
    expect(page.locator("#ledger")).to_contain_text("the model wrote nothing")
    page.get_by_role("link", name="Config and signatures").click()
    expect(page.locator("#provenance pre")).to_be_attached()
    expect(page.locator("#overview")).to_be_hidden()


def test_the_matrix_says_who_beats_whom_field_by_field(opened: Opener) -> None:
    page = opened()
    shown = page.locator("[data-matrix=t1]:visible")
    expect(shown).to_have_count(1)
    assert texts(page, "[data-matrix=t1]:visible tbody tr:first-child .sym") == ["▲", "▲"]
    assert texts(page, "[data-matrix=t1]:visible tbody tr:nth-child(2) .sym") == ["▽", "≈"]
    page.locator("#t1-f").select_option("ter")
    expect(shown.locator("caption")).to_have_text("ter")
    expect(page.locator("section[aria-labelledby=t1-h] .small")).to_contain_text("smaller than")


def test_a_signature_is_reached_from_its_number(opened: Opener) -> None:
    page = opened()
    page.locator("#t1-n summary").click()
    page.locator("#t1n a").first.click()
    expect(page.locator("#g1")).to_be_focused()
    expect(page.locator("#g1")).to_be_in_viewport()


def test_the_text_of_a_document_stands_there_to_the_character(opened: Opener, made: Report) -> None:
    for number, document in enumerate(made.documents):
        page = opened(f"#fluency?open={number}")
        shown = page.locator(".reading").evaluate("e => e.textContent")
        assert shown == visible.pictures(document.text)


def test_every_finding_can_be_reached_from_its_text(opened: Opener, made: Report) -> None:
    for number, document in enumerate(made.documents):
        page = opened(f"#fluency?open={number}&hide=~")
        assert page.locator(".reading button.n").count() == len(document.spans)
        assert page.locator(".margin .finding").count() == len(document.spans)


def test_hovering_and_focusing_a_span_tells_what_was_found(opened: Opener) -> None:
    page = opened("#fluency")
    tip = page.locator("#tip")
    page.locator(".reading [data-m='1']").first.hover()
    expect(tip).to_contain_text("This seems wrong here.")
    expect(tip).to_contain_text("0.62")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    number = page.locator(".reading button.n", has_not_text="x").first
    number.focus()
    expect(tip).to_be_visible()
    assert number.get_attribute("aria-describedby") == "tip"
    number.press("Enter")
    expect(page.locator(".finding.lit")).to_be_focused()


def test_heat_is_scaled_for_each_scorer_and_names_its_unit(opened: Opener) -> None:
    page = opened("#fluency")
    expect(page.locator(".scale")).to_contain_text("probability of an error")
    hot = page.locator(".reading .h9").count()
    page.locator("#heat-2").check()
    expect(page.locator(".scale")).to_contain_text("bits")
    assert 0 < page.locator(".reading .h9").count() <= 2 * hot + 2
    assert "heat=surprisal" in page.url
    page.locator("#heat-0").check()
    expect(page.locator(".reading [class^=h]:not(.hid)")).to_have_count(0)


def test_marks_of_readers_and_scorers_are_shown_and_hidden(opened: Opener) -> None:
    page = opened("#fluency")
    before = page.locator(".margin .finding").count()
    page.get_by_role("checkbox", name=re.compile("reader annotator a")).check()
    expect(page.locator(".margin .finding")).to_have_count(before + 1)
    page.reload()
    expect(page.locator(".margin .finding")).to_have_count(before + 1)


def test_the_profile_has_a_bar_for_each_sentence_and_leads_to_it(
    opened: Opener, made: Report
) -> None:
    page = opened("#fluency")
    bars = page.locator(".profiles figure").first.locator(".column")
    assert bars.count() == len(made.documents[0].sentences)
    bars.nth(2).click()
    expect(page.locator("#d-s2")).to_have_class(re.compile("lit"))


def test_worst_sentences_come_first_and_open_their_text(opened: Opener) -> None:
    page = opened("#fluency?open=1")
    values = [float(v.replace("−", "-")) for v in texts(page, f"{WORST} tbody td:last-child")]
    assert values == sorted(values)
    page.locator(f"{WORST} tbody .link").first.click()
    expect(page.locator(".sent.lit").first).to_be_in_viewport()
    assert "at=" in page.url
    page.go_back()
    expect(page.locator("#document h3")).to_contain_text("library")


def test_a_summary_beside_references_with_matches_and_subsequence(opened: Opener) -> None:
    page = opened("#summaries")
    page.locator("#summary-system").select_option("rewriter")
    expect(page.locator(".side h3").first).to_have_text("rewriter")
    runs = texts(page, ".side mark.k-run")
    assert any("Lindholm ferry has been out of service" in run for run in runs)
    page.get_by_role("button", name="Longest common subsequence").click()
    expect(page.locator(".side").first.locator("mark.k-lcs").first).to_be_visible()
    own = "".join(texts(page, ".side:first-child mark.k-lcs")).lower()
    assert own == "".join(texts(page, ".side:last-child mark.k-lcs")).lower()
    page.locator("#summary-beside").select_option("ref:1")
    expect(page.locator(".side.people h3")).to_contain_text("short.b")


def test_a_summary_shows_its_source_sentences(opened: Opener) -> None:
    page = opened("#summaries")
    share = page.locator(".origins button").first
    expect(share).to_contain_text("100 %")
    share.click()
    expect(page.locator(".source .sent.lit").first).to_contain_text("The old ferry at Lindholm")


def test_two_systems_are_set_against_each_other(opened: Opener) -> None:
    page = opened("#summaries")
    page.locator("#summary-beside").select_option("vs:rewriter")
    own, other = page.locator(".side").all()
    assert own.locator("mark.k-only").first.text_content() in own.text_content()
    assert "out of service" in "".join(other.locator("mark.k-only").all_text_contents())
    assert "vs=rewriter" in page.url
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator(".side h3").first).to_have_text("rewriter")


def test_segments_are_searched_filtered_sorted_and_paged(opened: Opener) -> None:
    page = opened("#translations?table=segments")
    status = page.locator(".pager [role=status]")
    expect(status).to_have_text(f"1–20 of {3 * N}")
    page.locator("#translation-system").select_option("cedar")
    expect(status).to_have_text(f"1–20 of {N}")
    page.locator("#translation-sort").select_option(label="chrf, worst first")
    expect(page.locator(".edit").first).to_contain_text("short")
    page.locator("#translation-q").fill("NUMBER 7.")
    expect(status).to_have_text("1–1 of 1")
    expect(page.locator("#translation-q")).to_be_focused()
    page.reload()
    expect(page.locator(".edit")).to_have_count(1)
    page.locator("#translation-q").fill("no such words")
    expect(status).to_have_text("Nothing matches")
    page.locator("#translation-q").fill("")
    page.locator("#translation-next").click()
    expect(status).to_have_text(f"21–40 of {N}")


def test_a_bucket_filters_the_list(opened: Opener) -> None:
    page = opened("#translations?table=segments")
    page.locator("#bucket-1").click()
    expect(page.locator(".pager [role=status]")).to_have_text(f"1–20 of {3 * N // 2}")
    assert [int(re.sub(r"\D", "", text)) % 2 for text in texts(page, ".edit .index a")] == [0] * 20
    page.locator("#bucket-all").click()
    expect(page.locator(".pager [role=status]")).to_have_text(f"1–20 of {3 * N}")


def test_edits_are_marked_and_explained(opened: Opener) -> None:
    page = opened("#translations?table=segments&system=birch")
    first = page.locator(".edit").first
    expect(first).to_contain_text("1 edit: replace 1")
    changed = first.locator("mark.k-sub").first
    expect(changed).to_have_text("a")
    changed.hover()
    expect(page.locator("#tip")).to_contain_text("Replace “a” by “the” (1 edit)")
    page.get_by_role("button", name="Word diff").click()
    expect(page.locator(".edit").first.locator("del")).to_have_text("a")
    expect(page.locator(".edit").first.locator("ins")).to_have_text("the")


def test_two_systems_item_by_item_and_a_jump_to_the_segment(opened: Opener) -> None:
    page = opened("#systems?table=segments&field=chrf")
    expect(page.locator("svg.chart")).to_have_count(2)
    label = page.locator("svg.chart").nth(1).get_attribute("aria-label") or ""
    assert f"{N} items, birch better on 0" in label
    page.locator("#systems-b").select_option("cedar")
    assert "cedar better on 0" in (
        page.locator("svg.chart").nth(1).get_attribute("aria-label") or ""
    )
    differences = texts(page, ".gridview tbody td:nth-child(2)")
    assert differences == ["−14.0"] * 10
    page.locator(".gridview tbody a").first.click()
    expect(page.locator(".edit.lit")).to_be_in_viewport()
    assert page.url.split("#")[1].startswith("translations?table=segments&open=")


def test_numbers_are_written_as_everywhere_else(opened: Opener) -> None:
    from evalkit.report import numbers

    page = opened("#fluency")
    chips = dict(
        zip(
            texts(page, "#document .chips dt bdi"), texts(page, "#document .chips dd"), strict=False
        )
    )
    assert chips["mechanics"] == numbers.score(88.2, "0-100")
    assert chips["balance"] == numbers.DASH
