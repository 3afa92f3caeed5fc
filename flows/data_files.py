"""Brings data files that DVC keeps to what their `.dvc` files say, as git keeps the rest."""

from flows.dag import stale_data
from flows.repository import git, some
from flows.runner import DvcFailed, dvc
from tunesmith.errors import UserError


def bring() -> None:
    """Fetch the data that others have added or changed; what DVC does not know is left alone.

    Without this a run would take what lies here for the newer version, and give back the old.

    Raises:
        UserError: a file was changed by hand, or its data is not to be had.
    """
    names = stale_data() if git("ls-files", "*.dvc") else []
    if not names:
        return
    try:
        dvc("pull", *names)
    except DvcFailed as failure:
        raise UserError(_why(names, failure.reason)) from None


def _why(names: list[str], reason: str) -> str:
    """Say which data is not as its `.dvc` file says, and the way out."""
    files = some([name.removesuffix(".dvc") for name in names])
    if "unsaved files" in reason:
        return (
            f"{files}: changed, and DVC does not know it; `dvc add {files}` and commit, or "
            f"`dvc checkout --force {files}` to have the version of the commit again"
        )
    return (
        f"{files}: the DVC remote did not give it ({reason}); whoever added it has to "
        "`dvc push`, then run again"
    )
