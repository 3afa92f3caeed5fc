"""The dials of prediction."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tunesmith.params import Params


class PredictParams(Params):
    """How answers are made; greedy always, so that they repeat."""

    batch_size: PositiveInt = 64
    max_new_tokens: PositiveInt = 64
    max_length: PositiveInt = 512  # tokens of the prompt; longer ones lose their beginning
    latency_requests: Annotated[int, Field(ge=0)] = 16  # timed one by one; 0: no clock is read
    base_task: Literal["chat", "completion"] = "chat"  # how a model not trained here is asked
