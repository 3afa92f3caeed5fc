"""Processes of one host: they start, share the cores, fail as one, and end with their starter."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tunesmith.errors import StartAgain, UserError
from tunesmith.hardware import Hardware
from tunesmith.training.devices.launch import MOST_STARTS, _Failure, common_environment, launched

STAGE = '''
"""A stage for a test."""
import os, signal, sys, time
from tunesmith.errors import StartAgain, UserError
from tunesmith.hardware import Hardware
from tunesmith.stage import run_stage
from tunesmith.training.devices.launch import launched

def main():
    if launched(Hardware(processes=2)):
        return
    rank = os.environ["RANK"]
    {body}

run_stage(main)
'''


def start(folder: Path, body: str, *launcher: str, **more: str) -> "subprocess.Popen[str]":
    import os

    (folder / "stage.py").write_text(STAGE.format(body=body))
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    return subprocess.Popen(
        [sys.executable, *launcher, "stage.py"],
        cwd=folder,
        env={**environment, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, body: str, *launcher: str, **more: str) -> tuple[int, str, str]:
    process = start(folder, body, *launcher, **more)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_only_the_first_prints_and_each_has_its_share_of_the_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "print(rank, os.environ['WORLD_SIZE'], os.environ['OMP_NUM_THREADS'])"
    from tunesmith.threads import usable_cores

    share = max(1, usable_cores() // 2)
    assert run(tmp_path, body) == (0, f"0 2 {share}\n", "")
    assert run(tmp_path, body, OMP_NUM_THREADS="7") == (0, "0 2 7\n", "")


def test_a_failure_of_any_process_ends_all_with_its_one_line(tmp_path: Path) -> None:
    body = "time.sleep(60) if rank == '0' else None; raise UserError('a.jsonl:3: broken')"
    started = time.monotonic()
    assert run(tmp_path, body) == (1, "", "error: a.jsonl:3: broken\n")
    assert time.monotonic() - started < 30


def test_the_same_failure_everywhere_is_told_once(tmp_path: Path) -> None:
    assert run(tmp_path, "raise UserError('no such phase')")[2] == "error: no such phase\n"


def test_the_cause_is_told_not_what_another_process_saw_of_it(tmp_path: Path) -> None:
    body = (
        "time.sleep(0.2 * (rank == '1')); "
        "raise UserError('cannot reach another one' if rank == '0' else 'the disk is full')"
    )
    assert run(tmp_path, body)[2] == "error: the disk is full\n"


LESS = "sft: out of memory; 8 → 4"
ONCE = f"""
    open(rank, "a").write(os.environ["MASTER_PORT"] + " ")
    if len(open(rank).read().split()) == 1:
        if rank == "1":
            raise StartAgain({LESS!r})
        {{other}}
"""


@pytest.mark.parametrize(
    "other", ["time.sleep(60)", "time.sleep(0.3); raise UserError('cannot reach another one')"]
)
def test_a_process_that_has_not_enough_memory_has_all_start_again(
    tmp_path: Path, other: str
) -> None:
    started = time.monotonic()
    assert run(tmp_path, ONCE.format(other=other)) == (
        0,
        f"{LESS}; all processes start again\n",
        "",
    )
    assert time.monotonic() - started < 30
    ports = [(tmp_path / rank).read_text().split() for rank in "01"]
    assert ports[0] == ports[1] and len(set(ports[0])) == 2  # they meet somewhere else


@pytest.mark.parametrize(("hosts", "starts"), [(1, MOST_STARTS), (2, 1)])
def test_they_start_again_on_one_host_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, hosts: int, starts: int
) -> None:
    for name, value in {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "1", "NODE_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    places: list[str] = []

    def never_enough(common: dict[str, str]) -> _Failure:
        places.append(common["MASTER_ADDR"])
        return _Failure(str(StartAgain(LESS, " on every host" * (hosts > 1))), again=True)

    monkeypatch.setattr("tunesmith.training.devices.launch._run", never_enough)
    with pytest.raises(UserError, match="8 → 4; start the same command again") as told:
        launched(Hardware(processes=2, hosts=hosts))
    assert len(places) == starts
    assert ("on every host" in str(told.value)) == (hosts == 2)


def test_a_process_started_by_torchrun_says_what_to_do_and_has_the_others_ended(
    tmp_path: Path,
) -> None:
    body = f"time.sleep(60) if rank == '0' else None; raise StartAgain({LESS!r})"
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    code, _, err = run(tmp_path, body, *torchrun)
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert (code, lines) == (1, [f"error: {LESS}; start the same command again"])
    assert "exitcode  : 75" in err


def test_a_process_that_the_system_kills_is_named(tmp_path: Path) -> None:
    body = "time.sleep(60) if rank == '0' else os.kill(os.getpid(), signal.SIGKILL)"
    code, _, err = run(tmp_path, body)
    assert code == 1
    assert err == "error: process 1 was ended by SIGKILL; the machine may have run out of memory\n"


def test_a_mistake_of_ours_keeps_its_traceback(tmp_path: Path) -> None:
    code, _, err = run(tmp_path, "assert rank == '0', 'ours'")
    assert (code, err.count("Traceback")) == (1, 1)
    assert "AssertionError: ours" in err


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    body = "open(rank, 'w').write(str(os.getpid())); time.sleep(60)"
    process = start(tmp_path, body)
    deadline = time.monotonic() + 30
    while len(list(tmp_path.glob("[01]"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    for rank in "01":
        assert not Path(f"/proc/{(tmp_path / rank).read_text()}").exists()


def test_hosts_that_do_not_know_where_to_meet_are_refused() -> None:
    with pytest.raises(UserError, match="2 hosts need MASTER_PORT, NODE_RANK in the environment"):
        common_environment({"MASTER_ADDR": "10.0.0.1"}, processes=1, hosts=2)


def test_hosts_meet_where_the_environment_says() -> None:
    given = {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "29500", "NODE_RANK": "1"}
    environment = common_environment(given, processes=4, hosts=2)
    assert environment.items() >= given.items()
    assert (environment["WORLD_SIZE"], environment["LOCAL_WORLD_SIZE"]) == ("8", "4")
    assert "GLOO_SOCKET_IFNAME" not in environment


def test_one_host_meets_on_loopback_and_says_nothing_to_the_network() -> None:
    environment = common_environment({"MASTER_ADDR": "10.0.0.1"}, processes=2, hosts=1)
    assert environment["MASTER_ADDR"] == "127.0.0.1"
    assert environment["GLOO_SOCKET_IFNAME"] in ("lo", "lo0")
