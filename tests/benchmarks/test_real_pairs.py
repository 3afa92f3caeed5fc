"""How pairs of people become what reinforcement is compared on."""

from types import SimpleNamespace

import pytest

from benchmarks.online import real
from benchmarks.online.field import Field
from benchmarks.online.methods import phase_of
from tunesmith.params import load_yaml
from tunesmith.rewards.base import Answer
from tunesmith.training.params import Phase


def said(role: str, text: str) -> list[dict[str, str]]:
    return [{"role": role, "content": text}]


def row(number: int) -> dict:
    return {
        "id": str(number),
        "prompt": said("user", f"question {number}"),
        "chosen": said("assistant", "yes" * number),
        "rejected": said("assistant", "no"),
    }


def test_no_pair_is_in_two_splits_and_none_is_lost() -> None:
    found = real.split([row(number) for number in range(31)], seed=3)
    assert {name: len(rows) for name, rows in found.items()} == {
        "validation": 3,
        "test": 9,
        "train": 19,
    }
    assert len({one["id"] for rows in found.values() for one in rows}) == 31


def test_a_reward_model_is_right_where_it_gives_the_chosen_answer_more() -> None:
    class ByLength:
        loaded = SimpleNamespace(model=SimpleNamespace(float=lambda: None))

        def score(self, _prompts: list, answers: list[str]) -> list[float]:
            return [float(len(answer)) for answer in answers]

    assert real.accuracy(ByLength(), [row(0), row(1), row(2)]) == pytest.approx(2 / 3)


def test_pairs_and_own_answers_are_as_many() -> None:
    dials = Phase.model_validate(dict(load_yaml(real.RECIPE)["phases"]["ppo"]))
    rows = {"train": [{"task": "preference"}] * 96}
    field = Field(None, None, "", rows, dials.model_dump(by_alias=True))
    online, paired = (phase_of(name, 1e-4, 12, 60, field) for name in ("ppo", "dpo"))
    assert online.epochs * 60 == pytest.approx(12 * online.objective.answers)
    assert paired.epochs * 96 * 2 == pytest.approx(12 * online.objective.answers)


def test_a_rule_checks_what_no_method_sees() -> None:
    field = Field(None, None, "manners.py:leave", {}, {})
    answers = [Answer({}, [], text, 1, True) for text in ("It is done. We are happy.", "No.")]
    assert field.checking()(answers) == [1.0, 0.0]
