"""Adapters side by side answer as each does alone, whatever else is asked with it."""

from pathlib import Path

import pytest
import torch

from tests.adapters import save_adapter
from tests.tiny import chat_row
from tunesmith.bundles.load import load_shelf
from tunesmith.combining import Combination
from tunesmith.combining.run import combine
from tunesmith.errors import UserError
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.prediction.generate import generate
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict

PROMPTS = [[2, 40 + i, *range(50, 52 + i % 4), 3] for i in range(8)]
PARAMS = PredictParams(batch_size=4, max_new_tokens=5, latency_requests=0)
ROWS = [
    chat_row(i, f"{('my cat', '我的猫')[i % 2]} {i}", "x", lang=("en", "zh")[i % 2])
    for i in range(12)
]


@pytest.fixture
def folders(tiny_base: Path, tmp_path: Path) -> dict[str, Path]:
    """Two adapters of different ranks on one base."""
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return {
        "one": save_adapter(tmp_path / "base", tmp_path / "one", 1),
        "two.b": save_adapter(tmp_path / "base", tmp_path / "two.b", 2, {"r": 8}),
    }


def alone(folder: Path, prompts: list[list[int]]) -> list[str]:
    loaded = load(folder, "chat", [])
    return [one.text for one in generate(loaded.model, loaded.tokenizer, prompts, 3, 6)]


@pytest.mark.parametrize("batch_size", [1, 3, 8])
@pytest.mark.parametrize("order", ["oooooooo", "tttttttt", "otototot", "ooottoto"])
def test_answers_are_those_of_each_adapter_alone(
    folders: dict[str, Path], order: str, batch_size: int
) -> None:
    names = {"o": "one", "t": "two.b"}
    shelf = load_shelf(folders, "chat")
    asked = [(names[one], prompt) for one, prompt in zip(order, PROMPTS, strict=True)]
    wanted = {name: alone(folder, PROMPTS) for name, folder in folders.items()}
    assert wanted["one"] != wanted["two.b"]
    found = [answer.text for answer in shelf.answers(asked, batch_size, 6)]
    assert found == [wanted[name][place] for place, (name, _) in enumerate(asked)]


def test_logits_do_not_depend_on_what_was_on_before(folders: dict[str, Path]) -> None:
    shelf, ids = load_shelf(folders, "chat"), torch.tensor([PROMPTS[0]])
    for name in ("two.b", "one", "two.b"):
        with shelf.wearing(name) as loaded, torch.inference_mode():
            own = loaded.model(input_ids=ids).logits
            assert torch.equal(own, load(folders[name], "chat", []).model(input_ids=ids).logits)


def routed(folders: dict[str, Path], out: Path, learn: bool = False) -> dict[str, object]:
    how = {"kind": "route", "by": "lang", "to": {"zh": "two.b"}, "otherwise": "one", "learn": learn}
    wanted = Combination.model_validate({"of": list(folders), "how": how})
    return combine("routed", wanted, folders, ROWS, 0, out)


def test_rows_are_predicted_by_the_adapter_of_their_field(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    routed(folders, tmp_path / "routed")
    rows = [*ROWS, chat_row(20, "en un autre", "x", lang="fr")]
    found = predict(tmp_path / "routed", rows, PARAMS, 0)
    alone = {name: predict(folder, rows, PARAMS, 0).table for name, folder in folders.items()}
    names = ["two.b" if row["lang"] == "zh" else "one" for row in rows]
    wanted = [alone[name]["prediction"][place] for place, name in enumerate(names)]
    assert found.table["prediction"].tolist() == wanted
    assert found.efficiency["rows_by_adapter"] == {"one": 7, "two.b": 6}
    assert '"row-1": "two.b"' in found.made_by["routes"]


def test_a_classifier_tells_the_adapter_of_rows_without_the_field(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    outcome = routed(folders, tmp_path / "routed", learn=True)
    assert outcome["told_right"] == 1
    rows = [{**row, "lang": None} for row in ROWS]
    found = predict(tmp_path / "routed", rows, PARAMS, 0)
    assert found.efficiency["rows_by_adapter"] == {"one": 6, "two.b": 6}


def test_a_classifier_is_not_learnt_from_one_side(folders: dict[str, Path], tmp_path: Path) -> None:
    how = {"kind": "route", "by": "lang", "to": {"de": "two.b"}, "otherwise": "one", "learn": True}
    wanted = Combination.model_validate({"of": list(folders), "how": how})
    with pytest.raises(UserError, match=r"too few train rows .* \(one: 12, two.b: 0"):
        combine("routed", wanted, folders, ROWS, 0, tmp_path / "routed")


def test_where_one_model_is_meant_several_are_refused(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    routed(folders, tmp_path / "routed")
    with pytest.raises(UserError, match="holds several adapters"):
        load(tmp_path / "routed", "chat", [])
