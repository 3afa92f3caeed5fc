"""What sections of params.yaml ask of one another: models, phases and rewards that exist."""

from typing import Any

import pytest

from tunesmith.dials import Dials
from tunesmith.errors import UserError
from tunesmith.params import PARAMS_FILE

OWN = {"from": "sft", "by": "meta.user", "learning_rate": 1e-3}
BOTH = {"of": ["sft", "zh"], "how": {"kind": "linear"}}


def dials(**changes: Any) -> Dials:
    given = Dials.read(path=PARAMS_FILE).model_dump(by_alias=True, exclude_unset=True, mode="json")
    phases = {"sft": given["phases"]["sft"], "zh": given["phases"]["sft"]}
    whole = given | {"phases": phases} | changes
    return Dials.validated(whole, whole, [], PARAMS_FILE)


def test_a_combined_or_personal_model_is_a_candidate() -> None:
    models = {"base": {"of": "base"}, "champion": {"of": "champion"}}
    both = dials(combine={"both": BOTH}, models=models | {"candidate": {"of": "both"}})
    assert both.searched_phase == "sft"
    own = dials(personalise={"own": OWN}, models=models | {"candidate": {"of": "own"}})
    assert own.searched_phase == "sft"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"combine": {"both": BOTH | {"of": ["sft", "law"]}}}, 'no phase "law"; known: sft, zh'),
        ({"combine": {"sft": BOTH}}, "models/sft is made elsewhere; rename it"),
        ({"combine": {"x": BOTH}, "personalise": {"x": OWN}}, "models/x is made elsewhere"),
        ({"personalise": {"own": OWN | {"from": "law"}}}, r'from: no phase "law"'),
        ({"combine": {"both": BOTH | {"of": ["sft"]}}}, "at least 2"),
    ],
)
def test_what_is_made_of_nothing_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        dials(**changes)


RULE = {"kind": "pattern", "expression": "please"}


@pytest.mark.parametrize(
    ("reward", "words"),
    [
        ({"rewards": [RULE], "with": "judge"}, 'no phase "judge"; known: base, sft'),
        ({"rewards": [{"kind": "model"}], "with": "sft"}, '"sft" is no phase of task reward'),
        ({"rewards": [{"kind": "model"}]}, '"base" is no phase of task reward'),
    ],
)
def test_a_reward_model_is_a_phase_of_task_reward(reward: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        dials(reward=reward)


def test_the_metric_reward_wants_a_reward() -> None:
    evaluate = {"metrics": ["reward"]}
    with pytest.raises(UserError, match='"reward" needs what an answer is worth'):
        dials(evaluate=evaluate)
    assert dials(evaluate=evaluate, reward={"rewards": [RULE]}).reward.trains_with == "base"
