"""How far two models are apart."""

import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from tunesmith.lineage.nearness import scores_apart, weights_apart


def test_weights_are_apart_by_a_share_of_their_norm(tmp_path: Path) -> None:
    for name, tensor in (("a", [3.0, 4.0]), ("b", [3.0, 4.5]), ("c", [3.0])):
        save_file({"w": torch.tensor(tensor)}, tmp_path / name)
    assert weights_apart(tmp_path / "a", tmp_path / "b") == pytest.approx(0.1)
    assert weights_apart(tmp_path / "a", tmp_path / "a") == 0
    assert weights_apart(tmp_path / "a", tmp_path / "c") == math.inf


def test_scores_are_apart_by_a_share_of_their_range() -> None:
    about = {"em": {"scale": 1.0}, "bleu": {"scale": 100.0}, "open": {"scale": None}}
    first = {"em": {"value": 0.5}, "bleu": {"value": 40.0}, "open": {"value": 2.0}}
    one = {"candidate": first, "about": about}
    two = {"candidate": {"em": {"value": 0.5}, "bleu": {"value": 41.0}, "open": {"value": 2.1}}}
    assert scores_apart(one, two) == pytest.approx(0.05)
    del two["candidate"]["em"]
    assert scores_apart(one, two) == math.inf
