"""One stage through DVC: how it ends, what it says, and that nothing of it stays behind."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.runner import Outcome, StageFailed, _Report, environment, reproduce
from tests.flows.toy import (
    add_python_stage,
    gone_within,
    locked,
    running,
    under_way,
)

LISTENING, DEAF = "", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


def test_the_outcomes_ran_unchanged_and_restored_are_told_apart(fresh: Path) -> None:
    assert reproduce("collect") is Outcome.RAN
    assert reproduce("collect") is Outcome.UNCHANGED
    Path("raw.txt").write_text("other\n")
    assert reproduce("collect") is Outcome.RAN
    Path("raw.txt").write_text("hello\n")
    assert reproduce("collect") is Outcome.RESTORED
    assert reproduce("collect", force=True) is Outcome.RAN
    assert Path("collected.txt").read_text() == "hello\n"


def test_what_the_remote_has_is_pulled(
    finished: Path, tmp_path: Path, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("dvc", "remote", "add", "-q", "-d", "folder", str(tmp_path / "remote"))
    run("dvc", "push", "-q")
    run("git", "commit", "-qam", "Name the remote")
    run("git", "clone", "-q", ".", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    assert [reproduce(name, pull=True) for name in ("collect", "clean")] == [Outcome.PULLED] * 2
    assert Path("cleaned.txt").read_text() == "hello\n"
    assert run("git", "status", "--porcelain") == ""


def test_a_changed_data_file_is_taken_in(fresh: Path, run: Callable[..., str]) -> None:
    run("git", "rm", "-q", "--cached", "raw.txt")
    run("dvc", "add", "-q", "raw.txt")
    assert reproduce("raw.txt.dvc") is Outcome.UNCHANGED
    Path("raw.txt").write_text("other\n")
    before = Path("raw.txt.dvc").read_text()
    assert reproduce("raw.txt.dvc") is Outcome.RAN
    assert Path("raw.txt.dvc").read_text() != before


def test_lines_arrive_while_the_stage_runs_and_without_dvc_s_advice(fresh: Path) -> None:
    add_python_stage(
        "talk", "import time\nfor i in range(3):\n    print('line', i)\n    time.sleep(0.3)\n"
    )
    heard: list[tuple[float, str]] = []
    reproduce("talk", on_line=lambda line: heard.append((time.monotonic(), line)))
    times = {line: at for at, line in heard}
    assert times["line 2"] - times["line 0"] > 0.4
    assert not [line for _, line in heard if "git add" in line or "dvc push" in line]


def test_a_progress_bar_and_bytes_that_are_no_text_do_no_harm(fresh: Path) -> None:
    add_python_stage(
        "bar",
        "import sys\nsys.stdout.buffer.write(b'10%\\r50%\\r100%\\n\\xff\\xe4\\xbd\\xa0\\n')\n",
    )
    heard: list[str] = []
    assert reproduce("bar", on_line=heard.append) is Outcome.RAN
    assert "100%" in heard
    assert "\ufffd你" in heard


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "import sys\nprint('error: rows.csv:3: no id; add one', file=sys.stderr)\n"
            "print('bye')\nsys.exit(1)",
            "rows.csv:3: no id; add one",
        ),
        ("raise ValueError('too small')", "ValueError: too small"),
        (
            "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
            "killed by SIGKILL; the machine may have run out of memory",
        ),
        (
            "import os\nos._exit(3)",
            "exit code 3, and nothing printed, of: python bad.py && touch bad.txt",
        ),
    ],
)
def test_a_failure_gives_its_reason_in_one_line(fresh: Path, code: str, reason: str) -> None:
    add_python_stage("bad", code)
    with pytest.raises(StageFailed) as caught:
        reproduce("bad")
    assert (caught.value.stage, caught.value.reason) == ("bad", reason)
    assert "Running stage 'bad':" in caught.value.tail
    assert "bad" not in locked()


def test_a_full_disk_under_the_cache_says_what_frees_it() -> None:
    report = _Report("clean")
    report.add("ERROR: failed to reproduce 'clean': [Errno 28] No space left on device")
    assert report.reason(255).startswith("DVC's cache: no space left on this disk; free some")


def test_an_out_on_which_another_dvc_command_is_at_work_is_named(fresh: Path) -> None:
    busy = (
        f"failed to reproduce 'collect': '{fresh}/collected.txt' is busy, it is being blocked by:"
    )
    report = _Report("collect")
    for line in (f"ERROR: {busy}", "  (PID 17): dvc repro collect"):
        report.add(line)
    assert report.reason(255).startswith("collected.txt: another DVC command is at work on it; let")


def test_a_missing_input_is_named(fresh: Path) -> None:
    with pytest.raises(StageFailed, match=r"collected\.txt"):
        reproduce("clean")


def test_an_unknown_stage_is_named(fresh: Path) -> None:
    with pytest.raises(StageFailed, match="nowhere"):
        reproduce("nowhere")


def test_a_stage_that_takes_too_long_is_ended(fresh: Path) -> None:
    add_python_stage("slow", "import time\nprint('up')\ntime.sleep(60)\n")
    started = time.monotonic()
    with pytest.raises(StageFailed, match="longer than 0.05 minutes, its timeout"):
        reproduce("slow", timeout_seconds=3)
    assert time.monotonic() - started < 12
    assert running("slow.py") == []
    assert "slow" not in locked()


def test_an_exception_of_the_caller_ends_the_stage(fresh: Path) -> None:
    add_python_stage("slow", "import time\nprint('up')\ntime.sleep(60)\n")

    def interrupt(line: str) -> None:
        if line == "up":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reproduce("slow", on_line=interrupt)
    assert running("slow.py") == []


@pytest.mark.parametrize(
    ("shell", "manners", "number"),
    [
        ("/bin/sh", LISTENING, signal.SIGKILL),
        ("/bin/sh", LISTENING, signal.SIGTERM),
        ("/bin/sh", DEAF, signal.SIGKILL),
        ("/bin/bash", DEAF, signal.SIGTERM),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death signal is Linux's")
def test_a_caller_that_is_killed_takes_the_stage_along_in_five_seconds(
    fresh: Path, shell: str, manners: str, number: signal.Signals
) -> None:
    if not Path(shell).exists():
        pytest.skip(f"no {shell} here")
    add_python_stage("slow", f"{manners}import time\nprint('up')\ntime.sleep(60)\n")
    with under_way("slow", shell) as (runner, family):
        runner.send_signal(number)
        assert gone_within(5.0, list(family.values()))
    assert "slow" not in locked()


def test_a_stage_finds_this_python_and_no_telemetry(fresh: Path) -> None:
    env = environment()
    assert env["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert env["DVC_NO_ANALYTICS"] == env["DO_NOT_TRACK"] == env["HF_HUB_DISABLE_TELEMETRY"] == "1"
