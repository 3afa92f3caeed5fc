"""A toy project under git and DVC, made once, copied for each test."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import chdir
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.flows import warm

ROOT = Path(__file__).resolve().parents[2]
DVC_YAML = """\
stages:
  collect:
    cmd: cat raw.txt > collected.txt
    deps: [raw.txt]
    outs: [collected.txt]
    meta: {pool: cpu, retries: 1, retry_delay_seconds: 0, timeout_minutes: 1}

  clean:
    cmd: sh clean.sh collected.txt > cleaned.txt
    deps: [collected.txt, clean.sh]
    params: [clean]
    outs: [cleaned.txt]

  train:
    foreach: ${phases}
    do:
      cmd: echo lr ${item.lr} | cat - cleaned.txt > model_${key}.txt
      deps: [cleaned.txt]
      params: ["phases.${key}"]
      outs: ["model_${key}.txt"]
      meta: {pool: gpu}

  report:
    cmd: cat model_sft.txt model_dpo.txt > report.txt
    deps: [model_sft.txt, model_dpo.txt]
    metrics: [report.txt: {cache: false}]
"""
PARAMS = """\
clean: {words: 3, steps: [{kind: pii, action: mask}]}
phases:
  sft: {lr: 0.1}
  dpo: {lr: 0.2}
"""

DELIVERY_YAML = """\
stages:
  train:
    cmd: sh train.sh
    deps: [raw.txt, train.sh]
    outs: [models/sft]
  champion:
    cmd: >-
      python -m stages.champion
      --pointer champion.json --base base --champion models/champion
    deps: [champion.json, base]
    outs: [models/champion]
  gate:
    cmd: sh gate.sh
    deps: [models/sft, models/champion, gate.sh]
    metrics: [reports/gate.json: {cache: false}]
"""
GATE = """\
verdict=SHIP
cmp -s models/sft/weights.txt models/champion/weights.txt && verdict=HOLD
grep -q worse models/sft/weights.txt && verdict=REJECT
mkdir -p reports
printf '{"verdict": "%s", "reasons": ["as the rows say"]}\\n' $verdict > reports/gate.json
"""
TRAIN = "mkdir -p models/sft\ncp raw.txt models/sft/weights.txt\n"

DVC = """
import gc, sys
gc.set_threshold(20_000, 20, 20)  # a third off its start
from dvc.cli import main
sys.argv[0] = "dvc"
sys.exit(main())
"""
RETRAIN = """
import sys
from flows.retrain import end_now, main
end_now(main(sys.argv[1:], check_params=lambda: None))
"""


@pytest.fixture(scope="session", autouse=True)
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither git nor DVC nor Prefect finds anything of the person who runs the tests."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "gitconfig").write_text("[user]\nname = A\nemail = a@example.org\n")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR", "DVC_SITE_CACHE_DIR"):
            patch.setenv(name, str(folder / name))
        patch.setenv("GIT_CONFIG_GLOBAL", str(folder / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            patch.delenv(name)
        yield


def call(*command: str) -> str:
    """Return what a command prints in the current folder; a failure shows it."""
    words = [sys.executable, "-c", DVC, *command[1:]] if command[0] == "dvc" else command
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def start(*arguments: str) -> "subprocess.Popen[str]":
    """Start the flow on the project of the current folder, whose dials are none of ours."""
    env = {**os.environ, "COLUMNS": "200"}
    return warm.start(RETRAIN, arguments, env, subprocess.PIPE)


@pytest.fixture(scope="session")
def run() -> Callable[..., str]:
    """Run a command in the current folder and return what it prints."""
    return call


class Webhook:
    """A web server on loopback that keeps what is posted to it; its address holds a secret."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.bodies: list[dict[str, Any]] = []
        self.trouble = ""
        self.released = threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                hook.bodies.append(json.loads(self.rfile.read(length)))
                if hook.trouble == "slow":
                    hook.released.wait(120)
                self.send_response(500 if hook.trouble == "500" else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/s3cret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Answer whoever still waits, and end."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """A team's webhook; no proxy stands before it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    hook = Webhook()
    yield hook
    hook.close()


@pytest.fixture(scope="session")
def fresh_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy project of which nothing has run yet."""
    folder = tmp_path_factory.mktemp("fresh") / "toy"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("dvc.yaml").write_text(DVC_YAML)
        Path("params.yaml").write_text(PARAMS)
        Path("raw.txt").write_text("hello\n")
        Path("clean.sh").write_text("cat $1\n")
        Path(".gitignore").write_text("/.work\n")
        call("git", "init", "-q", "-b", "main")
        call("dvc", "init", "-q")
        call("dvc", "config", "core.check_update", "false")
        call("git", "add", "-A")
        call("git", "commit", "-qm", "Begin")
    return folder


@pytest.fixture(scope="session")
def finished_template(fresh_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy project after `dvc repro`, committed."""
    folder = tmp_path_factory.mktemp("finished") / "toy"
    shutil.copytree(fresh_template, folder, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        call("dvc", "repro", "-q")
        call("git", "add", "-A")
        call("git", "commit", "-qm", "Run")
    return folder


@pytest.fixture(scope="session")
def delivery_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a gate, its origin and its DVC remote, side by side; nothing has run."""
    place = tmp_path_factory.mktemp("delivery")
    project = place / "clone"
    project.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        Path("dvc.yaml").write_text(DELIVERY_YAML)
        Path("params.yaml").write_text("models: {candidate: {of: sft}}\n")
        Path("raw.txt").write_text("first\n")
        Path("train.sh").write_text(TRAIN)
        Path("gate.sh").write_text(GATE)
        Path("champion.json").write_text('{"model": null, "tag": null}\n')
        Path("base").mkdir()
        Path("base", "weights.txt").write_text("base\n")
        Path(".gitignore").write_text("/.work\n")
        call("git", "init", "-q", "-b", "main")
        call("dvc", "init", "-q")
        call("dvc", "remote", "add", "--default", "store", "../remote")
        call("git", "add", "-A")
        call("git", "commit", "-qm", "Begin")
        call("git", "clone", "-q", "--bare", ".", "../origin.git")
        call("git", "remote", "add", "origin", "../origin.git")
        call("git", "fetch", "-q")
    return place


@pytest.fixture
def delivery(delivery_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project that delivers, entered; origin and remote lie beside it."""
    shutil.copytree(delivery_template, tmp_path / "place", symlinks=True)
    monkeypatch.chdir(tmp_path / "place" / "clone")
    return tmp_path / "place" / "clone"


@pytest.fixture
def clone(delivery: Path, monkeypatch: pytest.MonkeyPatch, api: str) -> Path:
    """The project that delivers, with an API."""
    monkeypatch.setenv("PREFECT_API_URL", api)
    return delivery


@pytest.fixture
def fresh(fresh_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the toy project, entered; nothing has run."""
    return _entered(fresh_template, tmp_path / "toy", monkeypatch)


@pytest.fixture
def finished(finished_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the toy project, entered; everything has run."""
    return _entered(finished_template, tmp_path / "toy", monkeypatch)


def _entered(template: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(template, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def ledger_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of `tests/flows/ledger.py`, with two versions."""
    from tests.flows.ledger import make

    place = tmp_path_factory.mktemp("ledger")
    (place / "project").mkdir()
    with chdir(place / "project"):
        make()
    return place


@pytest.fixture
def ledger(ledger_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project with two versions, entered; its DVC remote lies beside it."""
    shutil.copytree(ledger_template, tmp_path / "place", symlinks=True)
    monkeypatch.chdir(tmp_path / "place" / "project")
    return tmp_path / "place" / "project"
