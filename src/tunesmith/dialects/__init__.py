"""Configurations of other trainers, read as an overlay of params.yaml; one file for each of them.

What we have a dial for is set, what we have none for is listed with the reason and the nearest one.
"""

from tunesmith.dialects.detect import DIALECTS, read_config
from tunesmith.dialects.translation import Lost, Translation

__all__ = ["DIALECTS", "Lost", "Translation", "read_config"]
