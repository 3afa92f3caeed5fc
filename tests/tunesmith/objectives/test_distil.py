"""Distillation: what teacher and rows say is mixed as told, once, and goes on exactly."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.adapters import save_adapter
from tests.tiny import chat_row, label_row, save_tiny_base
from tests.tunesmith.methods.trying import describe, phase
from tunesmith.errors import UserError
from tunesmith.models.descriptor import Descriptor
from tunesmith.models.load import load
from tunesmith.objectives.base.next_tokens import before_trained
from tunesmith.training.run import Trained, train

ROWS = [chat_row(i, f"say {i % 4}", f"它 is {'abcd'[i % 4]}") for i in range(16)]
LABELLED = [
    label_row(i, ("很好 " if i % 2 else "bad ") + "xy" * (i % 3), "ny"[i % 2]) for i in range(16)
]


@pytest.fixture
def teacher(base: Path, tmp_path: Path) -> Path:
    """An adapter with random weights: what it says is far from the base, and from the rows."""
    return save_adapter(base, tmp_path / "teacher", 7)


def taught(
    base: Path, partner: Path, work: Path, objective: dict[str, Any], **changes: Any
) -> Trained:
    method = changes.pop("method", {"kind": "lora", "r": 4})
    dials = {"learning_rate": 0.02, "epochs": 2, **changes}
    one = phase(method, objective=objective, **dials)
    rows = LABELLED if one.task == "classification" else ROWS
    return train(one, base, rows, rows[:4], work, seed=0, partner=partner)


def weights(trained: Trained) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in trained.model.named_parameters() if p.requires_grad}


def assert_same(one: Trained, two: Trained) -> None:
    theirs = weights(two)
    assert all(torch.equal(weight, theirs[name]) for name, weight in weights(one).items())


def stop_at_step_3(self: Any, args: Any, state: Any, control: Any, **_: Any) -> None:
    if state.global_step >= 3:
        raise KeyboardInterrupt


def stopped_and_gone_on(*args: Any, **changes: Any) -> Trained:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tunesmith.training.callbacks.Progress.on_log", stop_at_step_3)
        with pytest.raises(KeyboardInterrupt):
            taught(*args, **changes)
    return taught(*args, **changes)


def test_without_weight_it_is_plain_training_bit_for_bit(
    base: Path, teacher: Path, tmp_path: Path
) -> None:
    plain = taught(base, base, tmp_path / "plain", {"kind": "likelihood"})
    none = taught(base, teacher, tmp_path / "none", {"kind": "distil", "weight": 0})
    some = taught(base, teacher, tmp_path / "some", {"kind": "distil", "weight": 0.1})
    assert_same(none, plain)
    with pytest.raises(AssertionError):
        assert_same(some, plain)


@pytest.mark.parametrize("divergence", ["forward", "reverse", "jsd"])
def test_a_student_comes_near_its_teacher(
    base: Path, teacher: Path, tmp_path: Path, divergence: str
) -> None:
    how = {"kind": "distil", "weight": 1, "divergence": divergence, "temperature": 2, "top_k": 40}
    trained = taught(base, teacher, tmp_path / "work", how)
    first, last = (trained.curves["divergence"].iloc[place] for place in (0, -1))
    assert 0 < last < 0.9 * first
    assert (tmp_path / "work" / "teacher-train-40-2.safetensors").exists()


def test_all_tokens_that_are_kept_are_the_teacher_itself(
    base: Path, teacher: Path, tmp_path: Path
) -> None:
    whole = {"kind": "distil", "weight": 0.7, "divergence": "jsd"}
    live = taught(base, teacher, tmp_path / "live", {**whole, "top_k": None}, epochs=1)
    kept = taught(base, teacher, tmp_path / "kept", {**whole, "top_k": 1000}, epochs=1)
    pairs = zip(live.curves["divergence"], kept.curves["divergence"], strict=True)
    assert all(one == pytest.approx(two, rel=1e-4) for one, two in pairs)


def test_an_interrupted_distillation_ends_with_the_same_weights(
    base: Path, teacher: Path, tmp_path: Path
) -> None:
    how = {"kind": "distil", "top_k": 8}
    whole = taught(base, teacher, tmp_path / "whole", how)
    resumed = stopped_and_gone_on(base, teacher, tmp_path / "stopped", how)
    assert_same(whole, resumed)
    assert whole.curves.equals(resumed.curves)


def test_answers_that_a_student_draws_go_on_exactly_too(
    base: Path, teacher: Path, tmp_path: Path
) -> None:
    how = {"kind": "gkd", "on_policy_ratio": 0.4, "max_new_tokens": 6}
    whole = taught(base, teacher, tmp_path / "whole", how)
    resumed = stopped_and_gone_on(base, teacher, tmp_path / "stopped", how)
    assert_same(whole, resumed)
    assert 0 < whole.curves.query("split == 'train'")["on_policy"].mean() < 1
    losses = whole.curves.query("split == 'validation'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0]


def test_only_what_stands_before_a_trained_token_counts() -> None:
    values = torch.arange(8.0).view(2, 4, 1)
    labels = torch.tensor([[-100, -100, 5, -100], [-100, 6, 7, -100]])
    assert before_trained(values, labels).flatten().tolist() == [1, 4, 5]


def test_a_teacher_of_other_tokens_is_refused_with_the_way_out(base: Path, tmp_path: Path) -> None:
    other = other_base(tmp_path)
    with pytest.raises(UserError, match="another tokenizer .* take objective.kind sequences"):
        taught(base, other, tmp_path / "work", {"kind": "distil"})
    with pytest.raises(UserError, match="another tokenizer"):
        taught(base, other, tmp_path / "work", {"kind": "gkd"})


def other_base(tmp_path: Path) -> Path:
    """A base whose tokenizer has a word more, in another place."""
    from transformers import AutoTokenizer

    save_tiny_base(tmp_path / "other")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "other")
    tokenizer.add_tokens(["say"])
    tokenizer.save_pretrained(tmp_path / "other")
    return describe(tmp_path / "other", tmp_path / "described")


def test_a_teacher_may_be_another_base_that_the_objective_names(base: Path, tmp_path: Path) -> None:
    save_tiny_base(tmp_path / "larger")
    digest = Descriptor.read(describe(tmp_path / "larger", tmp_path / "described")).digest
    named = {"model": str(tmp_path / "larger"), "digest": digest}
    how = {"kind": "distil", "teacher": named, "weight": 1}
    trained = taught(base, base, tmp_path / "work", how, epochs=1)
    assert trained.curves["divergence"].iloc[0] == pytest.approx(0, abs=1e-3)  # it is the base
    named["digest"] = "0" * 64
    with pytest.raises(UserError, match="not what is pinned"):
        taught(base, base, tmp_path / "work", how)


def answering(monkeypatch: pytest.MonkeyPatch, text: str, finished: bool = True) -> None:
    from tunesmith.prediction.generate import Generation

    def answers(_: Any, __: Any, prompts: list[Any], *___: Any) -> list[Generation]:
        return [Generation(text, (1, 2), finished) for _ in prompts]

    monkeypatch.setattr("tunesmith.objectives.base.answers.generate", answers)


def test_answers_of_a_teacher_are_learnt_and_kept_with_where_they_come_from(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "好的")
    trained = taught(base, other_base(tmp_path), tmp_path / "work", {"kind": "sequences"})
    assert trained.outcome["teacher_answers"] == {"taught": 16, "empty": 0, "unfinished": 0}
    (file,) = trained.left
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {line["completion"][0]["content"] for line in lines} == {"好的"}
    assert [line["parent"] for line in lines] == [row["id"] for row in ROWS]
    assert lines[0]["op"].startswith("distil:")
    losses = trained.curves.query("split == 'train'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0]
    answering(monkeypatch, "asked again")  # an interrupted training does not ask again
    again = taught(base, tmp_path / "described", tmp_path / "work", {"kind": "sequences"})
    assert "好的" in again.left[0].read_text(encoding="utf-8")


def test_a_teacher_that_never_ends_has_nothing_to_teach(
    base: Path, teacher: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "and so on", finished=False)
    with pytest.raises(UserError, match="none of the teacher's 16 answers ends within"):
        taught(base, teacher, tmp_path / "work", {"kind": "sequences"})


def test_a_shallower_student_is_saved_and_read_again(
    base: Path, teacher: Path, tmp_path: Path
) -> None:
    from stages.train import save
    from tests.tunesmith.methods.trying import MADE_FROM

    dials = {"method": {"kind": "full"}, "layers": 1, "learning_rate": 1e-3, "epochs": 1}
    trained = taught(base, teacher, tmp_path / "work", {"kind": "distil"}, **dials)
    one = phase(dials.pop("method"), objective={"kind": "distil"}, **dials)
    save(trained, one, MADE_FROM, "student", tmp_path / "student")
    again = load(tmp_path / "student", "chat", []).model
    assert len(again.model.layers) == again.config.num_hidden_layers == 1
    ids = torch.tensor([[5, 6, 7]])
    wanted = trained.model.eval()(ids).logits
    torch.testing.assert_close(again(ids).logits, wanted)
    assert again.generate(ids, max_new_tokens=3).shape[1] > 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": {"kind": "lora"}, "layers": 1}, "saved without the model that was cut"),
        ({"method": {"kind": "full"}, "objective": {"kind": "soft_labels"}}, "classification"),
    ],
)
def test_dials_that_do_not_go_together_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        phase(changes.pop("method"), **changes)


def test_a_student_that_is_not_shallower_is_refused(base: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="layers: 2, and the model has 2"):
        taught(base, base, tmp_path / "x", {"kind": "distil"}, method={"kind": "full"}, layers=2)


def classifier(described: Path, work: Path, out: Path) -> tuple[Trained, Path]:
    """Train a classifier and save it as a phase does."""
    from stages.train import save
    from tests.tunesmith.methods.trying import MADE_FROM

    plain = {"kind": "likelihood"}
    dials = {"task": "classification", "method": {"kind": "full"}, "learning_rate": 5e-3}
    trained = taught(described, described, work, plain, **dials)
    one = phase(dials.pop("method"), objective=plain, **dials)
    save(trained, one, MADE_FROM, out.name, out)
    return trained, out


def test_a_classifier_learns_soft_labels(tiny_encoder: Path, tmp_path: Path) -> None:
    described = describe(tiny_encoder, tmp_path / "encoder")
    plain, teacher = classifier(described, tmp_path / "work", tmp_path / "teacher")
    dials = {"task": "classification", "method": {"kind": "full"}, "learning_rate": 5e-3}
    none = {"kind": "soft_labels", "weight": 0}
    assert_same(taught(described, teacher, tmp_path / "none", none, **dials), plain)
    soft = {"kind": "soft_labels", "weight": 1}
    trained = taught(described, teacher, tmp_path / "soft", soft, epochs=6, **dials)
    last = trained.curves.query("split == 'validation'").iloc[-1]
    assert last["accuracy"] == 1
    assert last["divergence"] < 0.5 * trained.curves["divergence"].iloc[0]
    with pytest.raises(UserError, match="a base, without classes"):
        taught(described, described, tmp_path / "base", soft, **dials)
