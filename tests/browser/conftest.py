"""A headless Chromium for the tests of pages, or one clear reason why there is none."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
Open = Callable[..., Watched]


def found_browser() -> Path | None:
    """Return the browser that TUNESMITH_BROWSER names, else one on the PATH."""
    named = os.environ.get("TUNESMITH_BROWSER")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def lacking() -> str | None:
    """Return what is missing for these tests, None if nothing is."""
    if importlib.util.find_spec("playwright") is None:
        return "no playwright (`make browser` installs it)"
    found = found_browser()
    if found is None:
        return f"no {' or '.join(NAMES)} on the PATH, and TUNESMITH_BROWSER names none"
    return None if found.exists() else f"TUNESMITH_BROWSER: {found}: no such file"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Browser"]:
    """A browser with an empty profile; TUNESMITH_BROWSER makes a missing one a failure."""
    missing = lacking()
    if missing and "TUNESMITH_BROWSER" not in os.environ:
        pytest.skip(missing)
    assert missing is None, missing
    from playwright.sync_api import sync_playwright

    home = tmp_path_factory.mktemp("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found_browser(),
            args=list(FLAGS),
            env={**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: "Browser") -> Iterator[Open]:
    """Open an address in a window of its own, whose cookies nobody shares.

    `phone=True` is 390 pixels wide, `dark=True` prefers dark, `locale` is its language. At the end
    no window may have thrown, and none may have asked anybody but where it was opened.
    """
    windows: list[Watched] = []

    def opening(
        url: str, phone: bool = False, dark: bool = False, locale: str = "en-US"
    ) -> Watched:
        context = chromium.new_context(
            viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 900},
            color_scheme="dark" if dark else "light",
            has_touch=phone,
            locale=locale,
        )
        context.set_default_timeout(10_000)
        windows.append(Watched(context.new_page(), url))
        return windows[-1]

    yield opening
    for one in windows:
        one.page.context.close()
        assert one.errors == []
        assert one.asked_elsewhere == []


def milliseconds(window: Watched) -> float:
    """Return how long a page took to open; on a busy machine the fastest of some says it."""
    timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    window.until(f"{timing} > 0")
    return float(window.page.evaluate(timing))
