"""A person answers a run that waits for approval on Prefect's own page, in a real browser."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.conftest import call, clone, delivery, delivery_template, settings, start
from tests.flows.delivered import pointer, trailer
from tests.flows.served import asking, everything

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["clone", "delivery", "delivery_template", "settings"]

pytestmark = [pytest.mark.browser, pytest.mark.flow]
PATIENCE_SECONDS = 180.0
DEPLOYMENT = """\
name: page
deployments:
  - name: page
    entrypoint: page.py:scheduled
    work_pool: {name: cpu}
"""


@pytest.fixture
def waiting(
    chromium: "Browser", clone: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The page of a delivered run that waits, on the server of `make ui`, and its process."""
    Path("prefect.yaml").write_text(DEPLOYMENT)
    Path("page.py").write_text("from flows.scheduled import scheduled\n")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Deploy")
    call("git", "push", "-q", "origin", "main")
    with everything() as api:
        monkeypatch.setenv("PREFECT_API_URL", api)
        process = start("--deliver", "--approve")
        try:
            yield f"{api.removesuffix('/api')}/runs/flow-run/{paused(api)['id']}", process
        finally:
            process.kill()
            process.communicate(timeout=60)


def paused(api: str) -> dict[str, Any]:
    """Return the run that waits, once there is one."""
    ended = time.monotonic() + PATIENCE_SECONDS
    wanted = {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}}
    while time.monotonic() < ended:
        if found := asking(api)("flow_runs/filter", wanted):
            return dict(found[0])
        time.sleep(0.3)
    raise AssertionError("no run waits")


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """A window that notes nothing and is closed."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_the_page_of_a_run_shows_the_verdict_and_takes_the_answer(
    waiting: tuple[str, "subprocess.Popen[str]"], page: "Page"
) -> None:
    url, process = waiting
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.get_by_role("button", name="Resume").first.click()
    form = page.locator(".p-modal")
    form.get_by_text("as the rows say").wait_for()
    assert "dvc pull reports/report.html" in form.inner_text()
    answer = form.locator(".p-select-button__control")
    answer.press("ArrowDown")  # a click alone does not open Prefect's list in this form
    page.locator(".p-select-option", has_text="approve").wait_for()
    page.keyboard.press("Enter")
    form.get_by_role("button", name="Submit").click()
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "promoted as adapter@v0.1.0" in out
    assert (trailer("main", "Approval"), pointer()) == ("approved", "adapter@v0.1.0")
    assert all(one.startswith(("http://127.0.0.1:", "data:", "blob:")) for one in asked)
