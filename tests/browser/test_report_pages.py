"""The reports in a real browser: fast, self-contained, readable in any light, size and way."""

from itertools import pairwise

import pytest

from tests.browser.conftest import Open, milliseconds
from tests.reporting import classifier_evidence, comparison, data_report, whole_evidence
from tunesmith.profile import ProfileParams
from tunesmith.report import ReportParams
from tunesmith.report.compare_page import compare_page
from tunesmith.report.data_page import render_data_page
from tunesmith.report.page import render_page

pytestmark = pytest.mark.browser
PROFILE = ProfileParams(balance=["lang", "meta.topic"])
LONG = "长" * 300 + "x" * 300  # nothing to break a line at


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The addresses of the reports of two models, of the data, and of a comparison."""
    folder = tmp_path_factory.mktemp("pages")
    found = whole_evidence()
    example = {**found.findings["examples"][0], "prompt": LONG, "candidate": LONG}
    found.findings["examples"][0] = example
    texts = {
        "report": render_page(found, ReportParams(title="Shop", examples=12)),
        "labels": render_page(classifier_evidence(), ReportParams(title="Labels")),
        "data": render_data_page(data_report(PROFILE), PROFILE, "Shop"),
        "compare": compare_page(comparison(), "match"),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


every = pytest.mark.parametrize("name", ["report", "labels", "data", "compare"])


@every
def test_it_opens_within_a_second(opened: Open, pages: dict[str, str], name: str) -> None:
    assert any(milliseconds(opened(pages[name])) < 1000 for _ in range(5))


@every
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


@every
def test_a_phone_scrolls_it_one_way_only(opened: Open, pages: dict[str, str], name: str) -> None:
    window = opened(pages[name], phone=True)
    for closed in window.page.query_selector_all("details"):
        closed.evaluate("one => one.open = true")
    assert window.too_wide() <= 0
    hidden = """[...document.querySelectorAll(".bars .value")].filter((value) =>
        value.offsetLeft < value.previousElementSibling.getBoundingClientRect().right - 1
    ).map((value) => value.innerText)"""
    assert window.page.evaluate(hidden) == []


@every
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


@every
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
    assert page.evaluate(
        "document.activeElement.matches('main [role=region], main summary, main a')"
    )
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


def test_a_phone_shows_the_candidate_s_numbers_without_scrolling_sideways(
    opened: Open, pages: dict[str, str]
) -> None:
    page = opened(pages["report"], phone=True).page
    cells = page.locator(".glance td.main")
    ends = cells.evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)")
    assert len(ends) > 5
    assert max(ends) <= 390


def test_a_difference_is_marked_by_more_than_colour_and_told_to_a_screen_reader(
    opened: Open, pages: dict[str, str]
) -> None:
    page = opened(pages["report"]).page
    lines = "one => getComputedStyle(one).textDecorationLine"
    assert page.locator("dd ins").first.evaluate(lines) == "underline"
    assert page.locator("dd del").first.evaluate(lines) == "line-through"
    told = page.locator("dd ins .sr").first
    assert told.text_content() == "[only here] "
    assert told.bounding_box()["width"] <= 1


def test_a_link_of_the_summary_leads_to_its_section(opened: Open, pages: dict[str, str]) -> None:
    window = opened(pages["report"])
    window.page.locator(".glance a", has_text="Behaviour").press("Enter")
    window.until("Math.abs(document.querySelector('#behaviour').getBoundingClientRect().top) < 200")


def test_the_matrix_is_a_table_whose_every_number_has_two_headings(
    opened: Open, pages: dict[str, str]
) -> None:
    page = opened(pages["labels"]).page
    matrix = page.locator("table.matrix").first
    assert matrix.locator("tbody th[scope=row]").count() == 3
    assert matrix.locator("thead th[scope=col]").count() == 6
    outline = "one => getComputedStyle(one).outlineStyle"
    assert matrix.locator("td.right").first.evaluate(outline) == "solid"
