"""A small project under git and DVC, with origin and remote beside it, for measuring the flow."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from flows.runner import environment

ROOT = Path(__file__).resolve().parents[1]
WORK = """\
import hashlib, pathlib, sys
source, target, rounds = sys.argv[1:]
found = hashlib.pbkdf2_hmac("sha256", pathlib.Path(source).read_bytes(), b"salt", int(rounds))
pathlib.Path(target).parent.mkdir(parents=True, exist_ok=True)
pathlib.Path(target).write_text(found.hex())
"""
JUDGED = """\
  train:
    cmd: python work.py raw.txt models/sft/weights.txt {rounds}
    deps: [raw.txt, work.py]
    outs: [models/sft]
  champion:
    cmd: python -m stages.champion --pointer champion.json --base base --champion models/champion
    deps: [champion.json, base]
    outs: [models/champion]
  gate:
    cmd: sh gate.sh
    deps: [models/sft, models/champion, gate.sh]
    metrics: [reports/gate.json: {{cache: false}}]
"""
GATE = """\
verdict=SHIP
cmp -s models/sft/weights.txt models/champion/weights.txt && verdict=HOLD
mkdir -p reports
printf '{"verdict": "%s", "reasons": ["as the rows say"]}\\n' $verdict > reports/gate.json
"""


def call(*command: str) -> str:
    """Return what a command prints in the current folder; DVC is that of this Python."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def make_chain(stages: int, rounds: int) -> None:
    """Make, in the current folder, a project of stages that each read what the last has written."""
    lines = ["stages:"]
    for number in range(stages):
        source = f"out/{number - 1}.txt" if number else "raw.txt"
        lines += [
            f"  s{number:02}:",
            f"    cmd: python work.py {source} out/{number}.txt {rounds}",
            f"    deps: [{source}, work.py]",
            f"    outs: [out/{number}.txt]",
        ]
    _make("\n".join(lines) + "\n")


def make_judged(rounds: int) -> None:
    """Make, in the current folder, a project whose gate ships whatever is new."""
    Path("gate.sh").write_text(GATE)
    Path("champion.json").write_text(json.dumps({"model": None, "tag": None}) + "\n")
    Path("base").mkdir()
    Path("base", "weights.txt").write_text("base\n")
    _make("stages:\n" + JUDGED.format(rounds=rounds))


def _make(dvc_yaml: str) -> None:
    """Write what both have, and put it under git and DVC."""
    Path("dvc.yaml").write_text(dvc_yaml)
    Path("work.py").write_text(WORK)
    Path("raw.txt").write_text("0\n")
    Path(".gitignore").write_text("/.work\n__pycache__\n")
    shutil.copy(ROOT / "params.yaml", "params.yaml")  # the flow reads all dials
    call("git", "init", "-q", "-b", "main")
    call("git", "config", "user.name", "Bench")
    call("git", "config", "user.email", "bench@example.org")
    call(sys.executable, "-m", "dvc", "init", "-q")
    call(sys.executable, "-m", "dvc", "remote", "add", "--default", "store", "../remote")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Begin")
    call("git", "clone", "-q", "--bare", ".", "../origin.git")
    call("git", "remote", "add", "origin", "../origin.git")
    call("git", "fetch", "-q")


@contextmanager
def everything(*words: str) -> Iterator[tuple[str, psutil.Process]]:
    """Run `make ui` on the project of the current folder; give its API's address, its process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    env = {**environment(), "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    command = [sys.executable, "-m", "flows.ui", "--port", str(port), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None
    try:
        if not any("has runs, logs and schedules" in line for line in process.stdout):
            raise SystemExit("make ui did not start")
        yield f"http://127.0.0.1:{port}/api", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)
