"""A fork of a warm process is to a test what a program of its own is."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.flows import warm

TELLS = """
import os, sys
print(sys.argv, os.getcwd(), os.environ["COLOUR"], __name__, sys.path[0] == "")
print("wrong", file=sys.stderr)
sys.exit(3)
"""
WAITS = "import time\nprint('up', flush=True)\ntime.sleep(60)\n"
OTHER = {"PREFECT_LOGGING_LEVEL": "INFO"}  # is read when Prefect is imported, so no fork will do


@pytest.fixture(params=[{}, OTHER], ids=["fork", "popen"])
def env(request: pytest.FixtureRequest, api: str) -> dict[str, str]:
    return {**os.environ, "PREFECT_API_URL": api, "COLOUR": "red", **request.param}


def start(code: str, env: dict[str, str], stderr: int = subprocess.PIPE) -> warm.Fork:
    process = warm.start(code, ("one", "two"), env, stderr)
    assert isinstance(process, subprocess.Popen if OTHER.keys() <= env.keys() else warm.Fork)
    return process


def test_it_has_its_words_folder_and_environment_and_its_exit_code_is_told(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    process = start(TELLS, env)
    told = f"['-c', 'one', 'two'] {tmp_path} red __main__ True\n"
    assert process.communicate(timeout=60) == (told, "wrong\n")
    assert process.returncode == 3
    both = start(TELLS, env, subprocess.STDOUT).communicate(timeout=60)[0]
    assert sorted(both.splitlines()) == sorted([told.strip(), "wrong"])


@pytest.mark.parametrize(
    ("code", "returned", "said"),
    [
        ("", 0, ""),
        ("import sys; sys.exit('error: no')", 1, "error: no\n"),
        ("import sys; sys.exit(None)", 0, ""),
        ("import os; os._exit(7)", 7, ""),
    ],
)
def test_it_ends_as_a_program_ends(
    env: dict[str, str], code: str, returned: int, said: str
) -> None:
    process = start(code, env)
    assert process.communicate(timeout=60) == ("", said)
    assert process.returncode == returned


def test_what_it_raises_is_printed(env: dict[str, str]) -> None:
    process = start("raise ValueError('a mistake of ours')", env)
    assert process.communicate(timeout=60)[1].endswith("ValueError: a mistake of ours\n")
    assert process.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_signal_ends_it_and_nothing_else(env: dict[str, str], number: signal.Signals) -> None:
    process, other = start(WAITS, env), start(WAITS, env)
    assert process.stdout.readline() == other.stdout.readline() == "up\n"
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.1)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == -number or number == signal.SIGINT
    assert process.poll() != 0
    assert not psutil.pid_exists(process.pid)
    assert other.poll() is None
    other.kill()
    assert other.wait(60) == -signal.SIGKILL
