"""A space is held against the dials of params.yaml."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tunesmith.dials import Dials
from tunesmith.errors import UserError
from tunesmith.search import fits

ROOT = Path(__file__).resolve().parents[3]
RATE = "phases.sft.learning_rate"


def read(tmp_path: Path, **search: Any) -> Dials:
    yaml = YAML(typ="rt")
    tree = yaml.load(ROOT / "params.yaml")
    tree["search"] = search
    yaml.dump(tree, tmp_path / "params.yaml")
    return Dials.read(path=tmp_path / "params.yaml")


@pytest.mark.parametrize(
    ("path", "dial"),
    [
        (RATE, {"kind": "log", "low": 1e-4, "high": 1e-2}),
        ("phases.sft.warmup_ratio", {"kind": "float", "low": 0, "high": 0.5}),  # not in the file
        ("phases.sft.epochs", {"kind": "int", "low": 1, "high": 4}),
        ("phases.sft.method.r", {"kind": "int", "low": 2, "high": 64, "log": True}),
        ("phases.sft.method", {"kind": "choice", "of": [{"kind": "full"}, {"kind": "ia3"}]}),
        ("phases.sft.schedule", {"kind": "choice", "of": ["cosine", "linear"]}),
        ("phases.sft.packing", {"kind": "choice", "of": [True, None]}),
        ("clean.steps.3.max_chars", {"kind": "int", "low": 100, "high": 8000}),
    ],
)
def test_dials_of_every_kind_can_be_turned(tmp_path: Path, path: str, dial: dict[str, Any]) -> None:
    assert list(read(tmp_path, space={path: dial}).search.space) == [path]


@pytest.mark.parametrize(
    ("space", "why"),
    [
        ({"phases.sft.lerning_rate": {"kind": "log", "low": 1, "high": 2}},
         "search.space.phases.sft.lerning_rate: no such dial; did you mean "
         "phases.sft.learning_rate"),
        ({"learning_rate": {"kind": "log", "low": 1, "high": 2}},
         "search.space.learning_rate: no such dial; did you mean phases.sft.learning_rate?"),
        ({"clean.steps.99.max_chars": {"kind": "int", "low": 1, "high": 2}}, "no such dial"),
        ({"predict.batch_size": {"kind": "int", "low": 1, "high": 4}},
         "search.space.predict.batch_size: no stage up to sft reads it"),
        ({"search.trials": {"kind": "int", "low": 1, "high": 4}}, "no stage up to"),
        ({"phases.sft.warmup_ratio": {"kind": "float", "low": 0, "high": 1}},
         "search.space.phases.sft.warmup_ratio: 1.0 is no value of it: Input should be less"),
        ({"phases.sft.max_length": {"kind": "float", "low": 1.5, "high": 8}},
         "search.space.phases.sft.max_length: 1.5 is no value of it: Input should be a valid int"),
        ({"phases.sft.schedule": {"kind": "choice", "of": ["cosine", "kosine"]}},
         "search.space.phases.sft.schedule: kosine is no value of it"),
        ({"phases.sft.method": {"kind": "choice", "of": [{"kind": "full"}, {"kind": "fool"}]}},
         'search.space.phases.sft.method: {"kind": "fool"} is no value of it'),
        ({RATE: {"kind": "log", "low": 0.0, "high": 1.0}}, f"search.space.{RATE}.low: Input"),
        ({RATE: {"kind": "log", "low": 2.0, "high": 1.0}},
         f"search.space.{RATE}.high: must be above low, 2, not 1"),
        ({RATE: {"kind": "choice", "of": [0.1, 0.1]}}, f"search.space.{RATE}.of: names 0.1 twice"),
        ({RATE: {"kind": "int", "low": 1, "high": 9, "log": True, "step": 2}}, ".step: a range"),
        ({"phases.sft.method": {"kind": "choice", "of": [{"kind": "full"}, {"kind": "ia3"}]},
          "phases.sft.method.r": {"kind": "int", "low": 1, "high": 4}},
         "search.space.phases.sft.method.r: is a part of phases.sft.method"),
    ],
)  # fmt: skip
def test_a_space_that_does_not_fit_names_the_line_and_the_dial(
    tmp_path: Path, space: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, space=space)
    assert why in str(caught.value)
    text = (tmp_path / "params.yaml").read_text().splitlines()
    line = int(str(caught.value).partition("params.yaml:")[2].partition(":")[0])
    assert any(path in one for path in space for one in text[line - 7 : line])


def test_a_phase_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'search.phase: no phase "dpo"; known: sft'):
        read(tmp_path, phase="dpo")


def test_dials_that_decide_what_is_measured_are_told(tmp_path: Path) -> None:
    space = {
        "clean.steps.3.max_chars": {"kind": "int", "low": 100, "high": 8000},
        "phases.sft.max_length": {"kind": "int", "low": 100, "high": 512},
        RATE: {"kind": "log", "low": 1e-4, "high": 1e-2},
    }
    told = fits.measured_differently(read(tmp_path, space=space).search, "sft")
    assert told == ["clean.steps.3.max_chars", "phases.sft.max_length"]
