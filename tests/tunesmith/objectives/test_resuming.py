"""A preference phase that is interrupted ends as one that never was, in weights and in numbers."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.tunesmith.objectives.preferring import preferring
from tests.tunesmith.training.killed import fingerprints
from tests.tunesmith.training.test_exact import interrupted

LORA = {"kind": "lora", "r": 2, "dropout": 0.2}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "task"), [("dpo", "preference"), ("kto", "unpaired"), ("reward", "reward")]
)
def test_resumed_equals_uninterrupted(
    base: Path, tmp_path: Path, kind: str, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dials: dict[str, Any] = {
        "objective": {"kind": kind}, "task": task, "method": LORA, "epochs": 2,
        "per_device_batch_size": 2, "evaluations_per_epoch": 2,
    }  # fmt: skip
    whole = preferring(base, tmp_path / "whole", **dials)
    with pytest.MonkeyPatch.context() as patch:
        interrupted(patch, "training_step", 12)
        with pytest.raises(KeyboardInterrupt):
            preferring(base, tmp_path / "again", **dials)

    def fails(*_: Any) -> Any:
        raise AssertionError("the log-probabilities of the start are computed again")

    monkeypatch.setattr("tunesmith.objectives.base.kept._computed", fails)
    again = preferring(base, tmp_path / "again", **dials)
    assert fingerprints(again) == fingerprints(whole)
    pd.testing.assert_frame_equal(again.curves, whole.curves)
    assert again.outcome == whole.outcome


@pytest.mark.slow
def test_a_step_is_the_same_in_smaller_batches(base: Path, tmp_path: Path) -> None:
    """The memory of a machine decides how a step is cut; its pairs count alike."""
    found = [
        preferring(
            base, tmp_path / f"{rows}", {"kind": "dpo"}, epochs=2, per_device_batch_size=rows,
            gradient_accumulation_steps=8 // rows,
        ).curves
        for rows in (8, 2)
    ]  # fmt: skip
    pd.testing.assert_frame_equal(found[0], found[1], rtol=1e-4, atol=1e-5)
