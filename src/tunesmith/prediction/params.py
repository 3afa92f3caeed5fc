"""The dials of prediction."""

from typing import Literal

from pydantic import PositiveInt

from tunesmith.params import Params


class PredictParams(Params):
    """How answers are made; greedy always, so that they repeat."""

    batch_size: PositiveInt = 64
    max_new_tokens: PositiveInt = 64
    max_length: PositiveInt = 512  # tokens of the prompt; longer ones lose their beginning
    base_task: Literal["chat", "completion"] = "chat"  # how a model not trained here is asked
