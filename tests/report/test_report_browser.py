"""The page as a person meets it, in a real headless Chromium: everything drawn, nothing fetched, readable by all.

Screenshots of each look go to the folder that ``FULFIL_SHOTS`` names, for people to look at.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from report_store import AS_OF, ZONE, empty_store, filled_store

from fulfil_analytics.policy.appeals import load_appeals
from fulfil_analytics.report import explain, write_report
from fulfil_analytics.report.appeal import appeal
from fulfil_analytics.report.view import read_scope
from fulfil_analytics.resources import rules_folder

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (found := shutil.which(name))),
    None,
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore"),
]
SERIOUS = ("serious", "critical")
CHARTS = 8
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],  # of all that is as it should be nothing is told, and no path to it worked out:
    "selectors": False,  # that is most of the time
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(
    tmp_path_factory: pytest.TempPathFactory,
    con: duckdb.DuckDBPyConnection,
    manifest: dict[str, Any],
    policy: dict[str, Any],
) -> dict[str, Path]:
    """Every kind of page, written once."""
    place = tmp_path_factory.mktemp("pages")
    said: dict[str, Any] = {"manifest": manifest, "policy": policy, "as_of": AS_OF, "zone": ZONE}
    found = {name: place / f"{name}.html" for name in ("en", "zh", "week", "empty", "one", "open", "explain", "appeal")}
    write_report(con, found["en"], lang="en", **said)
    write_report(con, found["zh"], lang="zh", **said)
    write_report(con, found["week"], lang="en", scope=read_scope("2026-W45"), **said)
    with empty_store() as none:
        write_report(none, found["empty"], lang="en", **said)
    with filled_store(1) as single:
        write_report(single, found["one"], lang="en", **said)
    with filled_store(30) as young:
        young.execute("UPDATE deadlines SET outcome = 'open', stopped_at = NULL WHERE outcome <> 'not_applicable'")
        write_report(young, found["open"], lang="en", **said)
    late = "SELECT min(order_id) FROM deadlines WHERE mode = 'effective' AND stage = 'dispatch' AND outcome = 'late'"
    order = str(con.execute(late).fetchall()[0][0])
    asked: dict[str, Any] = {"lang": "en", "zone": ZONE, "policy": policy}
    found["explain"].write_text(explain(con, order, **asked).to_page(), encoding="utf-8")
    shown = appeal(con, order, as_of=AS_OF, appeals=load_appeals([rules_folder()], "tiktok-us"), **asked)
    found["appeal"].write_text(shown.to_page(), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def opened(browser: Any) -> Iterator[dict[tuple[str, int, str], tuple[Any, list[str]]]]:
    """Pages that are open, and what they said: the charts of each are drawn once."""
    held: dict[tuple[str, int, str], tuple[Any, list[str]]] = {}
    yield held
    for page, _ in held.values():
        page.context.close()


@pytest.fixture
def look(
    browser: Any, pages: dict[str, Path], opened: dict[tuple[str, int, str], tuple[Any, list[str]]]
) -> Iterator[Callable[..., Any]]:
    """Open a page, or give it when it is open; whatever it says on the console, throws or asks the network for, fails
    the test. A test leaves a page as it found it, or asks for one that no other looks at."""

    def at(name: str, *, width: int = 1280, scheme: str = "light") -> Any:
        if (name, width, scheme) not in opened:
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page, trouble = context.new_page(), []
            page.on("console", lambda message: trouble.append(f"console: {message.text}"))
            page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
            page.on(
                "request", lambda request: None if request.url.startswith("file://") else trouble.append(request.url)
            )
            opened[name, width, scheme] = page, trouble
            page.goto(pages[name].as_uri())
            if name not in ("explain", "appeal"):
                page.wait_for_selector("html[data-charts]", state="attached", timeout=60_000)
        return opened[name, width, scheme][0]

    yield at
    said = {key: trouble.copy() for key, (_, trouble) in opened.items() if trouble}
    for _, trouble in opened.values():
        trouble.clear()
    assert said == {}


def shoot(page: Any, name: str) -> None:
    folder = os.environ.get("FULFIL_SHOTS")
    if not folder:
        return
    height = page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": min(height, 15_000)})
    page.wait_for_timeout(300)
    for part in range(0, min(height, 15_000), 1500):
        clip = {"x": 0, "y": part, "width": width, "height": min(1500, height - part)}
        page.screenshot(path=f"{folder}/{name}_{part // 1500:02}.png", clip=clip)
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("en", 1280, "light"), ("zh", 1280, "dark"), ("week", 390, "light"), ("zh", 390, "dark")],
)
def test_every_chart_draws_and_the_page_fits_its_screen(
    look: Callable[..., Any], name: str, width: int, scheme: str
) -> None:
    page = look(name, width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.dataset.charts") == "drawn"
    assert page.locator("#trouble").is_hidden()
    charts = page.evaluate(
        "[...document.querySelectorAll('.chart')].map(c => [c.id, c.querySelectorAll('svg.main-svg').length, "
        "c.querySelectorAll('path, image, rect').length, c.getBoundingClientRect().width])"
    )
    assert len(charts) == CHARTS
    for chart, canvases, marks, wide in charts:
        assert canvases > 0, chart
        assert marks > 10, chart
        assert 0 < wide <= width, chart
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # tables scroll inside, the page does not
    shoot(page, f"{name}-{width}-{scheme}")


def test_the_page_is_there_in_two_seconds(look: Callable[..., Any]) -> None:
    page = look("en")
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted < 2000
    marks = page.evaluate("performance.getEntriesByType('mark').map(m => m.name)")
    assert len(marks) >= CHARTS  # each chart tells when it stood


@pytest.mark.parametrize(
    ("name", "scheme"), [("en", "light"), ("zh", "dark"), ("explain", "dark"), ("appeal", "light")]
)
def test_axe_finds_nothing_serious(look: Callable[..., Any], name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = look(name, scheme=scheme)
    folds = page.locator("details")
    were = folds.evaluate_all("folds => folds.map(fold => fold.open)")
    folds.evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")
    found = Axe().run(page, options=AXE)
    folds.evaluate_all("(folds, were) => folds.forEach((fold, at) => { fold.open = were[at]; })", were)
    serious = [
        (violation["id"], violation["help"], violation["nodes"][0]["html"][:160], violation["nodes"][0]["any"][:1])
        for violation in found.response["violations"]
        if violation["impact"] in SERIOUS
    ]
    assert serious == []


def test_a_chart_can_be_reached_and_read_without_a_mouse(look: Callable[..., Any]) -> None:
    page = look("en")
    chart = page.locator("#chart-dispatch")
    chart.focus()
    assert page.evaluate("document.activeElement.id") == "chart-dispatch"
    described = chart.get_attribute("aria-describedby").split()
    assert "on time from" in page.locator(f"#{described[0]}").inner_text()
    fold = page.locator("figure:has(#chart-dispatch) details.numbers summary")
    fold.focus()
    page.keyboard.press("Enter")
    table = page.locator("#chart-dispatch-data table")
    assert table.is_visible()
    assert table.locator("tbody tr").count() > 10


def test_the_countdown_follows_the_readers_clock(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.clock.install(time=AS_OF.replace(tzinfo=dt.UTC))
    page.goto(pages["en"].as_uri())
    first = page.locator("time.countdown + .left-now").first
    assert re.fullmatch(r"now: .+ left", first.inner_text())
    page.clock.fast_forward(3 * 24 * 3600 * 1000)
    assert first.inner_text().startswith("past for")
    context.close()


def test_paper_shows_everything_on_white(look: Callable[..., Any], tmp_path: Path) -> None:
    page = look("zh", scheme="dark")
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav").is_hidden()
    file = tmp_path / "page.pdf"
    page.pdf(path=str(file), format="A4", print_background=True)
    assert file.stat().st_size > 100_000
    if os.environ.get("FULFIL_SHOTS"):
        shutil.copy(file, os.environ["FULFIL_SHOTS"])
    page.set_viewport_size({"width": 714, "height": 900})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(1500)
    heights = page.evaluate("[...document.querySelectorAll('.chart')].map(c => c.getBoundingClientRect().height)")
    assert min(heights) > 150  # no chart falls into the next
    shoot(page, "print")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen", color_scheme="dark")
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("name", ["empty", "one", "open"])
def test_weeks_with_almost_nothing_give_a_sensible_page(look: Callable[..., Any], name: str) -> None:
    page = look(name)
    text = page.locator("main").inner_text()
    assert "In ten seconds" in text
    assert "NaN" not in text
    assert "undefined" not in text
    assert "None." not in page.locator("#cards").inner_text()
    assert page.locator("#trouble").is_hidden()
    shoot(page, name)


@pytest.mark.parametrize(("name", "width"), [("explain", 390), ("appeal", 390)])
def test_one_order_fits_a_phone(look: Callable[..., Any], name: str, width: int) -> None:
    page = look(name, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(page, name)
