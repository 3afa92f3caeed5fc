import pytest

from tunesmith.improve.moves import moves, untried
from tunesmith.training.params import Phase

PHASE = {"from": "base", "with": "base", "task": "chat", "learning_rate": 0.01, "epochs": 2}
LORA = {"kind": "lora", "r": 16, "alpha": 32}


def found(outcome=None, method=LORA, **dials):
    phase = Phase.model_validate({**PHASE, "method": method, **dials})
    return list(moves("sft", phase, outcome or {}))


def named(moves):
    return [move.name for move in moves]


def test_training_that_was_best_at_its_end_is_made_longer():
    first = found({"best_step": 40, "last_step": 40})[0]
    assert first.dials == {"phases.sft.epochs": 4}
    assert first.is_called_for


def test_training_that_overfits_is_ended_at_its_best():
    first = found({"overfitting_since_step": 30, "best_step": 30, "last_step": 40})[0]
    assert first.dials == {"phases.sft.epochs": 1.5}
    assert "since step 30 of 40" in first.why


def test_training_that_diverges_learns_slower():
    first = found({"diverging_at": {"step": 12, "loss": 9.0, "lowest": 2.0}})[0]
    assert first.dials == {"phases.sft.learning_rate": pytest.approx(0.01 / 3)}


def test_without_a_sign_room_comes_before_the_learning_rate():
    assert named(found({"best_step": 10, "last_step": 40})) == [
        "higher rank",
        "learn faster",
        "learn slower",
    ]
    assert not any(move.is_called_for for move in found())


def test_a_higher_rank_keeps_its_scale():
    assert found()[0].dials == {"phases.sft.method.r": 32, "phases.sft.method.alpha": 64}


def test_a_method_of_few_weights_gives_way_to_lora():
    first = found(method={"kind": "ia3"})[0]
    assert first.dials == {"phases.sft.method": {"kind": "lora", "r": 16, "alpha": 32}}


def test_full_fine_tuning_has_no_more_room_to_get():
    assert named(found(method={"kind": "full"})) == ["learn faster", "learn slower"]


def test_a_move_that_a_round_has_made_is_not_made_again():
    first, second, *_ = found()
    assert untried(iter(found()), [first.dials]) == second
    assert untried(iter(found()), [move.dials for move in found()]) is None
