"""An open page under watch: what it asked for, what went wrong, what axe says of it."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Request

CONTRAST = Path(__file__).parent / "browser" / "contrast.js"


class Watched:
    """A window of the browser, watched from before its first request.

    Attributes:
        page: Playwright's.
        errors: what it threw or logged as an error.
        asked_elsewhere: addresses of another origin that it asked for.
        status: of the first reply; of a file 200 or 0.
    """

    def __init__(self, page: "Page", url: str) -> None:
        self.page, self._origin = page, urlsplit(url)[:2]
        self.errors: list[str] = []
        self.asked_elsewhere: list[str] = []
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._requested)
        reply = page.goto(url)
        self.status = reply.status if reply else 0

    def low_contrast(self) -> list[str]:
        """Return the texts whose contrast to what is behind them is below 4.5 : 1."""
        return list(self.page.evaluate(CONTRAST.read_text(encoding="utf-8")))

    def violations(self) -> list[str]:
        """Return what axe finds against WCAG 2.2 A and AA and its best practices."""
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(axe())
        found: dict[str, Any] = self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']})"
        )
        return [
            f"{one['id']}: {node['html'][:120]}: {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def until(self, expression: str) -> None:
        """Wait until an expression is true; Playwright's own way is against the pages' policy."""
        for _ in range(500):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"not within ten seconds: {expression}")

    def too_wide(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def focused(self) -> str:
        """Return id or text of what has the focus."""
        return str(
            self.page.evaluate(
                "document.activeElement.id || document.activeElement.textContent.trim()"
            )
        )

    def _logged(self, message: "ConsoleMessage") -> None:
        """Note an error of the console."""
        if message.type == "error":
            self.errors.append(message.text)

    def _requested(self, request: "Request") -> None:
        """Note a request to somebody else."""
        if request.url.startswith("data:"):
            return
        if urlsplit(request.url)[:2] != self._origin:
            self.asked_elsewhere.append(request.url)


def axe() -> str:
    """Return axe-core as its package brings it."""
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None and spec.origin is not None, "requirements-browser.lock brings it"
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
