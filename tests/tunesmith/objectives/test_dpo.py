"""DPO trains the answers that were preferred, by how far they are from the start."""

from pathlib import Path

import pytest

from tests.tunesmith.objectives.preferring import preferring


@pytest.mark.slow
def test_dpo_learns_the_pairs_and_logs_what_belongs_to_them(base: Path, tmp_path: Path) -> None:
    trained = preferring(base, tmp_path / "dpo", {"kind": "dpo", "beta": 0.5})
    first, last = trained.curves.iloc[0], trained.curves.iloc[-1]
    assert first["loss"] == pytest.approx(0.693, abs=0.02)
    assert last["loss"] < 0.4
    assert last["accuracy"] == 1
    assert last["margin"] > 0.5
