"""A DVC remote that fails one request in three, or answers slowly."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import remote
from tests.faults.store import store
from tests.flows.conftest import call

pytestmark = pytest.mark.fault
CACHED = ("collected.txt", "cleaned.txt", "model_sft.txt", "model_dpo.txt")


def one_in_three(request: str) -> bool:
    """Tell of a request whether it fails; the same one always does."""
    return hashlib.md5(request.encode()).digest()[0] % 3 == 0


def none(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("fault", "delay_seconds"), [(one_in_three, 0.0), (none, 0.3)], ids=["fails", "slow"]
)
def test_unreliable_remote_gets_all_data_in_one_run(
    finished: Path,
    fault: Callable[[str], bool],
    delay_seconds: float,
    monkeypatch: pytest.MonkeyPatch,
    seen: Callable[..., None],
) -> None:
    monkeypatch.setattr(remote, "PAUSE_SECONDS", 0.0)
    outcomes: list[bool] = []

    def fails(request: str) -> bool:
        outcomes.append(fault(request))
        return outcomes[-1]

    folder = finished.parent / "store"
    with store(folder, fails, delay_seconds=delay_seconds) as address:
        call("dvc", "remote", "add", "-q", "-d", "store", f"http://{address}/")
        assert remote.send()
    assert any(outcomes) == (fault is one_in_three)
    kept = sorted(path.read_text() for path in folder.glob("files/md5/*/*"))
    assert kept == sorted({Path(out).read_text() for out in CACHED})
    seen(f"{sum(outcomes)} of {len(outcomes)} requests failed; all data arrived")
