"""Says how to install lm_eval where it is missing."""

from importlib.util import find_spec

from tunesmith.errors import UserError


def require_lm_eval() -> None:
    """Refuse to go on without lm_eval.

    Raises:
        UserError: it is not installed.
    """
    if find_spec("lm_eval") is None:
        raise UserError(
            "lm_eval (lm-evaluation-harness) is not installed; `make harness` installs the "
            "version of requirements-harness.lock"
        )
