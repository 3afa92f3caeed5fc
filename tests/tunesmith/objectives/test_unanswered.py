"""Prompts that nobody has answered: a teacher answers them, or says which class is how likely."""

import json
from pathlib import Path
from typing import Any

import pytest

from stages.train import save
from tests.adapters import save_adapter
from tests.tiny import chat_row, label_row
from tests.tunesmith.methods.trying import MADE_FROM, describe, phase
from tunesmith.errors import UserError
from tunesmith.prediction.generate import Generation
from tunesmith.training.run import Trained, train

OWN = [chat_row(i, f"say {i % 4}", f"它 is {'abcd'[i % 4]}") for i in range(4)]
ASKED = [
    {**chat_row(i, f"问 {i}", ""), "task": "prompt", "completion": None} for i in range(10, 22)
]
CLASSES = [
    label_row(i, ("很好 " if i % 2 else "bad ") + "xy" * (i % 3), "ny"[i % 2]) for i in range(8)
]
TEXTS = [
    {**chat_row(i, ("很好 " if i % 2 else "bad ") + "z" * (i % 3), ""), "task": "prompt"}
    for i in range(10, 26)
]


@pytest.fixture
def teacher(base: Path, tmp_path: Path) -> Path:
    """An adapter with random weights."""
    return save_adapter(base, tmp_path / "teacher", 7)


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many prompts the teacher was asked; it answers all but the last, which it never ends."""
    asked: list[int] = []

    def answer(_: Any, __: Any, prompts: list[Any], *___: Any) -> list[Generation]:
        asked.append(len(prompts))
        return [Generation("好的", (1, 2), n < len(prompts) - 1) for n in range(len(prompts))]

    monkeypatch.setattr("tunesmith.objectives.base.answers.generate", answer)
    return asked


def taught(
    start: Path, partner: Path, work: Path, objective: dict[str, Any], **changes: Any
) -> Trained:
    rows = changes.pop("rows", [*OWN, *ASKED])
    chosen = CLASSES if changes.get("task") == "classification" else OWN
    method = changes.pop("method", {"kind": "lora", "r": 4})
    one = phase(method, objective=objective, **{"epochs": 1, **changes})
    return train(one, start, rows, chosen[:4], work, seed=0, partner=partner)


def answered(trained: Trained) -> list[dict[str, Any]]:
    (file,) = trained.left
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "objective",
    [
        {"kind": "sequences", "answers": "missing"},
        {"kind": "distil"},
        {"kind": "distil", "top_k": None},
        {"kind": "gkd", "on_policy_ratio": 0},
    ],
)
def test_only_what_nobody_answered_is_answered_by_the_teacher(
    base: Path, teacher: Path, tmp_path: Path, answers: list[int], objective: dict[str, Any]
) -> None:
    trained = taught(base, teacher, tmp_path / "work", objective)
    assert answers == [12]
    assert trained.outcome["teacher_answers"] == {"taught": 11, "empty": 0, "unfinished": 1}
    assert trained.rows == {"train": 4, "validation": 4, "prompts": 12}
    assert [line["parent"] for line in answered(trained)] == [row["id"] for row in ASKED[:-1]]
    assert trained.outcome["last_step"] == 2  # 15 rows, 8 a step
    answer_tokens = len("好的".encode()) + 1
    own_tokens = sum(len(row["completion"][0]["content"].encode()) + 1 for row in OWN)  # type: ignore[index]
    assert trained.trained_tokens == 11 * answer_tokens + own_tokens


def test_sequences_replaces_the_answers_of_all_rows_unless_it_is_told_not_to(
    base: Path, teacher: Path, tmp_path: Path
) -> None:
    trained = taught(base, teacher, tmp_path / "work", {"kind": "sequences"})
    parents = [line["parent"] for line in answered(trained)]
    assert parents == [row["id"] for row in [*OWN, *ASKED]][:-1]


def test_prompts_alone_are_enough(base: Path, teacher: Path, tmp_path: Path) -> None:
    trained = taught(base, teacher, tmp_path / "work", {"kind": "distil"}, rows=ASKED)
    assert trained.rows == {"train": 0, "validation": 4, "prompts": 12}
    assert len(answered(trained)) == 11


def test_prompts_that_the_phase_does_not_name_are_not_asked(
    base: Path, teacher: Path, tmp_path: Path, answers: list[int]
) -> None:
    other = {**ASKED[0], "lang": "en"}
    rows = [*({**row, "lang": "zh"} for row in [*OWN, *ASKED[:3]]), other]
    chosen = [{**row, "lang": "zh"} for row in OWN]
    one = phase({"kind": "lora"}, objective={"kind": "distil"}, only={"lang": "zh"}, epochs=1)
    train(one, base, rows, chosen, tmp_path / "work", seed=0, partner=teacher)
    assert answers == [3]


def test_without_a_prompt_there_is_nothing_missing(
    base: Path, teacher: Path, tmp_path: Path
) -> None:
    missing = {"kind": "sequences", "answers": "missing"}
    with pytest.raises(UserError, match="no row is of task prompt"):
        taught(base, teacher, tmp_path / "work", missing, rows=OWN)


def test_without_a_teacher_prompts_are_left_or_refused_with_the_way_out(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = taught(base, base, tmp_path / "work", {"kind": "likelihood"})
    assert trained.rows == {"train": 4, "validation": 4}
    assert "12 of 16 rows of train are left to phases of other tasks" in capsys.readouterr().out
    with pytest.raises(UserError, match="which a teacher can give"):
        taught(base, base, tmp_path / "none", {"kind": "likelihood"}, rows=ASKED)


def test_texts_without_a_class_have_the_teachers_probabilities_alone(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    described = describe(tiny_encoder, tmp_path / "encoder")
    dials = {"task": "classification", "method": {"kind": "full"}, "learning_rate": 5e-3}
    one = phase(dials["method"], **{k: v for k, v in dials.items() if k != "method"}, epochs=6)
    made = train(one, described, CLASSES, CLASSES[:4], tmp_path / "made", seed=0)
    save(made, one, MADE_FROM, "teacher", tmp_path / "teacher")

    def student(name: str, rows: list[Any], weight: float) -> Trained:
        soft = {"kind": "soft_labels", "weight": weight}
        given = {**dials, "epochs": 6, "rows": rows}
        return taught(described, tmp_path / "teacher", tmp_path / name, soft, **given)

    found = student("with", [*CLASSES, *TEXTS], 1.0)
    assert found.rows == {"train": 8, "validation": 4, "prompts": 16}
    assert found.outcome["last_step"] == 18  # 24 rows, 8 a step, 6 epochs
    divergences = found.curves["divergence"].dropna()
    assert divergences.iloc[-1] < 0.5 * divergences.iloc[0]
    hard = student("hard", [*CLASSES, *TEXTS], 0.0).curves.query("split == 'train'")
    assert hard["loss"].notna().all()  # steps without one class lose nothing
    with pytest.raises(UserError, match="16 texts of train have no class, and none has one"):
        student("none", TEXTS, 1.0)
