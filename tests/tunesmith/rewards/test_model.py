"""A reward model is asked in text, so that its tokenizer may be another than the policy's."""

import json
from pathlib import Path
from typing import Any

import pytest

from stages.train import save
from tests.tiny import save_tiny_base
from tests.tunesmith.methods.trying import MADE_FROM, describe, phase
from tests.tunesmith.objectives.preferring import PAIRS
from tests.tunesmith.online.training import ROWS
from tests.tunesmith.online.training import phase as reinforced
from tunesmith.models.load import load
from tunesmith.online.folders import Folders
from tunesmith.online.run import train_online
from tunesmith.rewards.reward_model import RewardModel
from tunesmith.training.run import train

SPECIAL = 4  # tokens that every tiny tokenizer begins with
LETTERS = 256


def other_base(folder: Path) -> Path:
    """Save a base whose tokens of bytes have the ids of other bytes."""
    save_tiny_base(folder)
    path = folder / "tokenizer.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    vocabulary = told["model"]["vocab"]
    last = 2 * SPECIAL + LETTERS - 1
    told["model"]["vocab"] = {
        token: one if one < SPECIAL else last - one for token, one in vocabulary.items()
    }
    path.write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_judge_with_another_tokenizer_scores_the_words_of_an_answer(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = describe(other_base(tmp_path / "other"), tmp_path / "their-base")
    dials = phase({"kind": "full"}, objective={"kind": "reward"}, task="reward", epochs=1)
    trained = train(dials, theirs, PAIRS, PAIRS[:6], tmp_path / "rm", seed=0)
    save(trained, dials, {**MADE_FROM, "settings": {"max_length": 128}}, "rm", tmp_path / "model")
    asked: list[tuple[list[str], list[float]]] = []
    score = RewardModel.score

    def watched(self: RewardModel, prompts: Any, answers: Any) -> list[float]:
        found = score(self, prompts, answers)
        asked.append((list(answers), found))
        return found

    monkeypatch.setattr(RewardModel, "score", watched)
    folders = Folders(base, tmp_path / "model", Path("rewards"), tmp_path / "rl")
    one = reinforced("rloo", {"rewards": [{"kind": "model"}]}, epochs=1)
    learnt = train_online(one, folders, ROWS, ROWS[:4], seed=0)
    judge, text = RewardModel.read(tmp_path / "model"), ROWS[0]["prompt"]
    own = load(base, "chat", []).tokenizer
    assert judge.loaded.tokenizer.encode("say a") != own.encode("say a")
    assert judge._ids(text, "hallo")[-1] == judge.loaded.tokenizer.eos_token_id
    first = learnt.curves.query("split == 'validation'").iloc[0]
    assert first["reward"] == pytest.approx(sum(asked[0][1]) / len(asked[0][1]))
    assert len(set(asked[0][1])) > 1  # it tells answers apart
