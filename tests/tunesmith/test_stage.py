"""What surrounds every stage: paths as flags, one line for what the user can mend."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

STAGE = '''
"""A stage for a test."""
import errno, os, shutil, sys
from tunesmith.errors import UserError
from tunesmith.stage import parse_paths, run_stage

def main():
    paths = parse_paths("--out")
    {body}

run_stage(main)
'''


def run(folder: Path, body: str, *words: str) -> subprocess.CompletedProcess[str]:
    script = folder / "stage.py"
    script.write_text(STAGE.format(body=body))
    command = [sys.executable, str(script), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_user_error_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = run(tmp_path, 'raise UserError("a.jsonl:3: broken")', "--out", "x")
    assert (done.returncode, done.stderr) == (1, "error: a.jsonl:3: broken\n")


@pytest.mark.parametrize(
    "body",
    [
        'open("/dev/full", "w").write("x" * 100_000)',
        'raise shutil.Error([("a", "b", "[Errno 28] No space left on device")])',
        'raise Exception("I/O error: No space left on device (os error 28)")',
    ],
    ids=["the system's", "copytree's", "safetensors'"],
)
def test_a_full_disk_is_one_line(tmp_path: Path, body: str) -> None:
    done = run(tmp_path, body, "--out", "x")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path}: no space left on this disk; free some")
    assert done.stderr.endswith("nothing was recorded\n")
    assert len(done.stderr.splitlines()) == 1


def test_a_mistake_of_ours_keeps_its_traceback(tmp_path: Path) -> None:
    done = run(tmp_path, "assert False, 'ours'", "--out", "x")
    assert "Traceback" in done.stderr


def test_a_missing_flag_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "pass")
    assert done.returncode == 2
    assert "--out" in done.stderr


def test_time_and_memory_are_kept_beside_what_is_tracked(tmp_path: Path) -> None:
    run(tmp_path, "pass", "--out", "x")
    assert [path.name for path in (tmp_path / ".work" / "timings").iterdir()] == ["stage.json"]


def test_the_collector_of_cycles_looks_rarely_and_at_the_end_not_at_all(tmp_path: Path) -> None:
    script = (
        "import atexit, gc\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000))\n"
        "from tunesmith.stage import run_stage\n"
        "run_stage(lambda: print(gc.get_threshold()[0], gc.get_freeze_count()))\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "20000 0\nTrue\n"


@pytest.mark.skipif(sys.platform != "linux", reason="PDEATHSIG is Linux's")
def test_a_stage_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    (tmp_path / "stage.py").write_text(STAGE.format(body='print("up", flush=True); time.sleep(60)'))
    parent = (
        "import subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, 'stage.py', '--out', 'x'], stdout=subprocess.PIPE)\n"
        "p.stdout.readline(); print(p.pid, flush=True); sys.stdin.read()"
    )
    text = (tmp_path / "stage.py").read_text().replace("import errno", "import time, errno")
    (tmp_path / "stage.py").write_text(text)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, cwd=tmp_path, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_stage_is_not_lost_for_a_note_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / ".work").write_text("no folder")
    done = run(tmp_path, "pass", "--out", "x")
    assert (done.returncode, done.stderr) == (0, "")
