"""A trained reward model that is asked in text, so that any policy can, whatever its tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.models.load import REWARD, Loaded, load
from tunesmith.objectives.base.pairs import padded
from tunesmith.objectives.reward import rewards_of
from tunesmith.rows import Message, Row
from tunesmith.tasks import chat

ROWS = 32  # at once
UNCUT = 10**9  # tokens


@dataclass(frozen=True)
class RewardModel:
    """Gives numbers to answers.

    Attributes:
        loaded: the model with its own tokenizer and chat template.
        max_length: tokens that it read in its training at most.
    """

    loaded: Loaded
    max_length: int

    @classmethod
    def read(cls, folder: Path) -> "RewardModel":
        """Load the reward model of a folder of models/.

        Raises:
            UserError: what is there is no reward model.
        """
        loaded = load(folder, REWARD, [])
        if loaded.manifest is None or loaded.manifest.task != REWARD:
            raise UserError(
                f"{folder}: no reward model; train one in a phase of task reward and name that "
                "phase in `with`"
            )
        return cls(loaded, int(loaded.manifest.settings.get("max_length", UNCUT)))

    def score(self, prompts: Sequence[list[Message]], answers: Sequence[str]) -> list[float]:
        """Return the reward of each answer, on no scale: only differences within a prompt count.

        A text that is longer than `max_length` loses the beginning of its prompt, so that what is
        judged stays whole.

        Args:
            prompts: the messages before each answer.
            answers: as text.

        Raises:
            UserError: a reward is no finite number.
        """
        pairs = zip(prompts, answers, strict=True)
        return self.score_ids([self._ids(prompt, answer) for prompt, answer in pairs])

    def score_ids(self, texts: Sequence[list[int]]) -> list[float]:
        """Return the reward of each text, given in tokens of this model."""
        import torch

        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        rewards = [0.0] * len(texts)
        for start in range(0, len(order), ROWS):
            places = order[start : start + ROWS]
            inputs = self._batch([texts[place] for place in places])
            with torch.inference_mode():
                found = rewards_of(self.loaded.model, inputs).tolist()
            for place, reward in zip(places, found, strict=True):
                rewards[place] = reward
        _refuse_broken(rewards)
        return rewards

    def _ids(self, prompt: list[Message], answer: str) -> list[int]:
        """Return a conversation as the model read those of its training."""
        turn = {"role": "assistant", "content": answer}
        row: Row = {"prompt": prompt, "completion": [turn], "source": "an answer to be judged"}
        ids: list[int] = chat.encode(row, self.loaded.tokenizer, UNCUT)["input_ids"]
        return ids[-self.max_length :]

    def _batch(self, ids: list[list[int]]) -> dict[str, Any]:
        """Return texts as one batch on the model's device."""
        tokenizer, device = self.loaded.tokenizer, next(self.loaded.model.parameters()).device
        batch = padded(ids, ids, tokenizer.pad_token_id)
        return {name: value.to(device) for name, value in batch.items()}


def _refuse_broken(rewards: list[float]) -> None:
    """Refuse rewards that are no numbers: a policy would follow them anywhere."""
    from math import isfinite

    broken = sum(not isfinite(reward) for reward in rewards)
    if broken:
        raise UserError(
            f"the reward model gives no finite number to {broken:,} of {len(rewards):,} answers; "
            "its weights are broken: train it again"
        )
