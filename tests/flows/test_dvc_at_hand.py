"""One DVC for the commands of a flow: kept while it is as a new one would be, and no longer."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from flows import dvc_at_hand, dvc_server
from flows.runner import DvcFailed, Outcome, StageFailed, dvc, experiment, get_ready, reproduce
from tests.flows.toy import add_python_stage, gone_within, running, under_way

pytestmark = pytest.mark.skipif(not dvc_at_hand.is_possible(), reason="DVC is forked on Linux only")
SHOW_FAMILY = "import psutil\nprint('family', *[one.pid for one in psutil.Process().parents()])\n"
ONE_STAGE = """
import sys
from flows.runner import reproduce
reproduce("collect")
print("idle", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def none_kept() -> Iterator[None]:
    dvc_at_hand.let_go()
    yield
    dvc_at_hand.let_go()


def servers() -> list[psutil.Process]:
    """Return the servers of this process."""
    children = psutil.Process().children()
    return [one for one in children if dvc_server.__file__ in one.cmdline()]


def test_each_command_has_a_process_of_its_own_from_one_server(fresh: Path) -> None:
    add_python_stage("family", SHOW_FAMILY)
    heard: list[str] = []
    for _ in range(2):
        reproduce("family", force=True, on_line=heard.append)
    (server,) = servers()
    families = [line.split()[1:] for line in heard if line.startswith("family ")]
    first, second = (set(family[: family.index(str(server.pid))]) for family in families)
    assert first
    assert not first & second
    assert server.num_threads() == 1, "a fork of many threads may wait for ever"
    assert server.children() == []


def test_experiments_are_forked_from_one_server_which_has_a_single_thread(fresh: Path) -> None:
    for name in ("one", "two"):
        experiment(name, "collect", ["--set-param", "clean.words=4"])
    (server,) = servers()
    assert server.num_threads() == 1
    with pytest.raises(StageFailed, match="nowhere"):
        experiment("three", "nowhere", [])
    assert servers() == [server]


def test_the_first_stage_has_the_server_that_was_made_ready_for_it(fresh: Path) -> None:
    get_ready()
    (server,) = servers()
    get_ready()
    assert reproduce("collect") is Outcome.RAN
    assert servers() == [server]


def test_what_changes_between_two_commands_is_seen(fresh: Path) -> None:
    assert reproduce("collect") is Outcome.RAN
    Path("raw.txt").write_text("other\n")
    Path("dvc.yaml").write_text(Path("dvc.yaml").read_text().replace("collected.txt", "taken.txt"))
    assert reproduce("collect") is Outcome.RAN
    assert Path("taken.txt").read_text() == "other\n"
    assert len(servers()) == 1


def test_a_command_that_fails_tells_of_itself_and_leaves_the_next_alone(fresh: Path) -> None:
    with pytest.raises(DvcFailed, match="nowhere"):
        dvc("status", "nowhere")
    with pytest.raises(DvcFailed):
        dvc("no-such-command")
    assert reproduce("collect") is Outcome.RAN
    assert len(servers()) == 1


def test_a_dvc_that_is_killed_is_named_and_the_next_has_the_same_server(fresh: Path) -> None:
    add_python_stage("slow", "import time\nprint('up')\ntime.sleep(60)\n")

    def kill(line: str) -> None:
        if line == "up":
            servers()[0].children()[0].kill()

    with pytest.raises(StageFailed, match="DVC was ended by SIGKILL"):
        reproduce("slow", on_line=kill)
    before = servers()
    assert running("slow.py") == []
    assert reproduce("collect") is Outcome.RAN
    assert servers() == before


@pytest.mark.parametrize(("number", "seconds"), [(signal.SIGKILL, 3), (signal.SIGTERM, 60)])
def test_a_server_that_is_ended_under_a_stage_fails_that_stage_only(
    fresh: Path, number: signal.Signals, seconds: int
) -> None:
    """A killed one leaves a stage that takes no care of itself; its end is waited for."""
    add_python_stage("slow", f"import time\nprint('up')\ntime.sleep({seconds})\n")

    def end(line: str) -> None:
        if line == "up":
            servers()[0].send_signal(number)

    with pytest.raises(StageFailed, match=f"(ended|killed) by {number.name}"):
        reproduce("slow", on_line=end)
    assert running("slow.py") == []
    assert reproduce("collect") is Outcome.RAN


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_has_ended_meanwhile_is_replaced(fresh: Path, number: signal.Signals) -> None:
    assert reproduce("collect") is Outcome.RAN
    (server,) = servers()
    server.send_signal(number)
    assert gone_within(5.0, [server])
    assert reproduce("clean") is Outcome.RAN
    assert servers() not in ([], [server])


def test_after_a_timeout_the_next_stage_has_a_server_of_its_own(fresh: Path) -> None:
    add_python_stage("slow", "import time\nprint('up')\ntime.sleep(60)\n")
    reproduce("collect")
    (server,) = servers()
    with pytest.raises(StageFailed, match="its timeout"):
        reproduce("slow", timeout_seconds=1)
    assert servers() == []
    assert reproduce("clean") is Outcome.RAN
    assert servers() not in ([], [server])


def test_another_environment_is_another_server(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_python_stage("tell", "import os\nprint('colour', os.environ.get('COLOUR'))\n")
    heard: list[str] = []
    for colour in ("red", "green"):
        monkeypatch.setenv("COLOUR", colour)
        reproduce("tell", force=True, on_line=heard.append)
    assert [line for line in heard if line.startswith("colour")] == ["colour red", "colour green"]
    assert len(servers()) == 1


def test_another_folder_is_another_server(
    fresh: Path, finished_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reproduce("collect") is Outcome.RAN
    monkeypatch.chdir(finished_template)
    assert reproduce("collect") is Outcome.UNCHANGED
    assert len(servers()) == 1


def test_the_end_of_a_thread_takes_no_stage_of_another_along(fresh: Path) -> None:
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(reproduce("collect")))
    thread.start()
    thread.join()
    left = servers()
    outcomes.append(reproduce("clean"))
    assert outcomes == [Outcome.RAN, Outcome.RAN]
    assert gone_within(5.0, left)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_idle_server_is_gone_when_its_flow_is(fresh: Path, number: signal.Signals) -> None:
    with psutil.Popen([sys.executable, "-c", ONE_STAGE], stdin=-1, stdout=-1, text=True) as flow:
        assert any(line == "idle\n" for line in flow.stdout)
        left = flow.children(recursive=True)
        assert len(left) == 1
        flow.send_signal(number)
        assert gone_within(5.0, left)


def test_a_flow_that_ends_has_ended_its_server(fresh: Path) -> None:
    tells = "import psutil\nprint(*[child.pid for child in psutil.Process().children()])"
    ends = ONE_STAGE.replace("sys.stdin.read()", tells)
    with psutil.Popen([sys.executable, "-c", ends], stdin=-1, stdout=-1, text=True) as flow:
        output, _ = flow.communicate()
    assert not psutil.pid_exists(int(output.splitlines()[-1]))


def test_a_server_that_cannot_begin_is_a_stage_that_failed(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dvc_server, "__file__", str(fresh / "nothing.py"))
    with pytest.raises(StageFailed, match="exit code 2"):
        reproduce("collect")


def test_where_dvc_cannot_be_forked_it_is_started_anew(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dvc_at_hand, "is_possible", lambda: False)
    others = psutil.Process().children()  # of tests before this one
    assert reproduce("collect") is Outcome.RAN
    assert reproduce("collect") is Outcome.UNCHANGED
    dvc("status")
    with pytest.raises(DvcFailed, match="nowhere"):
        dvc("status", "nowhere")
    assert servers() == []
    assert [one for one in psutil.Process().children() if one not in others] == []


def test_a_system_that_tells_of_no_end_is_none_to_fork_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_pid: int) -> int:
        raise OSError(errno.ENOSYS, "Function not implemented")

    assert dvc_at_hand.is_possible()
    monkeypatch.setattr(os, "pidfd_open", refused)
    assert not dvc_at_hand.is_possible()
    monkeypatch.undo()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not dvc_at_hand.is_possible()


def test_a_flow_that_is_killed_takes_the_forked_dvc_along(fresh: Path) -> None:
    add_python_stage("slow", "import time\nprint('up')\ntime.sleep(60)\n")
    with under_way("slow") as (runner, family):
        assert dvc_server.__file__ in family["launcher"].cmdline()
        runner.kill()
        assert gone_within(5.0, list(family.values()))
