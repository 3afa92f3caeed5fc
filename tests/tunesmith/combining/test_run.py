"""Adapters together: what a merge is in numbers, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.adapters import logits, save_adapter
from tests.tiny import chat_row, save_tiny_base
from tunesmith.combining import Combination
from tunesmith.combining.run import combine
from tunesmith.errors import UserError
from tunesmith.methods.base.lora_file import read_lora
from tunesmith.models.manifest import Manifest
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve

IDS = [2, 40, 41, 42, 3, 50, 51, 60]
ROWS = [
    chat_row(i, f"{('cat', '猫')[i % 2]} {i}", "x", lang=("en", "zh")[i % 2]) for i in range(12)
]


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return tmp_path / "base"


@pytest.fixture
def pair(base: Path, tmp_path: Path) -> dict[str, Path]:
    """Two adapters: of different ranks, scales and targets."""
    second = {"r": 2, "alpha": 3, "targets": ["q_proj", "v_proj"], "rslora": True}
    return {
        "a": save_adapter(base, tmp_path / "a", 1),
        "b": save_adapter(base, tmp_path / "b", 2, second),
    }


def made(pair: dict[str, Path], out: Path, seed: int = 0, **how: Any) -> dict[str, Any]:
    wanted = Combination.model_validate({"of": list(pair), "how": how})
    return combine(out.name, wanted, pair, ROWS, seed, out)


def test_a_linear_merge_is_the_sum_of_the_changes(pair: dict[str, Path], tmp_path: Path) -> None:
    outcome = made(pair, tmp_path / "ab", kind="linear", weights=[0.7, -0.3])
    a, b, both = (read_lora(folder) for folder in (*pair.values(), tmp_path / "ab"))
    for module in a.factors:
        wanted = 0.7 * a.delta(module)
        if module in b.factors:
            wanted = wanted - 0.3 * b.delta(module)
        torch.testing.assert_close(both.delta(module), wanted, rtol=1e-5, atol=1e-6)
    assert len(a.factors) > len(b.factors) > 0
    assert outcome["rank"] == 6
    assert outcome["ranks"] == {"a": 4, "b": 2}


def test_the_merged_model_computes_the_merged_change(
    pair: dict[str, Path], tmp_path: Path, base: Path
) -> None:
    """PEFT's own sum of active adapters is the reference: both on at once, weights 1 and 1."""
    from tunesmith.models.load import load

    made(pair, tmp_path / "ab", kind="linear", weights=[1, 1])
    both = load(pair["a"], "chat", []).model
    both.load_adapter(pair["b"], "b")
    both.base_model.set_adapter(["default", "b"])
    with torch.inference_mode():
        wanted = both(input_ids=torch.tensor([IDS])).logits[0]
    torch.testing.assert_close(logits(tmp_path / "ab", IDS), wanted, rtol=1e-4, atol=1e-5)
    assert (logits(base, IDS) - wanted).abs().max() > 0.1


