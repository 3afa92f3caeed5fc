"""No objective has a loss on prompt or padding, and padding changes nothing."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from tests.tiny import tiny_tokenizer
from tests.tunesmith.objectives.preferring import PAIRS, pair_row
from tunesmith.errors import UserError
from tunesmith.objectives.base import Setting
from tunesmith.objectives.base.bound import Bound
from tunesmith.objectives.cpo import Cpo
from tunesmith.objectives.dpo import Dpo
from tunesmith.objectives.kto import Kto, mismatched
from tunesmith.objectives.orpo import Orpo
from tunesmith.objectives.reward import Reward
from tunesmith.objectives.simpo import Simpo
from tunesmith.tasks import unpaired
from tunesmith.tasks.chat import IGNORED
from tunesmith.training.devices.deal import blank
from tunesmith.training.examples import encode_rows

TOKENIZER = tiny_tokenizer()
ROWS = [*PAIRS[:3], pair_row(9, "why is that so", "it is", "no, it is not so at all")]
OBJECTIVES = [Cpo(), Dpo(), Dpo(loss="ipo", nll=0.5), Kto(), Orpo(), Simpo(nll=0.1)]


class Embedding(nn.Module):
    """A model whose logits are made by each token alone; it keeps them to look at."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.head = nn.Embedding(len(TOKENIZER), len(TOKENIZER))
        self.seen: list[torch.Tensor] = []

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    def forward(self, input_ids: Any, **_: Any) -> dict[str, Any]:
        logits = self.head(input_ids)
        if logits.requires_grad:
            logits.retain_grad()
            self.seen.append(logits)
        return {"logits": logits}


def bound_of(objective: Any, model: nn.Module, work: Any) -> Bound:
    task = objective.tasks[0]
    rows = [one for row in ROWS for one in unpaired.each(row)] if task == "unpaired" else ROWS
    encoded = encode_rows(rows, task, TOKENIZER, 64, [])
    setting = Setting(model, TOKENIZER, encoded, encoded, work, 3, 64, 0, lambda _: None)
    bound = objective.bound(setting)
    assert bound is not None
    return bound


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda one: f"{one.kind}-{one.model_dump()}")
def test_only_tokens_of_answers_have_a_loss(objective: Any, tmp_path: Any) -> None:
    model = Embedding()
    bound = bound_of(objective, model, tmp_path)
    inputs = bound.collator(bound.train)
    model.seen.clear()
    bound.sums(model, inputs).loss.backward()
    (logits,) = model.seen
    reached = logits.grad.abs().sum(-1) > 0
    before_answers = inputs["labels"][: len(logits), 1:] != IGNORED
    assert not (reached[:, :-1] & ~before_answers).any()
    assert not reached[:, -1].any()
    assert reached[:, :-1][before_answers].all()


@pytest.mark.parametrize("objective", [*OBJECTIVES, Reward()], ids=lambda one: one.kind)
def test_a_blank_row_changes_nothing(objective: Any, tmp_path: Any) -> None:
    model = Pooled() if objective.kind == "reward" else Embedding()
    bound = bound_of(objective, model, tmp_path)
    without = bound.sums(model, bound.collator(bound.train))
    inputs = bound.collator([*bound.train, blank(bound.train[0])])
    within = bound.sums(model, inputs)
    assert int(within.items) == int(without.items) == len(bound.train) == int(bound.items(inputs))
    torch.testing.assert_close(within.loss, without.loss)
    assert within.numbers.keys() == set(bound.names)
    for name, (total, count) in within.numbers.items():
        torch.testing.assert_close(total.double(), without.numbers[name][0].double(), msg=name)
        assert int(count) == int(without.numbers[name][1])


class Pooled(Embedding):
    """A head of one output on the last token."""

    def forward(self, input_ids: Any, attention_mask: Any = None, **_: Any) -> dict[str, Any]:
        last = attention_mask.sum(-1) - 1
        chosen = input_ids.gather(1, last[:, None])
        return {"logits": self.head(chosen)[:, 0, :1]}


@pytest.mark.parametrize(
    ("rows", "length", "told"),
    [
        ([pair_row(0, "q", "a", "a")], 64, "1 of 1 pairs have the same chosen and rejected"),
        ([pair_row(0, "q" * 30, "a", "b")], 16, "1 of 1 rows have no trained token within"),
    ],
)
def test_pairs_that_teach_nothing_are_refused(rows: Any, length: int, told: str) -> None:
    with pytest.raises(UserError, match=told):
        encode_rows(rows, "preference", TOKENIZER, length, [])


def test_pairs_that_are_the_same_when_cut_are_left_out(tmp_path: Any) -> None:
    alike = pair_row(1, "q", "same beginning, good end", "same beginning, bad end")
    encoded = encode_rows([PAIRS[0], alike], "preference", TOKENIZER, 16, [])
    assert [item.get("same", False) for item in encoded] == [False, True]
    model = SimpleNamespace()
    setting = Setting(model, TOKENIZER, encoded, encoded, tmp_path, 3, 16, 0, lambda _: None)
    assert len(Simpo().bound(setting).train) == 1
    only = Setting(model, TOKENIZER, encoded[1:], encoded, tmp_path, 3, 16, 0, lambda _: None)
    with pytest.raises(UserError, match="all 1 pairs of train are the same within max_length 16"):
        Simpo().bound(only)


def test_answers_of_one_kind_are_no_kto(tmp_path: Any) -> None:
    encoded = encode_rows(
        [{**PAIRS[0], "task": "unpaired", "label": "true", "completion": PAIRS[0]["chosen"]}],
        "unpaired",
        TOKENIZER,
        64,
        [],
    )
    setting = Setting(None, TOKENIZER, encoded, encoded, tmp_path, 3, 64, 0, lambda _: None)
    with pytest.raises(UserError, match="all 1 answers of train are good; KTO needs both"):
        Kto().bound(setting)


def test_another_rows_answer_stays_within_the_length() -> None:
    rows = [
        {"input_ids": [1, 2, 3, 4, 5, 6], "labels": [IGNORED] * 5 + [6], "good": True},
        {"input_ids": [1, 7, 8, 9], "labels": [IGNORED, 7, 8, 9], "good": False},
    ]
    first, second = mismatched(rows, 7)
    assert (first["other_ids"], first["other_labels"][5:]) == ([1, 2, 3, 4, 5, 7, 8], [7, 8])
    assert (second["other_ids"], second["other_labels"]) == ([1, 6], [IGNORED, 6])


def test_a_pair_without_a_margin_is_refused_where_margins_are_asked(tmp_path: Any) -> None:
    with pytest.raises(UserError, match="8 of 8 pairs have no number in meta.margin"):
        bound_of(Reward(margins=True), Pooled(), tmp_path)
