"""How well a model answers some validation rows, where the best checkpoint is chosen by that.

The two scores are lines of their own, held to the metrics of the same names by a test: training is
made anew when its code changes, and all that the metrics need to resample rows would be part of it.
"""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.fast.interface import whole_attention
from tunesmith.metrics.tokens import tokens, trimmed
from tunesmith.prediction.generate import generate
from tunesmith.rows import Row, prompt_of, reference_of
from tunesmith.tasks import chat, completion
from tunesmith.training.batching import ROWS as BATCH
from tunesmith.training.devices.group import Group, gathered
from tunesmith.training.fast_path import without_adapter
from tunesmith.training.params import Phase
from tunesmith.training.scores import OF_ANSWERS

ROWS = 64  # that are answered, where the phase does not say
FORMS = {"chat": chat, "completion": completion}


class Answered:
    """Scores greedy answers to the same validation rows at every evaluation.

    Attributes:
        metric: `exact_match` or `rouge_l`.
    """

    def __init__(
        self, phase: Phase, rows: list[Row], tokenizer: Any, seed: int, group: Group
    ) -> None:
        """Draw the rows.

        Args:
            phase: its `best_by` and `best_by_rows`.
            rows: of validation.
            tokenizer: of the model.
            seed: of the draw.
            group: each of its processes answers, what the first one found counts.
        """
        self.metric = phase.chosen_by
        self._tokenizer, self._group = tokenizer, group
        self._batch = phase.per_device_batch_size or BATCH
        form, chosen = FORMS[phase.task], _drawn(rows, phase.best_by_rows or ROWS, seed)
        asked = [form.encode_prompt(prompt_of(r), tokenizer, r.get("tools")) for r in chosen]
        self._prompts = [ids[-phase.max_length :] for ids in asked]
        self._references = [reference_of(row) for row in chosen]
        lengths = [len(chat.token_ids(text, tokenizer)) for text in self._references]
        self._limit = max(lengths) + 1  # and the end; longer ones are not right

    def __call__(self, model: Any) -> float:
        """Return the mean score, from 0 to 1."""
        with whole_attention(without_adapter(model)):
            answers = generate(model, self._tokenizer, self._prompts, self._batch, self._limit)
        score = exact_match if self.metric == "exact_match" else rouge_l
        pairs = zip(answers, self._references, strict=True)
        scores = [score(answer.text, reference) for answer, reference in pairs]
        return float(gathered(self._group, sum(scores) / len(scores))[0])


def answered(
    phase: Phase, rows: list[Row], tokenizer: Any, seed: int, group: Group
) -> Answered | None:
    """Return what scores answers, where the phase is chosen by them.

    Raises:
        UserError: the model lies in parts, which would have to answer together.
    """
    if phase.chosen_by not in OF_ANSWERS:
        return None
    if group.sharded:
        raise UserError(
            f"best_by: {phase.chosen_by} needs answers, which a model in parts does not give; take "
            "best_by: loss, or hardware.strategy: ddp"
        )
    return Answered(phase, rows, tokenizer, seed, group)


def exact_match(answer: str, reference: str) -> float:
    """Return 1 for the same text, else 0; as the metric of this name."""
    return float(trimmed(answer) == trimmed(reference))


def rouge_l(answer: str, reference: str) -> float:
    """Return the F-measure of the longest common subsequence; as the metric of this name."""
    from rapidfuzz.distance import LCSseq

    own, other = tokens(answer), tokens(reference)
    if not own or not other:
        return exact_match(answer, reference)
    return 2 * LCSseq.similarity(own, other) / (len(own) + len(other))


def _drawn(rows: list[Row], most: int, seed: int) -> list[Row]:
    """Return at most so many rows in their order, the same for the same seed."""
    import numpy as np

    if len(rows) <= most:
        return rows
    places = np.random.default_rng(seed).choice(len(rows), most, replace=False)
    return [rows[place] for place in sorted(places.tolist())]
