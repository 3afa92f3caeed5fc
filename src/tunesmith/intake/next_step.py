"""Says in one line what to do with files that were checked."""

import shlex

from tunesmith.intake.check import FIT, UNREADABLE, Checked
from tunesmith.sources import CollectParams


def next_step(checked: Checked, collect: CollectParams) -> str:
    """Return what leads on: to mend the files, to have them read, or to hand them over."""
    if checked.code == UNREADABLE:
        return "mend or take out what cannot be read, then check again"
    if checked.code != FIT:
        return "mend what is named above, or take it out, then check again"
    unread = [file for file in checked.files if not file.is_read]
    if unread:
        name = unread[0].path.name
        return (
            f"no source of params.yaml reads {unread[0].path}, so no run would: put it into "
            f"{collect.folder} and name it in collect.sources, such as {{kind: file, path: {name}}}"
            " (recipe chat reads all of data/inbox)"
        )
    names = shlex.join(str(file.path) for file in checked.files)
    notes = shlex.join(f"{file.path}.dvc" for file in checked.files)
    return (
        f"dvc add {names} && dvc push && git add {notes} && git commit -m 'New data' && git push; "
        "the deployment on-new-data, or `tunesmith run --deliver`, retrains with it"
    )
