"""The reports in a real browser: fast, self-contained, readable in any light, size and way."""

from itertools import pairwise

import pytest

from tests.browser.conftest import Open
from tests.evaluation import shop_rows
from tests.reporting import data_report, evidence
from tunesmith.profile import ProfileParams
from tunesmith.report import ReportParams
from tunesmith.report.data_page import render_data_page
from tunesmith.report.page import render_page

pytestmark = pytest.mark.browser
PROFILE = ProfileParams(balance=["lang", "meta.topic"])
LONG = "长" * 300 + "x" * 300  # nothing to break a line at


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of both reports."""
    folder = tmp_path_factory.mktemp("pages")
    rows = shop_rows(120)
    found = evidence(rows)
    example = {**found.findings["examples"][0], "prompt": LONG, "candidate": LONG}
    found.findings["examples"][0] = example
    texts = {
        "report": render_page(found, ReportParams(title="Shop", examples=12)),
        "data": render_data_page(data_report(PROFILE), PROFILE, "Shop"),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


both = pytest.mark.parametrize("name", ["report", "data"])


@both
def test_it_opens_within_a_second(opened: Open, pages: dict[str, str], name: str) -> None:
    window = opened(pages[name])
    timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    window.until(f"{timing} > 0")
    assert window.page.evaluate(timing) < 1000  # milliseconds


@both
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_accessible_and_readable(
    opened: Open, pages: dict[str, str], name: str, dark: bool
) -> None:
    window = opened(pages[name], dark=dark)
    for closed in window.page.query_selector_all("details"):
        closed.evaluate("one => one.open = true")
    assert "\n".join(window.violations()) == ""
    assert "\n".join(window.low_contrast()) == ""
    back = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(16, 20, 27)" if dark else "rgb(246, 247, 249)")


@both
def test_a_phone_scrolls_it_one_way_only(opened: Open, pages: dict[str, str], name: str) -> None:
    window = opened(pages[name], phone=True)
    for closed in window.page.query_selector_all("details"):
        closed.evaluate("one => one.open = true")
    assert window.too_wide() <= 0
    hidden = """[...document.querySelectorAll(".bars .value")].filter((value) =>
        value.offsetLeft < value.previousElementSibling.getBoundingClientRect().right - 1
    ).map((value) => value.innerText)"""
    assert window.page.evaluate(hidden) == []


@both
def test_it_has_one_title_landmarks_and_no_gap_between_headings(
    opened: Open, pages: dict[str, str], name: str
) -> None:
    page = opened(pages[name]).page
    for landmark in ("header", "nav", "main", "footer"):
        assert page.locator(f"body > {landmark}").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1
    assert all(next_ <= level + 1 for level, next_ in pairwise(levels))
    nameless = "svg:not([aria-hidden=true]):not([role=img][aria-label])"
    assert page.locator(nameless).count() == 0
    assert page.locator("svg").count() > 3
    assert page.locator("th:not([scope]), table:not(:has(caption))").count() == 0


@both
def test_the_keyboard_reaches_links_and_tables_in_their_order_and_shows_where_it_is(
    opened: Open, pages: dict[str, str], name: str
) -> None:
    window = opened(pages[name])
    page = window.page
    links = page.locator("nav a").all_inner_texts()
    outlines = set()
    for link in links:
        page.keyboard.press("Tab")
        assert window.focused() == link
        outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('main [role=region], main summary')")
    outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert "none" not in outlines
    page.locator("nav a").last.press("Enter")
    window.until("scrollY > 100")
    page.locator("summary").first.press("Enter")
    assert page.locator("details[open]").count() == 1


def test_the_chinese_examples_are_marked_as_chinese(opened: Open, pages: dict[str, str]) -> None:
    page = opened(pages["report"]).page
    texts = page.locator("dd[lang=zh]").all_inner_texts()
    assert texts
    assert page.locator("html").get_attribute("lang") == "en"
