"""The page and the two cards that people read."""

from pydantic import NonNegativeInt

from tunesmith.params import Params


class ReportParams(Params):
    """What the report is called and how much it shows."""

    title: str = "Fine-tuning report"
    examples: NonNegativeInt = 12  # side by side
    licence: str | None = None  # of the model, for its card: as its maker decides
