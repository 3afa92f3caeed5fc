"""F22: the Prefect API dies while a stage runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.dag import plan
from tests.faults.relay import Relay
from tests.flows.conftest import start
from tests.flows.toy import locked

pytestmark = [pytest.mark.fault, pytest.mark.flow]


def test_f22_the_stages_finish_the_loss_is_told_and_the_next_run_skips_them(
    fresh: Path, api: str, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    Path("clean.sh").write_text("echo up >&2\nuntil test -e go; do sleep 0.1; done\ncat $1\n")
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")  # seconds instead of a minute
    with Relay(api) as relay:
        monkeypatch.setenv("PREFECT_API_URL", relay.url)
        process = start()
        assert process.stdout is not None
        assert any(line == "clean | up\n" for line in process.stdout)
        relay.cut()
        Path("go").touch()
        out, err = process.communicate(timeout=300)
    assert process.returncode == 2, out
    assert err.startswith(f"error: lost the Prefect API at {relay.url} (")
    assert err.endswith("; finished stages are kept, run again to continue\n")
    assert err.count("\n") == 1
    assert list(locked()) == ["collect", "clean", "train@sft", "train@dpo", "report"]
    assert {stage.will_run for stage in plan()} == {"no"}
    seen("every stage ran to its end and is in dvc.lock; the loss is told; nothing runs again")
