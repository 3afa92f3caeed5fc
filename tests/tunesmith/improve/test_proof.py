import numpy as np
import pytest

from tunesmith.improve.proof import ELSEWHERE, OVERALL, TARGET, prove

LEVEL = 0.005


def scores(*parts):
    """Rows of one score each: (score, rows)."""
    return np.concatenate([np.full(rows, float(score)) for score, rows in parts])


def mask(size, *where):
    found = np.zeros(size, dtype=bool)
    for part in where:
        found[part] = True
    return found


WEAK = mask(200, slice(0, 60))


def names(proof):
    return [part.name for part in proof.parts]


def test_a_target_that_gained_is_kept():
    before, after = scores((0, 60), (1, 140)), scores((1, 20), (0, 40), (1, 140))
    proof = prove(before, after, WEAK, {}, LEVEL, seed=0)
    assert proof.kept
    assert names(proof) == [TARGET, ELSEWHERE, OVERALL]
    assert proof.parts[0].difference == pytest.approx(1 / 3)
    assert "a gain" in proof.reasons[0]


def test_a_gain_that_may_be_chance_is_not_kept():
    before, after = scores((0, 60), (1, 140)), scores((1, 3), (0, 57), (1, 140))
    proof = prove(before, after, WEAK, {}, LEVEL, seed=0)
    assert not proof.kept
    assert "may be chance" in proof.reasons[0]


def test_the_same_gain_counts_at_an_early_look_and_not_at_a_late_one():
    before, after = scores((0, 60), (1, 140)), scores((1, 7), (0, 53), (1, 140))
    assert prove(before, after, WEAK, {}, 0.01, seed=0).kept
    assert not prove(before, after, WEAK, {}, 0.001, seed=0).kept


def test_a_gain_that_others_pay_for_is_not_kept():
    before, after = scores((0, 60), (1, 140)), scores((1, 60), (0, 20), (1, 120))
    proof = prove(before, after, WEAK, {}, LEVEL, seed=0)
    assert not proof.kept
    assert "elsewhere" in proof.reasons[1]
    assert "harmed" in proof.reasons[1]


def test_a_protected_slice_that_lost_is_named():
    before, after = scores((0, 60), (1, 140)), scores((1, 60), (0, 12), (1, 128))
    chinese = mask(200, slice(60, 100))
    proof = prove(before, after, WEAK, {"lang=zh": chinese}, LEVEL, seed=0)
    assert not proof.kept
    assert any(reason.startswith("lang=zh -0.300") for reason in proof.reasons)


def test_a_few_rows_that_changed_by_chance_harm_nothing():
    before, after = scores((0, 60), (1, 140)), scores((1, 60), (0, 2), (1, 138))
    assert prove(before, after, WEAK, {}, LEVEL, seed=0).kept


def test_a_target_of_few_rows_proves_nothing():
    before, after = scores((0, 20), (1, 180)), scores((1, 200))
    proof = prove(before, after, mask(200, slice(0, 20)), {}, LEVEL, seed=0)
    assert not proof.kept
    assert "fewer than 30" in proof.reasons[0]


def test_a_round_for_all_rows_has_no_elsewhere():
    before, after = scores((0, 100), (1, 100)), scores((1, 200))
    proof = prove(before, after, mask(200, slice(0, 200)), {}, LEVEL, seed=0)
    assert names(proof) == [TARGET, OVERALL]
    assert proof.kept


def test_watched_slices_are_shown_and_judge_nothing():
    before, after = scores((0, 60), (1, 140)), scores((1, 60), (1, 140))
    after[-3:] = 0
    old = {"old": mask(200, slice(197, 200))}
    proof = prove(before, after, WEAK, {}, LEVEL, seed=0, watched=old)
    assert proof.kept
    assert proof.parts[-1].name == "old"
    assert proof.parts[-1].difference == -1


def test_the_same_seed_gives_the_same_proof():
    rng = np.random.default_rng(0)
    before, after = rng.uniform(size=200), rng.uniform(size=200)
    first, second = (prove(before, after, WEAK, {}, LEVEL, seed=1) for _ in range(2))
    assert first == second


def test_a_target_without_a_row_is_refused():
    with pytest.raises(ValueError, match="no target row"):
        prove(scores((0, 10)), scores((1, 10)), mask(10), {}, LEVEL, seed=0)


def test_models_that_are_alike_pass_in_no_more_rounds_than_the_level_says():
    rng = np.random.default_rng(0)
    kept = 0
    for _ in range(400):
        before = rng.integers(2, size=200).astype(float)
        after = np.where(rng.uniform(size=200) < 0.3, rng.integers(2, size=200), before)
        kept += prove(before, after, WEAK, {}, 0.05, seed=0).kept
    assert kept / 400 <= 0.06
