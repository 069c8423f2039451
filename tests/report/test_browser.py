"""The pages in a real browser, from disk, with every host out of reach: all charts are drawn, nothing is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from air_data import year
from playwright.sync_api import Browser, sync_playwright

from tanheng.accounts import under_rules
from tanheng.report.air import air_page

from .conftest import Made, require_bundle

OFFLINE = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
SIZES = """() => [...document.querySelectorAll("figure[data-chart]")].map((figure) => {
  const svg = figure.querySelector("svg");
  const box = svg && svg.getBoundingClientRect();
  return {
    id: figure.dataset.chart, width: box ? box.width : 0, height: box ? box.height : 0,
    shapes: svg ? svg.querySelectorAll("path, text").length : 0, rows: figure.querySelectorAll("tbody tr").length,
    said: figure.querySelector(".chart").getAttribute("aria-label"),
  };
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=OFFLINE)
        yield opened
        opened.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["tiny", "countries", "world"])
def test_every_chart_is_drawn(
    name: str, width: int, language: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    made: Made = request.getfixturevalue(name)
    look(browser, made.folder / f"report.{language}.html", width)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_on_air_is_drawn(width: int, language: str, browser: Browser, tmp_path: Path) -> None:
    require_bundle()
    them = under_rules(year(), ["2012", "2026"], 2015)
    path = tmp_path / "air.html"
    path.write_text(air_page(them, language), encoding="utf-8")
    look(browser, path, width)


def look(browser: Browser, path: Path, width: int) -> None:
    """Open a page at that width: every chart must be drawn, nothing asked for, nothing stick out."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda asked: wrong.append(asked.url))
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.dataset.charts", timeout=30_000)
    assert page.evaluate("document.documentElement.dataset.charts") == "drawn"
    figures = page.evaluate(SIZES)
    assert figures
    for figure in figures:
        assert figure["width"] > 200, figure
        assert figure["height"] > 60, figure
        assert figure["shapes"] > 3, figure
        assert figure["rows"] > 0, figure
        assert figure["said"], figure
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # nothing sticks out sideways
    assert wrong == []
    page.close()
