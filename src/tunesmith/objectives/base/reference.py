"""Log-probabilities by the model that a phase starts from; no second model is kept for them."""

from typing import Any

from tunesmith.objectives.base.kept import Columns, kept
from tunesmith.objectives.base.logprobs import answer_logprobs
from tunesmith.objectives.base.setting import Setting


def with_reference(setting: Setting, collator: Any) -> tuple[list[Any], list[Any]]:
    """Return train and validation rows with `reference`, the log-probabilities of their answers.

    Args:
        setting: its model is that of the start, without dropout for as long as this takes.
        collator: makes a batch of S sequences for every row, all first ones first.

    Returns:
        the rows; each `reference` holds S numbers in nats.
    """

    def compute(rows: list[Any]) -> Columns:
        inputs = {name: one.to(setting.model.device) for name, one in collator(rows).items()}
        logprobs, _ = answer_logprobs(setting.model, inputs)
        return {"reference": logprobs.view(-1, len(rows)).T.contiguous().cpu().numpy()}

    trained = setting.model.training
    setting.model.eval()
    splits = {"train": setting.train, "validation": setting.validation}
    found = [
        kept(setting, f"reference-{name}", rows, compute, [1] * len(rows))
        for name, rows in splits.items()
    ]
    setting.model.train(trained)
    train, validation = (
        [{**row, "reference": row["reference"][0].tolist()} for row in rows] for rows in found
    )
    return train, validation
