"""F12: the DVC remote loses files, cuts them short, is full, or does not answer."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows import remote
from flows.run_branch import Run, push_data
from flows.runner import Outcome, StageFailed, reproduce
from tests.faults.store import store
from tests.flows.conftest import call
from tests.flows.delivered import deliver, pointer, refs, subjects
from tunesmith.errors import UserError

pytestmark = pytest.mark.fault
Seen = Callable[..., None]
WEIGHTS = "eb/260e9ae827821beceeed4104f0ad89"  # of models/sft/weights.txt, "first"
LIST = "72/f5e86002b1e1cac95020599227c374.dir"  # of models/sft


@pytest.fixture(scope="module")
def shared_template(delivery_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that delivers after a run whose data are in the remote."""
    place = tmp_path_factory.mktemp("shared") / "place"
    shutil.copytree(delivery_template, place, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place / "clone")
        for stage in ("train", "champion"):
            reproduce(stage)
        call("git", "add", "-A")
        call("git", "commit", "-qm", "Run")
        remote.send()
    return place


@pytest.fixture
def shared(shared_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, entered; nobody waits before asking again."""
    shutil.copytree(shared_template, tmp_path / "place", symlinks=True)
    monkeypatch.chdir(tmp_path / "place" / "clone")
    monkeypatch.setattr(remote, "PAUSE_SECONDS", 0.0)
    return tmp_path / "place"


def objects(place: Path) -> dict[str, bytes]:
    """Return what the remote holds, by hash."""
    folder = place / "remote/files/md5"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*/*")}


def cut(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:3])


@pytest.mark.parametrize("lost", [[WEIGHTS], [LIST], [WEIGHTS, LIST]], ids=["file", "list", "both"])
def test_f12_what_the_remote_lost_is_sent_again(shared: Path, lost: list[str], seen: Seen) -> None:
    before = objects(shared)
    assert {WEIGHTS, LIST} < set(before)
    for name in lost:
        (shared / "remote/files/md5" / name).unlink()
    assert remote.send()
    assert objects(shared) == before
    seen("lost objects are sent again")


@pytest.mark.parametrize("name", [WEIGHTS, LIST], ids=["file", "list"])
def test_f12_what_the_remote_holds_a_part_of_is_sent_again(
    shared: Path, name: str, seen: Seen
) -> None:
    before = objects(shared)
    cut(shared / "remote/files/md5" / name)
    assert remote.send()
    assert objects(shared) == before
    seen("objects cut short are sent again")


def test_f12_a_file_that_is_nowhere_is_named_and_no_ref_is_pushed(shared: Path, seen: Seen) -> None:
    (shared / "remote/files/md5" / WEIGHTS).unlink()
    Path(".dvc/cache/files/md5", WEIGHTS).unlink()
    error = (
        r"the data \(.*/remote: models/\w+/weights\.txt is neither in it nor in the cache here; "
        r"run the stage .*\), so no ref was pushed; runs/x is kept here"
    )
    with pytest.raises(UserError, match=error):
        push_data(Run("x", "main"))
    seen("the file is named; no ref goes out")


def test_f12_a_remote_that_does_not_answer_is_named_with_the_file(shared: Path, seen: Seen) -> None:
    call("dvc", "remote", "add", "-q", "-d", "-f", "web", "http://127.0.0.1:9/store")
    with pytest.raises(
        UserError, match=r"^models/\w+/weights\.txt: Cannot connect to .*127.0.0.1:9"
    ):
        remote.send()
    seen("the remote and the first file are named")


def requests_until_given_up(shared: Path, code: int) -> int:
    """Return how often a store that answers everything with a code is asked for one file."""
    asked: list[str] = []

    def refuses(request: str) -> bool:
        asked.append(request)
        return True

    with store(shared / "web", refuses, code) as place:
        call("dvc", "remote", "add", "-q", "-d", "-f", "web", f"http://{place}/store")
        with pytest.raises(UserError, match=rf"^models/\w+/weights\.txt: {code}, message="):
            remote.send()
    return sum(WEIGHTS in one for one in asked)


@pytest.mark.parametrize("code", [401, 403])
def test_f12_who_is_refused_does_not_ask_again_and_who_meets_a_busy_remote_does(
    shared: Path, code: int, seen: Seen
) -> None:
    once = requests_until_given_up(shared, code)
    assert requests_until_given_up(shared, 503) >= remote.TRIES * once
    seen("refused credentials end the push at once; a remote that is busy is asked again")


def test_f12_a_host_that_is_away_for_a_moment_is_asked_again(shared: Path) -> None:
    answers = [ConnectionRefusedError(111, "Connect call failed"), TimeoutError(), None]

    def connect() -> str:
        if error := answers.pop(0):
            raise error
        return "connected"

    assert remote._reached(connect) == "connected"


def test_f12_a_host_that_knows_nobody_here_is_not_asked_again(shared: Path) -> None:
    asked = []

    def connect() -> None:
        asked.append(1)
        raise PermissionError("Permission denied for user worker")

    with pytest.raises(PermissionError):
        remote._reached(connect)
    assert asked == [1]


@pytest.fixture
def tiny_disk(shared: Path) -> Iterator[Path]:
    """The remote is a disk of 4 KiB."""
    folder = shared / "remote"
    shutil.rmtree(folder)
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4k", "none", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a tiny disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_f12_a_full_disk_names_the_file_and_what_is_missing_goes_when_there_is_room(
    tiny_disk: Path, shared: Path, seen: Seen
) -> None:
    with pytest.raises(UserError, match=r"^models/\w+/weights\.txt: .*No space left on device"):
        remote.send()
    call("mount", "-o", "remount,size=1m", str(tiny_disk))
    assert remote.send()
    assert set(objects(shared)) >= {WEIGHTS, LIST}
    seen("full disk named with the file; the rest goes with the next run")


@pytest.fixture
def colleague(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone that has fetched nothing yet, entered."""
    call("git", "clone", "-q", ".", "../colleague")
    monkeypatch.chdir(shared / "colleague")
    return shared / "colleague"


def test_f12_a_file_cut_short_is_not_taken_for_whole(
    colleague: Path, shared: Path, seen: Seen
) -> None:
    cut(shared / "remote/files/md5" / WEIGHTS)
    assert reproduce("train", pull=True) is Outcome.RAN
    assert Path("models/sft/weights.txt").read_text() == "first\n"
    assert call("git", "status", "--porcelain") == ""
    seen("refused, and the stage is run")


def test_f12_a_lost_file_is_named_by_the_run_that_pulls(
    colleague: Path, shared: Path, seen: Seen
) -> None:
    (shared / "remote/files/md5" / WEIGHTS).unlink()
    with pytest.raises(
        StageFailed, match=r"^train: failed to transfer .*No such file.*260e9ae8278"
    ):
        reproduce("train", pull=True)
    seen("the missing object is named")


@pytest.mark.flow
def test_f12_no_ref_is_pushed_whose_data_could_not_be(clone: Path, seen: Seen) -> None:
    Path("../remote").write_text("no folder\n")
    before = refs()
    code, err = deliver()
    assert code == 1
    assert err.startswith("not delivered: the DVC remote did not take the data (")
    assert err.count("\n") == 1
    assert refs() == before
    assert call("git", "tag") == ""
    assert subjects("main") == ["Begin"]
    Path("../remote").unlink()
    assert deliver() == (0, "")
    assert pointer() == "adapter@v0.1.0"
    seen("no ref goes out; the next run delivers it")
