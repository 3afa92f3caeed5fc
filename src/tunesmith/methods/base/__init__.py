"""What training methods share; a change here retrains every phase."""

from tunesmith.methods.base.attach import attach, peft_task, refuse_unmatched, there_is
from tunesmith.methods.base.low_rank import LowRank
from tunesmith.methods.base.method import TrainingMethod
from tunesmith.methods.base.prompted import Prompted, attach_prompt, refuse_decoder_classes

__all__ = [
    "LowRank",
    "Prompted",
    "TrainingMethod",
    "attach",
    "attach_prompt",
    "peft_task",
    "refuse_decoder_classes",
    "refuse_unmatched",
    "there_is",
]
