"""Take the pictures of README.md and README.zh.md from the report in out/ (make report first); needs Chromium."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SIZE = {"width": 1120, "height": 1180}


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("no chromium was found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for language in ("en", "zh"):
            page = browser.new_page(viewport=SIZE)
            page.goto((ROOT / f"out/report.{language}.html").as_uri())
            page.wait_for_function("document.documentElement.dataset.charts === 'drawn'")
            page.screenshot(path=ROOT / f"docs/images/report.{language}.png")
        browser.close()


if __name__ == "__main__":
    main()
