"""What the ways of combining adapters share."""

from tunesmith.combining.base.lora_file import LoraFile, read_lora, write_lora
from tunesmith.combining.base.merge import Merge, Merged, factored, through_deltas

__all__ = ["LoraFile", "Merge", "Merged", "factored", "read_lora", "through_deltas", "write_lora"]
