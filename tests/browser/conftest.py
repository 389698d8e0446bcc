"""A real browser, headless and without a network, on report pages that lie on disk.

Needs Debian's chromium and the package playwright. Where one is missing the tests are skipped with
the reason; with EVALKIT_BROWSER=required (as in .ci/run) that is a failure.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evalkit.report import render
from evalkit.results import Report
from tests.browser.made import report as made_report

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def _missing() -> str:
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed (pip install playwright)"
    if shutil.which("chromium") is None:
        return "chromium is not installed (apt-get install chromium)"
    return ""


# Playwright's event loop runs in this thread for as long as it is open: other modules' tests, which
# start loops of their own, must not meet it.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    missing = _missing()
    if missing and os.environ.get("EVALKIT_BROWSER") == "required":
        pytest.fail(f"EVALKIT_BROWSER=required, but {missing}")
    if missing:
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def made() -> Report:
    return made_report()


@pytest.fixture(scope="session")
def saved(made: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(made, "html"), encoding="utf-8")
    return path


Opener = Callable[..., Any]


@pytest.fixture
def opened(chromium: Any, saved: Path) -> Iterator[Opener]:
    """Opens a page at an address; what it writes to the console, or asks of a network, fails."""
    contexts, troubles = [], []

    def open_(
        address: str = "", *, path: Path | None = None, quiet: bool = False, **options: Any
    ) -> Any:
        context = chromium.new_context(
            **{"offline": True, "viewport": {"width": 1280, "height": 800}, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        if not quiet:
            page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
        page.on("request", lambda asked: asked.url[:5] == "file:" or troubles.append(asked.url))
        page.goto(f"{(path or saved).as_uri()}{address}")
        page.wait_for_selector("html[data-ready=true]", state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []
