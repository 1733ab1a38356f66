"""The page in a real browser: it opens from disk, asks for nothing, and every control does what it says."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from forensics import report
from forensics.library import Library

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium; './dev test' installs it")


@pytest.fixture(scope="module")
def place(sample_json: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's page on disk."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "report.html").write_bytes(report.render(json.loads(sample_json), "html", Library()))
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, place: Path) -> Iterator[Page]:
    """The page, opened; at the end nothing was said on the console and nothing was asked of the network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    said: list[Any] = []
    opened.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on(
        "request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None
    )
    opened.goto(place.as_uri())
    yield opened
    context.close()
    assert said == []


def visible_rows(page: Page) -> int:
    return page.locator("#events tbody tr:visible").count()


def test_the_timeline_is_filtered_by_words_and_to_key_events(page: Page) -> None:
    every = visible_rows(page)

    page.fill("#filter", "payment migration")
    some = visible_rows(page)
    page.fill("#filter", "")
    page.click("#keyed")

    assert 0 < some < every
    assert some < visible_rows(page) < every


def test_dragging_over_the_timeline_zooms_and_filters(page: Page) -> None:
    every = visible_rows(page)
    strip = page.locator("svg.strip:visible")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + 60)
    page.mouse.up()
    zoomed = visible_rows(page)
    page.click("text=Whole timeline")

    assert 0 < zoomed < every
    assert visible_rows(page) == every


def test_a_click_on_a_number_shows_the_lines_behind_it(page: Page) -> None:
    page.locator("#verdict a.cite").first.click()

    panel = page.locator("#panel")
    assert panel.is_visible()
    assert "logs/payment.ndjson.gz:" in panel.locator("h2").inner_text()
    assert panel.locator("pre span").count() == 7
    assert "Connection is not available" in panel.locator("pre span.cited").inner_text()
    page.keyboard.press("Escape")
    assert not panel.is_visible()


def test_a_deep_link_opens_its_evidence(page: Page, place: Path) -> None:
    href = page.locator("#verdict a.cite").first.get_attribute("href")

    page.goto(place.as_uri() + str(href))
    page.reload()

    assert page.locator("#panel").is_visible()


def test_messages_are_searched_and_tables_sorted(page: Page) -> None:
    page.fill("#search", "connection")
    found = page.locator("#messages tbody tr:visible").count()
    page.fill("#search", "")
    head = page.locator("#messages th").nth(2)
    head.locator("button").click()
    head.locator("button").click()

    numbers = [
        float(text.replace("\u202f", "")) for text in page.locator("#messages tbody td:nth-child(3)").all_inner_texts()
    ]
    assert 0 < found < len(numbers)
    assert numbers == sorted(numbers, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"


def test_a_series_opens_to_zoom(page: Page) -> None:
    figure = page.locator("#series figure[data-series]").first

    figure.locator("button.zoom").click()

    assert figure.locator("canvas").count() == 1
    figure.locator("button.zoom").click()
    assert figure.locator("svg:visible").count() == 1


def test_the_graph_lights_up_the_path(page: Page) -> None:
    page.locator("svg.graph:visible [data-name=payment]").hover()

    dimmed = page.locator("svg.graph:visible .node").evaluate_all(
        "nodes => nodes.filter(n => n.style.opacity === '0.25').map(n => n.dataset.name)"
    )
    assert dimmed == ["nginx", "postgresql"]


def test_the_theme_turns_by_button_and_key(page: Page) -> None:
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.click("#theme")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.keyboard.press("t")

    assert after != before
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == before


def test_a_section_is_copied_as_markdown(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.locator("#changes h2").hover()
    page.locator("#changes .copy").click()

    assert page.evaluate("navigator.clipboard.readText()").startswith("## Changes\n")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, theme: str) -> None:
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")

    found = Axe().run(page).response["violations"]

    assert [
        (each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")
    ] == []


def test_a_phone_never_scrolls_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_paper_shows_the_document_and_no_controls(page: Page) -> None:
    page.emulate_media(media="print")

    assert not page.locator("nav.toc").is_visible()
    assert not page.locator("#filter").is_visible()
    assert page.locator("#verdict .lead").is_visible()


def test_it_reads_without_a_script(browser: Browser, place: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    opened = context.new_page()
    opened.goto(place.as_uri())

    assert opened.locator("#verdict .lead").is_visible()
    assert opened.locator("#events tbody tr").count() > 10
    assert not opened.locator("#panel").is_visible()
    assert not opened.locator("#theme").is_visible()
    context.close()


def test_review_mode_makes_a_file_that_the_program_reads(page: Page, tmp_path: Path) -> None:
    page.click("#edit")
    step = page.locator("#do [data-claim]").first
    claim = step.get_attribute("data-claim")
    step.locator("button", has_text="Reject").click()
    step.locator("summary").click()
    step.locator("textarea").fill('Restore the index: "payments", not the code\u2028#1')
    page.locator("#reviewing select").select_option("probable")
    page.get_by_label("Went well, one a line").fill("The channel was quiet\nThe undo was ready")
    with page.expect_download() as got:
        page.click("#reviewing .save")
    got.value.save_as(tmp_path / "review.yaml")

    said = report.read_review(tmp_path / "review.yaml")

    assert said is not None
    assert said["edits"] == {
        claim: {"decision": "reject", "text": 'Restore the index: "payments", not the code\u2028#1'}
    }
    assert said["verdict"] == {"status": "probable"}
    assert said["lessons"]["well"] == ["The channel was quiet", "The undo was ready"]
