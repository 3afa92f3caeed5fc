"""What the ways of combining adapters share."""

from tunesmith.combining.base.merge import Merge, Merged, factored, through_deltas

__all__ = ["Merge", "Merged", "factored", "through_deltas"]
