"""Makes a field of pairs that people or models have made: a start and two reward models."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.online.field import Field
from benchmarks.parallel import quietly
from benchmarks.preferences.learn import METHODS, USUAL, as_chat, fit
from benchmarks.preferences.pairs import SETS, fitting, read
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.params import load_yaml
from tunesmith.rewards.reward_model import RewardModel
from tunesmith.rows import Row, message_text
from tunesmith.training.params import Phase

RECIPE = Path("recipes/rlhf.yaml")
VALIDATION, TEST = 0.1, 0.3  # shares of the pairs
SFT = {"method": METHODS["lora"][0], "task": "chat", "learning_rate": 5e-3, "epochs": 4}
REWARD = {
    "method": METHODS["full"][0],
    "task": "reward",
    "objective": {"kind": "reward"},
    "learning_rate": 5e-4,
    "epochs": 8,
}


def field_of(data: Path, name: str, base: str, work: Path, most: int | None, seed: int) -> Field:
    """Return a field; print how often each reward model is right on pairs that it has not learnt.

    The start learns the chosen answers of the train pairs, the reward model that methods follow the
    train pairs, from the base and with all weights. The second reward model learns the test pairs,
    so that it shares none with what any method has learnt.

    Args:
        data: folder of the sets.
        name: of a set of pairs.
        base: folder of the base model.
        work: folder in which models are made.
        most: pairs of the set, the first; None: all.
        seed: of splits and trainings.
    """
    described = work / "base"
    resolve(BaseParams(model=base)).write(described)
    of = SETS[name]
    rows = fitting(read(data / of.file), load(described, "chat", []).tokenizer, of)[:most]
    parts = split(rows, seed)
    start, judge, second = (work / one for one in ("sft", "reward", "second"))
    chats = [[as_chat(row) for row in parts[one]] for one in ("train", "validation")]
    quietly(partial(fit, _phase(SFT, of.tokens), described, chats, start), seed)
    for folder, learnt in ((judge, "train"), (second, "test")):
        pairs = [parts[learnt], parts["validation"]]
        quietly(partial(fit, _phase(REWARD, of.tokens), described, pairs, folder), seed)
    for folder, unread in ((judge, "test"), (second, "train")):
        right = accuracy(RewardModel.read(folder), parts[unread])
        print(f"{folder.name}: right on {right:.3f} of {len(parts[unread])} pairs", flush=True)
    dials = Phase.model_validate(dict(load_yaml(RECIPE)["phases"]["ppo"])).model_dump(by_alias=True)
    longest = of.tokens + dials["objective"]["max_new_tokens"]
    return Field(start, judge, second, parts, dials | {"max_length": longest})


def split(rows: list[Row], seed: int) -> dict[str, list[Row]]:
    """Return pairs by split."""
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    ends = [round(VALIDATION * len(rows)), round((VALIDATION + TEST) * len(rows))]
    places = {"validation": order[: ends[0]], "test": order[ends[0] : ends[1]]}
    places["train"] = order[ends[1] :]
    return {name: [rows[place] for place in of] for name, of in places.items()}


def accuracy(judge: RewardModel, rows: list[Row]) -> float:
    """Return how often a reward model gives the chosen answer more, computed in float32."""
    judge.loaded.model.float()
    prompts = [row["prompt"] for row in rows]
    sides = [
        judge.score(prompts, [message_text(row[side][-1]) for row in rows])
        for side in ("chosen", "rejected")
    ]
    return float(np.greater(*sides).mean())


def _phase(dials: dict[str, Any], tokens: int) -> Phase:
    """Return a phase that makes a part of the field."""
    return Phase.model_validate(USUAL | dials | {"max_length": tokens})
