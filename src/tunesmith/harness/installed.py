"""Says how to install what is missing: lm_eval, or a package that one of its tasks needs."""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def naming_packages(tasks: str) -> Iterator[None]:
    """Name the package that the code of a task imports and that is not there.

    Raises:
        UserError: there is one.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise UserError(
            f"--task {tasks}: its code needs the package {error.name}, which is not installed; "
            "docs/harness.md lists what single tasks need"
        ) from None
