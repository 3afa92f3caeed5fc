"""F21: DVC's lock file cut short, `dvc.lock` with the marks of a merge or of a full disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows import workcopy
from flows.dag import plan
from flows.runner import Outcome, StageFailed, reproduce
from tunesmith.errors import UserError

pytestmark = pytest.mark.fault
Seen = Callable[..., None]


@pytest.mark.parametrize("text", ["", '{"write": {"collected.txt": {"pid"'])
def test_f21_dvc_s_lock_cut_short_is_named_with_the_cure(
    fresh: Path, text: str, seen: Seen
) -> None:
    Path(".dvc/tmp/rwlock").write_text(text)
    error = r"^collect: \.dvc/tmp/rwlock: not what DVC has written; .*, remove that file, then run"
    with pytest.raises(StageFailed, match=error):
        reproduce("collect")
    assert not Path("dvc.lock").exists()
    Path(".dvc/tmp/rwlock").unlink()
    assert reproduce("collect") is Outcome.RAN
    seen("named with the cure; nothing was run")


def test_f21_conflict_markers_in_dvc_lock_are_named_by_line(finished: Path, seen: Seen) -> None:
    text = Path("dvc.lock").read_text().splitlines()
    Path("dvc.lock").write_text("\n".join([*text[:2], "<<<<<<< HEAD", *text[2:]]) + "\n")
    with pytest.raises(UserError, match=r"^dvc\.lock:3: conflict marker; take one side with"):
        workcopy.check()
    seen("named with its line and the cure")


def test_f21_an_empty_dvc_lock_is_named_with_the_cure(finished: Path, seen: Seen) -> None:
    Path("dvc.lock").write_text("")
    with pytest.raises(UserError, match=r"dvc\.lock' validation failed.*`git checkout dvc\.lock`"):
        plan()
    seen("named with the cure")
