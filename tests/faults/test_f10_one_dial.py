"""One dial is turned, and turned back."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.conftest import call
from tests.flows.toy import ORDER, edit

pytestmark = pytest.mark.fault
EDITS = {
    "a dial of one phase": ("params.yaml", "0.1", "0.3", ["train@sft", "report"]),
    "a dial that changes no bytes of the out": ("params.yaml", "words: 3", "words: 4", ["clean"]),
    "the data": ("raw.txt", "hello", "goodbye", ORDER),
}


@pytest.fixture
def repro(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], tuple[list[str], list[str]]]]:
    """Run `dvc repro` and return which stages ran, and which were restored."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")

    def run() -> tuple[list[str], list[str]]:
        out = call("dvc", "repro")
        ran = re.findall(r"^Running stage '(.+)':$", out, re.MULTILINE)
        restored = re.findall(r"^Stage '(.+)' is cached - skipping run", out, re.MULTILINE)
        return sorted(ran, key=ORDER.index), sorted(restored, key=ORDER.index)

    yield run


@pytest.mark.parametrize("what", EDITS)
def test_f10_exactly_the_stages_it_reaches_run_and_turned_back_all_are_restored(
    finished: Path,
    what: str,
    repro: Callable[[], tuple[list[str], list[str]]],
    seen: Callable[..., None],
) -> None:
    path, old, new, reached = EDITS[what]
    before = Path("dvc.lock").read_bytes()
    edit(path, old, new)
    assert repro() == (reached, [])
    edit(path, new, old)
    assert repro() == ([], reached)
    assert Path("dvc.lock").read_bytes() == before
    seen(f"{what}: {len(reached)} of {len(ORDER)} ran; turned back: {len(reached)} restored")
