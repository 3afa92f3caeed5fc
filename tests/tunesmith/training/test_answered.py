"""The best checkpoint may be the one that answers best, and a stopped training finds the same."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny import chat_row
from tests.tunesmith.methods.trying import phase
from tests.tunesmith.training.killed import fingerprints
from tests.tunesmith.training.test_exact import interrupted
from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics.exact_match import ExactMatch
from tunesmith.metrics.rouge_l import RougeL
from tunesmith.training.answered import _drawn, answered, exact_match, rouge_l
from tunesmith.training.devices.group import ALONE, Group
from tunesmith.training.run import Trained, train

ROWS = [chat_row(i, f"say {i % 4}", "abcd"[i % 4] * 2) for i in range(24)]
TEXTS = st.text("ab c你好。!", max_size=12)


@given(TEXTS, TEXTS)
def test_scores_are_those_of_the_metrics_of_the_same_names(one: str, other: str) -> None:
    both = Answers(predictions=[one], references=[other])
    assert exact_match(one, other) == ExactMatch().scores(both)[0]
    assert rouge_l(one, other) == pytest.approx(RougeL().scores(both)[0])


def test_the_rows_that_are_answered_are_drawn_by_the_seed() -> None:
    first = _drawn(ROWS, 6, 0)
    assert first == _drawn(ROWS, 6, 0) != _drawn(ROWS, 6, 1)
    assert [row["id"] for row in first] == [r["id"] for r in ROWS if r in first]
    assert _drawn(ROWS, 24, 0) == ROWS


def test_a_model_in_parts_does_not_answer_while_it_is_trained() -> None:
    group = Group(rank=0, size=2, local_rank=0, local_size=2, strategy="fsdp2")
    one = phase({"kind": "full"}, best_by="rouge_l")
    with pytest.raises(UserError, match=r"best_by: rouge_l needs answers.*strategy: ddp"):
        answered(one, ROWS, None, 0, group)
    assert answered(phase({"kind": "full"}), ROWS, None, 0, ALONE) is None


def test_only_answers_are_counted_in_rows_and_only_chats_are_answered() -> None:
    with pytest.raises(ValueError, match=r"best_by_rows: no row is answered for best_by loss"):
        phase({"kind": "full"}, best_by_rows=8)
    with pytest.raises(ValueError, match=r"best_by: exact_match is not measured in .* task text"):
        phase({"kind": "full"}, task="text", best_by="exact_match")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "packing"),
    [({"kind": "full"}, False), ({"kind": "full"}, True), ({"kind": "lora", "r": 4}, True)],
    ids=["full", "full in packs", "lora in packs"],
)
def test_a_training_ends_early_at_the_best_answers_stopped_or_not(
    base: Path, tmp_path: Path, method: dict[str, Any], packing: bool
) -> None:
    dials = {"epochs": 40, "schedule": "constant", "early_stopping_patience": 8}
    one = phase(method, packing=packing, best_by="exact_match", best_by_rows=8, **dials)

    def trained(work: str) -> Trained:
        return train(one, base, ROWS, ROWS, tmp_path / work, seed=0)

    whole = trained("whole")
    assert set(whole.metrics) == {"train_loss", "validation_exact_match"}
    assert whole.metrics["validation_exact_match"] > 0
    assert whole.outcome["last_step"] == whole.outcome["best_step"] + 8 * 3
    with pytest.MonkeyPatch.context() as patch:
        interrupted(patch, "training_step", whole.outcome["last_step"] - 1)
        with pytest.raises(KeyboardInterrupt):
            trained("again")
    assert fingerprints(trained("again")) == fingerprints(whole)
