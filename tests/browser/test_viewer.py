"""``evalkit view`` in a browser: the exported folder from disk, and the local server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from evalkit.view.export import export_runs
from evalkit.view.runs import open_runs
from tests.browser.conftest import Opener
from tests.browser.test_access import RULES
from tests.view.harbour_runs import HOSTILE, N, make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("viewed") / "harbour")


@pytest.fixture(scope="module")
def page_on_disk(run: Path) -> Path:
    folder = run.with_name("exported")
    export_runs(open_runs([run]), folder)
    return folder / "index.html"


@pytest.fixture
def address(run: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "evalkit", "view", str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[1]
        server.terminate()


def shown(page: Any) -> list[str]:
    """Ids of the rows, once the question that was asked last is answered."""
    page.wait_for_timeout(50)
    return [text.strip() for text in page.locator("#rows button.open").all_inner_texts()]


def use(page: Any) -> dict[str, Any]:
    """Sorts, filters, compares and searches; what each step shows."""
    found: dict[str, Any] = {}

    def after(name: str, n: int) -> None:
        expect(page.locator("#count")).to_have_text(f"{n} rows" if n != 1 else "1 row")
        found[name] = shown(page)

    after("first", 2 * N)
    page.select_option("#field", "ter")
    page.select_option("#order", "high")
    page.select_option("#system", "ours")
    after("sorted", N)
    page.fill("#low", "30")
    page.fill("#high", "45")
    after("between", 11)
    page.select_option("#versus", "theirs")
    page.select_option("#field", "bleu")
    page.fill("#low", "1")
    page.fill("#high", "")
    after("difference", 20)
    page.get_by_role("button", name="Clear").click()
    after("cleared", 2 * N)
    page.fill("#search", "straße")
    after("searched", 2)
    return found


def test_the_folder_and_the_server_show_the_same(
    opened: Opener, chromium: Any, page_on_disk: Path, address: str
) -> None:
    from_disk = use(opened(path=page_on_disk))
    served = chromium.new_page()
    asked: list[str] = []
    served.on("request", lambda request: asked.append(request.url))
    served.goto(address)
    from_server = use(served)
    served.close()
    assert from_disk == from_server
    assert from_disk["sorted"][:2] == ["ours-only", "s38"]
    assert all(url.startswith(address) for url in asked)


def test_a_row_opens_and_the_address_keeps_it(opened: Opener, page_on_disk: Path) -> None:
    page = opened(path=page_on_disk)
    page.fill("#search", "<unk>")
    expect(page.locator("#count")).to_have_text("2 rows")
    page.locator("#rows button.open").first.focus()
    page.keyboard.press("Enter")
    detail = page.locator("tr.detail")
    expect(detail).to_contain_text("<script>alert(1)</script> ⟨U+202E⟩ ␀ <unk> &amp; Straße")
    expect(detail.locator("del").first).to_be_visible()
    assert HOSTILE not in detail.inner_text()  # the override and NUL are spelt out
    again = opened(f"#{page.url.partition('#')[2]}", path=page_on_disk)
    expect(again.locator("tr.detail")).to_contain_text("Straße")
    page.go_back()
    expect(page.locator("tr.detail")).to_have_count(0)


def test_a_narrow_screen_has_no_sideways_scrolling(opened: Opener, page_on_disk: Path) -> None:
    page = opened(path=page_on_disk, viewport={"width": 360, "height": 700})
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(opened: Opener, page_on_disk: Path, scheme: str) -> None:
    page = opened(path=page_on_disk, color_scheme=scheme, bypass_csp=True)
    page.locator("#rows button.open").first.click()
    result = Axe().run(
        page, options={"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
    )
    found = {
        v["id"]: [n["html"][:160] for n in v["nodes"][:3]] for v in result.response["violations"]
    }
    assert found == {}, json.dumps(found, indent=1)