@pytest.mark.parametrize("kind", ["linear", "ties", "dare"])
def test_with_weights_1_and_0_a_merge_is_the_first_bit_for_bit(
    pair: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    made(pair, tmp_path / "ab", kind=kind, weights=[1, 0])
    assert torch.equal(logits(tmp_path / "ab", IDS), logits(pair["a"], IDS))
    assert Manifest.read(tmp_path / "ab").method == Manifest.read(pair["a"]).method


def test_ties_is_that_of_peft_on_whole_changes(pair: dict[str, Path], tmp_path: Path) -> None:
    from tunesmith.models.load import load

    made(pair, tmp_path / "ab", kind="ties", weights=[0.6, 0.4], density=0.3, rank=5)
    model = load(pair["a"], "chat", []).model
    model.load_adapter(pair["b"], "b")
    model.add_weighted_adapter(
        ["default", "b"], [0.6, 0.4], "m", "ties_svd", svd_rank=5, density=0.3
    )
    layer = model.base_model.model.model.layers[0].self_attn.q_proj
    ours = read_lora(tmp_path / "ab").delta("base_model.model.model.layers.0.self_attn.q_proj")
    torch.testing.assert_close(ours, layer.get_delta_weight("m").detach(), rtol=1e-3, atol=1e-4)


def test_what_the_rank_cannot_hold_is_said(pair: dict[str, Path], tmp_path: Path) -> None:
    outcome = made(pair, tmp_path / "ab", kind="ties", density=0.2, rank=1)
    assert 0.1 < outcome["lost_ratio"] < 1
    whole = made(pair, tmp_path / "all", kind="ties", density=0.2, rank=32)
    assert whole["lost_ratio"] < 1e-6


def test_the_same_seed_drops_the_same_changes(pair: dict[str, Path], tmp_path: Path) -> None:
    for name, seed in (("one", 0), ("two", 0), ("other", 1)):
        made(pair, tmp_path / name, seed, kind="dare", density=0.5)
    one, two, other = (
        load_file(tmp_path / name / "adapter_model.safetensors") for name in ("one", "two", "other")
    )
    assert all(torch.equal(one[key], two[key]) for key in one)
    assert any(not torch.equal(one[key], other[key]) for key in one)


def test_dare_with_all_changes_kept_is_the_sum(pair: dict[str, Path], tmp_path: Path) -> None:
    made(pair, tmp_path / "dare", kind="dare", density=1, weights=[0.5, 0.5])
    made(pair, tmp_path / "sum", kind="linear")
    torch.testing.assert_close(
        logits(tmp_path / "dare", IDS), logits(tmp_path / "sum", IDS), rtol=1e-3, atol=1e-4
    )


def test_adapters_of_other_bases_are_refused(base: Path, tmp_path: Path) -> None:
    save_tiny_base(tmp_path / "weights", template=None)
    resolve(BaseParams(model=str(tmp_path / "weights"))).write(tmp_path / "other")
    pair = {
        "a": save_adapter(base, tmp_path / "a", 1),
        "b": save_adapter(tmp_path / "other", tmp_path / "b", 2),
    }
    with pytest.raises(UserError, match=r'"a" and "b" differ in base model'):
        made(pair, tmp_path / "ab", kind="linear")


def test_an_adapter_of_another_kind_is_refused_with_the_way_out(base: Path, tmp_path: Path) -> None:
    pair = {
        "a": save_adapter(base, tmp_path / "a", 1),
        "b": _ia3(base, tmp_path / "b"),
    }
    with pytest.raises(UserError, match=r'"b" is of method ia3, .* route keeps adapters apart'):
        made(pair, tmp_path / "ab", kind="ties")
    with pytest.raises(UserError, match="different kinds"):
        made(pair, tmp_path / "ab", kind="route", by="lang", to={"zh": "b"}, otherwise="a")


def _ia3(base: Path, out: Path) -> Path:
    from tunesmith.methods.ia3 import Ia3
    from tunesmith.models.load import load

    folder = save_adapter(base, out, 2)
    kind = Ia3()
    kind.save(kind.apply(load(base, "chat", []).model, "chat"), folder)
    manifest = Manifest.read(folder)
    manifest.model_copy(update={"method": kind.model_dump(mode="json")}).write(folder)
    return folder


def test_what_is_more_than_two_matrices_is_refused(base: Path, tmp_path: Path) -> None:
    pair = {
        "a": save_adapter(base, tmp_path / "a", 1),
        "b": save_adapter(base, tmp_path / "b", 2, {"dora": True}),
    }
    with pytest.raises(UserError, match=r"magnitude_vector.*only plain lora can be merged"):
        made(pair, tmp_path / "ab", kind="linear")


def test_an_unknown_adapter_is_named(base: Path, pair: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'"base" .* is no trained adapter'):
        made({"a": pair["a"], "base": base}, tmp_path / "ab", kind="linear")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"kind": "linear", "weights": [1.0]}, "at least 2"),
        ({"kind": "linear", "weights": [1, 2, 3]}, "3 for 2 adapters"),
        ({"kind": "linear", "weights": [0, 0]}, "nothing is left"),
        ({"kind": "ties", "density": 0}, "greater than 0"),
        ({"kind": "route", "by": "colour", "to": {"x": "a"}, "otherwise": "a"}, "no field"),
        ({"kind": "route", "by": "lang", "to": {"x": "c"}, "otherwise": "a"}, 'no adapter "c"'),
    ],
)
def test_dials_that_cannot_be_are_refused(how: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Combination.model_validate({"of": ["a", "b"], "how": how})
