"""The screenshots in the README, taken of the real run in a real browser.

    python benchmarks/screenshots.py [--run runs/channel]

Without a run it evaluates ``configs/channel.yaml`` into a temporary folder first. Writes
``benchmarks/screenshots/NAME.png``. Needs Debian's ``chromium`` and the package ``playwright``.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SHOTS = {
    "overview": ("#overview", 1200, 760, "light"),
    "fluency": ("#fluency", 1200, 1100, "light"),
    "summaries": ("#summaries?table=summaries.short&open=4", 1200, 1000, "light"),
    "dark": ("#fluency", 1200, 760, "dark"),
    "phone": ("#summaries", 390, 844, "light"),
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def shoot(page: Path, folder: Path) -> None:
    """Opens the page without a network and saves every shot."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, (address, width, height, scheme) in SHOTS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, offline=True
            )
            opened = context.new_page()
            opened.goto(f"{page.resolve().as_uri()}{address}")
            opened.wait_for_selector("html[data-ready=true]", state="attached")
            opened.wait_for_timeout(400)
            opened.screenshot(path=folder / f"{name}.png")
            context.close()
        browser.close()


def main() -> int:
    """Takes the screenshots."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="a finished run folder")
    options = parser.parse_args()
    if shutil.which("chromium") is None:
        sys.exit("chromium is not installed (apt-get install chromium)")
    with tempfile.TemporaryDirectory() as name:
        run = options.run
        if run is None:
            run = Path(name) / "run"
            config = HERE.parent / "configs" / "channel.yaml"
            command = [sys.executable, "-m", "evalkit", "run", str(config), "--output", str(run)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shoot(run / "report.html", HERE / "screenshots")
    print("wrote " + ", ".join(f"{name}.png" for name in SHOTS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
