"""What a reward model and a policy start from."""

from tests.tunesmith.online.conftest import base

__all__ = ["base"]
