"""Accepts a version of the data: later ones are compared with its profile."""

from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json

PROFILE = Path("reports/data/profile.json")
ACCEPTED = Path("data/frozen/profile.json")


def accept(root: Path) -> str:
    """Copy the newest profile to where stage `profile` finds it, and return what to say.

    Raises:
        UserError: no profile has been made yet.
    """
    if not (root / PROFILE).exists():
        raise UserError(f"{root / PROFILE}: no such file; `dvc repro profile` makes it")
    profile = read_json(root / PROFILE)
    write_json(root / ACCEPTED, profile)
    return (
        f"{ACCEPTED}: this version ({profile['rows']['train']:,} train rows) is now what later "
        "ones are compared with; commit the file"
    )
